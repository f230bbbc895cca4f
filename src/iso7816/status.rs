//! Status words as one table (ISO/IEC 7816-4:2020 5.6; spec my-number 4).

use std::fmt;

use crate::lang::Bilingual;

/// The two bytes that end every answer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(pub u16);

impl Status {
    /// Success.
    pub const OK: Self = Self(0x9000);
    /// The file ended before Le; the answer holds what there was.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// The application is selected although it is locked.
    pub const LOCKED: Self = Self(0x6283);
    /// VERIFY failed on a reference without a counter.
    pub const VERIFY_FAILED: Self = Self(0x6300);
    /// Wrong length.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// A credential is needed first.
    pub const SECURITY: Self = Self(0x6982);
    /// Blocked, in the ISO form.
    pub const BLOCKED_ISO: Self = Self(0x6983);
    /// Blocked, as the My Number Card says it.
    pub const BLOCKED: Self = Self(0x6984);
    /// Conditions of use not satisfied.
    pub const CONDITIONS: Self = Self(0x6985);
    /// File or application not found.
    pub const NOT_FOUND: Self = Self(0x6A82);
    /// P1 or P2 is wrong; some cards say so of an extended APDU.
    pub const WRONG_PARAMETERS: Self = Self(0x6A86);
    /// Referenced data not found.
    pub const NO_DATA: Self = Self(0x6A88);
    /// Offset beyond the end of the file.
    pub const PAST_END: Self = Self(0x6B00);
    /// No precise diagnosis; also the first answer after a power cycle of a measured card (spec my-number 8.2, M).
    pub const UNSPECIFIED: Self = Self(0x6F00);

    /// Whether the command succeeded.
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// Whether it says that nothing was done (`64xx` to `6Fxx`).
    pub fn is_refusal(self) -> bool {
        matches!(self.0, 0x6400..=0x6FFF)
    }

    /// The counter in `63Cx`.
    pub fn retry_counter(self) -> Option<u8> {
        let [high, low] = self.0.to_be_bytes();
        (high == 0x63 && low & 0xF0 == 0xC0).then_some(low & 0x0F)
    }

    /// The number in `61xx`: bytes that GET RESPONSE still has (0 = 256 or more).
    pub fn more(self) -> Option<u8> {
        let [high, low] = self.0.to_be_bytes();
        (high == 0x61).then_some(low)
    }

    /// The number in `6Cxx`: the Le to repeat the command with.
    pub fn exact_length(self) -> Option<u8> {
        let [high, low] = self.0.to_be_bytes();
        (high == 0x6C).then_some(low)
    }

    /// What the word means, if the table knows it.
    pub fn meaning(self) -> Option<Bilingual> {
        STATUS_WORDS.iter().find(|row| row.0 & row.1 == self.0 & row.1).map(|row| row.2)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Status({self})")
    }
}

/// One row of the table: word, mask, meaning.
#[derive(Debug, Clone, Copy)]
pub struct StatusWord(pub u16, pub u16, pub Bilingual);

