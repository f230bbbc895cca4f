//! What a residence card's data proves: pure functions of the dump, the trust store and the time (spec residence 5, 6).

use crate::{
    cards::{
        CardText, Findings, Holder, Item, ItemValue, Note, Picture, PictureFormat, Sex, Signed, Warning,
        absent::absent,
        common::{common_notes, expiry_check, revocation},
        model::note_rows,
        path::{Certified, certificate_check},
        remarks,
    },
    dump::Dump,
    kind::CardKind,
    lang::Bilingual,
    trust::{CertifiedKey, Hierarchy, Purpose, TrustStore},
    verify::{Basis, Check, CheckId, Evidence, Reason, Requirement, Verdict, Why},
};

use super::{
    codes::at_the_counter,
    decode::{DecodeErrorKind, Item as Decoded, Period, Record, Value},
    files::{self, Content, File, Generation},
    signature::{FACELESS, has_no_face, problem, signature_check},
    spec::{FIRST_PRESENTATION, SECOND_PRESENTATION},
};

/// What a card of the first generation must pass. Its expiry is in the picture of the front alone.
pub const FIRST_REQUIREMENT: Requirement =
    Requirement { required: &[CheckId::CardSignature, CheckId::CardCertificate], advisory: &[CheckId::Revocation] };

/// What a card of the second generation must pass.
pub const SECOND_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::CardSignature, CheckId::CardCertificate, CheckId::NotExpired],
    advisory: &[CheckId::Revocation],
};

note_rows! {
    /// A chip can be copied (5.5).
    COPY "copy"
        "在留カード等のICチップには複製を検出する仕組みがありません。券面の印刷・顔写真・来店者の顔を、人が見比べてください。"
        "The chip of a residence card cannot show that it is not a copy. Compare the print, the picture and the \
         person yourself.";
    FRONT "front-only"
        "カード番号・氏名・有効期間等は、券面（表）の画像にだけあります。画像と券面の印刷を見比べ、有効期間は人が確認してください。"
        "Card number, name, expiry and the rest are only in the picture of the front. Compare it with the print, and look \
         at the expiry yourself.";
    /// The kind is in a file that nothing signs, and the front's picture leaves out what is pre-printed (2.3).
    UNSIGNED_KIND "unsigned-kind"
        "カードの種類（在留カードか特別永住者証明書か）は電子署名の対象外です。券面の表題と見比べてください。"
        "Which kind of card it is (residence card or special permanent resident certificate) is not signed. Compare it with \
         the title printed on the card.";
    UNSIGNED_BACK "unsigned-back"
        "裏面の記載（住居地・資格外活動許可・申請）は電子署名の対象外です。券面裏面と見比べてください。"
        "The entries of the back (address, permissions, renewal) are not signed. Compare them with the back of the card.";
    /// The same for a card whose back has nothing but the address.
    UNSIGNED_ADDRESS "unsigned-back"
        "裏面の住居地の記載は電子署名の対象外です。券面裏面と見比べてください。"
        "The address on the back is not signed. Compare it with the back of the card.";
    UNSIGNED_NUMBER "unsigned-number"
        "カード番号・住居地の画像・許可と申請の記載は電子署名の対象外です。券面の印刷と見比べてください。"
        "Card number, address picture, permissions and renewal are not signed. Compare them with the print.";
    /// The same for a 特別永住者証明書, which has neither permissions nor renewals.
    UNSIGNED_NUMBER_ALONE "unsigned-number"
        "カード番号と住居地の画像は電子署名の対象外です。券面の印刷と見比べてください。"
        "Card number and address picture are not signed. Compare them with the print.";
    /// Holders under 16 (6.2).
    NOT_SIGNED "not-signed"
        "署名のないカードは、原則として16歳未満の方のものだけです。来店者や券面の生年月日が16歳以上なら、受け付けないでください。確認できたのは、カード番号がこのICチップのものであることだけです。"
        "Only holders under 16 have cards without a signature. If the person is 16 or older, or the birth date on the card says so, do not accept it. taimen confirmed only that the number belongs to this chip.";
    NO_FACE "no-face"
        "ICチップに顔写真がありません。券面の印刷を確認してください。"
        "The chip holds no face picture. Look at the print on the card.";
    /// The report says what the card says about work, and no more.
    NO_JUDGEMENT "no-judgement"
        "就労や在留が認められるかどうかは、taimenでは判定しません。"
        "taimen does not judge whether the holder may work or stay.";
    /// The Agency did not publish the anchor.
    UNPINNED "unpinned-anchor"
        "登録されたCA証明書は、出入国在留管理庁が公開したものと指紋が一致しません。判定は、登録した人の判断に基づきます。"
        "The Immigration Services Agency did not publish the fingerprint of the installed CA certificate: the verdict rests on the word of the person who installed it.";
}

