//! `taimen records verify`: whether the log is what was written, and whether a proof holds.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    crypto::SealPublicKey,
    lang::{Bilingual, Lang},
    messages::{ExitCode, Problem, StoreError},
    records::store::{
        Back, Bad, Depth, Layer, MAX_HEAD, MAX_PROOF, Proof, SignedHead, Store, Unproved, VerifyReport,
        parse_verifier_key,
    },
    report::{json_escaped, visible},
};

use super::{super::files::read_limited, SCHEMA, Settings, name, open_to_read, output, rows, t};

/// Runs the command.
pub fn run(settings: &Settings, matches: &ArgMatches) -> Result<ExitCode, Problem> {
    let known = heads(matches)?;
    let public = matches.get_one::<String>(name::PUBLIC_KEY).map(|text| public_key(text)).transpose()?;
    if let (Some(path), Some((database, public))) = (matches.get_one::<String>(name::PROOF), &public) {
        let known = of_database(&known, *database, "--public-key")?;
        return proof(settings, matches, Path::new(path), public, &known);
    }
    let mut store = open_to_read(matches)?;
    if public.as_ref().is_some_and(|(_, public)| public != store.public_key()) {
        let place = store.place().to_string();
        return Err(StoreError::WrongKey { place, path: "--public-key".to_owned() }.into());
    }
    let known = of_store(&known, &store)?;
    let keyed = matches.get_flag(name::KEYRING) || matches.get_one::<PathBuf>(name::KEY).is_some();
    let depth = if keyed { Depth::Content } else { Depth::Structure };
    let report = store.verify(depth, &known)?;
    // A head that the database's key has not signed was refused.
    let signer = Signer::known(keyed || public.is_some() || !known.is_empty());
    if matches.get_flag(name::JSON) {
        output::line(&json(&report, signer))?;
    } else {
        output::text(&words(settings.lang, &store.place().to_string(), &report, signer))?;
    }
    Ok(exit(&report))
}

/// Whether anything but the database says whose signatures are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The key file, a public key or a head that came another way.
    Known,
    /// The public key is the database's own: whoever replaces it can sign everything anew.
    Unknown,
}

impl Signer {
    /// Known, if something that came another way fits the database.
    pub fn known(is_known: bool) -> Self {
        if is_known { Self::Known } else { Self::Unknown }
    }
}

/// 1 on damage.
pub fn exit(report: &VerifyReport) -> ExitCode {
    if report.holds() { ExitCode::Authentic } else { ExitCode::Rejected }
}

/// The heads that `--head` names, each with its file.
pub fn heads(matches: &ArgMatches) -> Result<Vec<(PathBuf, SignedHead)>, Problem> {
    let paths = matches.get_many::<PathBuf>(name::HEAD).into_iter().flatten();
    let read = |path: &PathBuf| {
        let bytes = read_limited(path, MAX_HEAD)?;
        let head = std::str::from_utf8(&bytes).ok().and_then(|note| SignedHead::parse(note).ok());
        let head = head.ok_or_else(|| StoreError::HeadUnreadable { path: path.display().to_string() })?;
        Ok((path.clone(), head))
    };
    paths.map(read).collect()
}

/// The heads, if all are of one database.
pub fn of_database(
    known: &[(PathBuf, SignedHead)],
    database: Uuid,
    place: &str,
) -> Result<Vec<SignedHead>, StoreError> {
    match known.iter().find(|(_, head)| head.head.log.database != database) {
        None => Ok(known.iter().map(|(_, head)| head.clone()).collect()),
        Some((path, _)) => Err(StoreError::HeadElsewhere { path: path.display().to_string(), place: place.to_owned() }),
    }
}

/// The heads, if all are of an open database and its key signed them.
pub fn of_store(known: &[(PathBuf, SignedHead)], store: &Store) -> Result<Vec<SignedHead>, StoreError> {
    let heads = of_database(known, store.log().database, &store.place().to_string())?;
    let signed = |head: &SignedHead| head.head.log == *store.log() && head.verify(store.public_key()).is_ok();
    match known.iter().find(|(_, head)| !signed(head)) {
        None => Ok(heads),
        Some((path, _)) => Err(StoreError::HeadUnreadable { path: path.display().to_string() }),
    }
}

fn public_key(text: &str) -> Result<(Uuid, SealPublicKey), Problem> {
    parse_verifier_key(text).ok_or_else(|| StoreError::NotAPublicKey.into())
}

