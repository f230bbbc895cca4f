//! The words of the headline: the verdict, why, and what is beside it.

use crate::{
    cards::{Findings, Note},
    lang::Bilingual,
    trust::Place,
    verify::{Basis, Check, CheckId, Overall, Verdict, Why},
};

use super::headline::{Case, Headline, Unreal};

impl Unreal {
    /// What such a card is.
    pub fn name(self) -> Bilingual {
        match self {
            Self::Test => Bilingual::new("試験用カード（本物の書類ではありません）", "TEST CARD, NOT A REAL DOCUMENT"),
            Self::Simulated => {
                Bilingual::new("模擬カード（本物の書類ではありません）", "SIMULATED CARD, NOT A REAL DOCUMENT")
            }
        }
    }
}

/// A match whose arms are texts in both languages, one below the other.
macro_rules! says {
    ($value:expr; $($case:pat $(if $condition:expr)? => $ja:literal, $en:literal;)*) => {
        match $value {
            $($case $(if $condition)? => Bilingual::new($ja, $en)),*
        }
    };
}

/// A name, the words for a card that somebody may have been issued, and those for test and simulated cards.
macro_rules! named {
    ($id:literal, $ja:literal, $en:literal; $unreal_id:literal, $unreal_ja:literal, $unreal_en:literal) => {
        [
            ($id, Bilingual::new($ja, $en)),
            (
                concat!("test-", $unreal_id),
                Bilingual::new(
                    concat!("試験用カード（本物の書類ではありません）：", $unreal_ja),
                    concat!("TEST CARD, NOT A REAL DOCUMENT: ", $unreal_en),
                ),
            ),
            (
                concat!("simulated-", $unreal_id),
                Bilingual::new(
                    concat!("模擬カード（本物の書類ではありません）：", $unreal_ja),
                    concat!("SIMULATED CARD, NOT A REAL DOCUMENT: ", $unreal_en),
                ),
            ),
        ]
    };
    ($id:literal, $ja:literal, $en:literal) => {
        named! { $id, $ja, $en; "passed", "検査に合格", "CHECKS PASSED" }
    };
}

