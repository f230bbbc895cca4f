//! What whole reports say, by parts: the exit code, the headline, every check, what is left to staff, and a few words in
//! both languages. One report a card stands whole in `tests/cmd`.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use super::{
    attacks::bench::{JPKI, LICENCE, MENKYO, MY_NUMBER, RESIDENCE1, RESIDENCE2, with},
    cli::prepare,
};
use crate::common::{
    program::{Outcome, Program, run},
    temp::TempDir,
};

/// The checks of an age alone.
const AGE: &[&str] = &[
    "face-certificate: passed",
    "age-signature: passed",
    "chip-key: passed",
    "not-expired: passed",
    "revocation: not_done(not_available)",
];

const NOT_ACCEPTED: &[&str] = &[
    "face-certificate: failed(hierarchy_not_accepted)",
    "face-signature: not_done(depends_on face-certificate)",
    "chip-key: not_done(depends_on face-signature)",
    "text-certificate: failed(hierarchy_not_accepted)",
    "text-signature: not_done(not_stored)",
    "text-chip-key: not_done(depends_on text-certificate)",
    "text-agrees: not_done(depends_on face-signature)",
];

const LATER: &[&str] = &["text-signature: not_done(not_stored)"];

struct Case {
    arguments: &'static str,
    code: i32,
    headline: &'static str,
    /// The checks of an honest card, and those that are different here.
    checks: (&'static [&'static str], &'static [&'static str]),
    /// The ids of what staff must still do, in order.
    staff: &'static str,
    /// English and Japanese words of the report, line breaks and spaces aside.
    says: &'static [[&'static str; 2]],
}

