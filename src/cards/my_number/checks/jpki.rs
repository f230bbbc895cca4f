//! The JPKI application: advisory, because nothing ties it to the chip's face data but agreement. Only if it was
//! asked for.

use crate::{
    cards::{
        CardText, Item, ItemValue, Note, SEX_ITEM,
        absent::absent,
        model::note_rows,
        path::{Certified, certificate_check},
    },
    crypto::sha256,
    dump::Dump,
    lang::Bilingual,
    text::japan_date,
    tlv,
    trust::{Certificate, CertifiedKey, Hierarchy, Place, Purpose, TrustStore},
    verify::{Basis, Check, CheckId, Evidence, Fact, Reason, Verdict, Why},
};

use super::{
    super::{
        decode::{self, FaceData, TextData},
        files::{self, File, JpkiToken},
        jpki::{self, Flagged, JpkiHolder, Likeness},
    },
    chip::chip_check,
    issuer::Issuer,
};

note_rows! {
    /// Nobody may ask for the certificates' status but verifiers that the law certifies.
    STATUS_NOT_ASKED "jpki-status"
        "電子証明書の失効情報（OCSP・CRL）への問い合わせは認定を受けた検証者だけに許されており、行っていません。"
        "Only certified verifiers may query the certificates' status (OCSP, CRL). taimen did not query it.";
    /// What the signing certificate says about its holder did not pass.
    JPKI_WITHHELD "jpki-withheld"
        "署名用電子証明書の氏名・住所等は検査に合格しなかったため表示しません。"
        "Name, address and the like in the signing certificate did not pass their checks, so taimen does not show them.";
}

/// The JPKI application's part of a report.
#[derive(Default)]
pub(super) struct JpkiPart {
    pub(super) checks: Vec<Check>,
    pub(super) items: Vec<Item>,
    pub(super) notes: Vec<Note>,
}

/// What the other applications say about the holder, as far as their checks passed.
pub(super) struct Others<'a> {
    pub(super) issuer: &'a Issuer,
    pub(super) face_signature: &'a Check,
    pub(super) face: Option<&'a FaceData<'a>>,
    /// The text, only if it was confirmed.
    pub(super) text: Option<&'a TextData<'a>>,
}

pub(super) fn jpki_part(dump: &Dump, trust: &TrustStore, basis: Basis, others: &Others<'_>) -> JpkiPart {
    if !dump.extra {
        return JpkiPart::default();
    }
    let auth = chain(dump, trust, basis, &AUTHENTICATION, others.issuer);
    let sign = chain(dump, trust, basis, &SIGNATURE, others.issuer);
    let auth_key = auth_key(dump, &auth);
    let holder = sign.leaf.as_ref().map(jpki::holder);
    let (agrees, same_holder) = agrees(dump, &sign, holder.as_ref(), others);
    let mut items = vec![token_item(dump)];
    items.extend(certificate_items(&AUTHENTICATION_ITEMS, &auth, dump));
    items.extend(certificate_items(&SIGNATURE_ITEMS, &sign, dump));
    let mut notes = vec![STATUS_NOT_ASKED];
    match holder {
        Some(Ok(holder)) if same_holder => items.extend(holder_items(&holder)),
        Some(_) => notes.push(JPKI_WITHHELD),
        None => {}
    }
    JpkiPart { checks: vec![auth.check, auth_key, sign.check, agrees], items, notes }
}

/// Whether the issuer vouches for a certificate, were it only once.
fn is_vouched(chain: Verdict) -> bool {
    matches!(chain, Verdict::Passed | Verdict::Failed(Reason::Expired) | Verdict::NotDone(Why::AnchorExpired))
}

/// Which certificate, and what its profile wants.
struct Kind {
    id: CheckId,
    file: File,
    purpose: Purpose,
    signs_for_others: bool,
    authenticates: bool,
}

const AUTHENTICATION: Kind = Kind {
    id: CheckId::JpkiAuthChain,
    file: files::JPKI_AUTH_CERTIFICATE,
    purpose: Purpose::JpkiAuthentication,
    signs_for_others: false,
    authenticates: true,
};

const SIGNATURE: Kind = Kind {
    id: CheckId::JpkiSignChain,
    file: files::JPKI_SIGN_CERTIFICATE,
    purpose: Purpose::JpkiSignature,
    signs_for_others: true,
    authenticates: false,
};

