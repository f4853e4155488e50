//! Keys and certificates for tests.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub(crate) const NOW: OffsetDateTime = datetime!(2026-11-23 12:00 UTC);

pub(crate) fn rsa_key() -> KeyPair {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap()
}

/// A certificate for `key`, valid for a day on both sides of `at`.
pub(crate) fn signed(key: &KeyPair, at: OffsetDateTime) -> String {
    let mut params = CertificateParams::default();
    params.not_before = at - Duration::DAY;
    params.not_after = at + Duration::DAY;
    params.self_signed(key).unwrap().pem()
}

/// A key as OpenSSL wrote it before PKCS#8: the RSA key alone, without the algorithm around it.
pub(crate) fn pkcs1(key: &KeyPair) -> String {
    // SEQUENCE, version, algorithm and OCTET STRING take 26 bytes before a key of this length.
    let body = BASE64_STANDARD.encode(&key.serialized_der()[26..]);
    format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n")
}