/// Every status word that these cards are known to answer.
pub const STATUS_WORDS: &[StatusWord] = &[
    StatusWord(0x9000, 0xFFFF, Bilingual::new("正常終了", "success")),
    StatusWord(0x6100, 0xFF00, Bilingual::new("続きのデータがある", "more data to fetch")),
    StatusWord(0x6281, 0xFFFF, Bilingual::new("出力データに異常がある", "part of the data may be corrupted")),
    StatusWord(0x6282, 0xFFFF, Bilingual::new("ファイルの終わりに達した", "end of file before Le")),
    StatusWord(0x6283, 0xFFFF, Bilingual::new("DFが閉塞している", "the application is locked")),
    StatusWord(0x6300, 0xFFFF, Bilingual::new("照合不一致", "verification failed")),
    StatusWord(0x6381, 0xFFFF, Bilingual::new("ファイルが満杯", "file full")),
    StatusWord(0x63C0, 0xFFFF, Bilingual::new("閉塞（残り0回）", "blocked, no tries left")),
    StatusWord(0x63C0, 0xFFF0, Bilingual::new("残り回数", "tries left")),
    StatusWord(0x6400, 0xFFFF, Bilingual::new("ファイル制御情報に異常がある", "file control information damaged")),
    StatusWord(0x6581, 0xFFFF, Bilingual::new("メモリへの書き込みに失敗", "memory failure")),
    StatusWord(0x66F1, 0xFFFF, Bilingual::new("このAPでは未設定の機能", "not configured in this application")),
    StatusWord(0x6700, 0xFFFF, Bilingual::new("長さの誤り", "wrong length")),
    StatusWord(0x6881, 0xFFFF, Bilingual::new("論理チャネルを使えない", "logical channel not supported")),
    StatusWord(0x6882, 0xFFFF, Bilingual::new("セキュアメッセージングを使えない", "secure messaging not supported")),
    StatusWord(
        0x6981,
        0xFFFF,
        Bilingual::new("ファイル構造と合わない命令", "command incompatible with the file structure"),
    ),
    StatusWord(0x6982, 0xFFFF, Bilingual::new("暗証番号等の照合が必要", "security status not satisfied")),
    StatusWord(0x6983, 0xFFFF, Bilingual::new("閉塞している", "blocked")),
    StatusWord(0x6984, 0xFFFF, Bilingual::new("閉塞している", "blocked")),
    StatusWord(0x6985, 0xFFFF, Bilingual::new("使用条件を満たさない", "conditions of use not satisfied")),
    StatusWord(0x6986, 0xFFFF, Bilingual::new("カレントEFがない", "no current file")),
    StatusWord(0x6987, 0xFFFF, Bilingual::new("SMに必要なデータがない", "secure messaging object missing")),
    StatusWord(0x6988, 0xFFFF, Bilingual::new("SMのデータに誤りがある", "secure messaging object wrong")),
    StatusWord(0x69FC, 0xFFFF, Bilingual::new("SMのセッションがない", "no secure messaging session")),
    StatusWord(0x6A80, 0xFFFF, Bilingual::new("データ部の誤り", "wrong data field")),
    StatusWord(0x6A81, 0xFFFF, Bilingual::new("機能が提供されていない", "function not supported")),
    StatusWord(0x6A82, 0xFFFF, Bilingual::new("ファイルまたはAPがない", "file or application not found")),
    StatusWord(0x6A83, 0xFFFF, Bilingual::new("レコードがない", "record not found")),
    StatusWord(0x6A84, 0xFFFF, Bilingual::new("空き容量がない", "not enough memory")),
    StatusWord(0x6A85, 0xFFFF, Bilingual::new("LcとTLVが矛盾", "Lc inconsistent with the TLV structure")),
    StatusWord(0x6A86, 0xFFFF, Bilingual::new("P1-P2の誤り", "wrong P1-P2")),
    StatusWord(0x6A87, 0xFFFF, Bilingual::new("LcとP1-P2が矛盾", "Lc inconsistent with P1-P2")),
    StatusWord(0x6A88, 0xFFFF, Bilingual::new("参照データがない", "referenced data not found")),
    StatusWord(0x6B00, 0xFFFF, Bilingual::new("オフセットがファイルの外", "offset past the end")),
    StatusWord(0x6C00, 0xFF00, Bilingual::new("Leの誤り・正しい長さ", "wrong Le, the exact length follows")),
    StatusWord(0x6D00, 0xFFFF, Bilingual::new("命令コードが未定義", "instruction unknown")),
    StatusWord(0x6E00, 0xFFFF, Bilingual::new("クラスが未定義", "class unknown")),
    StatusWord(0x6F00, 0xFFFF, Bilingual::new("原因不明の異常", "no precise diagnosis")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_exact_words() {
        assert_eq!(Status(0x63C7).retry_counter(), Some(7));
        assert_eq!(Status(0x6300).retry_counter(), None);
        assert_eq!(Status(0x61A0).more(), Some(0xA0));
        assert_eq!(Status(0x6C10).exact_length(), Some(0x10));
        assert_eq!(Status(0x63C0).meaning().unwrap().en, "blocked, no tries left");
        assert_eq!(Status(0x63C3).meaning().unwrap().en, "tries left");
        assert_eq!(Status(0x6A82).to_string(), "6A82");
        assert_eq!(Status(0x1234).meaning(), None);
    }
}
