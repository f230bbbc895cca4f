//! What the commands of a recording mean: the names that the cards' tables have for what they address.

use crate::{iso7816::MASTER_FILE, kind::CardKind, lang::Bilingual, transport::recording::Step};

use super::{
    model::{Address, Application, File},
    registry,
};

/// A command in words of both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// 日本語
    pub ja: String,
    /// English
    pub en: String,
    /// The file that it reads, by its name in dumps.
    pub file: Option<String>,
}

/// Follows a recording from its first step on: what is selected decides what a short identifier means.
#[derive(Debug, Clone)]
pub struct Trace {
    kind: Option<CardKind>,
    /// What is selected; `None` after power-up.
    application: Option<Application>,
    file: Option<u8>,
}

/// The parts of a command that its name is made of. Credentials are not among them.
struct View<'a> {
    secure: bool,
    ins: u8,
    p1: u8,
    p2: u8,
    /// The readable bytes of the data field.
    data: &'a [u8],
    has_data: bool,
}

impl<'a> View<'a> {
    fn of(step: &'a Step) -> Option<Self> {
        let head = step.command.head();
        let (&[cla, ins, p1, p2], body) = head.split_first_chunk::<4>()?;
        let data = match *body {
            [0, high, low, ref rest @ ..] => rest.get(..usize::from(u16::from_be_bytes([high, low]))),
            [length, ref rest @ ..] => rest.get(..usize::from(length)),
            [] => None,
        };
        Some(Self {
            secure: cla & 0x0C != 0,
            ins,
            p1,
            p2,
            data: data.unwrap_or_default(),
            has_data: data.is_some_and(|data| !data.is_empty()) || step.command.secret_len() > 0,
        })
    }
}

impl Trace {
    /// In front of the first step. The kind is what the header says.
    pub fn new(kind: Option<CardKind>) -> Self {
        Self { kind, application: None, file: None }
    }

    /// The next step's command in words.
    pub fn step(&mut self, step: &Step) -> Meaning {
        if step.powered {
            *self = Self::new(self.kind);
        }
        let ok = step.answer.as_ref().is_ok_and(|answer| matches!(answer.tail(), [.., 0x90 | 0x61 | 0x62, _]));
        let Some(view) = View::of(step) else { return both("不明な命令", "unknown command") };
        match view.ins {
            0xA4 => self.select(&view, ok),
            0xB0 => self.read(&view, ok),
            0xB2 => both(&format!("READ RECORD {}番", view.p1), &format!("READ RECORD {}", view.p1)),
            0x20 => self.verify(&view),
            0x82 => both("MUTUAL AUTHENTICATE：相互認証", "MUTUAL AUTHENTICATE"),
            0x86 => both("GENERAL AUTHENTICATE：鍵の合意", "GENERAL AUTHENTICATE: agree on a key"),
            0xB1 => both("READ BINARY：続きのデータ", "READ BINARY: farther into the file"),
            0x84 => both("GET CHALLENGE：カードの乱数", "GET CHALLENGE: the card's random number"),
            0x88 => both("INTERNAL AUTHENTICATE：ICチップの応答", "INTERNAL AUTHENTICATE: the chip's answer"),
            0x2A => both("PERFORM SECURITY OPERATION：署名", "PERFORM SECURITY OPERATION: sign"),
            0x22 => both("MANAGE SECURITY ENVIRONMENT：鍵の指定", "MANAGE SECURITY ENVIRONMENT: choose a key"),
            0xC0 => both("GET RESPONSE：続きのデータ", "GET RESPONSE: the rest of the answer"),
            0xCA => {
                let tag = format!("{:02X}{:02X}", view.p1, view.p2);
                both(&format!("GET DATA {tag}"), &format!("GET DATA {tag}"))
            }
            other => both(&format!("命令 {other:02X}"), &format!("instruction {other:02X}")),
        }
    }

    fn select(&mut self, view: &View<'_>, ok: bool) -> Meaning {
        let by_name = view.p1 & 0xFC == 0x04;
        if by_name {
            // Inside a session the name is encrypted: the kind has one application at most that is selected so.
            let named = |known: &&Application| {
                if view.secure { self.kind.is_some() && !known.is_master_file() } else { known.aid == view.data }
            };
            let known = registry::applications(self.kind).find(named).copied();
            if ok {
                (self.application, self.file) = (known, None);
            }
            return match known {
                Some(known) => both(
                    &format!("SELECT {}（{}）", known.title.ja, known.name),
                    &format!("SELECT {} ({})", known.title.en, known.name),
                ),
                None => both("SELECT 表にないアプリケーション", "SELECT an unknown application"),
            };
        }
        if view.data.is_empty() || view.data == MASTER_FILE {
            if ok {
                (self.application, self.file) = (None, None);
            }
            return both("SELECT 主ファイル", "SELECT master file");
        }
        let id = view.data.last_chunk::<2>().copied().unwrap_or_default();
        let [_, low] = id;
        if ok {
            self.file = Some(low & 0x1F);
        }
        let id = u16::from_be_bytes(id);
        // A file that is read by SELECT shares its short identifier with another one.
        let found = self.files().find(|file| !matches!(file.address, Address::Short(_)) && file.id() == id);
        match found {
            Some(file) => named("SELECT", file.name, file.title.ja, file.title.en),
            None => both(&format!("SELECT ファイル{id:04X}"), &format!("SELECT file {id:04X}")),
        }
    }

