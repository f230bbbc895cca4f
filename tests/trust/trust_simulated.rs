//! A certificate of the simulated hierarchy that a user installs stays simulated.

// Helpers of a test may panic like the test itself; clippy.toml exempts only the test functions.
#![allow(clippy::as_conversions, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::fs;

use taimen::trust::{Hierarchy, Material, load_directory};

/// The hierarchy of one certificate in a user's folder.
fn installed(name: &str, der: &[u8]) -> Hierarchy {
    let folder = std::env::temp_dir().join(format!("taimen-trust-simulated-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let sha256 = Material::Certificate(der.to_vec()).sha256();
    let manifest = format!(
        "[[anchor]]\npurpose = 'drivers-licence'\nname = 'x'\nfile = 'x.der'\nsha256 = '{sha256}'\nsource = 'x'\n\
         official = false\n"
    );
    fs::write(folder.join("x.der"), der).unwrap();
    fs::write(folder.join("anchors.toml"), manifest).unwrap();
    let anchors = load_directory(&folder);
    fs::remove_dir_all(&folder).unwrap();
    anchors.unwrap()[0].hierarchy
}

#[test]
fn a_simulated_certificate_that_a_user_installs_stays_simulated() {
    let signer = include_bytes!("../../certs/simulated/taimen/licence-signer.der");
    assert_eq!(installed("shipped", signer), Hierarchy::Simulated);
    let own = include_bytes!("../certificates/own-for-licence-signer-key.der");
    assert_eq!(installed("own", own), Hierarchy::Simulated, "the key decides, not the certificate around it");
    let other = include_bytes!("../certificates/own-for-impostor-key.der");
    assert_eq!(installed("other", other), Hierarchy::Installed);
}