impl Headline {
    /// A machine name, for scripts, style sheets and tests. That of a test or simulated card begins with `test-` or
    /// `simulated-`.
    pub fn as_str(self) -> &'static str {
        self.named().0
    }

    /// The verdict in a few words.
    pub fn words(self) -> Bilingual {
        self.named().1
    }

    fn named(self) -> (&'static str, Bilingual) {
        let [real, test, simulated] = match self.case {
            Case::Authentic => named! { "authentic", "真正なカードです", "AUTHENTIC" },
            Case::AuthenticInstalled => named! {
                "authentic-installed", "真正なカードです（利用者が追加した鍵による）", "AUTHENTIC (by a key that you added)"
            },
            Case::AuthenticPublished => named! {
                "authentic-published", "真正なカードです（公表された指紋と一致するCA証明書による）",
                "AUTHENTIC (by a CA certificate with the published fingerprint)"
            },
            Case::AuthenticUnpinned => named! {
                "authentic-unpinned", "発行者のものと確かめられないCA鍵でのみ確認できました",
                "VALID ONLY UNDER A CA KEY NOT KNOWN TO BE THE ISSUER'S"
            },
            Case::AuthenticCopyable => named! {
                "authentic-copyable", "データは真正ですが、ICチップは複製かもしれません",
                "AUTHENTIC DATA, BUT THE CHIP COULD BE A COPY"
            },
            Case::TooYoung => named! {
                "too-young", "年齢の条件を満たしていません", "AGE NOT REACHED";
                "too-young", "年齢の条件を満たしていません", "AGE NOT REACHED"
            },
            Case::NotReal => named! {
                "not-a-real-card", "発行者の系統が不明です：本物とは言えません", "UNKNOWN KIND OF ISSUER: NOT SHOWN TO BE REAL"
            },
            Case::Expired { .. } => named! {
                "expired", "有効期限が切れています", "EXPIRED"; "expired", "有効期限切れ", "EXPIRED"
            },
            Case::NotAccepted => named! {
                "not-accepted", "受け付けられません：本番の発行者ではありません", "NOT ACCEPTED: NOT AN ISSUER OF REAL CARDS";
                "not-accepted", "受け付けません", "NOT ACCEPTED"
            },
            Case::Copied(_) => named! {
                "copied", "複製されたカードの疑いがあります", "REJECTED: THE CARD MAY BE A COPY";
                "copied", "複製の疑い", "MAY BE A COPY"
            },
            Case::Forged(_) => named! {
                "forged", "偽造または改ざんの疑いがあります", "REJECTED: FORGED OR CHANGED DATA";
                "forged", "偽造または改ざんの疑い", "FORGED OR CHANGED"
            },
            Case::Undetermined(_) => named! {
                "undetermined", "真正かどうか判定できません", "UNDETERMINED"; "undetermined", "判定できません", "UNDETERMINED"
            },
        };
        match self.unreal {
            None => real,
            Some(Unreal::Test) => test,
            Some(Unreal::Simulated) => simulated,
        }
    }

    /// One sentence: why, and what it means at the counter.
    pub(super) fn meaning(self, findings: &Findings) -> Bilingual {
        let chip = |id: &CheckId| findings.presentation.chip.contains(id);
        let proves_chip = findings.requirement.required.iter().any(chip);
        let unread = findings.presentation.unread.iter().find(|(scope, _)| *scope == findings.scope);
        match (self.unreal, self.case) {
            (Some(_), Case::NotReal) => Bilingual::new(
                "試験用または模擬の発行者を受け入れる設定で、必須の検査に合格しました。本人確認には使えません。",
                "With a test or simulated issuer accepted, the required checks passed. The card proves nobody's identity.",
            ),
            // Why nothing can be said does not praise the card, so it is said of such cards too.
            (_, case @ Case::Undetermined(why)) => match unread {
                Some((_, text)) if why == Why::NotRead => *text,
                _ => case.meaning(proves_chip, findings),
            },
            (Some(_), _) => Bilingual::new(
                "実際に交付されたカードではなく、本人確認には使えません。",
                "This card was issued to nobody. It proves nobody's identity.",
            ),
            (None, case) => case.meaning(proves_chip, findings),
        }
    }

    /// The reason by name, if there is one.
    pub fn cause(self) -> Option<Bilingual> {
        match self.case {
            Case::Copied(reason) | Case::Forged(reason) => Some(reason.text()),
            // For these the meaning says it.
            Case::Undetermined(
                Why::NoAnchor | Why::NotRead | Why::NotSigned | Why::Unsigned | Why::CertificateNotDer,
            ) => None,
            Case::Undetermined(why) => Some(why.text()),
            _ => None,
        }
    }
}

