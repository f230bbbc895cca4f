//! Passports that leave something open: signers of EF.CardSecurity that nobody can judge, authorities that are not installed, pictures
//! that cannot be shown. None of it makes a genuine document a forgery, and none of it hides a copy.

use crate::{
    common::reading::{card, judge, read_card},
    passport::{PASSED, honest},
};
use taimen::{
    cards::{
        Findings,
        passport::{
            face, files,
            security_object::{CARD_SECURITY, LDS_SECURITY_OBJECT},
        },
    },
    crypto::Hash,
    dump::Scope,
    lang::Lang,
    report::{Colour, Context, Options, Report, Source},
    simulator::{
        SimulatedCard,
        cards::passport::issuer::{MessageOrder, Signer, hash_list, security_object_file},
        certificate::midnight,
    },
    tlv::der,
    trust::Cms,
    verify::{CheckId, Overall, Reason, Verdict, Why},
};

pub fn file(simulated: &mut SimulatedCard, name: &str) -> Vec<u8> {
    simulated.file_mut(name).unwrap().clone()
}

pub fn put(simulated: &mut SimulatedCard, name: &str, bytes: Vec<u8>) {
    *simulated.file_mut(name).unwrap() = bytes;
}

/// Content that somebody signs.
pub fn signed(kind: &'static str, content: Vec<u8>, signer: Signer, change: impl Fn(&mut MessageOrder)) -> Vec<u8> {
    let mut order = MessageOrder::new(kind, content, &signer.order()).unwrap();
    order.signed_at = Some(midnight(2025, 4, 1));
    change(&mut order);
    order.build().unwrap()
}

/// Signs EF.CardSecurity anew.
fn secure(simulated: &mut SimulatedCard, signer: Signer, change: impl Fn(&mut MessageOrder)) {
    let name = files::CARD_SECURITY.name;
    let content = Cms::parse(&file(simulated, name)).unwrap().content;
    put(simulated, name, signed(CARD_SECURITY, content, signer, change));
}

/// Signs the list of hashes anew; of these files, if any are named.
pub fn sign(simulated: &mut SimulatedCard, signer: Signer, groups: &[(u8, &str)]) {
    let sod = file(simulated, files::SOD.name);
    let content = if groups.is_empty() {
        Cms::parse(der::element(&sod).unwrap().content).unwrap().content
    } else {
        let groups: Vec<(u8, Vec<u8>)> = groups.iter().map(|(at, name)| (*at, file(simulated, name))).collect();
        let groups: Vec<(u8, &[u8])> = groups.iter().map(|(at, bytes)| (*at, bytes.as_slice())).collect();
        hash_list(1, Hash::Sha256, &groups)
    };
    let message = signed(LDS_SECURITY_OBJECT, content, signer, |_| {});
    put(simulated, files::SOD.name, security_object_file(&message));
}

pub fn judged(mut simulated: SimulatedCard) -> Findings {
    judge(&read_card(&mut simulated, Scope::FULL).unwrap().0)
}

/// Asserts every check of a chip that has its key, and that a copy of it is rejected for its key all the same.
fn open(recipe: &str, change: impl Fn(&mut SimulatedCard), differs: &[(CheckId, Verdict)]) {
    let made = |recipe: &str| {
        let mut simulated = card(recipe);
        change(&mut simulated);
        judged(simulated)
    };
    let verdicts = |found: &Findings| found.checks.iter().map(|check| (check.id, check.verdict)).collect::<Vec<_>>();
    let found = made(recipe);
    assert_eq!(verdicts(&found), honest(differs));
    assert_eq!(found.overall(), Overall::Undetermined);
    let copy = made(&format!("{recipe}?fault=cloned"));
    let mut differs = differs.to_vec();
    differs.retain(|(id, _)| *id != CheckId::ChipKey);
    differs.push((CheckId::ChipKey, Verdict::Failed(Reason::ChallengeMismatch)));
    assert_eq!(verdicts(&copy), honest(&differs));
    assert_eq!(copy.overall(), Overall::Rejected);
}

/// A certificate whose keyUsage is no BIT STRING.
fn broken(mut certificate: Vec<u8>) -> Vec<u8> {
    let usage = [0x55, 0x1D, 0x0F, 0x01, 0x01, 0xFF, 0x04, 0x04, 0x03];
    let at = certificate.windows(usage.len()).position(|bytes| bytes == usage).unwrap();
    certificate[at + usage.len() - 1] = 0x04;
    certificate
}

