//! Fingerprints that the issuers published: for these purposes another file needs `--unpinned`.

use super::anchor::Purpose;

/// SHA-256 of the DER of every certificate that an issuer published for a purpose, with its name and validity.
const PINS: &[(Purpose, &str, &str)] = &[
    // J-LIS, JPKI roots (spec my-number 6.5, V).
    (Purpose::JpkiAuthentication, "4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d", "authca01"),
    (Purpose::JpkiAuthentication, "0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6", "authca02"),
    (Purpose::JpkiAuthentication, "64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5", "authca03"),
    (Purpose::JpkiSignature, "19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355", "signca01"),
    (Purpose::JpkiSignature, "79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb", "signca02"),
    (Purpose::JpkiSignature, "d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f", "signca03"),
    // Immigration Services Agency, ZairyuCard CA (spec residence, table of CA files).
    (Purpose::ResidenceCard, "97f37c5967af5f3cd84e6ed694b09539abb7f8e7e76b6f7496a060008982983d", "ZairyuCard CA 2015"),
    (Purpose::ResidenceCard, "ff02323cea7b8c3dfc0dc2de79d46e78514af587368523086b188e9690aec861", "ZairyuCard CA 2018"),
    (Purpose::ResidenceCard, "6f50161aa80f7ff7c630505faf472906f7b101d5083e327a6182c82cd7985e67", "ZairyuCard CA 2021"),
    (Purpose::ResidenceCard, "bf854466ed9abf61f559c39bf8790546f8acdab99b51fd2330563669ce4a71b2", "ZairyuCard CA 2024"),
    (Purpose::ResidenceCard, "11e6ad8b8e64f0cdb1d8ba9e3689926c80e8479a2f098616f674a23582bec13b", "ZairyuCard CA2 2026"),
];

/// The published name of a pinned fingerprint.
pub fn name(purpose: Purpose, sha256: &str) -> Option<&'static str> {
    PINS.iter().find(|(of, pin, _)| *of == purpose && *pin == sha256).map(|(.., name)| *name)
}

/// Whether a purpose has pins at all.
pub fn has_pins(purpose: Purpose) -> bool {
    PINS.iter().any(|(of, ..)| *of == purpose)
}
