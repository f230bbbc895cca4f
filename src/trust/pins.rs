//! Certificates whose fingerprints are known from their issuers' publications: for these purposes another file needs
//! `--unpinned`.

use crate::lang::Bilingual;

use super::{
    anchor::{Hierarchy, Purpose},
    facts::Facts,
};

/// A certificate that an issuer published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// What it may vouch for.
    pub purpose: Purpose,
    /// Where it belongs, no matter who adds it: [`Hierarchy::Production`] or [`Hierarchy::Test`].
    pub hierarchy: Hierarchy,
    /// SHA-256 of its DER, in lower-case hex.
    pub sha256: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The files that the issuer publishes it in: the certificate itself, the zip, or the zip and its entry.
    pub files: &'static [&'static str],
    /// Its first day and its last (UTC).
    pub valid: [&'static str; 2],
}

macro_rules! pins {
    ($($purpose:ident $hierarchy:ident $name:literal $from:literal..$to:literal [$($file:literal)*] $sha256:literal;)*) => {
        &[$(Pin {
            purpose: Purpose::$purpose,
            hierarchy: Hierarchy::$hierarchy,
            sha256: $sha256,
            name: $name,
            files: &[$($file),*],
            valid: [$from, $to],
        },)*]
    };
}

/// JPKI roots: spec my-number 6.5 (V). ZairyuCard CA: spec residence 5.3. Passports: Japan's roots alone.
const PINS: &[Pin] = pins! {
    JpkiAuthentication Production "authca01" "2015-10-20".."2025-10-19" ["authca01.cer"]
        "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d";
    JpkiAuthentication Production "authca02" "2019-09-14".."2029-09-14" ["authca02.cer"]
        "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6";
    JpkiAuthentication Production "authca03" "2023-07-16".."2033-07-15" ["authca03.cer"]
        "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5";
    JpkiSignature Production "signca01" "2015-10-20".."2025-10-19" ["signca01.cer"]
        "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355";
    JpkiSignature Production "signca02" "2019-09-14".."2029-09-14" ["signca02.cer"]
        "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb";
    JpkiSignature Production "signca03" "2023-07-16".."2033-07-15" ["signca03.cer"]
        "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f";
    ResidenceCard Production "ZairyuCard CA 2015" "2015-06-05".."2025-09-05" ["930001756.crt" "001460774.zip"]
        "97f37c5967af5f3cd84e6ed694b09539abb7f8e7e76b6f7496a060008982983d";
    ResidenceCard Production "ZairyuCard CA 2018" "2018-04-06".."2028-07-06" ["930001757.crt" "001460775.zip"]
        "ff02323cea7b8c3dfc0dc2de79d46e78514af587368523086b188e9690aec861";
    ResidenceCard Production "ZairyuCard CA 2021" "2021-05-27".."2031-08-27" ["001353372.crt" "001460776.zip"]
        "6f50161aa80f7ff7c630505faf472906f7b101d5083e327a6182c82cd7985e67";
    ResidenceCard Production "ZairyuCard CA 2024" "2024-05-08".."2034-08-08" ["001421582.crt" "001460777.zip"]
        "bf854466ed9abf61f559c39bf8790546f8acdab99b51fd2330563669ce4a71b2";
    ResidenceCard Production "ZairyuCard CA2 2026" "2026-04-20".."2039-07-20" ["001462221.zip" "ec_cacert_20260420.crt"]
        "11e6ad8b8e64f0cdb1d8ba9e3689926c80e8479a2f098616f674a23582bec13b";
    // It has the name and the serial number of the one above.
    ResidenceCard Test "ZairyuCard CA2 TEST 2026" "2026-03-19".."2039-06-19" ["001460788.zip"]
        "1846b815d31f04fe93d57450a6d8a8c351eac3d8c444a2375d95734df7dd1057";
    // The roots of Japan, as the German and the Dutch master list have them (spec passport 7.5, V).
    Passport Production "e-passportCSCA 2013" "2013-05-14".."2029-05-14" ["ICAO PKD"]
        "764b5259b64dc7d34d7695080f8d9d523acdb45e8436d32e3019033955066b4c";
    Passport Production "e-passportCSCA 2015" "2015-02-20".."2031-02-20" ["ICAO PKD"]
        "5434b41ed095630d193572ff0fe821a1382fbc35051fd696ae66a00738145d8b";
    Passport Production "e-passportCSCA 2019" "2019-06-19".."2035-06-19" ["ICAO PKD"]
        "493260e5d98322b0cf61eabcaf5fe34e182a9b82f862f8555e431a8268f984f1";
    Passport Production "e-passportCSCA 2024" "2024-04-15".."2040-04-16" ["ICAO PKD"]
        "fafc46eb6f3c31767f70a65295cf8c6073ba2a46ce7ee60538342a0ed53007be";
};

impl Pin {
    /// Who published it, and where: the provenance of an anchor that is this certificate.
    pub fn publication(&self) -> String {
        let (publisher, place) = published_by(self.purpose).map_or(("", ""), |(name, place)| (name.en, place));
        format!("published by {publisher} as {} ({place})", self.files.join(" / "))
    }
}