impl Case {
    fn meaning(self, proves_chip: bool, findings: &Findings) -> Bilingual {
        says! { self;
            Self::Authentic if proves_chip =>
                "発行者の電子署名とICチップの応答を確認しました。持参した人が本人かどうかは、人が確かめてください。",
                "The issuer's signatures and the chip's answer are valid. Judge yourself whether the person is the holder.";
            Self::Authentic =>
                "発行者の電子署名を確認しました。ICチップの複製は検出できません。本人かどうかは、人が確かめてください。",
                "The issuer's signature is valid. The chip cannot show that it is not a copy. Judge yourself whether the person is the holder.";
            Self::AuthenticInstalled if proves_chip =>
                "この端末に追加された発行者鍵で確認しました。鍵の出所は、追加した人が責任を負います。",
                "The signatures are valid under an issuer's key that was added on this machine. The person who added it answers for it.";
            Self::AuthenticInstalled =>
                "この端末に追加された発行者鍵で確認しました（鍵の出所は、追加した人が責任を負います）。ICチップの複製は検出できません。",
                "The signature is valid under an issuer's key that was added on this machine (the person who added it answers for it). \
                 The chip cannot show that it is not a copy.";
            Self::AuthenticPublished =>
                "電子署名を確認しました（この端末に追加されたCA証明書の指紋は、発行者が公表したものと一致します）。ICチップの複製は検出できません。本人かどうかは、人が確かめてください。",
                "The issuer's signature is valid (the CA certificate that was added on this machine has a fingerprint that the \
                 issuer published). The chip cannot show that it is not a copy. Judge yourself whether the person is the holder.";
            Self::AuthenticUnpinned if !findings.presentation.known_anchors =>
                "この端末に追加されたCA証明書は、出所が確認されないまま登録されました（--unpinned）。出所を確かめるまで、真正なものとして扱わないでください。",
                "The CA certificate was added on this machine although nothing vouches for it (--unpinned). Do not treat the document as \
                 authentic until its source is known.";
            Self::AuthenticUnpinned if proves_chip =>
                "この端末に追加されたCA鍵は、発行者が公表したものでも、taimenに付属するものでもありません。出所を確かめるまで、真正なカードとして扱わないでください。",
                "The CA key that was added on this machine was not published by the issuer and does not ship with taimen. Do not \
                 treat the card as authentic until its source is known.";
            Self::AuthenticUnpinned =>
                "この端末に追加されたCA証明書は、発行者が公表した指紋のどれとも一致しません。出所を確かめるまで、真正なカードとして扱わないでください。",
                "The CA certificate that was added on this machine has none of the fingerprints that the issuer published. \
                 Do not treat the card as authentic until its source is known.";
            Self::AuthenticCopyable =>
                "電子署名は正しいですが、このICチップには複製を検出する仕組みがありません。券面の印刷・顔写真・来店者の顔を、人が見比べてください。",
                "The signatures are valid, but this chip has no means against copying. Compare the print, the picture and the person yourself.";
            Self::TooYoung =>
                "文書は真正ですが、持ち主は、確かめた年齢に達していません。年齢の条件があるものを渡したり、許可したりしないでください。",
                "The document is authentic, and its holder has not reached the age that was asked for. Do not sell or allow what depends on that age.";
            Self::NotReal =>
                "実際にカードを交付している発行者のものとは言えません。本人確認には使えません。",
                "Nothing shows that the issuer issues real cards. The card proves nobody's identity.";
            Self::Expired { otherwise_authentic: true } if proves_chip =>
                "電子署名とICチップは正常です（偽造ではありません）が、期限切れのため本人確認書類として使えません。",
                "Signatures and chip are in order (it is not a forgery), but an expired card does not prove identity.";
            Self::Expired { otherwise_authentic: true } =>
                "電子署名は正しい（改ざんではない）ですが、期限切れのため本人確認書類として使えません。",
                "The signature is valid (the data was not changed), but an expired card does not prove identity.";
            Self::Expired { otherwise_authentic: false } =>
                "期限切れのため本人確認書類として使えません。真正かどうかも、すべては確認できていません。",
                "An expired card does not prove identity. Whether it is authentic was not fully checked either.";
            Self::NotAccepted =>
                "電子署名は正しくても、実際に交付されたカードではありません。本人確認には使えません。",
                "This card was issued to nobody, even if its signatures are valid. It proves nobody's identity.";
            Self::Copied(_) =>
                "データは正しくても、ICチップが証明された鍵を持っていません。本人確認書類として扱わないでください。",
                "The data may be right, but the chip does not hold the certified key. Do not accept the card.";
            Self::Forged(_) =>
                "データまたは証明書が発行者のものと一致しません。本人確認書類として扱わないでください。",
                "Data or certificate are not as the issuer signed them. Do not accept the card.";
            Self::Undetermined(Why::NoAnchor) =>
                "この発行者の鍵を持っていないため、確認できません。真正とも偽造とも言えません。",
                "taimen knows no key of this issuer, so it cannot say whether the card is authentic.";
            Self::Undetermined(Why::NotRead) =>
                "必要なデータを読み取っていません。真正とも偽造とも言えません。",
                "taimen did not read data that it needs, so it cannot say whether the card is authentic.";
            Self::Undetermined(Why::Unsigned) =>
                "有効期限が電子署名の対象外で、この保存データの内容を保証する人もいないため、期限内かどうか判定できません。",
                "The expiry is not signed and nobody vouches for this saved reading, so taimen cannot say whether the card has expired.";
            Self::Undetermined(Why::NotSigned) =>
                "電子署名の記録がないカードです。発行者が署名を記録しないのは16歳未満の方などのカードだけです：来店者や券面の生年月日が16歳以上なら、受け付けないでください。16歳未満なら、署名がないこと自体は偽造を意味しません。",
                "The card holds no signature. The issuer omits it only for holders under 16. If the person is 16 or older, or the birth date says so, do not accept it. Under 16, it does not mean forged.";
            Self::Undetermined(Why::AnchorExpired) if others_passed(findings) && about_signer(findings) =>
                "電子署名は発行者のCA証明書まで確認できましたが、署名者の証明書の有効期間が過ぎています。偽造を示すものではありません。今も有効なカードかどうかは、発行者に確認してください。",
                "The signature is valid up to the issuer's CA certificate, but the signer's own certificate has expired. That is not a sign of a forgery. Ask the issuer whether such a card still counts.";
            Self::Undetermined(Why::AnchorExpired) if others_passed(findings) =>
                "電子署名は発行者のCA証明書まで確認できましたが、そのCA証明書の有効期間が過ぎています。偽造を示すものではありません。今も有効なカードかどうかは、発行者に確認してください。",
                "The signature is valid up to the issuer's CA certificate, which has expired. That is not a sign of a forgery. \
                 Ask the issuer whether such a card still counts.";
            Self::Undetermined(Why::AnchorExpired) =>
                "発行者の証明書の有効期間が過ぎています。カードの偽造を示すものではありませんが、真正とも判定できません。",
                "The issuer's certificate has expired. That is not a sign of a forgery, but the card is not shown to \
                 be authentic either.";
            Self::Undetermined(Why::CertificateNotDer) =>
                "カードの証明書が標準の形式（DER）ではないため、電子署名を検査していません。真正とも偽造とも言えません。",
                "The certificate on the card is not in the standard form (DER), so taimen did not check the signature. It cannot say whether the card is authentic.";
            Self::Undetermined(Why::NotABook) =>
                "ICチップのデータによると、旅券ではない書類です。旅券として扱わないでください。",
                "The chip says that the document is not a passport. Do not accept it as one.";
            Self::Undetermined(Why::SelfReported) =>
                "ICチップの応答の記録は、保存した人が自分で作ることもできます。その人の言葉を信じる根拠（--sealed-by）がないため、複製でないとは言えません。",
                "Whoever saved this reading could have made up the chip's answer. Without a demanded seal (--sealed-by), taimen cannot say that the chip is not a copy.";
            Self::Undetermined(_) =>
                "必要な検査が済んでいません。真正とも偽造とも言えません。",
                "A required check was not done, so taimen cannot say whether the card is authentic.";
        }
    }
}