/// The outcome of a certificate's check, and the certificate, whatever became of the check.
struct Chain {
    check: Check,
    leaf: Option<Certificate>,
}

fn chain(dump: &Dump, trust: &TrustStore, basis: Basis, kind: &Kind, face: &Issuer) -> Chain {
    let Some(stored) = dump.file(kind.file.name) else {
        return Chain { check: absent(kind.id, dump, kind.file.name), leaf: None };
    };
    let Certified { check, leaf, hierarchy, .. } =
        certificate_check(kind.id, without_filler(stored), kind.purpose, trust, basis.at());
    let Check { id, verdict, evidence } = check;
    // The subject's name is a number of this one person, which no auditor needs.
    let evidence = evidence.without("certificate_subject");
    // The path speaks of signers of cards; this certificate is the holder's own, and its end is a fact about it.
    let verdict = match verdict {
        Verdict::NotDone(Why::AnchorExpired) if evidence.about() == Some(Place::Leaf) => {
            Verdict::Failed(Reason::Expired)
        }
        verdict => verdict,
    };
    let known = leaf.as_ref().zip(hierarchy);
    let (verdict, evidence) = match known.filter(|_| is_vouched(verdict)) {
        // A certificate for something else is not merely expired.
        Some((leaf, hierarchy)) => match profile(kind, leaf, hierarchy, face, evidence.clone().without_place()) {
            (Verdict::Passed, _) if verdict != Verdict::Passed => (verdict, evidence),
            judged => judged,
        },
        None => (verdict, evidence),
    };
    Chain { check: Check { id, verdict, evidence }, leaf }
}

/// What the profile wants of a certificate whose path holds (spec my-number 6.3).
fn profile(
    kind: &Kind,
    leaf: &Certificate,
    hierarchy: Hierarchy,
    face: &Issuer,
    evidence: Evidence,
) -> (Verdict, Evidence) {
    let policies = jpki::policies(leaf);
    let wanted = jpki::policy(kind.purpose, hierarchy);
    let named: Vec<String> = policies.iter().map(|policy| jpki::dotted(policy)).collect();
    let evidence = evidence.with("policy", named.join(" "));
    let usage =
        leaf.usage.is_some_and(|usage| usage.digital_signature && (usage.non_repudiation || !kind.signs_for_others));
    let named = wanted.is_some_and(|wanted| policies.iter().any(|policy| policy == wanted.der));
    if !usage {
        (Verdict::Failed(Reason::WrongKeyUsage), evidence.fact(Fact::About(Place::Leaf)))
    } else if leaf.key.as_ref().map_or(None, CertifiedKey::rsa).is_none() {
        (Verdict::Failed(Reason::BadKey), evidence)
    } else if kind.authenticates && !jpki::is_for_client_authentication(leaf) {
        (Verdict::Failed(Reason::WrongPurpose), evidence)
    } else if !named {
        let evidence = evidence.with("policy_wanted", wanted.map_or("", |wanted| wanted.oid));
        // A policy that nobody has seen in a genuine certificate is not proof of a false one.
        let seen = wanted.is_some_and(|wanted| wanted.seen);
        (if seen { Verdict::Failed(Reason::WrongPolicy) } else { Verdict::NotDone(Why::LayoutUnknown) }, evidence)
    } else if face.check.is_passed() && face.hierarchy.is_some_and(|face| is_real(face) != is_real(hierarchy)) {
        (
            Verdict::Failed(Reason::Disagrees),
            evidence.with("detail", "the face application belongs to another hierarchy"),
        )
    } else {
        (Verdict::Passed, evidence)
    }
}

/// Whether cards that people hold have this hierarchy.
fn is_real(hierarchy: Hierarchy) -> bool {
    matches!(hierarchy, Hierarchy::Production | Hierarchy::Installed)
}

/// The certificate alone, if the card fills its file up.
fn without_filler(stored: &[u8]) -> &[u8] {
    tlv::header(stored, 0).ok().and_then(|header| stored.get(..header.total())).unwrap_or(stored)
}

