//! Specs for tests, with a certificate that is made once.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use certificate::{KeyPair, Request, generate};
use time::OffsetDateTime;

pub const PRODUCTION: &str = "subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
pub const DEVELOPMENT: &str = "subscription: 2c3d4e5f-6071-4829-ba3c-4d5e6f708192";

/// A spec named `spec.yaml` in `directory` with these scopes, and the file that it names as its
/// certificate.
pub fn spec(directory: &Path, scopes: &[&str]) -> PathBuf {
    spec_with(directory, scopes, "")
}

/// The same with more keys.
pub fn spec_with(directory: &Path, scopes: &[&str], more: &str) -> PathBuf {
    // Making an RSA key takes seconds; all tests may share one.
    static PAIR: LazyLock<KeyPair> = LazyLock::new(|| {
        let subject = "CN=test".to_owned();
        let request = Request { subject, key_bits: 3072, validity_days: 365 };
        generate(&request, OffsetDateTime::now_utc()).unwrap()
    });
    let file = directory.join("certificate.pem");
    if !file.exists() {
        PAIR.write_new(&file).unwrap();
    }
    let scopes: String = scopes.iter().map(|scope| format!("  - {{ {scope} }}\n")).collect();
    let text = format!(
        "version: 1\nname: mondoo-security\ntenant: 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3\n\
         certificate: {{ source: {{ file: certificate.pem }} }}\n{more}scopes:\n{scopes}"
    );
    let path = directory.join("spec.yaml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Every spec in examples/.
pub fn examples() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut specs: Vec<_> =
        entries.filter(|path| path.extension() == Some("yaml".as_ref())).collect();
    specs.sort();
    assert!(!specs.is_empty());
    specs
}
