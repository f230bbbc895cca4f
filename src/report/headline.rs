//! The verdict in words: one line that a person acts on, and one that says why.

use crate::{
    cards::{Findings, Note},
    dump::Scope,
    lang::Bilingual,
    trust::Hierarchy,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

/// The verdict as people read it. The machine's verdict is [`Overall`]; this one tells the cases apart that staff must
/// treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headline {
    /// Every required check passed, under an issuer's key of production.
    Authentic,
    /// Every required check passed, under a key that the user added.
    AuthenticInstalled,
    /// Every required check passed, but under a test or simulated issuer that the user accepted (or under none known).
    NotARealCard(Option<Hierarchy>),
    /// The expiry day is over, and nothing else speaks against the card.
    Expired {
        /// Whether every other required check passed.
        otherwise_authentic: bool,
    },
    /// The issuer belongs to a hierarchy that was not accepted.
    NotAccepted(Option<Hierarchy>),
    /// The data fits, but the chip does not hold the key: a copy.
    Copied(Reason),
    /// Data or certificate are not the issuer's, or were changed.
    Forged(Reason),
    /// Neither for nor against: why the first required check was not done.
    Undetermined(Why),
}

/// How a headline is coloured. Never the only sign: symbol and words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Green.
    Good,
    /// Red.
    Bad,
    /// Yellow.
    Unsure,
}

impl Headline {
    /// The headline of what was found.
    pub fn of(findings: &Findings) -> Self {
        match findings.overall() {
            Overall::Authentic => match findings.hierarchy {
                Some(Hierarchy::Production) => Self::Authentic,
                Some(Hierarchy::Installed) => Self::AuthenticInstalled,
                other => Self::NotARealCard(other),
            },
            Overall::Rejected => Self::rejected(findings),
            Overall::Undetermined => Self::Undetermined(first_not_done(findings)),
        }
    }

    fn rejected(findings: &Findings) -> Self {
        let required = |check: &&crate::verify::Check| findings.requirement.requires(check.id);
        let failures = || {
            findings.checks.iter().filter(required).filter_map(|check| match check.verdict {
                Verdict::Failed(reason) => Some((check.id, reason)),
                _ => None,
            })
        };
        // The gravest first: a forged card stays forged when it has also expired.
        let is_chip = |id| matches!(id, CheckId::ChipKey | CheckId::TextChipKey);
        let grave = |reason| !matches!(reason, Reason::Expired | Reason::HierarchyNotAccepted);
        if let Some((_, reason)) = failures().find(|(id, reason)| grave(*reason) && !is_chip(*id)) {
            return Self::Forged(reason);
        }
        if let Some((_, reason)) = failures().find(|(id, reason)| grave(*reason) && is_chip(*id)) {
            return Self::Copied(reason);
        }
        if failures().any(|(_, reason)| reason == Reason::HierarchyNotAccepted) {
            return Self::NotAccepted(findings.hierarchy);
        }
        let expired = |check: &crate::verify::Check| check.verdict == Verdict::Failed(Reason::Expired);
        Self::Expired {
            otherwise_authentic: findings.requirement.required.iter().all(|id| {
                let mut checks = findings.checks.iter().filter(|check| check.id == *id).peekable();
                checks.peek().is_some() && checks.all(|check| check.is_passed() || expired(check))
            }),
        }
    }

