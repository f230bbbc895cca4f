//! Findings of residence cards, made by hand and read from simulated ones, for the tests of every form of the report.

use jiff::civil::date;

use crate::{
    cards::{
        Credentials, Findings, Holder, Item, ItemValue, Picture, PictureFormat, Request, Sex, Signed, notes, read,
        remarks,
        residence_card::{
            FIRST_REQUIREMENT, SECOND_REQUIREMENT, check,
            codes::{self, Code},
            files::{self, File},
        },
    },
    dump::Scope,
    iso7816::PinGate,
    kind::CardKind,
    lang::Bilingual,
    simulator::Recipe,
    transport::draws::ListedDraws,
    trust::{Anchor, Hierarchy, Material, Place, Purpose, TrustStore},
    verify::{AnchorRef, Basis, Check, CheckId, Evidence, Fact, Reason, Requirement, Why},
};

use super::{
    Context,
    samples::{self, with},
};

const FACE: &[u8] = include_bytes!("../simulator/pool/portraits/face-0.jp2");
const DRAWING: &[u8] = include_bytes!("../image/samples/white-is-zero.tif");

fn picture(file: &File, id: &str, size: usize) -> Picture {
    let field = file.field(id).unwrap();
    let (format, bytes) = match id {
        "photo" => (PictureFormat::Jpeg2000, FACE),
        _ => (PictureFormat::Tiff, DRAWING),
    };
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().max(size), 0);
    Picture { id: field.id, title: field.title, format, bytes, signed_by: field.signed_by }
}

fn item(file: &File, id: &str, value: ItemValue) -> Item {
    let field = file.field(id).unwrap();
    Item { id: field.id, title: field.title, value, signed_by: field.signed_by, masked: false }
}

fn term(codes: &[Code], id: &str) -> ItemValue {
    let code = codes.iter().find(|code| code.id == id).unwrap();
    ItemValue::Term { id: code.id, name: code.name }
}

fn anchor(hierarchy: Hierarchy, official: &str) -> Evidence {
    Evidence::new().with("certificate_subject", "CN=見本署名者").fact(Fact::Anchor(AnchorRef {
        name: "ZairyuCard CA 2024".to_owned(),
        hierarchy,
        sha256: "00ff".repeat(16),
        source: "added by the user from ca.cer".to_owned(),
        official: official == "yes",
    }))
}

fn findings(kind: CardKind, requirement: &'static Requirement, hierarchy: Hierarchy, official: &str) -> Findings {
    let mut list = vec![notes::COMPARE_FACE];
    if matches!(hierarchy, Hierarchy::Test | Hierarchy::Simulated) {
        list.push(notes::NOT_PRODUCTION);
    }
    Findings {
        kind,
        scope: Scope::FULL,
        requirement,
        checks: vec![
            Check::passed(CheckId::CardSignature, Evidence::new().with("encoding", "digest-info")),
            Check::passed(CheckId::CardCertificate, anchor(hierarchy, official)),
            Check::not_done(CheckId::Revocation, Why::NotAvailable, Evidence::new()),
        ],
        hierarchy: Some(hierarchy),
        holder: Holder::default(),
        pictures: Vec::new(),
        items: Vec::new(),
        history: Vec::new(),
        external: Vec::new(),
        tries: Vec::new(),
        warnings: Vec::new(),
        guests: Vec::new(),
        notes: list,
        basis: Basis::Live("2026-11-22T01:02:03Z".parse().unwrap()),
    }
}

/// A 在留カード of the first generation.
pub(super) fn first(hierarchy: Hierarchy, official: &str) -> Findings {
    let mut found = findings(CardKind::RESIDENCE1, &FIRST_REQUIREMENT, hierarchy, official);
    found.holder.address = Some(Signed::new("東京都千代田区見本町１丁目２番３号".into(), None));
    found.pictures = vec![picture(&files::FRONT, "front", 7000), picture(&files::FACE_1, "photo", 3000)];
    found.items = vec![
        item(&files::ADDRESS, "address_date", ItemValue::Date(date(2024, 4, 1))),
        item(&files::ADDRESS, "municipality", ItemValue::Text("131016".into())),
        item(
            &files::COMPREHENSIVE,
            "comprehensive_permission",
            ItemValue::Text("許可：原則週２８時間以内・風俗営業等の従事を除く".into()),
        ),
        item(&files::RENEWAL_1, "renewal", term(codes::RENEWAL, "pending")),
    ];
    found
}

