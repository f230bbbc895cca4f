//! The simulated My Number Card (spec my-number 8), alone or with another card's application on it.

mod commands;
mod contents;
mod faults;
pub mod fit;
pub mod issue;
mod jpki;
mod jpki_faults;
mod objects;
#[doc(hidden)]
pub mod picture;
pub mod profile;

use std::borrow::Cow;

pub use faults::FAULTS;
pub use jpki_faults::JPKI_FAULTS;
pub use objects::ObjectFile;
pub use profile::Profile;

use crate::{
    cards::{
        Reference,
        model::Access,
        my_number::files::{self, FACE_DATA, FILES, OTHER_FILES, TEXT_ATTRIBUTES},
    },
    crypto::Signer,
    dump::Dump,
    kind::CardKind,
    privacy::{Pin, PinLength},
    simulator::{
        Credentials, IssueError, Persona, Recipe, SimulatedCard, SplitMix64,
        kernel::chip::{Body, Chip, Folder, Rules, Secret, Select},
    },
};

use super::{Like, Twin, sim_kinds};
use commands::Commands;
use contents::Contents;
use issue::{Issued, Order};

pub(crate) const TWIN: Twin = Twin {
    kinds: sim_kinds! {
        "my-number", MY_NUMBER, "マイナンバーカード（模擬）", "simulated My Number Card", &[FAULTS, JPKI_FAULTS], plain;
        "my-number-no-photo", MY_NUMBER_NO_PHOTO, "顔写真のないマイナンバーカード（模擬。実物の配置は未公表）", "simulated My Number Card without a photo (the real layout is not public)", &[FAULTS, JPKI_FAULTS], without_photo;
    },
    like,
};

/// A face picture, if not the holder's.
#[derive(Debug, Clone)]
pub struct Photo(pub Vec<u8>);

/// What is ordered, before the card is issued.
#[derive(Debug)]
pub(crate) struct Plan {
    pub order: Order,
    pub profile: Profile,
}

/// The issued files, still to be changed.
#[derive(Debug)]
pub(crate) struct Draft {
    pub order: Order,
    pub issued: Issued,
}

fn plain(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, order(recipe), None, |own| own)
}

fn without_photo(recipe: &Recipe) -> Result<SimulatedCard, IssueError> {
    make(recipe, Order { photo: None, ..order(recipe) }, None, |own| own)
}

/// An honest order of the recipe's persona.
pub(crate) fn order(recipe: &Recipe) -> Order {
    let mut order = Order::new(recipe.given().cloned().unwrap_or_else(|| Persona::from_seed(recipe.seed)));
    if let Some(Photo(photo)) = recipe.given() {
        order.photo = Some(photo.clone());
    }
    order
}

/// Makes the card, with another card's application and what opens that.
pub(crate) fn make(
    recipe: &Recipe,
    mut order: Order,
    guest: Option<Folder>,
    more: impl FnOnce(Credentials) -> Credentials,
) -> Result<SimulatedCard, IssueError> {
    order.faults = recipe.faults.clone();
    let mut plan = Plan { order, profile: recipe.given().cloned().unwrap_or_default() };
    recipe.faults.apply(&mut plan)?;
    let Plan { order, profile } = plan;
    let mut draft = Draft { issued: issue::issue(&order)?, order };
    recipe.faults.apply(&mut draft)?;
    let Draft { issued, order: Order { persona, .. } } = draft;
    let mut contents = Contents::my_number(&issued, &profile)?;
    contents.folders.extend(guest);
    let unfit = |_| IssueError::Unfit("security code");
    let own = Credentials::default()
        .with("number-b", persona.number_b().map_err(unfit)?.expose())
        .with("auth-pin", &persona.pin)
        .with("sign-password", persona.sign_password());
    Ok(assemble(contents, profile, recipe.seed, Some(more(own))))
}