    /// A machine name, for style sheets and tests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentic => "authentic",
            Self::AuthenticInstalled => "authentic-installed",
            Self::NotARealCard(_) => "not-a-real-card",
            Self::Expired { .. } => "expired",
            Self::NotAccepted(_) => "not-accepted",
            Self::Copied(_) => "copied",
            Self::Forged(_) => "forged",
            Self::Undetermined(_) => "undetermined",
        }
    }

    /// Colour.
    pub fn tone(self) -> Tone {
        match self {
            Self::Authentic | Self::AuthenticInstalled => Tone::Good,
            Self::Expired { .. } | Self::NotAccepted(_) | Self::Copied(_) | Self::Forged(_) => Tone::Bad,
            Self::NotARealCard(_) | Self::Undetermined(_) => Tone::Unsure,
        }
    }

    /// ○, × or △. A card that is not a real one never gets a ○, whatever was accepted.
    pub fn symbol(self) -> &'static str {
        match self.tone() {
            Tone::Good => "○",
            Tone::Bad => "×",
            Tone::Unsure => "△",
        }
    }

    /// The verdict in a few words.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Authentic => Bilingual::new("真正なカードです", "AUTHENTIC"),
            Self::AuthenticInstalled => {
                Bilingual::new("真正なカードです（利用者が追加した鍵による）", "AUTHENTIC (by a key that you added)")
            }
            Self::NotARealCard(Some(Hierarchy::Simulated)) => {
                Bilingual::new("模擬カード：本物ではありません", "SIMULATED CARD: NOT A REAL ONE")
            }
            Self::NotARealCard(Some(Hierarchy::Test)) => {
                Bilingual::new("試験用カード：本物ではありません", "TEST CARD: NOT A REAL ONE")
            }
            Self::NotARealCard(_) => Bilingual::new(
                "発行者の系統が不明です：本物とは言えません",
                "UNKNOWN KIND OF ISSUER: NOT SHOWN TO BE REAL",
            ),
            Self::Expired { .. } => Bilingual::new("有効期限が切れています", "EXPIRED"),
            Self::NotAccepted(Some(Hierarchy::Simulated)) => {
                Bilingual::new("受け付けられません：模擬カードです", "NOT ACCEPTED: A SIMULATED CARD")
            }
            Self::NotAccepted(Some(Hierarchy::Test)) => {
                Bilingual::new("受け付けられません：試験用カードです", "NOT ACCEPTED: A TEST CARD")
            }
            Self::NotAccepted(_) => Bilingual::new(
                "受け付けられません：本番の発行者ではありません",
                "NOT ACCEPTED: NOT AN ISSUER OF REAL CARDS",
            ),
            Self::Copied(_) => Bilingual::new("複製されたカードの疑いがあります", "REJECTED: THE CARD MAY BE A COPY"),
            Self::Forged(_) => Bilingual::new("偽造または改ざんの疑いがあります", "REJECTED: FORGED OR CHANGED DATA"),
            Self::Undetermined(_) => Bilingual::new("真正かどうか判定できません", "UNDETERMINED"),
        }
    }

    /// One sentence: why, and what it means at the counter.
    pub fn meaning(self) -> Bilingual {
        match self {
            Self::Authentic => Bilingual::new(
                "発行者の電子署名とICチップの応答を確認しました。持参した人が本人かどうかは、人が確かめてください。",
                "The issuer's signatures and the chip's answer hold. Whether the person is the holder is for you to judge.",
            ),
            Self::AuthenticInstalled => Bilingual::new(
                "この端末に追加された発行者鍵で確認しました。鍵の出所は、追加した人が責任を負います。",
                "The signatures hold under an issuer's key that was added on this machine: whoever added it answers for it.",
            ),
            Self::NotARealCard(_) => Bilingual::new(
                "試験用または模擬の発行者を受け入れる設定で読みました。本人確認には使えません。",
                "Read with a test or simulated issuer accepted. It proves nobody's identity.",
            ),
            Self::Expired { otherwise_authentic: true } => Bilingual::new(
                "電子署名とICチップは正常です（偽造ではありません）が、期限切れのため本人確認書類として使えません。",
                "Signatures and chip are in order (it is not a forgery), but an expired card is no proof of identity.",
            ),
            Self::Expired { otherwise_authentic: false } => Bilingual::new(
                "期限切れのため本人確認書類として使えません。真正かどうかも、すべては確認できていません。",
                "An expired card is no proof of identity. Whether it is authentic was not fully checked either.",
            ),
            Self::NotAccepted(_) => Bilingual::new(
                "電子署名は正しくても、実際に交付されたカードではありません。本人確認には使えません。",
                "Nobody was issued this card, even if its signatures hold. It proves nobody's identity.",
            ),
            Self::Copied(_) => Bilingual::new(
                "データは正しくても、ICチップが証明された鍵を持っていません。本人確認書類として扱わないでください。",
                "The data may be right, but the chip does not hold the certified key. Do not accept the card.",
            ),
            Self::Forged(_) => Bilingual::new(
                "データまたは証明書が発行者のものと一致しません。本人確認書類として扱わないでください。",
                "Data or certificate are not as the issuer signed them. Do not accept the card.",
            ),
            Self::Undetermined(Why::NoAnchor) => Bilingual::new(
                "この発行者の鍵を持っていないため、確認できません。真正とも偽造とも言えません。",
                "No key of this issuer is known, so nothing can be said for or against the card.",
            ),
            Self::Undetermined(Why::NotRead) => Bilingual::new(
                "必要なデータを読み取っていません。真正とも偽造とも言えません。",
                "Data that is needed was not read, so nothing can be said for or against the card.",
            ),
            Self::Undetermined(_) => Bilingual::new(
                "必要な検査が済んでいません。真正とも偽造とも言えません。",
                "A check that is needed was not done, so nothing can be said for or against the card.",
            ),
        }
    }

    /// The same for a card: what was read and what its chip can show differ between kinds.
    pub fn meaning_of(self, findings: &Findings) -> Bilingual {
        let proves_chip = findings.requirement.requires(CheckId::ChipKey);
        match (self, findings.scope) {
            (Self::Undetermined(_), Scope::WithoutPin) => Bilingual::new(
                "暗証番号なしで読みました。署名されたデータを読んでいないため、真正とも偽造とも言えません。",
                "The PINs were not entered: nothing signed was read, so nothing can be said for or against the card.",
            ),
            (Self::Undetermined(Why::NotRead), Scope::Pin1) => Bilingual::new(
                "暗証番号2がないため、電子署名の検査に必要なデータを読んでいません。真正とも偽造とも言えません。",
                "PIN 2 was not entered: data that the signature covers was not read, so nothing can be said for or against \
                 the card.",
            ),
            (Self::Authentic, _) if !proves_chip => Bilingual::new(
                "発行者の電子署名を確認しました。ICチップの複製は検出できません。本人かどうかは、人が確かめてください。",
                "The issuer's signature holds. A copied chip cannot be told. Whether the person is the holder is for you to \
                 judge.",
            ),
            (Self::Expired { otherwise_authentic: true }, _) if !proves_chip => Bilingual::new(
                "電子署名は正しい（改ざんではない）ですが、期限切れのため本人確認書類として使えません。",
                "The signature holds (the data was not changed), but an expired licence is no proof of identity.",
            ),
            _ => self.meaning(),
        }
    }

    /// The reason by name, where there is one.
    pub fn cause(self) -> Option<Bilingual> {
        match self {
            Self::Copied(reason) | Self::Forged(reason) => Some(reason.text()),
            // For these two the meaning says it.
            Self::Undetermined(Why::NoAnchor | Why::NotRead) => None,
            Self::Undetermined(why) => Some(why.text()),
            _ => None,
        }
    }
}

/// Entries were added after issue.
const UNSIGNED_CHANGES: Note = Note {
    id: "unsigned-changes",
    text: Bilingual::new(
        "記載事項の変更があります（変更は電子署名の対象外）",
        "Entries were changed after issue (the changes are not signed)",
    ),
};

/// What stands beside the verdict.
pub(super) fn notes_of(findings: &Findings) -> Vec<Note> {
    let changed = findings.holder.current.is_some() || !findings.history.is_empty();
    changed.then_some(UNSIGNED_CHANGES).into_iter().collect()
}

/// Why the first required check was not done, followed to its root. A check that is absent was not read.
fn first_not_done(findings: &Findings) -> Why {
    let why = |id| match findings.verdict(id) {
        Some(Verdict::NotDone(why)) => Some(why),
        None => Some(Why::NotRead),
        Some(_) => None,
    };
    let mut found = findings.requirement.required.iter().find_map(|id| why(*id)).unwrap_or(Why::NotRead);
    for _ in &findings.checks {
        match found {
            Why::DependsOn(id) => match why(id) {
                Some(root) => found = root,
                None => break,
            },
            _ => break,
        }
    }
    found
}
