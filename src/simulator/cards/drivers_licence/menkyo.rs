//! マイナ免許証: the licence application as a guest on a simulated My Number Card (spec licence 6.4, 8.7).

use crate::{
    cards::drivers_licence::files::{
        self, Layout, MENKYO_DATA, MENKYO_EXTERNAL_SLOTS, MENKYO_LAYOUTS, MENKYO_SETTING, SIMULATED, field_of,
    },
    simulator::IssueError,
};

use super::{
    fields::FieldFile,
    issue::{IssuedLicence, LicenceOrder, MENKYO_SIGNER, era_day, external_value, photo_bytes, set_firsts},
    profile::LicenceProfile,
    text::jis_x_0208,
};

/// What simulated マイナ免許証 sign by default.
// The index is a constant below the table's length, or this does not compile.
#[allow(clippy::indexing_slicing)]
const LAYOUT: &Layout = &MENKYO_LAYOUTS[SIMULATED];

/// An honest マイナ免許証 of this order's holder: the same with its own signer and layout.
#[must_use]
pub fn order(licence: LicenceOrder) -> LicenceOrder {
    LicenceOrder { signer: MENKYO_SIGNER, layout: LAYOUT, ..licence }
}

/// Issues WEF01, WEF02 and WEF03. Costs one RSA signature.
pub fn issue(order: &LicenceOrder, profile: &LicenceProfile) -> Result<IssuedLicence, IssueError> {
    let mut setting = FieldFile::new(MENKYO_SETTING, |_| true);
    setting.set("pin_setting", [order.pin_setting]);
    let mut issued = IssuedLicence { files: vec![setting, data(order, profile)?] };
    issued.sign(order, profile)?;
    Ok(issued)
}

fn data(order: &LicenceOrder, profile: &LicenceProfile) -> Result<FieldFile, IssueError> {
    /// 運転者区分 whose values are not public (U).
    const DRIVER_CLASS: u8 = 0x01;

    let holder = &order.holder;
    let mut file = FieldFile::new(MENKYO_DATA, |_| true).filled_with(profile.guest_filler);
    file.set("record_date", era_day(holder.issue));
    file.set("driver_class", [DRIVER_CLASS]);
    file.set("colour_class", jis_x_0208(holder.colour)?);
    file.set("expiry_date", era_day(holder.expiry));
    for (id, text) in ["condition_1", "condition_2", "condition_3", "condition_4"].into_iter().zip(&holder.conditions) {
        file.set(id, jis_x_0208(text)?);
    }
    for (slot, _, tag) in MENKYO_EXTERNAL_SLOTS {
        let Some(field) = field_of(&MENKYO_DATA, *tag) else { continue };
        let at = field.slot(*tag).and_then(|at| usize::try_from(at).ok());
        if let (Some(at), Some(picture)) = (at, external_value(holder, *slot, field.max, profile)) {
            file.set_slot(field.id, at, picture);
        }
    }
    file.set("licence_number", holder.number.as_bytes());
    file.set("history_number", holder.number.as_bytes());
    set_firsts(&mut file, holder, profile.not_held);
    for field in files::fields_of(&MENKYO_DATA).filter(|field| field.id.starts_with("cat_")) {
        let held = holder.categories.iter().any(|(id, _)| *id == field.id);
        file.set(field.id, [u8::from(held)]);
    }
    if profile.spare_dates {
        for slot in 0..7 {
            file.set_slot("rfu", slot, *b"0000000");
            file.set_slot("rfu_more", slot, *b"0000000");
        }
    }
    file.set("photo", photo_bytes(&order.photo, profile.photo));
    Ok(file)
}