    fn read(&mut self, view: &View<'_>, ok: bool) -> Meaning {
        let (sfi, offset) = if view.p1 & 0x80 == 0 {
            (self.file, u16::from_be_bytes([view.p1, view.p2]))
        } else {
            (Some(view.p1 & 0x1F), u16::from(view.p2))
        };
        if ok && sfi.is_some() {
            self.file = sfi;
        }
        let verb = if view.secure { "READ BINARY (SM)" } else { "READ BINARY" };
        let found = sfi.and_then(|sfi| self.file_of(sfi));
        let mut meaning = match (found, sfi) {
            (Some((name, title)), _) => named(verb, name, title.ja, title.en),
            (None, Some(sfi)) => {
                both(&format!("{verb} ファイル（SFI {sfi:02X}）"), &format!("{verb} file with SFI {sfi:02X}"))
            }
            (None, None) => both(&format!("{verb} カレントファイル"), &format!("{verb} the current file")),
        };
        if offset > 0 {
            meaning.ja.push_str(&format!("、{offset}バイト目から"));
            meaning.en.push_str(&format!(" from byte {offset}"));
        }
        meaning.file = found.map(|(name, _)| name.to_owned());
        meaning
    }

    fn verify(&self, view: &View<'_>) -> Meaning {
        let sfi = view.p2 & 0x1F;
        let authenticated = || {
            let kind = registry::tables(self.kind).next().filter(|_| self.kind.is_some());
            let mut credentials = kind.into_iter().flat_map(|spec| spec.scopes).flat_map(|scope| scope.credentials);
            credentials.find(|credential| credential.handshake).map(|credential| credential.title)
        };
        let (ja, en) = if view.secure {
            authenticated().map_or(("表にない照合先", "an unknown reference"), |title| (title.ja, title.en))
        } else {
            let mut references = registry::tables(self.kind).flat_map(|spec| spec.references);
            let known = references.find(|known| known.sfi == sfi && self.is_in(&known.application));
            known.map_or(("表にない照合先", "an unknown reference"), |known| (known.title.ja, known.title.en))
        };
        if view.has_data {
            both(&format!("VERIFY {ja}"), &format!("VERIFY {en}"))
        } else {
            both(&format!("VERIFY {ja}：残り回数の問合せ"), &format!("VERIFY {en}: ask for the tries left"))
        }
    }

    /// Whether an application may be the current one: the master file is, after power-up.
    fn is_in(&self, application: &Application) -> bool {
        match self.application {
            Some(current) => current.aid == application.aid,
            None => application.aid == MASTER_FILE,
        }
    }

    /// Name and title of a file of the current application.
    fn file_of(&self, sfi: u8) -> Option<(&'static str, Bilingual)> {
        let file = self.files().find(|file| file.sfi() == sfi && self.is_in(&file.application))?;
        Some((file.name, file.title))
    }

    /// The files that may be meant. A recognition reads the same short identifier on every card, so the master file's are those
    /// of the recording's own kind.
    fn files(&self) -> impl Iterator<Item = &'static File> + use<> {
        let (kind, in_master_file) = (self.kind, self.application.is_none());
        let tables = registry::tables(kind).filter(move |spec| !in_master_file || Some(spec.kind) == kind);
        tables.flat_map(|spec| spec.files.iter().copied())
    }
}

fn both(ja: &str, en: &str) -> Meaning {
    Meaning { ja: ja.to_owned(), en: en.to_owned(), file: None }
}

fn named(verb: &str, name: &str, ja: &str, en: &str) -> Meaning {
    both(&format!("{verb} {ja}（{name}）"), &format!("{verb} {en} ({name})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Recording;

    fn names(kind: Option<CardKind>, steps: &str) -> Vec<String> {
        let recording = Recording::parse(format!("taimen-recording 2\n{steps}").as_bytes()).unwrap();
        let mut trace = Trace::new(kind);
        recording.steps.iter().map(|step| trace.step(step).en).collect()
    }

    #[test]
    fn what_is_selected_decides_what_a_short_identifier_means() {
        let steps = "> 00B08A0004\n< 6A82\n> 00A4040C0AD3921000310001010402\n< 9000\n> 00200092\n< 63CA\n\
                     > 002000920E<14 secret bytes>\n< 9000\n> 00B08200000000\n! length\n> 00B0820008\n< 00009000\n\
                     > 00B0000800\n< 00009000\n> 00A4040C0AD3921000310001010408\n< 6A82\n> 00B0820000\n< 6A82\n";
        assert_eq!(
            names(Some(CardKind::MY_NUMBER), steps),
            [
                "READ BINARY file with SFI 0A",
                "SELECT face application (face)",
                "VERIFY number B (照合番号B): ask for the tries left",
                "VERIFY number B (照合番号B)",
                "READ BINARY face data (face/0002)",
                "READ BINARY face data (face/0002)",
                "READ BINARY face data (face/0002) from byte 8",
                "SELECT text application (text)",
                "READ BINARY face data (face/0002)",
            ],
            "a refused SELECT leaves the application"
        );
    }

    #[test]
    fn a_new_power_up_forgets_what_was_selected() {
        let df1 = "00A4040C10A0000002310100000000000000000000";
        let steps =
            format!("> 00B08A0004\n< 0501016282\n> {df1}\n< 9000\n= power\n> 0020008104<4 secret bytes>\n< 9000\n");
        assert_eq!(
            names(Some(CardKind::LICENCE), &steps),
            ["READ BINARY PIN setting (mf/000A)", "SELECT licence data (df1)", "VERIFY PIN 1 (暗証番号1)"]
        );
    }

    #[test]
    fn secure_messaging_is_told() {
        let steps = "> 00A4040C10D392F0004F0200000000000000000000\n< 9000\n> 08B08500000004960200000000\n< 9000\n\
                     > 08200086<19 secret bytes>\n< 9000\n";
        assert_eq!(
            names(Some(CardKind::RESIDENCE1), steps),
            ["SELECT card face (df1)", "READ BINARY (SM) picture of the front (df1/05)", "VERIFY card number"]
        );
    }
}
