//! Parsers of passports: signed messages, data groups, the machine-readable zone, keys. Whatever comes, they return; what they
//! call signed is what a seed signed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use taimen::{
    cards::{
        self,
        passport::{
            ActiveHash, Mrz, SecurityInfos,
            files::{self, FILES},
            mrz,
            security_object::{CARD_SECURITY, LDS_SECURITY_OBJECT, SecurityObject},
            verify_active,
        },
    },
    crypto::{CurveKey, Element, Hash, NamedCurve},
    dump::{Dump, NotRead},
    kind::CardKind,
    simulator::cards::passport::{
        PassportHolder,
        issuer::{Key, MessageOrder, authorities, list_of_certificates},
    },
    trust::{Cms, MASTER_LIST, MasterList},
    verify::{Basis, Overall},
};

use super::{dumps::strict, input::is_one_in_sixteen, seeds};

pub fn cms(data: &[u8]) {
    static SIGNED: OnceLock<BTreeSet<Vec<u8>>> = OnceLock::new();
    let known = SIGNED.get_or_init(|| {
        let seeds = messages().into_iter().filter_map(|seed| Cms::parse(&seed).ok());
        seeds.map(|message| message.content).collect()
    });
    if let Ok(message) = Cms::parse(data) {
        for content_type in [LDS_SECURITY_OBJECT, CARD_SECURITY, MASTER_LIST] {
            if let Ok(signed) = message.verify(content_type) {
                assert!(!signed.is_empty() && message.content_type == content_type);
                assert!(known.contains(&message.content), "a signature covers what nobody signed");
            }
        }
    }
}

/// The signatures of a list take most of the time: one input in sixteen gets them.
pub fn master_list(data: &[u8]) {
    if let Ok(list) = MasterList::parse(data)
        && is_one_in_sixteen(data)
    {
        let verified = list.verify(strict(), seeds::TIME.parse().expect("a time"));
        assert!(!matches!(verified, Ok((_, Ok(())))), "nobody accepted the simulated hierarchy");
        let _ = taimen::trust::judge(&list.certificates, strict());
    }
}

pub fn security_object(data: &[u8]) {
    static SIGNED: OnceLock<BTreeSet<BTreeMap<u32, Vec<u8>>>> = OnceLock::new();
    let known = SIGNED.get_or_init(|| {
        let seeds = security_objects().into_iter().filter_map(|seed| SecurityObject::parse(&seed).ok());
        seeds.map(|object| object.hashes).collect()
    });
    if let Ok(object) = SecurityObject::parse(data) {
        assert!(object.hashes.len() <= 16 && object.hashes.keys().all(|group| (1..=16).contains(group)));
        if object.verify().is_ok() {
            assert!(known.contains(&object.hashes), "a signature covers hashes that nobody signed");
        }
    }
}

/// What was read of honest passports, so that a file which comes is judged beside the others.
fn honest() -> &'static [&'static Dump] {
    static READ: OnceLock<Vec<&'static Dump>> = OnceLock::new();
    READ.get_or_init(|| seeds::honest().iter().filter(|dump| dump.kind == CardKind::PASSPORT).collect())
}

/// The file whose tag comes first, in place of an honest one. The signatures over it take most of the time: one input in sixteen
/// is judged beside the document security object that lists it, the others as if that could not be read.
pub fn data_group(data: &[u8]) {
    let Some(tag) = data.first() else { return };
    for file in FILES.iter().filter(|file| file.own.tag.0 == u32::from(*tag)) {
        for read in honest().iter().filter(|read| read.file(file.name).is_some()).take(1) {
            let mut dump = (*read).clone();
            dump.keep(file.name, data.to_vec());
            if file.name != files::SOD.name && !is_one_in_sixteen(data) {
                dump.lacks(files::SOD.name, NotRead::NotOnCard);
            }
            let Some(findings) = cards::check(&dump, strict(), Basis::Live(dump.read_at)) else { continue };
            assert_ne!(findings.overall(), Overall::Authentic, "nobody accepted the simulated hierarchy");
        }
    }
}

