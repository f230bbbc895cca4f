//! A card that was checked: the verdict, the person, what people must still do.

use maud::{Markup, html};
use serde_json::json;

use crate::{
    counter::{Checked, FaceMatch, Session},
    lang::Bilingual,
    report::{Pictures, Pieces, Report, Tone},
};

use super::{Say, form, idle, law, record, report, states, words};

pub(super) fn checked(session: &Session, checked: &Checked, say: Say) -> Markup {
    let report = report(checked, say.0);
    let pieces = report.pieces(Pictures::Named);
    let bad = report.headline().tone() == Tone::Bad;
    let content = html! {
        (pieces.unreal())
        (idle(session, say))
        div data-say="assertive" { (pieces.verdict()) }
        (found(&report, checked.face, say))
        (form::found(session, checked, report.headline().tone(), say))
        div.checked.rejected[bad] {
            div.first {
                // What to do with a rejected card comes before what it shows.
                @if bad { (pieces.staff()) }
                (face(&report, &pieces, checked.face, say))
                @if !bad { (pieces.staff()) }
            }
            section.person {
                h2 { (say.say(words::PERSON)) }
                (pieces.values())
                (pieces.changes())
            }
            (form::form(session, checked, &pieces, say))
        }
        (record::begin(session, say))
        (law::fallbacks(session, say))
        (pieces.inquiry())
        (not_passed(&report, &pieces))
        details #details {
            summary { (say.say(words::DETAILS)) }
            (pieces.meta())
            (pieces.facts())
            (pieces.checks())
            (pieces.rests_on())
            (pieces.limits())
        }
        details #audit {
            summary { (say.say(words::AUDIT)) }
            (pieces.evidence())
            (pieces.warnings())
            (pieces.link())
        }
        (states::ways_on(session, say, false))
    };
    say.main("checked", words::TITLE, &content)
}

/// The picture, and what a person finds who compares it. Nobody is to be compared with a card that was rejected.
fn face(report: &Report<'_>, pieces: &Pieces<'_>, found: Option<FaceMatch>, say: Say) -> Markup {
    let tone = report.headline().tone();
    let choices = [
        (FaceMatch::Matches, "matches", "1", "○", words::MATCHES),
        (FaceMatch::DoesNotMatch, "does-not-match", "2", "×", words::DOES_NOT_MATCH),
        (FaceMatch::CannotTell, "cannot-tell", "3", "△", words::CANNOT_TELL),
    ];
    let action = |name: &str| json!({ "action": "match", "found": name }).to_string();
    html! {
        section.face {
            (pieces.photo())
            @if tone != Tone::Bad {
                // The keys work while the focus is here, where it goes first.
                fieldset #face tabindex="-1" data-focus data-keys {
                    legend { (say.say(which_picture(report))) }
                    div.choices {
                        @for (which, name, key, sign, word) in choices {
                            button #{ "face-" (name) } .{ (name) } type="button" data-do=(action(name)) data-key=(key)
                                aria-keyshortcuts=(key) aria-pressed=((found == Some(which)).to_string()) {
                                span.sign aria-hidden="true" { (sign) } (say.say(word)) " " kbd aria-hidden="true" { (key) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Which picture a person compares with the face: that of the chip only if the card is authentic.
fn which_picture(report: &Report<'_>) -> Bilingual {
    let of_chip = report.headline().tone() == Tone::Good && report.findings.picture("photo").is_some();
    if of_chip { words::FACE } else { words::FACE_OF_PRINT }
}

/// What came of the comparison, under the verdict, so that a green verdict alone is never all that is seen.
fn found(report: &Report<'_>, found: Option<FaceMatch>, say: Say) -> Markup {
    let (class, sign, words) = match found {
        None => ("open", "…", words::NOT_COMPARED),
        Some(FaceMatch::Matches) => ("good", "○", words::MATCHES_SO),
        Some(FaceMatch::DoesNotMatch) => ("bad", "×", words::DOES_NOT_MATCH_SO),
        Some(FaceMatch::CannotTell) => ("unsure", "△", words::CANNOT_TELL_SO),
    };
    html! {
        @if report.headline().tone() != Tone::Bad {
            p.found.(class) data-say=[found.map(|_| "assertive")] { span.sign aria-hidden="true" { (sign) } (say.say(which_picture(report))) ": " (say.say(words)) }
        }
    }
}

/// What the verdict wants first to be seen: the required checks that did not pass.
fn not_passed(report: &Report<'_>, pieces: &Pieces<'_>) -> Markup {
    html! {
        @if report.headline().tone() != Tone::Good { (pieces.open_checks(words::NOT_PASSED)) }
    }
}