/// The answer of the authentication key to our challenge.
fn auth_key(dump: &Dump, auth: &Chain) -> Check {
    let id = CheckId::JpkiAuthKey;
    if let Err(check) = auth.check.required_by(id) {
        return check;
    }
    if dump.challenge(files::JPKI.name).is_none() {
        return absent(id, dump, files::JPKI_AUTH_KEY_NAME);
    }
    let key = auth.leaf.as_ref().and_then(|leaf| leaf.key.as_ref().ok()).and_then(CertifiedKey::rsa);
    chip_check(id, dump, files::JPKI, &auth.check, key.cloned().map(Ok))
}

/// Whether the holder of the signing certificate is that of the face data, and whether the issuer vouches for a holder of whom that
/// is so: only that one may be shown. A certificate that has expired still names somebody, so it is compared too.
fn agrees(
    dump: &Dump,
    sign: &Chain,
    holder: Option<&Result<JpkiHolder, jpki::HolderError>>,
    others: &Others<'_>,
) -> (Check, bool) {
    let id = CheckId::JpkiAgrees;
    if dump.file(files::JPKI_SIGN_CERTIFICATE.name).is_none() {
        return (absent(id, dump, files::JPKI_SIGN_CERTIFICATE.name), false);
    }
    let open = sign.check.required_by(id).err();
    if let Some(open) = open.clone().filter(|_| !is_vouched(sign.check.verdict)) {
        return (open, false);
    }
    let compared = compared(dump, holder, others);
    let same = compared.is_passed();
    match (compared.verdict, open) {
        (Verdict::Failed(_), _) | (_, None) => (compared, same),
        (_, Some(open)) => (Check { evidence: compared.evidence, ..open }, same),
    }
}

/// Compares the holder of a certificate with the signed face data and the confirmed text.
fn compared(dump: &Dump, holder: Option<&Result<JpkiHolder, jpki::HolderError>>, others: &Others<'_>) -> Check {
    let id = CheckId::JpkiAgrees;
    let holder = match holder {
        Some(Ok(holder)) => holder,
        // The issuer signed it so: a form that is not known here is not a forgery.
        Some(Err(error)) => {
            return Check::not_done(id, Why::LayoutUnknown, Evidence::new().with("detail", error.to_string()));
        }
        None => return absent(id, dump, files::JPKI_SIGN_CERTIFICATE.name),
    };
    if let Err(check) = others.face_signature.required_by(id) {
        return check;
    }
    let Some(face) = others.face else { return absent(id, dump, files::FACE_DATA.name) };
    let same = |same: bool| if same { Likeness::Same } else { Likeness::Different };
    let text = |own: &Flagged, of: fn(&TextData<'_>) -> Option<String>| {
        others.text.map(|text| of(text).map_or(Likeness::Different, |text| own.compare(&text)))
    };
    let items = [
        ("birth_date", Some(same(decode::date_of(&face.birth) == Ok(holder.birth)))),
        ("sex", Some(same(decode::sex_of(&face.sex) == Ok(holder.sex)))),
        ("name", text(&holder.name, |text| decode::text_of(&text.name).ok())),
        ("address", text(&holder.address, |text| decode::text_of(&text.address).ok())),
    ];
    let mut evidence = Evidence::new();
    for (name, likeness) in items {
        evidence = evidence.with(
            name,
            match likeness {
                Some(Likeness::Same) => "same",
                Some(Likeness::Substituted) => "substituted",
                Some(Likeness::Different) => "different",
                None => "not_compared",
            },
        );
    }
    if items.iter().any(|(_, likeness)| *likeness == Some(Likeness::Different)) {
        Check::failed(id, Reason::Disagrees, evidence)
    } else {
        Check::passed(id, evidence)
    }
}