fn assemble(contents: Contents, profile: Profile, seed: u64, credentials: Option<Credentials>) -> SimulatedCard {
    let rules = Rules {
        atr: profile.atr.clone(),
        select: Select::Applications { prefix: profile.aid_prefix },
        extended: profile.extended_le,
        blocked_query: profile.blocked_query,
        verified_query: profile.verified_query,
        by_application: true,
        ..Rules::default()
    };
    // Another stream than the persona's, or GET CHALLENGE would repeat what the persona was drawn from.
    let random = SplitMix64::new(seed ^ 0x7461_696D_656E_5349);
    let own = Commands { objects: contents.objects, wake: profile.wake_6f00, profile, random };
    SimulatedCard::new(Chip::new(contents.folders, rules), own, credentials)
}

/// A card that serves given bytes, for example those of a genuine test card, through this file system: a folder of
/// files, the values of references, and the keys that answer challenges (`None`: the private half is not there, and
/// `80 2A` answers `6985`). Its 照合番号A references stay blocked and its 個人番号 files unreadable.
///
/// Files are named as in [`FILES`] (`face/0002`); access conditions come from that table and [`OTHER_FILES`].
///
/// # Errors
/// [`IssueError::Unfit`] for a name that is in neither table, and for the 個人番号 files.
pub fn with_files(
    given: &[(&str, &[u8])],
    references: &[(Reference, &[u8])],
    face_key: Option<Signer>,
    text_key: Option<Signer>,
    profile: Profile,
) -> Result<SimulatedCard, IssueError> {
    let mut contents = Contents::bare();
    contents.put_chip_keys(face_key.map(Cow::Owned), text_key.map(Cow::Owned));
    for (name, bytes) in given {
        let known = FILES.iter().map(|file| (file.application, file.sfi(), file.access));
        let other = OTHER_FILES.iter().map(|file| (file.application, file.sfi, file.access));
        let (application, sfi, access) = known
            .chain(other)
            .find(|(application, sfi, _)| format!("{}/{sfi:04X}", application.name) == *name)
            .filter(|(_, _, access)| *access != Access::AnyOf(&[]))
            .ok_or(IssueError::Unfit("file"))?;
        contents.put(application, sfi, Body::File { bytes: bytes.to_vec(), access });
    }
    for (reference, value) in references {
        let secret = Secret::new(reference.limit, Some(value));
        contents.put(reference.application, reference.sfi, Body::Reference(secret));
    }
    Ok(assemble(contents, profile, 0, None))
}

/// A card whose files have the sizes of a read one's, if they vary.
fn like(dump: &Dump, seed: u64) -> Option<Like> {
    if ![CardKind::MY_NUMBER, CardKind::MY_NUMBER_NO_PHOTO].contains(&dump.kind) {
        return None;
    }
    let mut recipe = Recipe::new(dump.kind, seed);
    let wanted = |file: &files::File| dump.file(file.name).and_then(fit::announced);
    type Fit = fn(Recipe, usize) -> Option<Recipe>;
    let fits: [(_, Fit); 2] = [(TEXT_ATTRIBUTES, fit::text), (FACE_DATA, fit::face)];
    for (file, fitted) in fits {
        if let Some(wanted) = wanted(&file) {
            let Some(fitting) = fitted(recipe, wanted) else { return Some(Err(file.name)) };
            recipe = fitting;
        }
    }
    let cut = fit::is_cut(&recipe);
    Some(Ok((recipe, cut)))
}

impl Persona {
    /// 署名用パスワード: `TAIMEN` and the four digits.
    pub fn sign_password(&self) -> String {
        format!("TAIMEN{}", self.pin)
    }

    /// 照合番号B (spec my-number 2.2, V).
    ///
    /// # Errors
    /// [`PinLength`] when a hand-made persona's security code is not four digits long.
    pub fn number_b(&self) -> Result<Pin, PinLength> {
        Pin::new(format!("{}{:04}{}", self.printed_birth().digits(), self.expiry_year, self.security_code))
    }

    /// 生年月日 as the face application compares it: six digits, era year (spec my-number 2.1, M).
    ///
    /// # Errors
    /// Never: six digits fit.
    pub fn birth_digits(&self) -> Result<Pin, PinLength> {
        Pin::new(self.printed_birth().digits())
    }
}