/// Every file of a dump, decoded.
struct Card<'a> {
    generation: Generation,
    records: Vec<Record<'a>>,
}

impl<'a> Card<'a> {
    fn record(&self, file: &File) -> Option<&Record<'a>> {
        self.records.iter().find(|record| record.file.name == file.name)
    }
}

/// Decodes and checks a residence card's dump. Other kinds of card yield findings without any check.
pub fn check(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let generation = Generation::of(dump.kind).unwrap_or(Generation::First);
    let decoded = files::files_of(dump.kind).iter();
    let records = decoded.filter_map(|file| Some(Record::decode(file, dump.file(file.name)?))).collect();
    let card = Card { generation, records };
    let unsigned = is_unsigned(&card);

    let certified = certificate(dump, &card, unsigned, trust, basis);
    let signature = signature(dump, &card, unsigned, &certified);
    let not_expired = (generation == Generation::Second).then(|| not_expired(dump, &card, &signature, basis));
    let mut checks = vec![signature, certified.check.clone()];
    checks.extend(not_expired);
    checks.push(revocation());

    let (requirement, presentation) = match generation {
        Generation::First => (&FIRST_REQUIREMENT, &FIRST_PRESENTATION),
        Generation::Second => (&SECOND_REQUIREMENT, &SECOND_PRESENTATION),
    };
    let mut findings = Findings {
        kind: kind(dump.kind, unsigned),
        checks,
        hierarchy: certified.hierarchy,
        holder: holder(&card),
        pictures: card.records.iter().flat_map(|record| record.items.iter().filter_map(picture)).collect(),
        items: items(&card),
        warnings: warnings(dump, &card, unsigned),
        ..Findings::of(dump, basis, requirement, presentation)
    };
    findings.notes = notes_for(&findings, &card, unsigned);
    findings
}

/// Whether the signature file has one of the two forms that say "none" (6.2, SPEC): `DA 00 DB 00` or `DA 00`, then
/// zeros. Only the first generation has them; a file of nothing but zeros says something else.
fn is_unsigned(card: &Card<'_>) -> bool {
    let says_none = |record: &Record<'_>| {
        record.is_readable()
            && record.bytes("signature").is_some_and(<[u8]>::is_empty)
            && record.bytes("certificate").is_none_or(<[u8]>::is_empty)
            && !record.problems.iter().any(|problem| matches!(problem.kind, DecodeErrorKind::Unknown(_)))
    };
    card.generation == Generation::First && card.record(&files::SIGNATURE_1).is_some_and(says_none)
}

fn kind(read: CardKind, unsigned: bool) -> CardKind {
    match read {
        // Nothing else on the card shows a child's, so a dump cannot claim it.
        CardKind::RESIDENCE1 | CardKind::RESIDENCE1_CHILD if unsigned => CardKind::RESIDENCE1_CHILD,
        CardKind::RESIDENCE1_CHILD => CardKind::RESIDENCE1,
        other => other,
    }
}

fn certificate(dump: &Dump, card: &Card<'_>, unsigned: bool, trust: &TrustStore, basis: Basis) -> Certified {
    let id = CheckId::CardCertificate;
    let certificate = match stored(id, dump, card, unsigned, "certificate") {
        Ok(certificate) => certificate,
        Err(check) => return Certified::without_key(check),
    };
    let mut certified = certificate_check(id, certificate, Purpose::ResidenceCard, trust, basis.at());
    let fits = match (card.generation, &certified.key) {
        (Generation::First, Some(CertifiedKey::Rsa(_))) | (Generation::Second, Some(CertifiedKey::Ec(_))) => true,
        // A key that is not supported has said so already.
        (_, None) => true,
        _ => false,
    };
    if !fits && !matches!(certified.check.verdict, Verdict::Failed(_)) {
        let evidence = certified.check.evidence.with("detail", "the key of another generation");
        certified.check = Check::failed(id, Reason::BadKey, evidence);
    }
    certified
}

fn signature(dump: &Dump, card: &Card<'_>, unsigned: bool, certified: &Certified) -> Check {
    match stored(CheckId::CardSignature, dump, card, unsigned, "signature") {
        Ok(signature) => signature_check(card.generation, dump, &card.records, signature, certified),
        Err(check) => check,
    }
}