#[test]
fn a_mapping_is_open_if_the_certificate_of_its_signer_is_missing_or_cannot_be_read() {
    let without = |order: &mut MessageOrder| order.certificates.clear();
    let unread = |order: &mut MessageOrder| order.certificates = order.certificates.drain(..).map(broken).collect();
    let chip = |why| [(CheckId::ChipKey, Verdict::NotDone(why))];
    open("passport-cam", |simulated| secure(simulated, Signer::Explicit, without), &chip(Why::NotOnCard));
    open("passport-cam", |simulated| secure(simulated, Signer::Explicit, unread), &chip(Why::UnsupportedAlgorithm));
    open("passport-cam", |simulated| secure(simulated, Signer::Unknown, |_| {}), &chip(Why::NoAnchor));
}

#[test]
fn a_mapping_under_a_signed_key_of_an_unknown_curve_is_open() {
    let mut simulated = card("passport-cam");
    secure(&mut simulated, Signer::Explicit, |order| {
        // The last byte of p of P-256.
        let p = [&[0xFF; 4][..], &[0, 0, 0, 1], &[0; 12], &[0xFF; 12]].concat();
        let at = order.content.windows(p.len()).position(|bytes| bytes == p).unwrap();
        order.content[at + p.len() - 1] = 0xFD;
    });
    let found = judged(simulated);
    let verdicts: Vec<_> = found.checks.iter().map(|check| (check.id, check.verdict)).collect();
    assert_eq!(verdicts, honest(&[(CheckId::ChipKey, Verdict::NotDone(Why::UnsupportedAlgorithm))]));
    assert_eq!(found.overall(), Overall::Undetermined);
}

#[test]
fn a_mapping_rests_on_the_documents_signer_if_its_authority_is_not_known() {
    open(
        "passport-cam",
        |simulated| sign(simulated, Signer::Unknown, &[]),
        &[
            (CheckId::SignerCertificate, Verdict::NotDone(Why::NoAnchor)),
            (CheckId::ChipKey, Verdict::NotDone(Why::DependsOn(CheckId::SignerCertificate))),
        ],
    );
}

/// Anybody can sign: what nobody certified is shown as on a phone.
#[test]
fn values_under_a_signer_whom_nobody_certified_are_marked() {
    // One with the details, too.
    let marked = |signer: Option<Signer>| {
        let mut simulated = card("passport-ca");
        if let Some(signer) = signer {
            sign(&mut simulated, signer, &[]);
        }
        let (dump, _) = read_card(&mut simulated, Scope::FULL).unwrap();
        let (findings, context) = (judge(&dump), Context::of(&dump, Source::Live));
        assert_eq!(findings.verdict(CheckId::DocumentSignature), Some(PASSED));
        assert_eq!(findings.verdict(CheckId::DataGroups), Some(PASSED));
        let mut signed_by = vec![findings.holder.name.as_ref().unwrap().signed_by];
        signed_by.extend(findings.pictures.iter().map(|picture| picture.signed_by));
        signed_by.extend(findings.items.iter().map(|item| item.signed_by));
        let on_signer = signed_by.iter().filter(|by| **by == Some(CheckId::SignerCertificate)).count();
        let options = Options { lang: Lang::En, sex: true, age: false, domicile: false };
        let text = Report { findings: &findings, context: &context, options }.details(Colour::Plain);
        (signed_by.len(), on_signer, text.matches("signature not confirmed").count())
    };
    let (all, on_signer, marks) = marked(None);
    assert!(all > 8 && on_signer == 0 && marks == 0, "{on_signer} and {marks} of {all}");
    for signer in [Signer::Unknown, Signer::WrongAuthority] {
        let (all, on_signer, marks) = marked(Some(signer));
        assert!(all > 8 && on_signer == all && marks >= all, "{signer:?}: {on_signer} and {marks} of {all}");
    }
}

