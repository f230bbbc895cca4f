use super::*;

use crate::simulator::certificate::usage::CRL_SIGN;
use Hierarchy::{Installed, Simulated};

/// The keys of an authority, one after the other.
const GENERATIONS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// A generation of the authority, with a name and a key of its own.
fn generation(number: usize) -> CertificateOrder {
    let name = GENERATIONS[number];
    let of = Name::new("FR", &format!("taimen simulated authority of a test, generation {name}"));
    CertificateOrder::root(&of, Key::Curve(NamedCurve::P256, name), 1)
}

/// The certificate of one authority by another one.
fn link(of: &CertificateOrder, by: &CertificateOrder, serial: u8) -> CertificateOrder {
    CertificateOrder {
        issuer: by.subject.clone(),
        signer: by.key,
        authority_key_id: by.subject_key_id.clone(),
        serial: vec![serial],
        ..of.clone()
    }
}

/// The path of a signer under generation 0, with these certificates in the document, to these anchors: the outcome, and the links'
/// serial numbers.
fn climbed(
    others: &[Certificate],
    anchors: &[(Hierarchy, CertificateOrder)],
) -> (Result<(), SignerError>, Vec<String>) {
    let signer = generation(0).leaf("taimen simulated document signer of a test", SIGNER, 9, [begin(), end()], None);
    let trust = store(Purpose::Passport, anchors);
    let SignerPath { outcome, links, .. } = signer_path(&certificate(&signer), others, &trust, now());
    (outcome, links.into_iter().map(|link| link.serial).collect())
}

/// The same with generation 1 for the anchor.
fn outcome(others: &[Certificate]) -> Result<(), SignerError> {
    climbed(others, &[(Installed, generation(1))]).0
}

/// The link that leads from generation 0 to that anchor.
fn good() -> CertificateOrder {
    link(&generation(0), &generation(1), 0x20)
}

#[test]
fn eight_links_lead_to_an_anchor_and_nine_do_not() {
    let links: Vec<Certificate> =
        (0..9).map(|number| certificate(&link(&generation(number), &generation(number + 1), 0x20))).collect();
    let (outcome, found) = climbed(&links, &[(Installed, generation(8))]);
    assert_eq!((outcome, found.len()), (Ok(()), 8));
    assert_eq!(climbed(&links, &[(Installed, generation(9))]), (Err(SignerError::NoAnchor), Vec::new()));
}

#[test]
fn of_two_links_that_hold_the_first_is_the_issuer() {
    let links = [0x21, 0x22].map(|serial| CertificateOrder { serial: vec![serial], ..good() });
    let links = links.map(|order| certificate(&order));
    assert_eq!(climbed(&links, &[(Installed, generation(1))]), (Ok(()), vec!["21".to_owned()]));
}

#[test]
fn a_link_whose_time_is_over_is_an_issuer_whose_time_is_over() {
    let [from, to] = generation(0).validity;
    for (last, expected) in [(to, Ok(())), (now(), Ok(())), (now() - SECOND, Err(SignerError::Expired(Place::Anchor)))]
    {
        let link = CertificateOrder { validity: [from, last], ..good() };
        assert_eq!(outcome(&[certificate(&link)]), expected, "{last}");
    }
}

#[test]
fn only_a_named_authority_is_a_link() {
    assert_eq!(outcome(&[certificate(&good())]), Ok(()));
    let no_authority = CertificateOrder { authority: false, ..good() };
    assert_eq!(outcome(&[certificate(&no_authority)]), Err(SignerError::NoAnchor));
    let another = Name::new("FR", "taimen simulated authority of another name");
    let renamed = CertificateOrder { subject: another, ..good() };
    assert_eq!(outcome(&[certificate(&renamed)]), Ok(()), "the key identifier names it");
    let unnamed = CertificateOrder { subject_key_id: Some(vec![9; 20]), ..renamed };
    assert_eq!(outcome(&[certificate(&unnamed)]), Err(SignerError::NoAnchor), "the key alone does not");
}

#[test]
fn a_link_to_what_is_accepted_is_reported_before_an_anchor_that_is_not() {
    let no_signer = CertificateOrder { usage: Some(CRL_SIGN), ..good() };
    let anchors = [(Installed, generation(1)), (Simulated, generation(0))];
    let expected = Err(SignerError::WrongKeyUsage(Place::Anchor));
    assert_eq!(climbed(&[certificate(&no_signer)], &anchors).0, expected);
}

/// Whoever makes a document may put any number of certificates into it.
#[test]
fn a_search_ends_after_thirty_two_links_and_a_thousand_that_did_not_sign() {
    let good = certificate(&good());
    // Each has the issuer's key and leads nowhere.
    let nowhere = |serial| certificate(&link(&generation(0), &generation(2), serial));
    let mut links: Vec<Certificate> = (1..=31).map(nowhere).collect();
    links.push(good.clone());
    assert_eq!(outcome(&links), Ok(()));
    links.insert(0, nowhere(0x60));
    assert_eq!(outcome(&links), Err(SignerError::NoAnchor));

    // It has the issuer's name and key identifier, and no key that could have signed.
    let decoy = certificate(&CertificateOrder { key: UNUSABLE, ..generation(0) });
    let mut links = vec![decoy.clone(); 1023];
    links.push(good);
    assert_eq!(outcome(&links), Ok(()));
    links.insert(0, decoy);
    assert_eq!(outcome(&links), Err(SignerError::NoAnchor));
}
