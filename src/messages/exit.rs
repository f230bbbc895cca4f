//! The exit codes, on which scripts rest. `docs/exit-codes.md` says the same; a test holds the two together.

use crate::{cards::Findings, lang::Bilingual, verify::Overall};

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExitCode {
    /// 0: the card is authentic, or the command did what it was asked to do.
    Authentic,
    /// 1: the card is rejected: a required check failed (an expired card too).
    Rejected,
    /// 2: usage or set-up: a bad option or file, no smart card service, no reader, a credential missing.
    Usage,
    /// 3: undetermined: neither authentic nor rejected.
    Undetermined,
    /// 4: reader or card trouble: no card in time, an unknown card, one pulled away or held by another program.
    Card,
    /// 5: a credential was refused, is blocked, or was unsafe to try.
    Credential,
    /// 6: the card is authentic, and a field of the form is neither the same as the chip's nor another spelling of it, or the holder has not
    /// reached the age that was asked for.
    Mismatch,
    /// 7: the card is authentic, and its record was not saved.
    NotSaved,
    /// 130: a batch was interrupted (Ctrl-C), so that some inputs were not judged.
    Interrupted,
}

impl ExitCode {
    /// Every code, in numeric order.
    pub const ALL: [Self; 9] = [
        Self::Authentic,
        Self::Rejected,
        Self::Usage,
        Self::Undetermined,
        Self::Card,
        Self::Credential,
        Self::Mismatch,
        Self::NotSaved,
        Self::Interrupted,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Authentic => 0,
            Self::Rejected => 1,
            Self::Usage => 2,
            Self::Undetermined => 3,
            Self::Card => 4,
            Self::Credential => 5,
            Self::Mismatch => 6,
            Self::NotSaved => 7,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a line.
    pub fn words(self) -> Bilingual {
        match self {
            Self::Authentic => Bilingual::new(
                "真正、または指示された処理が終わった",
                "authentic, or the command did what it was asked to do",
            ),
            Self::Rejected => Bilingual::new(
                "不合格：偽造・複製・期限切れ、または受け入れていない発行者",
                "rejected: forged, copied, expired, or an issuer that was not accepted",
            ),
            Self::Usage => Bilingual::new("指定や設定の誤り", "usage or set-up"),
            Self::Undetermined => Bilingual::new("判定不能", "undetermined"),
            Self::Card => Bilingual::new("リーダーやカードの異常", "reader or card trouble"),
            Self::Credential => Bilingual::new(
                "暗証番号等が違う・ロックされている・試すと危険",
                "a credential was refused, is blocked, or was unsafe to try",
            ),
            Self::Mismatch => Bilingual::new(
                "真正だが、申込書と一致しない（要確認・目視を含む）か、年齢の条件を満たしていない",
                "authentic, but the form differs or a person must look at it, or the age is not reached",
            ),
            Self::NotSaved => {
                Bilingual::new("真正だが、記録を保存できなかった", "authentic, but the record was not saved")
            }
            Self::Interrupted => Bilingual::new("batch が中断された", "a batch was interrupted"),
        }
    }

    /// The worse of two, in the order 130 5 4 2 1 3 7 6 0: what a batch returns.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        if other.badness() > self.badness() { other } else { self }
    }

    /// The code of a verdict alone.
    pub(crate) fn of(overall: Overall) -> Self {
        match overall {
            Overall::Authentic => Self::Authentic,
            Overall::Rejected => Self::Rejected,
            Overall::Undetermined => Self::Undetermined,
        }
    }

    fn badness(self) -> u8 {
        match self {
            Self::Authentic => 0,
            Self::Mismatch => 1,
            Self::NotSaved => 2,
            Self::Undetermined => 3,
            Self::Rejected => 4,
            Self::Usage => 5,
            Self::Card => 6,
            Self::Credential => 7,
            Self::Interrupted => 8,
        }
    }
}

impl From<&Findings> for ExitCode {
    /// How a check ends that found this.
    fn from(findings: &Findings) -> Self {
        match Self::of(findings.overall()) {
            Self::Authentic if findings.is_too_young() => Self::Mismatch,
            exit => exit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_code_with_its_name() {
        let page = include_str!("../../docs/exit-codes.md");
        for exit in ExitCode::ALL {
            let name = format!("{exit:?}").to_lowercase();
            assert!(page.contains(&format!("| {} | {name} |", exit.code())), "{exit:?}");
        }
        assert_eq!(page.lines().filter(|line| line.starts_with("| ")).count(), 2 + ExitCode::ALL.len());
    }

    #[test]
    fn a_batch_returns_the_worst() {
        let order = [130, 5, 4, 2, 1, 3, 7, 6, 0];
        for (index, worse) in order.iter().enumerate() {
            for better in &order[index..] {
                let of = |code: u8| ExitCode::ALL.into_iter().find(|exit| exit.code() == code).unwrap();
                assert_eq!(of(*worse).worse(of(*better)), of(*worse));
                assert_eq!(of(*better).worse(of(*worse)), of(*worse));
            }
        }
    }
}
