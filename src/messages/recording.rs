//! Messages about recordings that are not scrubbed.

use crate::{kind::CardKind, lang::words};

use super::Text;

/// Why a recording is not scrubbed. Nothing is written then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubRefusal {
    /// This version does not play it back by itself, so nobody knows what its steps are.
    DoesNotPlay,
    /// No simulated card of this kind can be issued.
    Kind(CardKind),
    /// The JPKI application was read: its certificates have sizes that no simulated card can be given.
    Jpki,
    /// The answers of this kind are encrypted: no simulated card has their lengths.
    Encrypted(CardKind),
    /// A file has a size that no simulated card of this kind can have.
    #[allow(missing_docs)]
    Size { kind: CardKind, file: &'static str },
    /// A step, from 1, has a shape that the simulated card cannot take.
    Step(usize),
}

pub(super) fn text(path: &str, why: &ScrubRefusal) -> Text {
    let what = match why {
        ScrubRefusal::DoesNotPlay => {
            words! { "{path} は、この版のtaimenだけでは終わりまで再生できないため、個人情報を取り除けません。"
            "{path} is not scrubbed: this version of taimen cannot play it back to its end by itself." }
        }
        ScrubRefusal::Kind(kind) => {
            words! { ("{path} の個人情報を取り除けません。{}の模擬カードを作れません。", kind.name().ja)
            ("{path} is not scrubbed: no simulated card stands for this kind ({}).", kind.name().en) }
        }
        ScrubRefusal::Encrypted(kind) => {
            words! { ("{path} の個人情報を取り除けません。{}との通信は暗号化されており、架空の人物のものに置き換えられません。", kind.name().ja)
            ("{path} is not scrubbed: the session with a {} is encrypted, and an invented person's cannot take its place.", kind.name().en) }
        }
        ScrubRefusal::Jpki => {
            words! { "{path} の個人情報を取り除けません。公的個人認証の証明書を同じ大きさで作れません。"
            "{path} is not scrubbed: JPKI certificates cannot be made in the same size." }
        }
        ScrubRefusal::Size { kind, file } => {
            words! { ("{path} の個人情報を取り除けません。{}の {file} を同じ大きさで作れません。", kind.name().ja)
            ("{path} is not scrubbed: {file} of a {} cannot be made in the same size.", kind.name().en) }
        }
        ScrubRefusal::Step(step) => {
            words! { "{path} の個人情報を取り除けません。{step}番目の命令の形に、模擬カードが合いません。"
            "{path} is not scrubbed: the simulated card cannot take the shape of step {step}." }
        }
    };
    text! { "not-scrubbed" Usage; what
    ["何も書いていません。元の記録は個人情報です。そのまま人に渡さないでください。架空の人物の記録は taimen recording make で作れます。"
     "Nothing was written. The recording holds personal data: do not pass it on as it is. taimen recording make makes one of an invented person."] }
}