/// Whether the signature itself holds: nothing that is required is open but a certificate whose time is over.
fn others_passed(findings: &Findings) -> bool {
    let over = |check: &Check| check.verdict == Verdict::NotDone(Why::AnchorExpired);
    let fine =
        |id: &CheckId| *id == CheckId::NotExpired || findings.check(*id).is_some_and(|c| c.is_passed() || over(c));
    findings.requirement.required.iter().all(fine)
}

/// Whether it is the certificate on the card whose time is over, and not its issuer's.
fn about_signer(findings: &Findings) -> bool {
    findings.checks.iter().any(|check| {
        check.verdict == Verdict::NotDone(Why::AnchorExpired) && check.evidence.about() == Some(Place::Leaf)
    })
}

macro_rules! notes {
    ($($name:ident $id:literal, $ja:literal, $en:literal;)*) => {
        $(const $name: Note = Note { id: $id, text: Bilingual::new($ja, $en) };)*
    };
}

notes! {
    UNSIGNED_CHANGES "unsigned-changes", "発行後に記載が変更されています（署名なし）：カードの裏面を確認してください",
        "Entries were changed after issue, unsigned: check the back of the card";
    EXPIRY_NOT_CHECKED "expiry-not-checked", "有効期間は確認していません（券面で確認してください）",
        "The expiry was not checked (look at it on the card)";
    SEALERS_WORD "sealers-word", "時刻と署名のない記載は、封印した人の言葉によります（--sealed-by）",
        "The time and the unsigned data rest on the sealer's word (--sealed-by)";
    OPERATORS_WORD "operators-word", "時刻と署名のない記載は、操作した人の言葉によります（--at）",
        "The time and the unsigned data rest on the operator's word (--at)";
    OPERATORS_TIME "operators-time", "操作した人が指定した時刻（--at）の時点で判定しました",
        "As of a time that the operator named (--at)";
}

/// What is beside the verdict.
pub(super) fn notes_of(findings: &Findings) -> Vec<Note> {
    let changed = findings.holder.current.is_some() || !findings.history.is_empty();
    let no_expiry = !findings.requirement.requires(CheckId::NotExpired);
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
