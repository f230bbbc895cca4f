//! The report as one HTML page: no script, nothing fetched, fit for the screen at the counter and for printing on A4.

use maud::{DOCTYPE, PreEscaped, html};

use super::{Report, clean::visible, label, pictures::Pictures};

const STYLE: &str = include_str!("report.css");

/// What the page may do: show itself and the pictures in it.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub(super) fn render(report: &Report<'_>) -> String {
    let page = report.pieces(Pictures::Inside);
    let unreal = report.headline().unreal.map(|unreal| report.say(unreal.name()));
    let markup = html! {
        (DOCTYPE)
        html lang=(report.options.lang.as_str()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { @if let Some(name) = unreal { (name) " - " } (report.say(label::TITLE)) " - taimen" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (page.unreal())
                (page.verdict())
                (page.meta())
                (page.person())
                (page.changes())
                (page.form())
                (page.staff())
                (page.inquiry())
                (page.facts())
                (page.checks())
                (page.rests_on())
                (page.limits())
                (page.evidence())
                (page.warnings())
                footer {
                    (report.say(label::READER)) ": " (visible(&report.context.reader)) " | "
                    (report.say(label::LINK)) ": " (report.link())
                    br;
                    (report.say(label::PERSONAL))
                }
            }
        }
    };
    markup.into_string()
}
