//! Simulated phones: what they hold, how they are engaged, how they answer.
//!
//! The phone keeps to spec mdoc 13; whatever real phones differ in is a switch in [`PhoneProfile`].

mod faults;
pub mod holder;
pub mod issuer;
mod phone;
pub mod profile;
mod write;

pub use faults::PHONE_FAULTS;
pub use phone::qr_text;
pub use profile::PhoneProfile;

use crate::{
    cards::mdoc::elements::DocType,
    crypto::NamedCurve,
    dump::Dump,
    simulator::{
        IssueError, Persona, Recipe, SimulatedCard,
        kernel::chip::{Chip, Rules},
    },
};

use self::{
    issuer::{IssuedMdoc, Key, MdocOrder, Signer},
    phone::Phone,
};

use super::{Like, Twin, sim_kinds};

pub(crate) const TWIN: Twin = Twin {
    kinds: sim_kinds! {
        "mobile-my-number", MOBILE_MY_NUMBER, "スマホのマイナンバーカード（模擬）", "simulated phone with a My Number Card", &[PHONE_FAULTS], my_number;
        "mobile-licence", MOBILE_LICENCE, "モバイル運転免許証とスマホのマイナンバーカード（模擬）", "simulated phone with a mobile driving licence and a My Number Card", &[PHONE_FAULTS], licence;
    },
    like,
};

/// What is ordered, before the documents are issued: first the one that the phone is made for.
#[derive(Debug)]
pub(crate) struct Plan {
    pub orders: Vec<MdocOrder>,
    pub profile: PhoneProfile,
}

/// The issued documents, still to be changed.
#[derive(Debug)]
pub(crate) struct Draft {
    pub documents: Vec<IssuedMdoc>,
}

/// Made up: nothing in it names a phone.
const ATR: [u8; 5] = [0x3B, 0x80, 0x80, 0x01, 0x01];

fn my_number(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, &[DocType::MyNumber])
}

fn licence(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, &[DocType::Licence, DocType::MyNumber])
}

/// The honest order of a document.
pub fn order(doc_type: DocType, persona: &Persona, seed: u64) -> MdocOrder {
    let (signer, device) = match doc_type {
        DocType::MyNumber => (Signer::First, "phone, My Number Card"),
        DocType::Licence => (Signer::Second, "phone, driving licence"),
    };
    let items = holder::items(doc_type, persona, None, seed);
    MdocOrder::new(doc_type.as_str(), items, Key::Curve(NamedCurve::P256, device), signer.order())
}

fn make(recipe: &Recipe, documents: &[DocType]) -> Result<SimulatedCard, IssueError> {
    let persona = recipe.given().cloned().unwrap_or_else(|| Persona::from_seed(recipe.seed));
    let orders = documents.iter().map(|doc_type| order(*doc_type, &persona, recipe.seed)).collect();
    let mut plan = Plan { orders, profile: recipe.given().cloned().unwrap_or_default() };
    recipe.faults.apply(&mut plan)?;
    let documents = plan.orders.iter().map(MdocOrder::issue).collect::<Result<_, _>>()?;
    let mut draft = Draft { documents };
    recipe.faults.apply(&mut draft)?;
    let rules = Rules { atr: ATR.to_vec(), ..Rules::default() };
    let phone = Phone::new(plan.profile, draft.documents, recipe.seed);
    Ok(SimulatedCard::new(Chip::new(Vec::new(), rules), phone, None))
}

/// A phone's answers are encrypted: none of another one has their lengths.
fn like(dump: &Dump, _: u64) -> Option<Like> {
    DocType::of(dump.kind).map(|_| Err(crate::cards::mdoc::elements::ISSUER_AUTH.name))
}
