//! `taimen profiles show`: a profile in full, as text.

use crate::{
    lang::{Bilingual, Lang},
    profile::{Document, Fallback, Method, Profile, Row},
    report::visible,
};

/// The days that a profile is for.
pub fn period(lang: Lang, profile: &Profile) -> String {
    let (from, until) = (profile.valid_from, profile.valid_until);
    match (lang, until) {
        (Lang::Ja, Some(until)) => format!("{from} から {until} までの取引"),
        (Lang::Ja, None) => format!("{from} からの取引"),
        (Lang::En, Some(until)) => format!("transactions from {from} to {until}"),
        (Lang::En, None) => format!("transactions from {from}"),
    }
}

/// How much of a profile nobody confirmed.
pub fn unverified(lang: Lang, profile: &Profile) -> String {
    let (unverified, rows) = profile.unverified_rows();
    match lang {
        Lang::Ja => format!("{rows}行のうち{unverified}行が未確認"),
        Lang::En => format!("{unverified} of {rows} rows are unverified"),
    }
}

/// A profile in full.
pub fn page(lang: Lang, profile: &Profile) -> String {
    Page { lang, profile, text: String::new() }.written()
}

/// The page of a profile while it is written.
struct Page<'a> {
    lang: Lang,
    profile: &'a Profile,
    text: String,
}

