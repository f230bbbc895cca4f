//! The verdict in words: one line that a person acts on, and one that says why.

use crate::{
    cards::{Findings, Note, residence_card::files::Generation},
    dump::Scope,
    lang::Bilingual,
    trust::{Hierarchy, Place},
    verify::{Basis, CheckId, Overall, Reason, Verdict, Why},
};

/// The verdict as people read it. The machine's verdict is [`Overall`]; this one tells the cases apart that staff must
/// treat differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Headline {
    /// Every required check passed, under an issuer's key of production.
    Authentic,
    /// Every required check passed, under a key that the user added; nobody publishes keys for this card.
    AuthenticInstalled,
    /// Every required check passed, under a certificate that the user added and the issuer published.
    AuthenticPublished,
    /// Every required check passed, under a certificate that the user added although it is none of those that the
    /// issuer published.
    AuthenticUnpinned,
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
                Some(Hierarchy::Installed) => Self::installed(findings),
                other => Self::NotARealCard(other),
            },
            Overall::Rejected => Self::rejected(findings),
            Overall::Undetermined => Self::Undetermined(first_not_done(findings)),
        }
    }

    /// A residence card's authorities are published with their fingerprints. Nobody publishes those of My Number Cards: keys
    /// that ship are known by their source, any other is whatever somebody added. For licences no key is known at all.
    fn installed(findings: &Findings) -> Self {
        let certificate = findings.check(CheckId::CardCertificate).or(findings.check(CheckId::FaceCertificate));
        match certificate {
            None => Self::AuthenticInstalled,
            Some(check) if check.evidence.anchor().is_some_and(|anchor| anchor.official) => Self::AuthenticPublished,
            Some(_) => Self::AuthenticUnpinned,
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
            Self::AuthenticPublished => "authentic-published",
            Self::AuthenticUnpinned => "authentic-unpinned",
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
            Self::Authentic | Self::AuthenticInstalled | Self::AuthenticPublished => Tone::Good,
            Self::Expired { .. } | Self::NotAccepted(_) | Self::Copied(_) | Self::Forged(_) => Tone::Bad,
            Self::AuthenticUnpinned | Self::NotARealCard(_) | Self::Undetermined(_) => Tone::Unsure,
        }
    }

    /// ○, × or △. A card that is not a real one never gets a ○, whatever was accepted; nor one that rests on a certificate
    /// that the issuer did not publish.
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
            Self::AuthenticPublished => Bilingual::new(
                "真正なカードです（公表された指紋と一致するCA証明書による）",
                "AUTHENTIC (by a CA certificate with the published fingerprint)",
            ),
            Self::AuthenticUnpinned => Bilingual::new(
                "公表されたものではないCA鍵でのみ確認できました",
                "HOLDS ONLY UNDER A CA KEY THAT THE ISSUER DID NOT PUBLISH",
            ),
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
            Self::AuthenticPublished => Bilingual::new(
                "この端末に追加されたCA証明書で確認しました。その指紋は、発行者が公表したものと一致します。",
                "The signatures hold under a CA certificate that was added on this machine; its fingerprint is one that the \
                 issuer published.",
            ),
            Self::AuthenticUnpinned => Bilingual::new(
                "この端末に追加されたCA証明書は、発行者が公表した指紋のどれとも一致しません。出所を確かめるまで、真正なカードとして扱わないでください。",
                "The CA certificate that was added on this machine has none of the fingerprints that the issuer published. \
                 Do not treat the card as authentic until its source is known.",
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
            Self::Undetermined(Why::Unsigned) => Bilingual::new(
                "有効期限が電子署名の対象外で、この保存データの内容を保証する人もいないため、期限内かどうか判定できません。",
                "The expiry is not signed and nobody vouches for this saved reading, so whether the card has expired is not known.",
            ),
            Self::Undetermined(Why::NotSigned) => Bilingual::new(
                "電子署名の記録がないカードです。発行者が署名を記録しないのは16歳未満の方などのカードだけです：来店者や券面の生年月日が16歳以上なら、受け付けないでください。16歳未満なら、署名がないこと自体は偽造を意味しません。",
                "The card holds no signature. The issuer leaves it out for holders under 16 alone: if the person, or the birth \
                 date on the card, is 16 or older, do not accept it. For somebody under 16 its absence does not mean forged.",
            ),
            Self::Undetermined(Why::AnchorExpired) => Bilingual::new(
                "発行者の証明書の有効期間が過ぎています。カードの偽造を示すものではありませんが、真正とも判定できません。",
                "The validity of the issuer's certificate is over. That is no sign of a forgery, but the card is not shown to \
                 be authentic either.",
            ),
            Self::Undetermined(Why::CertificateNotDer) => Bilingual::new(
                "カードの証明書が標準の形式（DER）ではないため、電子署名を検査していません。真正とも偽造とも言えません。",
                "The certificate on the card is not in the standard form (DER), so the signature was not checked: nothing can \
                 be said for or against the card.",
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
            (Self::Undetermined(_), Scope::WITHOUT_PIN) => Bilingual::new(
                "暗証番号なしで読みました。署名されたデータを読んでいないため、真正とも偽造とも言えません。",
                "The PINs were not entered: nothing signed was read, so nothing can be said for or against the card.",
            ),
            (Self::Undetermined(Why::NotRead), Scope::PIN1) => Bilingual::new(
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
                "The signature holds (the data was not changed), but an expired card is no proof of identity.",
            ),
            (Self::AuthenticUnpinned, _) if proves_chip => Bilingual::new(
                "この端末に追加されたCA鍵は、発行者が公表したものでも、taimenに付属するものでもありません。出所を確かめるまで、真正なカードとして扱わないでください。",
                "The CA key that was added on this machine was not published by the issuer and does not ship with taimen. Do not \
                 treat the card as authentic until its source is known.",
            ),
            (Self::AuthenticInstalled, _) if !proves_chip => Bilingual::new(
                "この端末に追加された発行者鍵で確認しました（鍵の出所は、追加した人が責任を負います）。ICチップの複製は検出できません。",
                "The signature holds under an issuer's key that was added on this machine (whoever added it answers for it). \
                 A copied chip cannot be told.",
            ),
            (Self::AuthenticPublished, _) if !proves_chip => Bilingual::new(
                "電子署名を確認しました（この端末に追加されたCA証明書の指紋は、発行者が公表したものと一致します）。ICチップの複製は検出できません。本人かどうかは、人が確かめてください。",
                "The issuer's signature holds (the CA certificate that was added on this machine has a fingerprint that the \
                 issuer published). A copied chip cannot be told. Whether the person is the holder is for you to judge.",
            ),
            (Self::Undetermined(Why::AnchorExpired), _) if signed(findings) && about_signer(findings) => {
                Bilingual::new(
                    "電子署名は発行者のCA証明書まで確認できましたが、署名者の証明書の有効期間が過ぎています。偽造を示すものではありません。今も有効なカードかどうかは、発行者に確認してください。",
                    "The signature holds up to the issuer's CA certificate, but the validity of the signer's own certificate is \
                 over. That is no sign of a forgery. Ask the issuer whether such a card still counts.",
                )
            }
            (Self::Undetermined(Why::AnchorExpired), _) if signed(findings) => Bilingual::new(
                "電子署名は発行者のCA証明書まで確認できましたが、そのCA証明書の有効期間が過ぎています。偽造を示すものではありません。今も有効なカードかどうかは、発行者に確認してください。",
                "The signature holds up to the issuer's CA certificate, whose validity is over. That is no sign of a forgery. \
                 Ask the issuer whether such a card still counts.",
            ),
            _ => self.meaning(),
        }
    }

    /// The reason by name, where there is one.
    pub fn cause(self) -> Option<Bilingual> {
        match self {
            Self::Copied(reason) | Self::Forged(reason) => Some(reason.text()),
            // For these the meaning says it.
            Self::Undetermined(
                Why::NoAnchor | Why::NotRead | Why::NotSigned | Why::Unsigned | Why::CertificateNotDer,
            ) => None,
            Self::Undetermined(why) => Some(why.text()),
            _ => None,
        }
    }
}