/// Machine names and titles of what is reported about a certificate.
struct ItemNames {
    check: CheckId,
    from: (&'static str, Bilingual),
    until: (&'static str, Bilingual),
    serial: (&'static str, Bilingual),
    ca: (&'static str, Bilingual),
    ca_file: File,
}

const AUTHENTICATION_ITEMS: ItemNames = ItemNames {
    check: CheckId::JpkiAuthChain,
    from: ("jpki_auth_from", Bilingual::new("利用者証明用：有効期間の開始", "authentication certificate: valid from")),
    until: (
        "jpki_auth_until",
        Bilingual::new("利用者証明用：有効期間の満了", "authentication certificate: valid until"),
    ),
    serial: (
        "jpki_auth_serial",
        Bilingual::new("利用者証明用：発行の番号", "authentication certificate: serial number"),
    ),
    ca: (
        "jpki_auth_ca",
        Bilingual::new(
            "利用者証明用：カード内のCA証明書のSHA-256",
            "authentication: SHA-256 of the CA certificate on the card",
        ),
    ),
    ca_file: files::JPKI_AUTH_CA,
};

const SIGNATURE_ITEMS: ItemNames = ItemNames {
    check: CheckId::JpkiSignChain,
    from: ("jpki_sign_from", Bilingual::new("署名用：有効期間の開始", "signing certificate: valid from")),
    until: ("jpki_sign_until", Bilingual::new("署名用：有効期間の満了", "signing certificate: valid until")),
    serial: ("jpki_sign_serial", Bilingual::new("署名用：発行の番号", "signing certificate: serial number")),
    ca: (
        "jpki_sign_ca",
        Bilingual::new("署名用：カード内のCA証明書のSHA-256", "signature: SHA-256 of the CA certificate on the card"),
    ),
    ca_file: files::JPKI_SIGN_CA,
};

fn item(name: (&'static str, Bilingual), value: ItemValue, signed_by: Option<CheckId>) -> Item {
    Item { id: name.0, title: name.1, value, signed_by, masked: false }
}

fn token_item(dump: &Dump) -> Item {
    let token = dump.file(files::JPKI_TOKEN_FILE.name).map_or(JpkiToken::Unknown, JpkiToken::of);
    let value = ItemValue::Term { id: token.as_str(), name: token.name() };
    item(("jpki_token", Bilingual::new("JPKIトークンの種類", "kind of JPKI token")), value, None)
}

fn certificate_items(names: &ItemNames, chain: &Chain, dump: &Dump) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(leaf) = &chain.leaf {
        let by = Some(names.check);
        items.push(item(names.from, ItemValue::Date(japan_date(leaf.not_before)), by));
        items.push(item(names.until, ItemValue::Date(japan_date(leaf.not_after)), by));
        items.push(item(names.serial, ItemValue::Text(leaf.serial.as_str().into()), by));
    }
    // The card's own certificate of the issuer vouches for nothing: it comes from where the leaf comes from.
    if let Some(stored) = dump.file(names.ca_file.name) {
        let fingerprint = hex::encode(sha256(&[without_filler(stored)]));
        items.push(item(names.ca, ItemValue::Text(fingerprint.into()), None));
    }
    items
}

/// The four items, each with its substitutes if it can have some. The sex is shown only when asked for.
fn holder_items(holder: &JpkiHolder) -> Vec<Item> {
    let by = Some(CheckId::JpkiSignChain);
    let text = |text: &str| ItemValue::Text(CardText::from(text));
    vec![
        item(("jpki_name", Bilingual::new("署名用：氏名", "signing certificate: name")), text(&holder.name.text), by),
        item(
            (
                "jpki_name_substitutes",
                Bilingual::new(
                    "署名用：氏名の代替文字（何文字目か）",
                    "signing certificate: substituted characters of the name",
                ),
            ),
            substitutes(&holder.name),
            by,
        ),
        item(
            ("jpki_birth_date", Bilingual::new("署名用：生年月日", "signing certificate: birth date")),
            ItemValue::Date(holder.birth),
            by,
        ),
        item(
            (SEX_ITEM, Bilingual::new("署名用：性別", "signing certificate: sex")),
            ItemValue::Term { id: holder.sex.as_str(), name: holder.sex.name() },
            by,
        ),
        item(
            ("jpki_address", Bilingual::new("署名用：住所", "signing certificate: address")),
            text(&holder.address.text),
            by,
        ),
        item(
            (
                "jpki_address_substitutes",
                Bilingual::new(
                    "署名用：住所の代替文字（何文字目か）",
                    "signing certificate: substituted characters of the address",
                ),
            ),
            substitutes(&holder.address),
            by,
        ),
    ]
}

fn substitutes(text: &Flagged) -> ItemValue {
    let positions: Vec<String> = text.positions().map(|at| at.to_string()).collect();
    if positions.is_empty() {
        ItemValue::Term { id: "none", name: Bilingual::new("なし", "none") }
    } else {
        ItemValue::Text(positions.join(", ").into())
    }
}