impl Page<'_> {
    fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        Bilingual::new(ja, en).get(self.lang)
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.text += &format!("{}{}\n", " ".repeat(indent), visible(text));
    }

    fn head(&mut self, ja: &'static str, en: &'static str) {
        let title = self.t(ja, en);
        self.text += &format!("\n{title}\n");
    }

    /// How sure we are of a row, and what it rests on.
    fn grounds<R: Row>(&self, row: &R) -> String {
        let mark = if row.is_unverified() { self.t("【未確認】", "UNVERIFIED; ") } else { "" };
        format!("{mark}{}: {}", row.confidence(), row.sources().join(", "))
    }

    fn named(&mut self, title: &str, grounds: &str) {
        self.line(2, &format!("{title} [{grounds}]"));
    }

    fn written(mut self) -> String {
        let (lang, profile) = (self.lang, self.profile);
        self.line(0, &format!("{} ({})", profile.name.get(lang), profile.id));
        self.line(2, &format!("{} ({}, {})", profile.law_title.get(lang), profile.law_id, profile.revision));
        self.line(2, &period(lang, profile));
        self.line(2, &unverified(lang, profile));
        self.line(2, &format!("SHA-256: {}", profile.sha256()));
        self.line(2, profile.note.get(lang));
        self.documents();
        self.methods();
        self.record();
        self.fallbacks();
        self.head("根拠", "Sources");
        for source in &profile.sources {
            let read = if source.read { self.t("読んだもの", "read") } else { self.t("未読", "not read") };
            self.line(
                2,
                &format!(
                    "{}: {} [{}, {read}, {}]",
                    source.id,
                    source.title.get(lang),
                    source.confidence,
                    source.read_on
                ),
            );
            if let Some(url) = &source.url {
                self.line(4, url);
            }
        }
        self.text
    }

    fn documents(&mut self) {
        let (lang, profile) = (self.lang, self.profile);
        self.head("書類", "Documents");
        for document in &profile.documents {
            let Document { id, name, article, photo, chip, note, .. } = document;
            let grounds = self.grounds(document);
            self.named(&format!("{id}: {}", name.get(lang)), &grounds);
            let photo = self.t(if *photo { "写真あり" } else { "写真なし" }, if *photo { "photo" } else { "no photo" });
            let chip =
                self.t(if *chip { "ICチップあり" } else { "ICチップなし" }, if *chip { "chip" } else { "no chip" });
            let months = if document.six_months { self.t("、6か月以内", ", within six months") } else { "" };
            self.line(4, &format!("{article}: {photo}{}{chip}{months}", self.t("、", ", ")));
            if let Some(note) = note {
                self.line(4, note.get(lang));
            }
        }
    }

    fn methods(&mut self) {
        let (lang, profile) = (self.lang, self.profile);
        self.head("方法", "Methods");
        for method in &profile.methods {
            let grounds = self.grounds(method);
            self.named(&format!("{} ({}): {}", method.letter, method.id, method.text.get(lang)), &grounds);
            let marks = marks(lang, method);
            self.line(4, &format!("{}{}{}", method.article, if marks.is_empty() { "" } else { ": " }, marks));
        }
    }

    fn record(&mut self) {
        let (lang, profile) = (self.lang, self.profile);
        let title =
            format!("\n{}: {}\n", self.t("記録事項", "Fields of the record"), visible(profile.record.get(lang)));
        self.text += &title;
        let comma = self.t("、", ", ");
        for field in &profile.fields {
            let item = field.item.map(|item| format!("{item}. ")).unwrap_or_default();
            let grounds = self.grounds(field);
            self.named(&format!("{item}{}: {}", field.id, field.name.get(lang)), &grounds);
            let when: Vec<&str> = field.when.iter().map(|when| when.words().get(lang)).collect();
            let from: Vec<&str> = field.from.iter().map(|from| from.words().get(lang)).collect();
            let from = if from.is_empty() {
                self.t("ここでは記入しない", "not filled here").to_owned()
            } else {
                from.join(comma)
            };
            self.line(4, &format!("{from} ({})", when.join(comma)));
            if let Some(note) = &field.note {
                self.line(4, note.get(lang));
            }
        }
        self.head("残してはならないもの", "What must not be stored");
        for forbidden in &profile.forbidden {
            let grounds = self.grounds(forbidden);
            self.named(&format!("{}: {}", forbidden.name.get(lang), forbidden.text.get(lang)), &grounds);
        }
        self.head("保存期間", "Retention");
        for retention in &profile.retentions {
            let grounds = self.grounds(retention);
            self.named(&format!("{} ({})", retention.text.get(lang), retention.article), &grounds);
        }
    }

    fn fallbacks(&mut self) {
        let (lang, profile) = (self.lang, self.profile);
        self.head("確認が終わらないときにできること", "If a check does not end as it should");
        let comma = self.t("、", ", ");
        for row in &profile.fallback_rows {
            let grounds = self.grounds(row);
            self.named(row.text.get(lang), &grounds);
            let Fallback { methods, documents, .. } = profile.fallback(row);
            let cases: Vec<&str> = row.cases.iter().map(|case| case.words().get(lang)).collect();
            let letters: Vec<&str> = methods.iter().map(|method| method.letter.as_str()).collect();
            let names: Vec<&str> = documents.iter().map(|document| document.id.as_str()).collect();
            self.line(4, &format!("{}: {}", self.t("場合", "cases"), cases.join(comma)));
            if !letters.is_empty() {
                self.line(4, &format!("{}: {}", self.t("方法", "methods"), letters.join(comma)));
            }
            if !names.is_empty() {
                self.line(4, &format!("{}: {}", self.t("書類", "documents"), names.join(comma)));
            }
        }
    }
}

/// What a method needs, in short.
fn marks(lang: Lang, method: &Method) -> String {
    let t = |ja: &'static str, en: &'static str| Bilingual::new(ja, en).get(lang);
    let marks = [
        (method.face_to_face, t("対面", "face to face")),
        (!method.face_to_face, t("非対面", "remote")),
        (!method.offered, t("taimenの窓口では扱わない", "not offered at a counter with taimen")),
        (method.chip_read, t("ICチップの読取り", "chip read")),
        (method.display, t("画面に表示", "shown on a screen")),
        (method.mail, t("郵送", "post")),
        (method.address_supplement, t("補完書類で住居を補える", "a supplementary paper may show the address")),
        (method.certified_program, t("国の認定を受けたプログラムに限る", "certified programs only")),
        (method.attachment, t("記録への添付が要る", "needs an attachment to the record")),
    ];
    marks.into_iter().filter(|(is, _)| *is).map(|(_, words)| words).collect::<Vec<_>>().join(t("、", ", "))
}
