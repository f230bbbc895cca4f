//! Findings made by hand, for the tests of every form of the report.

use jiff::civil::date;

use crate::{
    cards::{Findings, Holder, Item, ItemValue, Picture, PictureFormat, Sex, Signed, notes},
    dump::Scope,
    image::{Channels, Raster},
    iso7816::Tries,
    kind::CardKind,
    lang::{Bilingual, Lang},
    transport::LinkFigures,
    trust::Hierarchy,
    verify::{AnchorRef, Basis, Check, CheckId, Evidence, Fact, Reason, Requirement, Why},
};

use super::{Context, Options, Report, Source};

pub(super) use crate::cards::my_number::REQUIREMENT;

const AGE_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::FaceCertificate, CheckId::AgeSignature, CheckId::ChipKey],
    advisory: &[CheckId::Revocation],
};

const PORTRAIT: &[u8] = include_bytes!("../simulator/pool/portraits/face-0.jp2");

pub(crate) const JA: Options = Options { lang: Lang::Ja, sex: false, age: false, domicile: false };
pub(super) const EN: Options = Options { lang: Lang::En, sex: false, age: false, domicile: false };

pub(super) fn context() -> Context {
    Context {
        source: Source::Live,
        reader: "sim:my-number".to_owned(),
        read_at: "2026-11-22T01:02:03Z".parse().unwrap(),
        link: LinkFigures { exchanges: 31, bytes_sent: 412, bytes_received: 6_207, card_ms: 1_180, host_ms: 64 },
        tries: vec![(Bilingual::new("照合番号B", "number B (照合番号B)"), Tries::Left(10))],
        accepted: Vec::new(),
        sealed_by: None,
    }
}

fn anchor(hierarchy: Hierarchy, issuer: &str) -> Evidence {
    Evidence::new().with("issuer", format!("{issuer}/001")).with("subject", "7012345/001").fact(Fact::Anchor(
        AnchorRef {
            name: issuer.to_owned(),
            hierarchy,
            sha256: "bb96cc1dc6502005661961f0a45ed843d007c69e3ce167eceb6b1abd5333a932".to_owned(),
            source: "made by this project's own script".to_owned(),
            official: false,
        },
    ))
}

/// A PNG like those on the card: black strokes on white, 12 pixels high.
fn strokes(width: u32) -> Vec<u8> {
    let pixels = (0..12_u32).flat_map(|y| (0..width).map(move |x| if (x * 5 + y * 3) % 7 < 2 { 0 } else { 255 }));
    Raster::new(width, 12, Channels::Grey, pixels.collect()).unwrap().to_png().unwrap()
}

fn pictures() -> Vec<Picture> {
    let face = Some(CheckId::FaceSignature);
    let picture =
        |id, ja, en, format, bytes, signed_by| Picture { id, title: Bilingual::new(ja, en), format, bytes, signed_by };
    vec![
        picture("photo", "顔写真", "face picture", PictureFormat::Jpeg2000, PORTRAIT.to_vec(), face),
        picture("name", "氏名画像", "name picture", PictureFormat::Png, strokes(216), face),
        picture("address", "住所画像", "address picture", PictureFormat::Png, strokes(288), face),
        picture(
            "security-code",
            "セキュリティコード画像",
            "security code picture",
            PictureFormat::Png,
            strokes(24),
            None,
        ),
    ]
}

/// Every check passed, under an issuer of this hierarchy.
pub(super) fn authentic(hierarchy: Hierarchy) -> Findings {
    let passed = |id| Check::passed(id, Evidence::new().with("scheme", "RSA-2048 PKCS#1 v1.5, SHA-256"));
    let issuer = if hierarchy == Hierarchy::Production { "5000023" } else { "7000023" };
    let text = |value: &str| Some(Signed::new(value.into(), Some(CheckId::TextSignature)));
    let mut notes = vec![notes::COMPARE_FACE, notes::COMPARE_TEXT];
    if hierarchy == Hierarchy::Production {
        notes.push(notes::UNOFFICIAL_ANCHOR);
    } else {
        notes.push(notes::NOT_PRODUCTION);
    }
    notes.push(notes::REVOCATION);
    Findings {
        kind: CardKind::MY_NUMBER,
        scope: Scope::FULL,
        requirement: &REQUIREMENT,
        checks: vec![
            Check::passed(CheckId::FaceCertificate, anchor(hierarchy, issuer)),
            passed(CheckId::FaceSignature),
            passed(CheckId::ChipKey),
            Check::passed(
                CheckId::NotExpired,
                Evidence::new().fact(Fact::Expiry {
                    day: "2035-02-17".parse().unwrap(),
                    judged_on: "2026-11-22".parse().unwrap(),
                    signed: false,
                }),
            ),
            passed(CheckId::TextCertificate),
            passed(CheckId::TextSignature),
            passed(CheckId::TextChipKey),
            passed(CheckId::TextAgrees),
            Check::not_done(CheckId::Revocation, Why::NotAvailable, Evidence::new()),
        ],
        hierarchy: Some(hierarchy),
        holder: Holder {
            unconfirmed: None,
            name: text("見本　花子"),
            address: text("東京都千代田区霞が関１丁目１番１号"),
            birth_date: Some(Signed::new(date(1980, 2, 17), Some(CheckId::FaceSignature))),
            sex: Some(Signed::new(Sex::Female, Some(CheckId::FaceSignature))),
            age: None,
            current: None,
        },
        pictures: pictures(),
        items: vec![Item {
            id: "expiry",
            title: Bilingual::new("有効期限", "Expiry"),
            value: ItemValue::Date(date(2035, 2, 17)),
            signed_by: None,
            masked: false,
        }],
        history: Vec::new(),
        external: Vec::new(),
        tries: Vec::new(),
        warnings: Vec::new(),
        guests: vec![CardKind::MENKYO],
        notes,
        basis: Basis::Live("2026-11-22T01:02:03Z".parse().unwrap()),
    }
}

