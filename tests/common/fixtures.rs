//! The genuine JPKI test card of the crate `myna-card` (MIT): its files, found through cargo, not copied.

use std::{path::PathBuf, process::Command, sync::OnceLock};

/// The folder of the published package.
fn folder() -> &'static PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", &host(), "--manifest-path"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .output()
            .expect("cargo metadata runs");
        assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
        let package = metadata["packages"]
            .as_array()
            .expect("packages")
            .iter()
            .find(|package| package["name"] == "myna-card")
            .expect("myna-card is a dev-dependency");
        PathBuf::from(package["manifest_path"].as_str().expect("a path")).with_file_name("")
    })
}

/// The platform that this build runs on: packages of other platforms are not downloaded.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host").to_owned()
}

/// One fixture's bytes.
pub fn fixture(name: &str) -> Vec<u8> {
    read(&format!("tests/fixtures/{name}"))
}

/// A certificate that J-LIS published, from the same package.
pub fn jlis_certificate(name: &str) -> Vec<u8> {
    read(&format!("certs/{name}"))
}

fn read(name: &str) -> Vec<u8> {
    let path = folder().join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