/// A field of the signature file, or what its absence means.
fn stored<'a>(
    id: CheckId,
    dump: &Dump,
    card: &Card<'a>,
    unsigned: bool,
    field: &'static str,
) -> Result<&'a [u8], Check> {
    // The same name in both generations.
    let name = files::SIGNATURE_1.name;
    let Some(record) = card.record(&files::SIGNATURE_1) else { return Err(absent(id, dump, name)) };
    if unsigned {
        let photo = card.record(&files::FACE_1).is_some_and(|face| face.value("photo") == Some(&Value::Bytes));
        let evidence = Evidence::new().with("file", name).with("photo", if photo { "present" } else { "none" });
        return Err(Check::not_done(id, Why::NotSigned, evidence));
    }
    let empty = |id| record.bytes(id).is_none_or(|bytes| bytes.iter().all(|byte| *byte == 0));
    // What a card for an infant of the second generation holds is not known (6.5, INF).
    if card.generation == Generation::Second
        && record.is_readable()
        && record.bytes("signature").is_some_and(<[u8]>::is_empty)
        && empty("certificate")
    {
        return Err(Check::not_done(id, Why::LayoutUnknown, problem(record)));
    }
    match record.bytes(field).filter(|_| record.is_readable() && !empty(field)) {
        Some(bytes) => Ok(bytes),
        None => Err(Check::failed(id, Reason::Malformed, problem(record))),
    }
}

/// The signed expiry of the entries.
fn not_expired(dump: &Dump, card: &Card<'_>, signature: &Check, basis: Basis) -> Check {
    let id = CheckId::NotExpired;
    let Some(entries) = card.record(&files::ENTRIES_05) else { return absent(id, dump, files::ENTRIES_05.name) };
    match entries.get("expiry") {
        Some(Decoded { field, value: Value::Day(day), .. }) => {
            expiry_check(*day, field.signed_by.map(|_| signature), basis)
        }
        // Where the entries are signed nobody but the issuer can have written this.
        _ => Check::not_done(id, Why::LayoutUnknown, problem(entries)),
    }
}

fn holder(card: &Card<'_>) -> Holder {
    let mut holder = Holder::default();
    for item in card.records.iter().flat_map(|record| &record.items) {
        let signed_by = item.field.signed_by;
        match (item.field.id, &item.value) {
            ("birth_date", Value::Day(day)) => holder.birth_date = Some(Signed::new(*day, signed_by)),
            ("sex", Value::Code(code)) => {
                let sex = [Sex::Male, Sex::Female, Sex::Unspecified].into_iter().find(|sex| sex.as_str() == code.id);
                holder.sex = sex.map(|sex| Signed::new(sex, signed_by));
            }
            // The text of the back. The signed address of the first generation is part of the front picture, so nothing
            // that is signed is replaced here.
            ("address", Value::Text(text)) => {
                holder.address = Some(Signed::new(CardText::from(text.as_str()), signed_by));
            }
            _ => {}
        }
    }
    holder
}

fn picture(item: &Decoded<'_>) -> Option<Picture> {
    let format = match (item.field.content, &item.value) {
        (Content::Tiff, Value::Bytes) => PictureFormat::Tiff,
        (Content::Jpeg2000, Value::Bytes) => PictureFormat::Jpeg2000,
        _ => return None,
    };
    Some(Picture {
        id: item.field.id,
        title: item.field.title,
        format,
        bytes: item.object.value.to_vec(),
        signed_by: item.field.signed_by,
    })
}

const NONE: ItemValue = ItemValue::Term { id: "none", name: Bilingual::new("なし", "none") };
const INDEFINITE: ItemValue = ItemValue::Term { id: "indefinite", name: Bilingual::new("無期限", "indefinite") };
const STATELESS: ItemValue = ItemValue::Term { id: "stateless", name: Bilingual::new("無国籍", "stateless") };

/// Read as stateless (spec residence 2.4, CODE).
const STATELESS_CODE: &str = "XXX";

/// Permissions: none is a fact worth showing.
const PERMISSIONS: &[&str] = &["comprehensive_permission", "individual_permission"];

/// Every further fact, in the order of the files.
fn items(card: &Card<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for record in &card.records {
        if record.blank {
            let none = record.file.own.fields.iter().filter(|field| PERMISSIONS.contains(&field.id));
            items.extend(none.map(|field| item(field, NONE)));
        }
        items.extend(record.items.iter().filter_map(|decoded| Some(item(decoded.field, value(decoded)?))));
    }
    items
}

fn item(field: &files::Field, value: ItemValue) -> Item {
    Item { id: field.id, title: field.title, value, signed_by: field.signed_by, masked: false }
}

