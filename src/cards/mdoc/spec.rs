//! What a document on a phone is, as data.

use crate::{
    cards::model::{Action, CardSpec, KindSpec, OwnAction, ScopeSpec, Step},
    dump::Scope,
    kind::CardKind,
    lang::Bilingual,
};

use super::elements::{self, Purpose};

/// What the card's own folder does, in this order.
pub(super) mod own {
    use crate::cards::model::OwnAction;

    pub const ENGAGE: OwnAction = OwnAction(0);
    pub const SHARE: OwnAction = OwnAction(1);
    pub const END: OwnAction = OwnAction(2);
}

const BOTH: &[Scope] = &[Scope::FULL, Scope::AGE];

const fn step(ja: &'static str, en: &'static str, action: OwnAction, exchanges: u64) -> Step {
    Step { title: Bilingual::new(ja, en), action: Action::Own(action), scopes: BOTH, exchanges }
}

/// Every step. The exchanges are those of static handover with extended APDUs.
pub const STEPS: &[Step] = &[
    Step {
        title: Bilingual::new("スマートフォンを調べています", "looking at the phone"),
        action: Action::Look,
        scopes: BOTH,
        exchanges: 6,
    },
    step("スマートフォンに接続しています", "connecting to the phone", own::ENGAGE, 1),
    step(
        "スマートフォンの画面で、本人の同意を待っています",
        "waiting for the holder's consent on the phone",
        own::SHARE,
        1,
    ),
    step("スマートフォンとの通信を終えています", "ending the session with the phone", own::END, 1),
];

const SCOPES: &[ScopeSpec] = &[ScopeSpec::new(Scope::FULL, &[]), ScopeSpec::new(Scope::AGE, &[])];

/// The document that a phone is asked for if nobody names another, and the one that must be named.
pub const SPEC: CardSpec = CardSpec {
    kinds: &[
        KindSpec {
            applications: &[&elements::NDEF, &elements::MDOC],
            shared: true,
            ..KindSpec::new(CardKind::MOBILE_MY_NUMBER, SCOPES, STEPS, elements::MY_NUMBER_PLAIN)
        },
        KindSpec {
            applications: &[&elements::NDEF, &elements::MDOC],
            guest: true,
            shared: true,
            ..KindSpec::new(CardKind::MOBILE_LICENCE, SCOPES, STEPS, elements::LICENCE_PLAIN)
        },
    ],
    never_recorded: &[],
};

/// What a scope asks for.
pub fn purposes(scope: Scope, sex: bool) -> &'static [Purpose] {
    match (scope, sex) {
        (Scope::AGE, _) => &[Purpose::Age],
        (_, true) => &[Purpose::Identity, Purpose::Sex],
        (_, false) => &[Purpose::Identity],
    }
}