pub fn zone(data: &[u8]) {
    if let Ok(zone) = Mrz::parse(data) {
        let today = "2026-11-22".parse().expect("a day");
        let _ =
            (zone.names(), zone.number(), zone.birth_date(today), zone.expiry(), zone.wrong(), zone.names_may_be_cut());
        assert!(zone.information().len() >= 24);
    }
    let Ok(text) = core::str::from_utf8(data) else { return };
    if let Some(typed) = mrz::read_typed(text) {
        assert!(typed.len() == mrz::CAN_LENGTH || typed.len() >= 24, "{} characters", typed.len());
    }
    let _ = mrz::read_number(text);
}

pub fn security_infos(data: &[u8]) {
    if let Ok(infos) = SecurityInfos::parse(data) {
        let _ = (infos.preferred(), infos.chip_authentication(), infos.offers_mapping());
        let again = SecurityInfos::parse(&infos.encode()).expect("what is written is read");
        assert_eq!((again.pace.len(), again.chip.len()), (infos.pace.len(), infos.chip.len()));
    }
}

/// SubjectPublicKeyInfo, whose curve may be written out in all its values.
pub fn public_key(data: &[u8]) {
    if let Ok(key) = CurveKey::from_info(data) {
        let written = CurveKey::from_info(&key.info(true)).expect("what is written is read");
        assert_eq!(written.encoded(), key.encoded());
    }
    if let Ok(element) = Element::from_info(data) {
        assert!(!element.is_identity());
    }
    for named in [ActiveHash::Named(Hash::Sha256), ActiveHash::Unnamed] {
        assert!(verify_active(data, named, &[0; 8], &[0; 64]).is_err(), "zeros sign a challenge");
    }
}

fn read(files: &[&files::File]) -> Vec<Vec<u8>> {
    let of =
        |dump: &&Dump| files.iter().filter_map(|file| dump.file(file.name).map(<[u8]>::to_vec)).collect::<Vec<_>>();
    honest().iter().flat_map(of).collect()
}

pub fn security_objects() -> Vec<Vec<u8>> {
    read(&[&files::SOD])
}

/// What a file of one object holds.
fn inside(file: &files::File) -> Vec<Vec<u8>> {
    let value = |bytes: Vec<u8>| taimen::tlv::file(&bytes, file.own.tag).ok().map(|(object, _)| object.value.to_vec());
    read(&[file]).into_iter().filter_map(value).collect()
}

pub fn messages() -> Vec<Vec<u8>> {
    [inside(&files::SOD), read(&[&files::CARD_SECURITY]), lists()].concat()
}

pub fn lists() -> Vec<Vec<u8>> {
    let all: Vec<Vec<u8>> = authorities().iter().filter_map(|(_, order)| order.build().ok()).collect();
    let [_, (_, authority), ..] = authorities();
    let key = Key::Curve(NamedCurve::BrainpoolP256, "list-signer");
    let signer = authority.list_signer("taimen simulated master list signer", key, 0x20);
    let list = MessageOrder::new(MASTER_LIST, list_of_certificates(&all), &signer).and_then(|order| order.build());
    list.into_iter().collect()
}

pub fn data_groups() -> Vec<Vec<u8>> {
    FILES.iter().flat_map(|file| read(&[file])).collect()
}

pub fn zones() -> Vec<Vec<u8>> {
    let zone = PassportHolder::from_seed(7).zone().into_bytes();
    let fields = b"XS1234567 1980-02-17 2035-12-31".to_vec();
    vec![zone[44..].to_vec(), zone, fields, b"123456".to_vec()]
}

pub fn infos() -> Vec<Vec<u8>> {
    [inside(&files::DG14), read(&[&files::CARD_ACCESS])].concat()
}

pub fn keys() -> Vec<Vec<u8>> {
    let curves =
        NamedCurve::all().flat_map(|curve| [true, false].map(|explicit| (Key::Curve(curve, "seed"), explicit)));
    let rsa = [(Key::Rsa("csca-1"), false)];
    let dh =
        infos().into_iter().filter_map(|infos| SecurityInfos::parse(&infos).ok()).flat_map(|infos| infos.chip_keys);
    let dh: Vec<Vec<u8>> = dh.map(|key| key.info).collect();
    curves.chain(rsa).filter_map(|(key, explicit)| key.info(explicit).ok()).chain(dh).collect()
}