/// Whether the signature of a residence card itself holds.
fn signed(findings: &Findings) -> bool {
    findings.check(CheckId::CardSignature).is_some_and(crate::verify::Check::is_passed)
}

/// Whether it is the certificate on a residence card that has expired, and not its issuer's.
fn about_signer(findings: &Findings) -> bool {
    let about = |check: &crate::verify::Check| check.evidence.about() == Some(Place::Leaf);
    findings.check(CheckId::CardCertificate).is_some_and(about)
}

/// Entries were added after issue.
const UNSIGNED_CHANGES: Note = Note {
    id: "unsigned-changes",
    text: Bilingual::new(
        "記載事項の変更があります（変更は電子署名の対象外）",
        "Entries were changed after issue (the changes are not signed)",
    ),
};

/// The first generation of residence cards has its expiry in the picture of the front alone.
const EXPIRY_NOT_CHECKED: Note = Note {
    id: "expiry-not-checked",
    text: Bilingual::new(
        "有効期間は確認していません（券面で確認してください）",
        "The expiry was not checked (look at it on the card)",
    ),
};

/// A saved reading counts because whoever sealed it is trusted.
const SEALERS_WORD: Note = Note {
    id: "sealers-word",
    text: Bilingual::new(
        "時刻と署名のない記載は、封印した人の言葉によります（--sealed-by）",
        "The time and what nobody signed stand by the sealer's word (--sealed-by)",
    ),
};

/// The operator says so.
const OPERATORS_WORD: Note = Note {
    id: "operators-word",
    text: Bilingual::new(
        "時刻と署名のない記載は、操作した人の言葉によります（--at）",
        "The time and what nobody signed stand by the operator's word (--at)",
    ),
};

/// Only the time is the operator's.
const OPERATORS_TIME: Note = Note {
    id: "operators-time",
    text: Bilingual::new(
        "操作した人が指定した時刻（--at）の時点で判定しました",
        "As of a time that the operator named (--at)",
    ),
};

/// What stands beside the verdict.
pub(super) fn notes_of(findings: &Findings) -> Vec<Note> {
    let changed = findings.holder.current.is_some() || !findings.history.is_empty();
    let no_expiry = Generation::of(findings.kind) == Some(Generation::First);
    let rejected = findings.overall() == Overall::Rejected;
    let word = match findings.basis {
        Basis::Live(_) | Basis::Now(_) => None,
        Basis::Named(_) => Some(OPERATORS_TIME),
        Basis::Sealed(_) => Some(SEALERS_WORD),
        Basis::Operator(_) => Some(OPERATORS_WORD),
    };
    let notes = [word, changed.then_some(UNSIGNED_CHANGES), (no_expiry && !rejected).then_some(EXPIRY_NOT_CHECKED)];
    notes.into_iter().flatten().collect()
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