/// What an item shows; `None` for what is in the holder, in the pictures or in the evidence, and for nothing.
fn value(item: &Decoded<'_>) -> Option<ItemValue> {
    let text = |text: &str| Some(ItemValue::Text(text.into()));
    match (item.field.id, &item.value) {
        // The kind is the report's title; the address is the holder's, and so are these if they are readable.
        ("kind" | "address", _) | ("birth_date", Value::Day(_)) | ("sex", Value::Code(_)) => None,
        (id, Value::None) if PERMISSIONS.contains(&id) => Some(NONE),
        (_, Value::None | Value::Bytes | Value::Broken) => None,
        (_, Value::Text(found)) => text(found),
        (_, Value::Day(day)) => Some(ItemValue::Date(*day)),
        (_, Value::Period(Period::Indefinite)) => Some(INDEFINITE),
        (_, Value::Period(Period::YearsMonths { years, months })) => {
            Some(ItemValue::Duration { years: *years, months: *months, days: 0 })
        }
        (_, Value::Period(Period::Days(days))) => Some(ItemValue::Duration { years: 0, months: 0, days: *days }),
        (_, Value::Code(code)) => Some(ItemValue::Term { id: code.id, name: code.name }),
        (_, Value::Region(letters)) if letters == STATELESS_CODE => Some(STATELESS),
        (_, Value::Region(letters)) => Some(ItemValue::Code { code: letters.clone(), remark: remarks::ISO_3166 }),
        (_, Value::Opaque(found)) => match item.field.content {
            Content::OpaqueCode => Some(ItemValue::Code { code: found.clone(), remark: remarks::NOT_PUBLIC }),
            Content::Code(_) | Content::Region => {
                Some(ItemValue::Code { code: found.clone(), remark: remarks::UNKNOWN })
            }
            _ => text(found),
        },
    }
}

/// What is odd in the files, with its place.
fn warnings(dump: &Dump, card: &Card<'_>, unsigned: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for record in &card.records {
        let file = record.file.name;
        for problem in &record.problems {
            // What a child's card holds in place of photo and signature (6.2, INF).
            let of_a_child = matches!(problem.kind, DecodeErrorKind::Blank | DecodeErrorKind::Empty(_))
                && *record.file == files::FACE_1
                || *record.file == files::SIGNATURE_1 && matches!(problem.kind, DecodeErrorKind::Missing(_));
            if !(unsigned && of_a_child) {
                warnings.push(Warning { file, detail: problem.to_string() });
            }
        }
        if let Some(code) = record.bytes("kind")
            && !files::KINDS
                .iter()
                .any(|(known, of)| *known == code && kind(*of, unsigned) == kind(dump.kind, unsigned))
        {
            let detail = "the kind on the card differs from the kind in the reading".to_owned();
            warnings.push(Warning { file, detail });
        }
        if !unsigned && has_no_face(record) {
            warnings.push(Warning { file, detail: FACELESS.to_owned() });
        }
        let photo = record.value("photo") == Some(&Value::Bytes);
        if unsigned && photo {
            let detail = "a photo without a signature: a card for somebody under 16 holds neither".to_owned();
            warnings.push(Warning { file, detail });
        }
    }
    warnings
}

fn notes_for(findings: &Findings, card: &Card<'_>, unsigned: bool) -> Vec<Note> {
    let mut list = vec![COPY];
    let special = matches!(findings.kind, CardKind::RESIDENCE1_SPECIAL | CardKind::RESIDENCE2_SPECIAL);
    match card.generation {
        Generation::First if special => list.extend([FRONT, UNSIGNED_KIND, UNSIGNED_ADDRESS]),
        Generation::First => list.extend([FRONT, UNSIGNED_KIND, UNSIGNED_BACK]),
        Generation::Second if special => list.push(UNSIGNED_NUMBER_ALONE),
        Generation::Second => list.push(UNSIGNED_NUMBER),
    }
    if unsigned {
        // First, because it is why there is no verdict.
        list.insert(0, NOT_SIGNED);
    } else if findings.picture("photo").is_none() {
        list.push(NO_FACE);
    }
    let certificate = findings.check(CheckId::CardCertificate);
    if certificate.is_some_and(|check| check.evidence.anchor().is_some_and(|anchor| !anchor.official))
        && findings.hierarchy == Some(Hierarchy::Installed)
    {
        list.push(UNPINNED);
    }
    list.extend(common_notes(findings, CheckId::CardCertificate));
    let sentence = |item: &Item| match item.value {
        ItemValue::Term { id, .. } => Some(Note { id: item.id, text: at_the_counter(item.id, id)? }),
        _ => None,
    };
    list.extend(findings.items.iter().filter_map(sentence));
    list.push(NO_JUDGEMENT);
    list
}