#[test]
fn a_mapping_of_another_state_or_of_another_form_fails() {
    let chip = |change: &dyn Fn(&mut SimulatedCard)| {
        let mut simulated = card("passport-cam");
        change(&mut simulated);
        let found = judged(simulated);
        let others = [CheckId::DocumentSignature, CheckId::DataGroups, CheckId::PrintedAgrees];
        assert!(others.iter().all(|id| found.verdict(*id) == Some(PASSED)), "{:?}", found.checks);
        assert_eq!(found.overall(), Overall::Rejected);
        found.verdict(CheckId::ChipKey).unwrap()
    };
    let other = |simulated: &mut SimulatedCard| secure(simulated, Signer::Brainpool, |_| {});
    assert_eq!(chip(&other), Verdict::Failed(Reason::OtherState));
    // A signer whose authority is not installed names its state all the same.
    let unknown = |simulated: &mut SimulatedCard| {
        sign(simulated, Signer::Unknown, &[]);
        other(simulated);
    };
    assert_eq!(chip(&unknown), Verdict::Failed(Reason::OtherState));
    let forged = |simulated: &mut SimulatedCard| secure(simulated, Signer::WrongAuthority, |_| {});
    assert_eq!(chip(&forged), Verdict::Failed(Reason::SignatureMismatch));
    let changed = |simulated: &mut SimulatedCard| {
        secure(simulated, Signer::Explicit, |order| order.key = Signer::Unknown.order().key);
    };
    assert_eq!(chip(&changed), Verdict::Failed(Reason::SignatureMismatch));
    let shapeless = |simulated: &mut SimulatedCard| put(simulated, files::CARD_SECURITY.name, vec![0x30, 3, 2, 1, 5]);
    assert_eq!(chip(&shapeless), Verdict::Failed(Reason::Malformed));
}

#[test]
fn a_signed_face_that_cannot_be_shown_leaves_a_passport_undetermined() {
    let other_picture = |simulated: &mut SimulatedCard| {
        put(simulated, files::DG2.name, face::data_group(b"GIF89a", false, 1, 1));
        let groups = [(1, files::DG1.name), (2, files::DG2.name), (14, files::DG14.name), (15, files::DG15.name)];
        sign(simulated, Signer::Explicit, &groups);
    };
    open(
        "passport",
        other_picture,
        &[
            (CheckId::DataGroups, Verdict::NotDone(Why::LayoutUnknown)),
            (CheckId::PrintedAgrees, Verdict::NotDone(Why::DependsOn(CheckId::DataGroups))),
        ],
    );
    let mut simulated = card("passport");
    other_picture(&mut simulated);
    let found = judged(simulated);
    let said = |name| found.check(CheckId::DataGroups).unwrap().evidence.shown(name).unwrap_or_default().into_owned();
    assert_eq!(
        (said("file").as_str(), said("detail").as_str()),
        (files::DG2.name, "the picture is neither JPEG nor JPEG 2000")
    );
    assert!(found.picture("photo").is_none());
    // What the zone says is signed all the same, by one who is certified.
    let marks = |change: &dyn Fn(&mut SimulatedCard)| {
        let mut simulated = card("passport");
        change(&mut simulated);
        let (dump, _) = read_card(&mut simulated, Scope::FULL).unwrap();
        let (findings, context) = (judge(&dump), Context::of(&dump, Source::Live));
        let options = Options { lang: Lang::En, sex: true, age: false, domicile: false };
        let text = Report { findings: &findings, context: &context, options }.details(Colour::Plain);
        let by = findings.holder.name.as_ref().unwrap().signed_by.unwrap();
        let number = findings.items.iter().find(|item| item.id == "document_number").unwrap();
        assert_eq!(number.signed_by, Some(by));
        (by, text.matches("signature not confirmed").count())
    };
    assert_eq!(marks(&other_picture), (CheckId::DocumentSignature, 0));
    let by_nobody = |simulated: &mut SimulatedCard| {
        other_picture(simulated);
        sign(simulated, Signer::Unknown, &[]);
    };
    let (by, uncertified) = marks(&by_nobody);
    assert!(by == CheckId::SignerCertificate && uncertified > 4, "{uncertified}");
    // A hash that differs is one of the groups, whatever the picture is.
    let unhashed = |simulated: &mut SimulatedCard| {
        put(simulated, files::DG2.name, face::data_group(b"GIF89a", false, 1, 1));
    };
    let (by, differing) = marks(&unhashed);
    assert!(by == CheckId::DataGroups && differing > 4, "{differing}");
}
