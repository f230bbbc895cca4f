//! A text in every form in which it could lie about: as it is, in hex, in base64, in UTF-16, in JIS X 0208.

use std::fmt::Write as _;

/// All forms of a text.
pub fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let raw = text.as_bytes().to_vec();
    let wide: Vec<u16> = text.encode_utf16().collect();
    let (jis, _, unknown) = encoding_rs::ISO_2022_JP.encode(text);
    // Without the escapes in front and behind: as chips hold it.
    let jis = jis.strip_prefix(b"\x1B$B").and_then(|jis| jis.strip_suffix(b"\x1B(B")).filter(|_| !unknown);
    let mut all = vec![
        ("UTF-16LE", wide.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("UTF-16BE", wide.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        ("UTF-8", raw),
    ];
    all.extend(jis.map(|jis| ("JIS", jis.to_vec())));
    let written: Vec<_> = all
        .iter()
        .filter(|(form, _)| matches!(*form, "UTF-8" | "JIS"))
        .flat_map(|(_, bytes)| {
            let hex = hex::encode(bytes);
            let mut escaped = String::new();
            for byte in bytes {
                write!(escaped, "%{byte:02X}").unwrap();
            }
            let mut listed = format!("{bytes:?}");
            listed.retain(|letter| !matches!(letter, '[' | ']'));
            let mut written = vec![
                ("HEX", hex.to_uppercase().into_bytes()),
                ("hex", hex.into_bytes()),
                ("percent", escaped.into_bytes()),
                ("list", listed.into_bytes()),
            ];
            written.extend((0..3).map(|before| ("base64", base64(bytes, before))));
            written
        })
        .collect();
    all.extend(written);
    all
}

/// The letters of base64 that depend on these bytes alone, with so many bytes before them.
fn base64(bytes: &[u8], before: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = |at: usize| -> Option<u8> {
        let byte = at / 8;
        bytes.get(byte.checked_sub(before)?).map(|value| value >> (7 - at % 8) & 1)
    };
    let letters = (before * 8).div_ceil(6)..(before + bytes.len()) * 8 / 6;
    letters
        .filter_map(|letter| {
            let index = (0..6).try_fold(0, |index, bit| Some(index << 1 | bits(letter * 6 + bit)?))?;
            Some(LETTERS[usize::from(index)])
        })
        .collect()
}

/// Which of a text's forms stand in these bytes.
pub fn found(text: &str, within: &[u8]) -> Vec<&'static str> {
    if is_short(text) {
        return found_short(text, within);
    }
    let holds = |form: &[u8]| form.len() >= 4 && contains(within, form);
    forms(text).into_iter().filter(|(_, form)| holds(form)).map(|(name, _)| name).collect()
}

/// Whether a text, a PIN for example, stands by chance within others.
pub fn is_short(text: &str) -> bool {
    text.len() < 6
}

/// Which of a short text's forms stand in these bytes: as it is only by itself, without a letter or a digit beside it, and not in
/// base64, of which too few letters depend on it alone.
fn found_short(text: &str, within: &[u8]) -> Vec<&'static str> {
    let alone = |at: usize| !within.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let holds = |form: &str, bytes: &[u8]| match form {
        "base64" => false,
        "UTF-8" => places(within, bytes).any(|at| at.checked_sub(1).is_none_or(alone) && alone(at + bytes.len())),
        _ => contains(within, bytes),
    };
    forms(text).into_iter().filter(|(form, bytes)| holds(form, bytes)).map(|(form, _)| form).collect()
}

/// The seed of simulated cards whose PINs stand nowhere else: each begins with 0, as no number does that a program writes.
pub const SEED: u64 = 42_694;

/// Whether bytes stand in others.
pub fn contains(within: &[u8], wanted: &[u8]) -> bool {
    places(within, wanted).next().is_some()
}

/// Where bytes begin in others; looks for the first byte first, which is fast enough for a process's memory.
fn places<'a>(within: &'a [u8], wanted: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = wanted.first().expect("something is looked for");
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let at = from + within.get(from..)?.iter().position(|byte| byte == first)?;
            from = at + 1;
            if within[at..].starts_with(wanted) {
                return Some(at);
            }
        }
    })
}

/// The memory of a process that may be written: where it is, and what is there. Some of the system's own cannot be read and is
/// left out, and so are pages of zeros, which are most of it.
#[cfg(target_os = "linux")]
pub fn memory(process: u32) -> Vec<(String, Vec<u8>)> {
    use std::os::unix::fs::FileExt;
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = std::fs::File::open(format!("/proc/{process}/mem")).expect("the tests run as root");
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|rights| rights.starts_with("rw"))) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let (from, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            let empty = |page: &[u8]| page.iter().all(|byte| *byte == 0);
            let pages: Vec<&[u8]> = bytes.chunks(4096).collect();
            let runs = pages.split(|page| empty(page)).filter(|run| !run.is_empty());
            all.extend(runs.map(|run| (line.to_owned(), run.concat())));
        }
    }
    all
}

#[test]
fn every_form_is_found_wherever_it_begins() {
    let mark = "見本　花子9876543210";
    assert!(found(mark, b"nothing").is_empty());
    for (form, bytes) in forms(mark) {
        let around = [b"??", &bytes[..], b"??"].concat();
        assert!(contains(&around, &bytes), "{form}");
    }
    // As base64 writes it behind none, one and two bytes.
    #[cfg(feature = "records")]
    use base64::Engine as _;
    #[cfg(feature = "records")]
    for before in 0..3 {
        let written =
            base64::engine::general_purpose::STANDARD.encode([&b"xyz"[..before], mark.as_bytes(), b"!!"].concat());
        assert!(found(mark, written.as_bytes()).contains(&"base64"), "{before}");
    }
}

#[test]
fn a_short_text_is_found_in_every_form_but_not_within_others() {
    for within in ["pin1 = 0473", "\"value\":\"0473\"", "0473", "\u{4}0473\u{0}", "10473, 0473"] {
        assert_eq!(found("0473", within.as_bytes()), ["UTF-8"], "{within}");
    }
    for within in ["", "10473", "0473a", "04 73", "MDQ3Mw"] {
        assert!(found("0473", within.as_bytes()).is_empty(), "{within}");
    }
    for (form, bytes) in forms("0473").into_iter().filter(|(form, _)| !matches!(*form, "UTF-8" | "base64")) {
        assert!(bytes.len() >= 8, "{form}");
        assert!(found("0473", &[b"a", &bytes[..], b"9"].concat()).contains(&form), "{form}");
    }
}
