//! Messages about recordings that are not scrubbed.

use crate::kind::CardKind;

use super::{ExitCode, Problem, Text, files};

/// Why a recording is not scrubbed. Nothing is written then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubRefusal {
    /// This version does not play it back by itself, so nobody knows what its steps are.
    DoesNotPlay,
    /// No simulated card of this kind can be issued.
    Kind(CardKind),
    /// The JPKI application was read: its certificates have sizes that no simulated card can be given.
    Jpki,
    /// A file has a size that no simulated card of this kind can have.
    Size {
        /// The kind.
        kind: CardKind,
        /// The file's name.
        file: &'static str,
    },
    /// A step, from 1, has a shape that the simulated card cannot take.
    Step(usize),
}

pub(super) fn text(problem: &Problem) -> Text {
    let Problem::ScrubRefused { path, why } = problem else { return files::text(problem) };
    let (ja, en) = match why {
        ScrubRefusal::DoesNotPlay => (
            format!("{path} は、この版のtaimenだけでは終わりまで再生できないため、個人情報を取り除けません。"),
            format!("{path} is not scrubbed: this version of taimen cannot play it back to its end by itself."),
        ),
        ScrubRefusal::Kind(kind) => (
            format!("{path} の個人情報を取り除けません。{}の模擬カードを作れません。", kind.name().ja),
            format!("{path} is not scrubbed: no simulated card stands for this kind ({}).", kind.name().en),
        ),
        ScrubRefusal::Jpki => (
            format!("{path} の個人情報を取り除けません。公的個人認証の証明書を同じ大きさで作れません。"),
            format!("{path} is not scrubbed: JPKI certificates cannot be made in the same size."),
        ),
        ScrubRefusal::Size { kind, file } => (
            format!("{path} の個人情報を取り除けません。{}の {file} を同じ大きさで作れません。", kind.name().ja),
            format!("{path} is not scrubbed: {file} of a {} cannot be made in the same size.", kind.name().en),
        ),
        ScrubRefusal::Step(step) => (
            format!("{path} の個人情報を取り除けません。{step}番目の命令の形に、模擬カードが合いません。"),
            format!("{path} is not scrubbed: the simulated card does not fit the shape of step {step}."),
        ),
    };
    Text::new(
        "not-scrubbed",
        ExitCode::Usage,
        (ja, "何も書いていません。元の記録は個人情報です。そのまま人に渡さないでください。"),
        (en, "Nothing was written. The recording holds personal data: do not hand it on as it is."),
    )
}