fn proof(
    settings: &Settings,
    matches: &ArgMatches,
    path: &Path,
    public: &SealPublicKey,
    known: &[SignedHead],
) -> Result<ExitCode, Problem> {
    let not_a_proof = || StoreError::NotAProof { path: path.display().to_string() };
    let proof = Proof::from_json(&read_limited(path, MAX_PROOF)?).ok_or_else(not_a_proof)?;
    let proved = match proof.verify(public, known) {
        Ok(proved) => Some(proved),
        Err(Unproved::Bad) => None,
        Err(Unproved::OtherSize { known, proof }) => return Err(StoreError::OtherHead { known, proof }.into()),
    };
    let lang = settings.lang;
    if matches.get_flag(name::JSON) {
        let content = proved.as_ref().and_then(|proved| proved.payload.as_ref());
        let content = content.and_then(|payload| serde_json::from_slice::<Value>(payload).ok());
        output::line(&json!({
            "schema": SCHEMA,
            "proved": proved.is_some(),
            "id": proved.as_ref().map(|proved| proved.header.id),
            "seq": proved.as_ref().map(|proved| proved.header.seq),
            "created_at": proved.as_ref().map(|proved| proved.header.created_at),
            "size": proved.as_ref().map(|proved| proved.head.head.size),
            "head_known": !known.is_empty(),
            "content": content,
        }))?;
    } else if let Some(proved) = &proved {
        let mut text = t(
            lang,
            "証明は正しいです。この記録は、署名された head の記録簿に含まれています。\n",
            "The proof holds: the record is in the log that the head signs.\n",
        )
        .to_owned();
        text += &rows(
            lang,
            [
                ("記録のID", "record", proved.header.id.to_string()),
                ("何件目か", "entry", format!("{} / {}", proved.header.seq, proved.head.head.size)),
                ("作成", "made", proved.header.created_at.to_string()),
                ("head の時刻", "time of the head", proved.head.head.time.to_string()),
            ],
        );
        if known.is_empty() {
            text += t(
                lang,
                "証明の中の head を使いました。別に受け取った head があれば --head で突き合わせてください。\n",
                "The head is the one in the proof. Compare it with one that you got another way: --head.\n",
            );
        }
        if let Some(payload) = &proved.payload {
            let value: Value = serde_json::from_slice(payload).unwrap_or_default();
            text += &format!("{}\n", json_escaped(&serde_json::to_string_pretty(&value).unwrap_or_default()));
        }
        output::text(&text)?;
    } else {
        output::text(t(
            lang,
            "証明は正しくありません。記録、head、公開鍵のどれかが合いません。\n",
            "The proof does not hold: the record, the head or the public key does not fit.\n",
        ))?;
    }
    Ok(if proved.is_some() { ExitCode::Authentic } else { ExitCode::Rejected })
}

/// The report as JSON.
pub fn json(report: &VerifyReport, signer: Signer) -> Value {
    let bad = |bad: &Bad| json!({"seq": bad.seq, "layer": bad.layer.as_str()});
    let back = |back: &Back| json!({"seq": back.seq, "at": back.at, "before": back.before});
    let kinds: serde_json::Map<String, Value> =
        report.kinds.iter().map(|(kind, count)| (kind.as_str().to_owned(), (*count).into())).collect();
    json!({
        "schema": SCHEMA,
        "database": report.log.database,
        "test": report.log.test,
        "holds": report.holds(),
        "content": report.depth == Depth::Content,
        "signer_known": signer == Signer::Known,
        "size": report.size,
        "kinds": kinds,
        "emptied": report.emptied,
        "known_heads": report.known,
        "head": report.head.as_ref().map(SignedHead::note),
        "bad": report.bad.iter().map(bad).collect::<Vec<_>>(),
        "clock_back": report.back.iter().map(back).collect::<Vec<_>>(),
    })
}

