//! Which PEM files are used, which are refused, and what a new one looks like.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use certificate::{PemError, Request, Signer, generate, parse, read};
use insta::assert_snapshot;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

fn rsa_key() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

/// A certificate for `key`, valid for a day on both sides of `at`.
fn signed(key: &KeyPair, at: OffsetDateTime) -> String {
    let mut params = CertificateParams::default();
    params.not_before = at - Duration::DAY;
    params.not_after = at + Duration::DAY;
    params.self_signed(key).unwrap().pem()
}

/// `right`, or why not.
fn check(pem: &str) -> String {
    let verdict = parse(pem.as_bytes(), false, NOW);
    verdict.map_or_else(|error| error.to_string(), |_| "right".to_owned())
}

#[test]
fn a_certificate_is_found_in_any_order_and_beside_its_chain() {
    let key = rsa_key();
    let (own, other) = (signed(&key, NOW), signed(&rsa_key(), NOW));
    let key = key.serialize_pem();
    let expected = parse(own.as_bytes(), false, NOW).unwrap();
    for pem in [
        format!("{key}{own}{other}"),
        format!("subject: x\n{other}{own}{key}"),
        format!("{own}{key}").replace('\n', "\r\n"),
    ] {
        assert_eq!(parse(pem.as_bytes(), true, NOW).unwrap(), expected);
    }
}

#[test]
fn what_nobody_can_sign_in_with_is_refused() {
    let (key, other) = (rsa_key(), rsa_key());
    let certificate = signed(&key, NOW);
    let elliptic = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let key_pem = key.serialize_pem();
    let encrypted = key_pem.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let cases = [
        String::new(),
        "\u{0}\u{1}".to_owned(),
        key_pem.clone(),
        format!("{encrypted}{certificate}"),
        format!("{key_pem}{}{certificate}", other.serialize_pem()),
        format!("{}{certificate}", other.serialize_pem()),
        signed(&elliptic, NOW),
        format!("{}{}", elliptic.serialize_pem(), signed(&elliptic, NOW)),
        signed(&key, NOW - Duration::days(3)),
        signed(&key, NOW + Duration::days(3)),
        certificate.replace("MII", "!!!"),
    ];
    assert_snapshot!(cases.map(|pem| check(&pem)).join("\n"), @"
    it is not PEM
    it is not PEM
    it holds no certificate
    its private key is encrypted, and Mondoo takes no password
    it holds 2 private keys, and nothing says which one is meant
    its private key does not belong to its certificate
    its key is not an RSA key, and Entra ID accepts no other
    its key is not an RSA key, and Entra ID accepts no other
    its certificate expired on 2026-11-21
    its certificate is not valid before 2026-11-25
    it is damaged: base64 decode error: InvalidCharacter(33)
    ");
    let missing = parse(certificate.as_bytes(), true, NOW);
    assert_eq!(missing, Err(PemError::NoKey));
}

#[test]
fn files_that_are_none_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let error = |path: &Path| {
        let text = read(path, false, NOW).unwrap_err().to_string();
        text.replace(&directory.path().display().to_string(), "DIR")
    };
    assert_snapshot!(error(&directory.path().join("none.pem")), @"DIR/none.pem cannot be read: No such file or directory (os error 2)");
    assert_snapshot!(error(directory.path()), @"DIR cannot be read: it is not a file");
    let large = directory.path().join("large.pem");
    std::fs::File::create(&large).unwrap().set_len(1024 * 1024 + 1).unwrap();
    assert_snapshot!(error(&large), @"DIR/large.pem cannot be used: it is not PEM");
}

#[test]
fn a_new_pair_is_written_once_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let subject = "CN=mondoo-security, O=Contoso".to_owned();
    let request = Request { subject, key_bits: 3072, validity_days: 365 };
    let pair = generate(&request, NOW).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mondoo.pem");
    pair.write_new(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(&path).unwrap();
    let labels: Vec<_> = text.lines().filter(|line| line.starts_with("-----")).collect();
    assert_snapshot!(labels.join("\n"), @"
    -----BEGIN PRIVATE KEY-----
    -----END PRIVATE KEY-----
    -----BEGIN CERTIFICATE-----
    -----END CERTIFICATE-----
    ");
    let read = read(&path, true, NOW).unwrap();
    assert_eq!(read, pair.certificate);
    assert_eq!((read.not_after - NOW).whole_days(), 365);
    let refused = pair.write_new(&path).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let files = std::fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(files, 1, "nothing is left behind");
    assert!(!format!("{pair:?}").contains("PRIVATE"));
}

/// A key as OpenSSL wrote it before PKCS#8: the RSA key alone, without the algorithm around it.
fn pkcs1(key: &KeyPair) -> String {
    // SEQUENCE, version, algorithm and OCTET STRING take 26 bytes before a key of this length.
    let body = BASE64_STANDARD.encode(&key.serialized_der()[26..]);
    format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n")
}

#[test]
fn a_signature_is_verified_by_the_certificate_whatever_form_the_key_has() {
    let key = rsa_key();
    let certificate = signed(&key, NOW);
    for pem in [key.serialize_pem() + &certificate, certificate + &pkcs1(&key)] {
        let signer = Signer::parse(pem.as_bytes(), NOW).unwrap();
        let signature = signer.sign_ps256(b"message").unwrap();
        let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key.public_key_raw());
        public.verify(b"message", &signature).unwrap();
        public.verify(b"other", &signature).unwrap_err();
        let printed = format!("{signer:?}");
        assert!(printed.ends_with("..}") || printed.ends_with(".. }"), "{printed}");
    }
    let alone = Signer::parse(signed(&key, NOW).as_bytes(), NOW).unwrap_err();
    assert_eq!(alone, PemError::NoKey);
}