const CASES: &[Case] = &[
    Case {
        arguments: "check --reader sim:my-number --jpki",
        code: 0,
        headline: "simulated-passed",
        checks: (JPKI.honest, &[]),
        staff: "compare-face compare-text unsigned-print not-production revocation jpki-status",
        says: &[
            ["signing certificate: name 見本　実", "署名用：氏名 見本　実"],
            ["password for digital signature 5", "署名用パスワード あと5回"],
        ],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=jpki-other-person --jpki",
        code: 0,
        headline: "simulated-passed",
        checks: (JPKI.honest, &["jpki-agrees: failed(disagrees)"]),
        staff: "jpki-agrees compare-face compare-text unsigned-print not-production revocation jpki-status jpki-withheld",
        says: &[[
            "The certificate is another person's, or is written differently.",
            "別人の署名用電子証明書か、文字の表記の違いです。",
        ]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=jpki-child --jpki",
        code: 0,
        headline: "simulated-passed",
        checks: (JPKI.honest, &["jpki-sign-chain: not_done(not_on_card)", "jpki-agrees: not_done(not_on_card)"]),
        staff: "compare-face compare-text unsigned-print not-production revocation jpki-status",
        says: &[["the card does not hold the data", "カードにそのデータがありません"]],
    },
    Case {
        arguments: "check --reader sim:my-number --age",
        code: 0,
        headline: "simulated-passed",
        checks: (AGE, &[]),
        staff: "age-only not-production revocation",
        says: &[["Age 90 years", "年齢 90歳"]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=text-mixed",
        code: 0,
        headline: "simulated-passed",
        checks: (MY_NUMBER.honest, &["text-agrees: failed(disagrees)"]),
        staff: "text-agrees compare-face text-withheld unsigned-print not-production revocation",
        says: &[
            ["Name picture only", "氏名 画像のみ"],
            ["The text may be another person's.", "別人の文字データの疑いがあります。"],
        ],
    },
    Case {
        arguments: "check --reader sim:my-number-no-photo",
        code: 3,
        headline: "simulated-undetermined",
        checks: (
            MY_NUMBER.honest,
            &[
                "face-signature: not_done(layout_unknown)",
                "chip-key: not_done(depends_on face-signature)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        ),
        staff: "face-signature no-photo text-withheld unsigned-print not-production revocation",
        says: &[["the layout is not known yet", "データの配置がまだ知られていません"]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=unknown-issuer",
        code: 3,
        headline: "simulated-undetermined",
        checks: (
            MY_NUMBER.honest,
            &[
                "face-certificate: not_done(no_anchor)",
                "face-signature: not_done(depends_on face-certificate)",
                "chip-key: not_done(depends_on face-signature)",
                "text-certificate: not_done(no_anchor)",
                "text-signature: not_done(depends_on text-certificate)",
                "text-chip-key: not_done(depends_on text-certificate)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        ),
        staff: "face-certificate compare-face text-withheld unsigned-print revocation",
        says: &[["taimen knows no key of this issuer", "この発行者の鍵を持っていないため、確認できません。"]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=cloned",
        code: 1,
        headline: "simulated-copied",
        checks: (
            MY_NUMBER.honest,
            &["chip-key: failed(challenge_mismatch)", "text-chip-key: failed(challenge_mismatch)"],
        ),
        staff: "chip-key text-chip-key not-production revocation",
        says: &[["NOT A REAL DOCUMENT: MAY BE A COPY", "本物の書類ではありません）：複製の疑い"]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=swapped-photo",
        code: 1,
        headline: "simulated-forged",
        checks: (
            MY_NUMBER.honest,
            &[
                "face-signature: failed(signature_mismatch)",
                "chip-key: not_done(depends_on face-signature)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        ),
        staff: "face-signature not-production revocation",
        says: &[["NOT A REAL DOCUMENT: FORGED OR CHANGED", "本物の書類ではありません）：偽造または改ざんの疑い"]],
    },
    Case {
        arguments: "check --reader sim:my-number?fault=expired",
        code: 1,
        headline: "simulated-expired",
        checks: (MY_NUMBER.honest, &["not-expired: failed(expired)"]),
        staff: "not-expired not-production revocation",
        says: &[["EXPIRED", "有効期限が切れています"]],
    },
    Case {
        arguments: "check --reader sim:residence-specified",
        code: 0,
        headline: "simulated-passed",
        checks: (MY_NUMBER.honest, &[]),
        staff: "compare-face compare-text unsigned-print not-production revocation",
        // Nobody was asked, so nobody looked for what else the chip holds.
        says: &[],
    },
    Case {
        arguments: "check --reader sim:licence-nopin",
        code: 0,
        headline: "simulated-passed",
        checks: (LICENCE.honest, &[]),
        staff: "copy not-production revocation",
        says: &[["PIN setting never set (unsigned)", "暗証番号の設定 未設定（署名なし）"]],
    },
    Case {
        arguments: "check --reader sim:licence-changed --domicile",
        code: 0,
        headline: "simulated-passed",
        checks: (LICENCE.honest, &["no-unsigned-changes: failed(unsigned_changes)"]),
        staff: "no-unsigned-changes copy changed not-production revocation",
        says: &[
            ["Entries were changed after issue", "発行後に記載が変更されています"],
            ["Address 仮想県例示市新町６−２", "住所 仮想県例示市新町６−２"],
            ["registered domicile 架空県架空市本籍町１２番地", "本籍 架空県架空市本籍町１２番地"],
            ["2025-08-11 condition removed 眼鏡等 (仮想県公安)", "2025年8月11日 条件解除 眼鏡等（仮想県公安）"],
        ],
    },
    Case {
        arguments: "check --reader sim:licence?fault=expired",
        code: 1,
        headline: "simulated-expired",
        checks: (LICENCE.honest, &["not-expired: failed(expired)"]),
        staff: "not-expired not-production revocation",
        says: &[["valid through 2023-05-01", "有効期間の末日 2023年5月1日"]],
    },
    Case {
        // Every check by id; the report says which day as the day of issue.
        arguments: "check --reader sim:menkyo?fault=no-record-date --application menkyo",
        code: 0,
        headline: "simulated-passed",
        checks: (MENKYO.honest, &[]),
        staff: "not-tied no-issue-date not-production revocation",
        says: &[["as the day of issue", "有効期間の開始日に発行されたもの"]],
    },
    Case {
        arguments: "check --reader sim:licence --without-pin",
        code: 3,
        headline: "simulated-undetermined",
        checks: (
            LICENCE.honest,
            &[
                "licence-signature: not_done(not_read)",
                "licence-signer: not_done(not_read)",
                "no-unsigned-changes: not_done(not_read)",
            ],
        ),
        staff: "licence-signature without-pin copy revocation",
        says: &[
            ["No PIN was entered", "暗証番号なしで読みました。"],
            ["valid through 2092-12-15 (unsigned)", "有効期間の末日 2092年12月15日（署名なし）"],
        ],
    },
    Case {
        arguments: "check --reader sim:residence1?fault=no-extended",
        code: 0,
        headline: "simulated-passed",
        checks: (RESIDENCE1.honest, &[]),
        staff: "copy front-only unsigned-kind unsigned-back not-production revocation no-judgement",
        says: &[],
    },
    Case {
        arguments: "check --reader sim:residence1-special",
        code: 0,
        headline: "simulated-passed",
        checks: (RESIDENCE1.honest, &[]),
        staff: "copy front-only unsigned-kind unsigned-back not-production revocation no-judgement",
        says: &[["special permanent resident certificate, first generation", "特別永住者証明書（第1世代）"]],
    },
    Case {
        arguments: "check --reader sim:residence1-child",
        code: 3,
        headline: "simulated-undetermined",
        checks: (
            RESIDENCE1.honest,
            &["card-signature: not_done(not_signed)", "card-certificate: not_done(not_signed)"],
        ),
        staff: "card-signature not-signed copy front-only unsigned-kind unsigned-back revocation no-judgement",
        says: &[["Under 16, it does not mean forged.", "署名がないこと自体は偽造を意味しません。"]],
    },
    Case {
        arguments: "check --reader sim:residence1?fault=blocked-folders",
        code: 3,
        headline: "simulated-undetermined",
        checks: (RESIDENCE1.honest, &["card-signature: not_done(not_read)", "card-certificate: not_done(not_read)"]),
        staff: "card-signature copy front-only unsigned-kind unsigned-back no-face revocation no-judgement",
        says: &[["taimen did not read data that it needs", "必要なデータを読み取っていません。"]],
    },
    Case {
        arguments: "check --reader sim:residence2-special",
        code: 0,
        headline: "simulated-passed",
        checks: (RESIDENCE2.honest, &[]),
        staff: "copy unsigned-number not-production revocation no-judgement",
        says: &[["special permanent resident certificate, second generation", "特別永住者証明書（第2世代）"]],
    },
    Case {
        arguments: "check --reader replay:card.apdu --at recorded",
        code: 1,
        headline: "simulated-not-accepted",
        checks: (MY_NUMBER.honest, NOT_ACCEPTED),
        staff: "face-certificate revocation presence-then",
        says: &[[
            "SIMULATED CARD, NOT A REAL DOCUMENT: NOT ACCEPTED",
            "模擬カード（本物の書類ではありません）：受け付けません",
        ]],
    },
    Case {
        arguments: "check --reader replay:card.apdu --accept simulated --at recorded",
        code: 0,
        headline: "simulated-passed",
        checks: (MY_NUMBER.honest, LATER),
        staff: "compare-face text-unconfirmed unsigned-print not-production revocation presence-then",
        says: &[["My Number Card - replay of a recording", "マイナンバーカード - 記録の再生"]],
    },
    Case {
        arguments: "check --reader replay:age.apdu --accept simulated --at recorded",
        code: 0,
        headline: "simulated-passed",
        checks: (AGE, &[]),
        staff: "age-only not-production revocation presence-then",
        says: &[["Age 90 years", "年齢 90歳"]],
    },
    Case {
        arguments: "check --reader replay:official-residence1.apdu --credentials official-residence1.credentials --accept \
                    simulated --at recorded",
        code: 0,
        headline: "simulated-passed",
        checks: (RESIDENCE1.honest, &[]),
        staff: "copy front-only unsigned-kind unsigned-back not-production revocation no-judgement presence-then",
        says: &[["residence card, first generation", "在留カード（第1世代）"]],
    },
    Case {
        arguments: "verify dump.json --at recorded",
        code: 1,
        headline: "simulated-not-accepted",
        checks: (MY_NUMBER.honest, NOT_ACCEPTED),
        staff: "face-certificate revocation presence-then",
        says: &[[
            "SIMULATED CARD, NOT A REAL DOCUMENT: NOT ACCEPTED",
            "模擬カード（本物の書類ではありません）：受け付けません",
        ]],
    },
    Case {
        arguments: "verify dump.json --accept simulated --at recorded",
        code: 0,
        headline: "simulated-passed",
        checks: (MY_NUMBER.honest, LATER),
        staff: "compare-face text-unconfirmed unsigned-print not-production revocation presence-then",
        says: &[["My Number Card - check of a saved reading", "マイナンバーカード - 保存された読み取りの検査"]],
    },
    Case {
        arguments: "verify dump.json --accept simulated",
        code: 3,
        headline: "simulated-undetermined",
        checks: (
            MY_NUMBER.honest,
            &[
                "not-expired: not_done(unsigned)",
                "text-signature: not_done(not_stored)",
                "text-agrees: not_done(depends_on text-signature)",
            ],
        ),
        staff: "not-expired compare-face text-unconfirmed unsigned-print not-production revocation presence-once",
        says: &[
            [
                "nobody vouches for this saved reading, so taimen cannot say whether the card has expired",
                "保証する人もいないため、期限内か",
            ],
            ["Name as text 見本　実 (nobody vouches for it", "氏名（文字） 見本　実（署名を確認できていません"],
        ],
    },
    Case {
        arguments: "verify sealed.json --accept simulated --sealed-by \
                    fe812c12f3ab4ce6ac5db69ac352f906cb1b11ef43fb33e252ef7ff552263889",
        code: 0,
        headline: "simulated-passed",
        checks: (MY_NUMBER.honest, LATER),
        staff: "compare-face text-unconfirmed unsigned-print not-production revocation presence-then",
        says: &[["Sealed by the key (SHA-256) fe812c12f3ab", "封印した鍵（SHA-256） fe812c12f3ab"]],
    },
    Case {
        arguments: "verify age.json --accept simulated --at recorded",
        code: 0,
        headline: "simulated-passed",
        checks: (AGE, &[]),
        staff: "age-only not-production revocation presence-then",
        says: &[["Age 90 years", "年齢 90歳"]],
    },
    Case {
        arguments: "verify changed.json --accept simulated --at recorded",
        code: 1,
        headline: "simulated-forged",
        checks: (
            MY_NUMBER.honest,
            &[
                "face-signature: failed(signature_mismatch)",
                "chip-key: not_done(depends_on face-signature)",
                "text-signature: not_done(not_stored)",
                "text-agrees: not_done(depends_on face-signature)",
            ],
        ),
        staff: "face-signature not-production revocation presence-then",
        says: &[["the signature does not match the data", "電子署名がデータと一致しません"]],
    },
    Case {
        arguments: "verify dump.json --accept simulated --at 2099-01-01T00:00:00Z",
        code: 1,
        headline: "simulated-expired",
        checks: (
            MY_NUMBER.honest,
            &[
                "not-expired: failed(expired)",
                "text-signature: not_done(not_stored)",
                "text-agrees: not_done(depends_on text-signature)",
            ],
        ),
        staff: "not-expired text-unconfirmed not-production revocation presence-once",
        says: &[["EXPIRED", "有効期限が切れています"]],
    },
];

/// Without spaces and line breaks.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_report_has_its_exit_code_headline_checks_and_words() {
    let program = Program::new();
    let folder = TempDir::new();
    prepare(&program, &folder);
    let told = |case: &Case, options: &[&str]| -> Outcome {
        let mut command = program.command(case.arguments.split_whitespace().chain(options.iter().copied()));
        if case.arguments.contains("sim:") {
            command.args(["--at", "2026-11-22T03:00:00Z"]);
        }
        command.current_dir(folder.path());
        run(command).expect(case.code)
    };
    for case in CASES {
        let json = told(case, &["--json"]);
        let (honest, differ) = case.checks;
        let expected = with(honest.iter().map(|check| (*check).to_owned()).collect(), differ);
        assert_eq!(json.checks(), expected, "{}", case.arguments);
        let json = json.json();
        assert_eq!(json["headline"], case.headline, "{}", case.arguments);
        let staff = json["for_staff"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap());
        assert_eq!(staff.collect::<Vec<_>>().join(" "), case.staff, "{}", case.arguments);
        for (index, lang) in ["en", "ja"].into_iter().enumerate() {
            let text = told(case, &["--lang", lang, "--details"]).stdout;
            for words in case.says {
                assert!(bare(&text).contains(&bare(words[index])), "{}: {}\n{text}", case.arguments, words[index]);
            }
        }
    }
}

#[test]
fn a_json_report_has_the_holder_what_covers_each_value_and_its_changes() {
    let program = Program::new();
    let json = |reader: &str, more: &[&str]| {
        program.run([&["check", "--json", "--reader", reader], more].concat()).expect(0).json()
    };

    let report = json("sim:my-number?seed=2", &["--sex"]);
    let holder = &report["holder"];
    assert_eq!((&holder["name"], &holder["sex"]), (&"架空　梓".into(), &"male".into()), "{holder}");
    assert_eq!(
        (&holder["birth_date"], &holder["current"]),
        (&"1995-08-11".into(), &serde_json::Value::Null),
        "{holder}"
    );
    let covered = &report["signed_by"];
    assert_eq!((&covered["holder.sex"], &covered["holder.name"]), (&"face-signature".into(), &"text-signature".into()));
    assert_eq!(covered["expiry"], serde_json::Value::Null);
    assert_eq!(
        report["photo"],
        serde_json::json!({ "present": true, "format": "jpeg2000", "width": 378, "height": 472 })
    );

    let report = json("sim:residence2", &["--sex"]);
    let item = |id: &str| report["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap().clone();
    assert_eq!(item("residence_status")["signed_by"], "card-signature");
    assert_eq!(item("card_number")["signed_by"], serde_json::Value::Null);
    assert_eq!(report["pictures"].as_array().unwrap().len(), 3, "the address picture too, whose zeros were not read");
    assert!(report["holder"]["sex"].is_string() && report["inquiry"]["card_number"].is_string(), "{report}");

    let report = json("sim:licence-changed", &[]);
    assert_eq!(report["headline_notes"][0]["id"], "unsigned-changes");
    assert_eq!(report["holder"]["address"], "架空県試験市試験町９−１６−４");
    assert_eq!(report["holder"]["current"]["address"], "仮想県例示市新町６−２");
    assert_eq!(report["history"].as_array().unwrap().len(), 9);
    assert_eq!(report["external_characters"].as_array().unwrap().len(), 2);
}