/// The report for people.
pub fn words(lang: Lang, place: &str, report: &VerifyReport, signer: Signer) -> String {
    let found = match (report.holds(), signer) {
        (true, Signer::Known) => t(lang, "問題ありません。", "nothing is damaged."),
        (true, Signer::Unknown) => t(
            lang,
            "矛盾はありません。ただし、誰が署名したかは確かめていません。",
            "it fits together, but taimen did not check who signed it.",
        ),
        (false, _) => t(lang, "壊れているか、書き換えられています。", "it is damaged or was changed."),
    };
    let mut text = format!("{}: {found}\n", visible(place));
    for bad in &report.bad {
        let what = layer(bad.layer).get(lang);
        text += &match lang {
            Lang::Ja if bad.seq == 0 => format!("  データベース（{}）: {what}\n", bad.layer),
            Lang::En if bad.seq == 0 => format!("  database ({}): {what}\n", bad.layer),
            Lang::Ja => format!("  {}件目（{}）: {what}\n", bad.seq, bad.layer),
            Lang::En => format!("  entry {} ({}): {what}\n", bad.seq, bad.layer),
        };
    }
    for Back { seq, at, before } in &report.back {
        text += &match lang {
            Lang::Ja => format!(
                "  注意: {seq}件目の時刻（{at}）は、前の記録の時刻（{before}）より前です。どちらかの時計が違っていました。\n"
            ),
            Lang::En => format!(
                "  Note: the time of entry {seq} ({at}) is before that of the entry before it ({before}): a clock was wrong.\n"
            ),
        };
    }
    // Whose heads they are is not known either, if nobody knows who signed.
    let heads = ("突き合わせた head", "known heads compared", report.known.to_string());
    text += &rows(
        lang,
        [
            ("件数", "entries", report.size.to_string()),
            ("うち消去済み", "of them emptied by a purge", report.emptied.to_string()),
        ]
        .into_iter()
        .chain(Some(heads).filter(|_| signer == Signer::Known)),
    );
    if report.depth == Depth::Structure {
        text += t(
            lang,
            "鍵を使っていないため、内容が読めることと、古い写しでないことは確かめていません（--key、--head）。\n",
            "Without the key taimen did not check that the contents open, or that this is not an older copy (--key, --head).\n",
        );
    }
    if signer == Signer::Unknown {
        text += t(
            lang,
            "公開鍵は、このデータベースの中のものを使いました。公開鍵ごと差し替えてすべてに署名し直したデータベースは、これでは見つかりません。init が表示した公開鍵と突き合わせてください（taimen records verify --public-key）。\n",
            "The public key is the one in this database. Whoever put in another one and signed everything anew is not found by it. Compare it with the public key that init printed (taimen records verify --public-key).\n",
        );
    }
    if !report.holds() {
        text += t(
            lang,
            "このデータベースへの追加を止め、写しを取り、バックアップと比べてください（docs/records.md）。\n",
            "Stop adding to this database, make a copy of it, and compare it with a backup (docs/records.md).\n",
        );
    }
    text
}

fn layer(layer: Layer) -> Bilingual {
    match layer {
        Layer::Log => Bilingual::new(
            "公開鍵か試験用の印が、鍵の控えと違います",
            "its public key, or whether it is a test database, is not what the key file and the heads say",
        ),
        Layer::Key => Bilingual::new(
            "データ鍵が開かないため、内容を読めません（データ鍵の破損か、鍵のファイルの変更）",
            "a data key does not open, and no content that it seals: it is damaged, or somebody edited the key file",
        ),
        Layer::File => Bilingual::new("ファイルが読めません", "the file cannot be read there"),
        Layer::Schema => Bilingual::new(
            "表・索引・トリガーがtaimenの作ったものと違うか、索引に漏れがあります（一覧や検索に出ない記録がありえます）",
            "a table, an index or a trigger is not what taimen made, or an index leaves rows out, so that lists and searches may too",
        ),
        Layer::Row => Bilingual::new("taimenが書いた行ではありません", "taimen has not written such a row"),
        Layer::Sequence => Bilingual::new("この番号の行がありません", "the row with this number is missing"),
        Layer::Content => Bilingual::new(
            "暗号化した内容か検索用の値が変わっています",
            "the sealed content or its lookups were changed",
        ),
        Layer::Leaf => Bilingual::new(
            "見出しか前の行とのつながりが変わっています",
            "the header or its place after the entry before was changed",
        ),
        Layer::Tree => Bilingual::new("全体のハッシュの木と合いません", "it does not fit the tree of hashes"),
        Layer::Signature => Bilingual::new("head の署名が正しくありません", "the signature of the head does not hold"),
        Layer::Seal => Bilingual::new("内容を復号できません", "the content does not open"),
        Layer::Purge => Bilingual::new(
            "消去の記録のない消去か、消去されていない内容です",
            "content is gone without a purge, or there in spite of one",
        ),
        Layer::Rewritten => Bilingual::new(
            "控えた head までの記録が書き換えられています",
            "the entries up to a known head are not those that it signs",
        ),
        Layer::Older => Bilingual::new(
            "控えた head より後が失われています（古い写し）",
            "it ends before a known head: an older copy, or cut off",
        ),
    }
}