/// The same with one check's outcome replaced; what rests on it is not done.
pub(super) fn with(mut findings: Findings, changed: &[Check]) -> Findings {
    for check in &mut findings.checks {
        if let Some(other) = changed.iter().find(|other| other.id == check.id) {
            *check = other.clone();
        }
    }
    findings
}

pub(super) fn forged() -> Findings {
    with(
        authentic(Hierarchy::Production),
        &[
            Check::failed(CheckId::FaceSignature, Reason::SignatureMismatch, Evidence::new()),
            Check::not_done(CheckId::ChipKey, Why::DependsOn(CheckId::FaceSignature), Evidence::new()),
            Check::not_done(CheckId::TextAgrees, Why::DependsOn(CheckId::FaceSignature), Evidence::new()),
        ],
    )
}

pub(super) fn expired() -> Findings {
    with(
        authentic(Hierarchy::Production),
        &[Check::failed(CheckId::NotExpired, Reason::Expired, Evidence::new().with("expiry", "2025-02-17"))],
    )
}

fn without_issuer(certificate: Check) -> Findings {
    let hierarchy = if certificate.verdict == crate::verify::Verdict::NotDone(Why::NoAnchor) {
        None
    } else {
        Some(Hierarchy::Simulated)
    };
    let rests = |id, on| Check::not_done(id, Why::DependsOn(on), Evidence::new());
    let text = Check { id: CheckId::TextCertificate, ..certificate.clone() };
    let mut findings = with(
        authentic(Hierarchy::Simulated),
        &[
            certificate,
            rests(CheckId::FaceSignature, CheckId::FaceCertificate),
            rests(CheckId::ChipKey, CheckId::FaceSignature),
            text,
            rests(CheckId::TextSignature, CheckId::TextCertificate),
            rests(CheckId::TextChipKey, CheckId::TextCertificate),
            rests(CheckId::TextAgrees, CheckId::FaceSignature),
        ],
    );
    findings.hierarchy = hierarchy;
    findings.notes.retain(|note| note.id != notes::NOT_PRODUCTION.id);
    findings
}

pub(super) fn not_accepted() -> Findings {
    let evidence = anchor(Hierarchy::Simulated, "7000023");
    without_issuer(Check::failed(CheckId::FaceCertificate, Reason::HierarchyNotAccepted, evidence))
}

pub(super) fn no_anchor() -> Findings {
    let evidence = Evidence::new().with("issuer", "5000123/002").with("subject", "5012345/001");
    without_issuer(Check::not_done(CheckId::FaceCertificate, Why::NoAnchor, evidence))
}

pub(super) fn age() -> Findings {
    let mut findings = authentic(Hierarchy::Production);
    findings.scope = Scope::AGE;
    findings.requirement = &AGE_REQUIREMENT;
    findings.checks.retain(|check| AGE_REQUIREMENT.required.contains(&check.id) || check.id == CheckId::Revocation);
    findings.checks.insert(1, Check::passed(CheckId::AgeSignature, Evidence::new().with("covers", "DF11 DF12")));
    findings.notes = vec![notes::UNOFFICIAL_ANCHOR, notes::REVOCATION];
    // More than the age is here on purpose: a report of the age must not show it.
    findings.holder.age = Some(Signed::new(46, Some(CheckId::AgeSignature)));
    findings
}

/// Every sample by name.
pub(crate) fn all() -> Vec<(&'static str, Findings, Context)> {
    let accepting = Context { accepted: vec![Hierarchy::Simulated], ..context() };
    let saved = Context { source: Source::Dump, read_at: "2026-11-20T05:00:00Z".parse().unwrap(), ..context() };
    vec![
        ("authentic", authentic(Hierarchy::Production), context()),
        ("simulated", authentic(Hierarchy::Simulated), accepting),
        ("forged", forged(), context()),
        ("expired", expired(), saved),
        ("not_accepted", not_accepted(), context()),
        ("no_anchor", no_anchor(), context()),
        ("age", age(), context()),
    ]
}

pub(crate) fn report<'a>(findings: &'a Findings, context: &'a Context, options: Options) -> Report<'a> {
    Report { findings, context, options }
}
