//! Parsers: whatever comes, they return; what they take is written back as it was, or means the same.

use std::{collections::BTreeSet, io::Cursor, sync::OnceLock};

use taimen::{
    batch::Expectation,
    cards,
    compare::{Form, compare_line},
    dump::Dump,
    image::{self, Format, MAX_PIXELS},
    lang::Lang,
    profile::Profile,
    report::{Colour, Context, Options, Report, Source},
    simulator::{Recipe, script::Script},
    text::{self, JisText, PrintedDate},
    tlv::{self, Object},
    transport::{Recording, vpcd},
    trust::{Certificate, Material, Purpose, import_handed_in, issuer_of},
    verify::{Basis, Overall},
};

use super::{dumps::strict, input::is_one_in_sixteen, seeds};

pub fn recording(data: &[u8]) {
    let Ok(recording) = Recording::parse(data) else { return };
    let again = Recording::parse(recording.to_text().as_bytes()).expect("what is written is read");
    assert_eq!(again.to_text(), recording.to_text());
    if let (Ok(dump), _) = cards::play(&recording, &cards::Credentials::default()) {
        let _ = Dump::from_json(dump.to_json().as_bytes()).expect("what is saved is read");
    }
}

pub fn dump_json(data: &[u8]) {
    let Ok(dump) = Dump::from_json(data) else { return };
    let again = Dump::from_json(dump.to_json().as_bytes()).expect("what is saved is read");
    assert_eq!(again.to_json(), dump.to_json());
    let Some(findings) = cards::check(&dump, strict(), Basis::Now(dump.read_at)) else { return };
    assert_ne!(findings.overall(), Overall::Authentic, "nobody accepted the simulated hierarchy");
    let context = Context::of(&dump, Source::Dump);
    let report =
        Report { findings: &findings, context: &context, options: Options { lang: Lang::Ja, ..Options::default() } };
    assert!(!report.text(Colour::Plain).is_empty() && !report.json().is_empty());
}

pub fn certificate(data: &[u8]) {
    static KNOWN: OnceLock<BTreeSet<Vec<u8>>> = OnceLock::new();
    let Ok(certificate) = Certificate::parse(data) else { return };
    let _ = (certificate.signs_data(), certificate.extension("2.5.29.15"));
    let time = seeds::TIME.parse().expect("a time");
    if Purpose::all().any(|purpose| issuer_of(&certificate, purpose, strict(), time).outcome.is_ok()) {
        let known = KNOWN.get_or_init(|| seeds::certificates().into_iter().collect());
        assert!(known.contains(data), "an anchor vouches for what its issuer never signed");
    }
}

pub fn import(data: &[u8]) {
    for purpose in Purpose::all() {
        if let Ok((Material::Certificate(der), _)) = import_handed_in(purpose, data) {
            assert!(Certificate::parse(&der).is_ok(), "what checks would ignore is installed");
        }
    }
}

pub fn tlv(data: &[u8]) {
    fn walk(object: &Object<'_>, depth: usize) {
        assert!(object.raw.ends_with(object.value));
        if depth < 4 {
            for child in object.children().into_iter().flatten() {
                walk(&child, depth + 1);
            }
        }
    }
    if let Ok((object, rest)) = tlv::object(data, 0) {
        assert_eq!(object.raw.len() + rest.len(), data.len());
        walk(&object, 0);
    }
    let _ = tlv::simple_record(data);
}

/// To write a PNG takes longer than to read most pictures: all small ones are written, and of the others one in sixteen.
fn decoded(data: &[u8], format: Format) {
    if let Ok(raster) = image::decode(data, format) {
        let pixels = u64::from(raster.width()) * u64::from(raster.height());
        assert!(pixels <= MAX_PIXELS);
        if pixels <= 4096 || is_one_in_sixteen(data) {
            assert!(raster.to_png().is_ok());
        }
    }
}

pub fn jpeg2000(data: &[u8]) {
    decoded(data, Format::Jpeg2000);
}

pub fn tiff(data: &[u8]) {
    decoded(data, Format::Tiff);
}

pub fn fax(data: &[u8]) {
    for (width, height) in [(50, 50), (24, 24), (1000, 100)] {
        let _ = image::decode_fax(data, width, height);
    }
}

pub fn jis(data: &[u8]) {
    let (text, fault) = JisText::decode(data);
    let _ = (text.plain(), text.external().count());
    if let (None, Some(encoded)) = (fault, text.encode()) {
        assert_eq!(JisText::decode(&encoded).0.plain(), text.plain());
    }
    let _ = (text::jis_x0201(data), text::full_width_digits(data));
}

pub fn date(data: &[u8]) {
    let _ = text::from_era_digits(data);
    let Ok(words) = core::str::from_utf8(data) else { return };
    let today = "2026-11-22".parse().expect("a day");
    if let Ok(printed) = PrintedDate::parse(words, today) {
        assert!(printed.date() <= today && !printed.digits().is_empty());
    }
}

pub fn script(data: &[u8]) {
    if let Some(script) = core::str::from_utf8(data).ok().and_then(|text| text.parse::<Script>().ok()) {
        assert!(script.cards().count() <= script.steps.len());
    }
}

pub fn recipe(data: &[u8]) {
    if let Some(recipe) = core::str::from_utf8(data).ok().and_then(|text| text.parse::<Recipe>().ok()) {
        let _ = recipe.kind();
    }
}

pub fn expectation(data: &[u8]) {
    let _ = Expectation::parse(data);
}

pub fn profile(data: &[u8]) {
    if let Ok(profile) = Profile::parse(data) {
        assert!(profile.valid_until.is_none_or(|last| profile.valid_from <= last));
    }
}

pub fn form(data: &[u8]) {
    let _ = Form::from_json(data);
    let _ = compare_line(data);
}

pub fn vpcd(data: &[u8]) {
    let mut stream = Cursor::new(data);
    while let Ok(Some(message)) = vpcd::receive(&mut stream, 512) {
        assert!(message.len() <= 512);
    }
}
