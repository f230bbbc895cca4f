//! The panel of a simulated reader.

use maud::{Markup, html};

use crate::{
    cards::EntrySpec,
    lang::Lang,
    simulator::{faults_of, kinds},
};

use super::{Say, words};

/// The panel that places and removes simulated cards. `printed`: what its holder and whoever looks at it know of the card that
/// lies there, for typing it in.
pub fn sim(lang: Lang, printed: Option<&[(&EntrySpec, String)]>) -> Markup {
    let say = Say(lang);
    let placed = printed.is_some();
    html! {
        aside #sim .sim lang=(lang.as_str()) aria-labelledby="sim-title" {
            details #sim-panel open {
                summary #sim-title { (say.say(words::SIM)) }
                p { (say.say(words::SIM_HOW)) }
                @if let Some(printed) = printed.filter(|printed| !printed.is_empty()) {
                    dl #sim-printed {
                        @for (entry, value) in printed { div { dt { (say.say(entry.title)) } dd data-printed=(entry.id) { (value) } } }
                    }
                }
                form data-sim {
                    label for="sim-card" { (say.say(words::SIM_CARD)) }
                    select #sim-card name="place" {
                        @for kind in kinds() {
                            optgroup label=(say.say(kind.what)) {
                                option value=(kind.name) { (kind.name) " - " (say.say(words::SIM_GENUINE)) }
                                @for fault in faults_of(kind.kind) {
                                    option value={ (kind.name) "?fault=" (fault.example) } { (kind.name) " - " (say.say(fault.what)) }
                                }
                            }
                        }
                    }
                    button #sim-place type="submit" disabled[placed] { (say.say(words::SIM_PLACE)) }
                    button #sim-remove type="button" data-sim-remove disabled[!placed] { (say.say(words::SIM_REMOVE)) }
                }
            }
        }
    }
}