/// The pin of a fingerprint.
pub fn find(purpose: Purpose, sha256: &str) -> Option<&'static Pin> {
    PINS.iter().find(|pin| pin.purpose == purpose && pin.sha256 == sha256)
}

/// What an issuer published for a purpose; nothing if no fingerprint is known.
pub fn published(purpose: Purpose) -> impl Iterator<Item = &'static Pin> {
    PINS.iter().filter(move |pin| pin.purpose == purpose)
}

/// Who publishes for a purpose and where: both are for people.
pub fn published_by(purpose: Purpose) -> Option<(Bilingual, &'static str)> {
    match purpose {
        Purpose::JpkiAuthentication | Purpose::JpkiSignature => Some((
            Bilingual::new("地方公共団体情報システム機構（J-LIS）", "J-LIS"),
            "https://www.jpki.go.jp/ca/index.html",
        )),
        Purpose::ResidenceCard => Some((
            Bilingual::new("出入国在留管理庁", "the Immigration Services Agency"),
            "https://www.moj.go.jp/isa/content/",
        )),
        Purpose::Passport => Some((
            Bilingual::new(
                "外務省（ICAO PKDまたは各国のマスターリスト）",
                "the Ministry of Foreign Affairs (ICAO PKD, or a state's master list)",
            ),
            "https://download.pkd.icao.int/",
        )),
        Purpose::MyNumberCard | Purpose::DriversLicence | Purpose::Mdoc => None,
    }
}

/// Whether a certificate bears the name of the issuer that publishes for this purpose.
pub fn claims_issuer(purpose: Purpose, facts: &Facts) -> bool {
    match purpose {
        Purpose::JpkiAuthentication | Purpose::JpkiSignature => {
            matches!(facts.organization.as_deref(), Some("JPKI" | "JPKI-TEST"))
        }
        Purpose::ResidenceCard => facts.common_name.as_deref().is_some_and(|name| name.starts_with("ZairyuCard CA")),
        Purpose::Passport => facts.common_name.as_deref() == Some("e-passportCSCA"),
        Purpose::MyNumberCard | Purpose::DriversLicence | Purpose::Mdoc => false,
    }
}

/// Whether a certificate calls itself one of the JPKI test hierarchy.
pub fn is_jpki_test(facts: &Facts) -> bool {
    facts.organization.as_deref() == Some("JPKI-TEST")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pin_is_whole_and_stands_once() {
        for (at, pin) in PINS.iter().enumerate() {
            assert_eq!(hex::decode(pin.sha256).unwrap().len(), 32);
            assert_eq!(pin.sha256, pin.sha256.to_lowercase());
            let [from, to] = pin.valid.map(|day| day.parse::<jiff::civil::Date>().unwrap());
            assert!(from < to && !pin.files.is_empty(), "{pin:?}");
            assert!(PINS[at + 1..].iter().all(|other| other.sha256 != pin.sha256 && other.name != pin.name));
            assert!(pin.publication().contains(pin.files[0]) && pin.publication().contains("https://"));
        }
        let of = |purpose| published(purpose).count();
        assert_eq!(
            [Purpose::JpkiAuthentication, Purpose::JpkiSignature, Purpose::ResidenceCard, Purpose::Passport].map(of),
            [3, 3, 6, 4]
        );
        assert_eq!([of(Purpose::MyNumberCard), of(Purpose::DriversLicence)], [0, 0]);
        assert_eq!(PINS.iter().filter(|pin| pin.hierarchy == Hierarchy::Test).count(), 1);
    }

    #[test]
    fn whose_name_a_certificate_bears_is_told_by_purpose() {
        let plain = Facts::of(include_bytes!("../../certs/simulated/taimen/licence-signer.der")).unwrap();
        let common = |name: &str| Facts { common_name: Some(name.to_owned()), organization: None, ..plain.clone() };
        let organization =
            |name: &str| Facts { organization: Some(name.to_owned()), common_name: None, ..plain.clone() };
        let claimed =
            |facts: &Facts| Purpose::all().filter(|purpose| claims_issuer(*purpose, facts)).collect::<Vec<_>>();
        assert_eq!(claimed(&common("e-passportCSCA")), [Purpose::Passport]);
        assert_eq!(claimed(&common("ZairyuCard CA2")), [Purpose::ResidenceCard]);
        for (name, is_test) in [("JPKI", false), ("JPKI-TEST", true)] {
            let facts = organization(name);
            assert_eq!(claimed(&facts), [Purpose::JpkiAuthentication, Purpose::JpkiSignature], "{name}");
            assert_eq!(is_jpki_test(&facts), is_test, "{name}");
        }
        for nobody in
            [common("e-passportCSCA of nobody"), common("Zairyu"), organization("JPKI of nobody"), plain.clone()]
        {
            assert_eq!(claimed(&nobody), [], "{nobody:?}");
        }
    }
}