/// The card of a child: no photo, no signature.
pub(super) fn child() -> Findings {
    let unsigned = |id| Check::not_done(id, Why::NotSigned, Evidence::new());
    let checks = [unsigned(CheckId::CardSignature), unsigned(CheckId::CardCertificate)];
    let mut found = with(first(Hierarchy::Production, "yes"), &checks);
    found.kind = CardKind::RESIDENCE1_CHILD;
    found.hierarchy = None;
    found.pictures.retain(|picture| picture.id != "photo");
    found.items.retain(|item| item.id.starts_with("address") || item.id == "municipality");
    found
}

/// A 在留カード of the second generation.
pub(super) fn second(hierarchy: Hierarchy, official: &str) -> Findings {
    let mut found = findings(CardKind::RESIDENCE2, &SECOND_REQUIREMENT, hierarchy, official);
    let entries = &files::ENTRIES_05;
    let signed = entries.field("expiry").unwrap().signed_by;
    let evidence = Evidence::new().fact(Fact::Expiry {
        day: "2028-04-01".parse().unwrap(),
        judged_on: "2026-11-22".parse().unwrap(),
        signed: true,
    });
    found.checks.insert(2, Check::passed(CheckId::NotExpired, evidence));
    found.holder.birth_date = Some(Signed::new(date(1995, 12, 24), signed));
    found.holder.sex = Some(Signed::new(Sex::Unspecified, signed));
    found.pictures = vec![
        picture(&files::NAME_AND_FACE, "name", 2500),
        picture(&files::NAME_AND_FACE, "photo", 3000),
        picture(&files::ADDRESS_PICTURE, "address", 2500),
    ];
    let code = |code: &str, remark| ItemValue::Code { code: code.to_owned(), remark };
    found.items = vec![
        item(&files::NUMBER, "card_number", ItemValue::Text("ZZ00000000ZZ".into())),
        item(entries, "expiry", ItemValue::Date(date(2028, 4, 1))),
        item(entries, "nationality", code("UTO", remarks::ISO_3166)),
        item(entries, "residence_status", code("0000000001", remarks::NOT_PUBLIC)),
        item(entries, "period_of_stay", ItemValue::Duration { years: 1, months: 3, days: 0 }),
        item(entries, "permission_type", code("01", remarks::NOT_PUBLIC)),
        item(entries, "permission_date", ItemValue::Date(date(2027, 1, 1))),
        item(entries, "work", term(codes::WORK, "per-designation")),
        item(entries, "stay_expiry", ItemValue::Date(date(2028, 4, 1))),
        item(&files::PERMISSIONS, "comprehensive_permission", term(codes::COMPREHENSIVE, "28-hours")),
        item(&files::PERMISSIONS, "comprehensive_expiry", ItemValue::Date(date(2028, 4, 1))),
        item(&files::PERMISSIONS, "individual_permission", term(codes::INDIVIDUAL, "none")),
        item(&files::RENEWAL_2, "renewal", term(codes::RENEWAL, "none")),
        item(&files::REMARK_05, "remark", term(codes::REMARK, "none")),
    ];
    found
}

/// A card whose signature holds under an authority that has expired.
pub(super) fn old_authority() -> Findings {
    let evidence = anchor(Hierarchy::Installed, "yes")
        .with("anchor_not_after", "2025-09-05T15:46:23Z")
        .fact(Fact::About(Place::Anchor));
    let expired = Check::not_done(CheckId::CardCertificate, Why::AnchorExpired, evidence);
    with(first(Hierarchy::Installed, "yes"), &[expired])
}

