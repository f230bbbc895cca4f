//! What a マイナ免許証's data proves (spec licence 6.4): pure functions of the dump, the trust store and the time.

use crate::{
    cards::{
        Findings,
        absent::absent,
        common::{common_notes, revocation},
        model::note_rows,
    },
    dump::{Dump, Scope},
    trust::TrustStore,
    verify::{Basis, CheckId, Requirement},
};

use super::{
    changes::external_characters,
    checks::{photo, record_items, signed_expiry, warnings},
    decode::Record,
    files::{self, MENKYO_LAYOUTS},
    signature::{IssueDay, Signer, signature_check, signer_check},
    spec::MENKYO_PRESENTATION,
};

/// What a マイナ免許証 must pass.
pub const MENKYO_REQUIREMENT: Requirement = Requirement {
    required: &[CheckId::MenkyoSignature, CheckId::MenkyoSigner, CheckId::NotExpired],
    advisory: &[CheckId::Revocation],
};

note_rows! {
    NOT_TIED "not-tied"
        "免許情報が、このマイナンバーカードの持ち主のものであることを示す電子署名はありません。顔写真を人が見比べてください。"
        "No signature ties the licence record to the holder of this My Number Card. Compare the pictures yourself.";
    NO_ISSUE_DATE "no-issue-date"
        "免許情報には交付の日付がないため、署名者の証明書は、その有効期間の開始日に発行されたものとして確認しました。"
        "The licence record does not say when it was issued. taimen used the first day of its signer's certificate as the day of issue.";
    WITHOUT_PIN "without-pin"
        "暗証番号なしでは免許情報を読めません。"
        "The licence record cannot be read without its PIN.";
}

/// Decodes and checks a マイナ免許証's dump.
pub fn check_menkyo(dump: &Dump, trust: &TrustStore, basis: Basis) -> Findings {
    let records: Vec<Record<'_>> =
        files::MENKYO_FILES.iter().filter_map(|file| Some(Record::decode(file, dump.file(file.name)?))).collect();
    let record = |file: &files::File| records.iter().find(|record| record.file.name == file.name);
    let data = record(&files::MENKYO_DATA);
    // The record date belongs to the driving history and is not a day of issue (6.4).
    let issued = data.map_or(IssueDay::NotRead, |_| IssueDay::None);

    let signer = signer_check(
        CheckId::MenkyoSigner,
        dump,
        &files::MENKYO_SIGNATURE,
        record(&files::MENKYO_SIGNATURE),
        issued,
        trust,
        basis,
    );
    let signature =
        signature_check(CheckId::MenkyoSignature, dump, &records, &[&files::MENKYO_DATA], &signer, MENKYO_LAYOUTS);
    let not_expired = match data {
        Some(data) => signed_expiry(data, &signature, basis),
        None => absent(CheckId::NotExpired, dump, files::MENKYO_DATA.name),
    };
    let Signer { check: signer, hierarchy, .. } = signer;
    let shown = records.iter().filter(|record| record.file.name != files::MENKYO_SIGNATURE.name);
    let mut findings = Findings {
        checks: vec![signature, signer, not_expired, revocation()],
        hierarchy,
        pictures: data.and_then(photo).into_iter().collect(),
        items: shown.flat_map(record_items).collect(),
        external: external_characters(&records, files::MENKYO_EXTERNAL_SLOTS),
        warnings: warnings(&records),
        ..Findings::of(dump, basis, &MENKYO_REQUIREMENT, &MENKYO_PRESENTATION)
    };
    findings.notes.push(if dump.scope == Scope::WITHOUT_PIN { WITHOUT_PIN } else { NOT_TIED });
    if matches!(issued, IssueDay::None) {
        findings.notes.push(NO_ISSUE_DATE);
    }
    findings.notes.extend(common_notes(&findings, CheckId::MenkyoSigner));
    findings
}
