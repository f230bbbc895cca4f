//! Messages at the counter: what the program's messages say to somebody at a terminal, for somebody at this page.

use crate::{
    cards::Who,
    lang::{Bilingual, Lang},
    messages::Problem,
    report::visible,
};

use super::words;

/// What happened and what to do. A remedy of the terminal is replaced by that of this page.
pub(super) fn halves(problem: &Problem, lang: Lang) -> (String, String) {
    let message = problem.message(lang);
    let todo = at_the_counter(problem).map_or(message.todo, |(todo, unblock)| {
        let unblock = unblock.map(|text| text.get(lang)).unwrap_or_default();
        format!("{}{}{unblock}", todo.get(lang), if unblock.is_empty() { "" } else { " " })
    });
    (visible(&message.what), visible(&todo))
}

/// What to do instead, and what else the card's own table says.
fn at_the_counter(problem: &Problem) -> Option<(Bilingual, Option<Bilingual>)> {
    match problem {
        Problem::CredentialWrong { credential, .. } => {
            let todo = if credential.who == Who::Staff { words::DO_AGAIN_PRINT } else { words::DO_AGAIN_PIN };
            Some((todo, None))
        }
        Problem::UncountedWrong { left: None, .. } => Some((words::DO_AGAIN_PRINT, None)),
        Problem::LastTry { credential } | Problem::NoCounter { credential } => {
            Some((words::DO_LAST_TRY, Some(credential.unblock_at)))
        }
        Problem::AnswerLost { .. } => Some((words::DO_LOST, None)),
        Problem::AlreadyTried { .. } | Problem::PinSettingUnknown { .. } | Problem::CardHandshake => {
            Some((words::DO_PLACE_AGAIN, None))
        }
        _ => None,
    }
}