/// A card whose authority nobody installed.
pub(super) fn no_authority() -> Findings {
    let evidence = Evidence::new().with("certificate_issuer", "CN=ZairyuCard CA");
    let checks = [
        Check::not_done(CheckId::CardSignature, Why::DependsOn(CheckId::CardCertificate), Evidence::new()),
        Check::not_done(CheckId::CardCertificate, Why::NoAnchor, evidence),
    ];
    let mut found = with(second(Hierarchy::Production, "yes"), &checks);
    found.hierarchy = None;
    found
}

/// A card whose face was exchanged.
pub(super) fn forged() -> Findings {
    let failed = Check::failed(CheckId::CardSignature, Reason::SignatureMismatch, Evidence::new());
    with(second(Hierarchy::Installed, "yes"), &[failed])
}

/// A card that has expired and is in order else; a renewal was applied for.
pub(super) fn expired() -> Findings {
    let evidence = Evidence::new().fact(Fact::Expiry {
        day: "2025-04-01".parse().unwrap(),
        judged_on: "2026-11-22".parse().unwrap(),
        signed: true,
    });
    let failed = Check::failed(CheckId::NotExpired, Reason::Expired, evidence);
    let mut found = with(second(Hierarchy::Installed, "yes"), &[failed]);
    for item in &mut found.items {
        match item.id {
            "expiry" | "stay_expiry" => item.value = ItemValue::Date(date(2025, 4, 1)),
            "renewal" => item.value = term(codes::RENEWAL, "pending"),
            _ => {}
        }
    }
    found
}

pub(super) fn context() -> Context {
    Context { reader: "sim:residence1".to_owned(), tries: Vec::new(), ..samples::context() }
}

/// Every sample by name.
pub(super) fn all() -> Vec<(&'static str, Findings, Context)> {
    let accepting = Context { accepted: vec![Hierarchy::Simulated], ..context() };
    vec![
        ("residence1", first(Hierarchy::Installed, "yes"), context()),
        ("residence1_unpinned", first(Hierarchy::Installed, "no"), context()),
        ("residence1_child", child(), context()),
        ("residence1_old_authority", old_authority(), context()),
        ("residence2", second(Hierarchy::Installed, "yes"), context()),
        ("residence2_simulated", second(Hierarchy::Simulated, "no"), accepting),
        ("residence2_no_authority", no_authority(), context()),
        ("residence2_forged", forged(), context()),
        ("residence2_expired", expired(), context()),
    ]
}

/// A simulated card, read and checked with the simulated authorities accepted.
pub(super) fn simulated(recipe: &str) -> Findings {
    checked(recipe, TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated))
}

/// The same where a user installed the simulated authority of generation 1, as one that the issuer published or not.
pub(super) fn installed(official: bool) -> Findings {
    let anchor = Anchor {
        purpose: Purpose::ResidenceCard,
        hierarchy: Hierarchy::Installed,
        name: "an installed authority".to_owned(),
        material: Material::Certificate(include_bytes!("../../certs/simulated/taimen/zairyu-ca.der").to_vec()),
        source: "added by the user from ca.cer".to_owned(),
        official,
    };
    checked("residence1", TrustStore::shipped().unwrap().with(vec![anchor]))
}

fn checked(recipe: &str, trust: TrustStore) -> Findings {
    let mut card = recipe.parse::<Recipe>().unwrap().card().unwrap();
    let credentials = Credentials::from(&card);
    let time = "2026-11-22T01:02:03Z".parse().unwrap();
    let draws = &mut ListedDraws::new(vec![vec![1; 8], vec![2; 16]]);
    let (gate, request) = (&mut PinGate::new(false), Request::new("sim:residence", time));
    let dump = read(&mut card, &request, credentials, gate, draws, &mut |_| {}).unwrap();
    check(&dump, &trust, Basis::Live(time))
}

/// What a report says of a card whose name nobody reads as text.
pub(super) const FRONT_ONLY: Bilingual = super::label::FRONT_ONLY;
