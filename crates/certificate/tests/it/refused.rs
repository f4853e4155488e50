//! What nobody can sign in with, and what mends it.

use std::path::Path;

use certificate::{PemError, parse};
use insta::assert_snapshot;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use time::Duration;

use crate::support::{NOW, rsa_key, signed};

/// `right`, or why not.
fn check(pem: &[u8]) -> String {
    parse(pem, NOW).map_or_else(|error| error.to_string(), |_| "right".to_owned())
}

#[test]
fn what_nobody_can_sign_in_with_is_refused() {
    let (key, other) = (rsa_key(), rsa_key());
    let certificate = signed(&key, NOW);
    let elliptic = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let key_pem = key.serialize_pem();
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let cases = [
        String::new(),
        "\u{0}\u{1}".to_owned(),
        key_pem.clone(),
        format!("{}{certificate}", key_pem.replace("PRIVATE", "ENCRYPTED PRIVATE")),
        format!("{old}{certificate}").replace('\n', "\r\n"),
        format!("{key_pem}{}{certificate}", other.serialize_pem()),
        format!("{}{certificate}", other.serialize_pem()),
        signed(&elliptic, NOW),
        format!("{}{}", elliptic.serialize_pem(), signed(&elliptic, NOW)),
        format!("{}{certificate}", elliptic.serialize_pem()),
        signed(&key, NOW - Duration::days(3)),
        signed(&key, NOW + Duration::days(3)),
        certificate.replace("MII", "!!!"),
        certificate.replace("-----END CERTIFICATE-----", ""),
        certificate.replace("MII", "AAAA"),
    ];
    assert_snapshot!(cases.map(|pem| check(pem.as_bytes())).join("\n"), @"
    it is not PEM
    it is not PEM
    it holds no certificate
    its private key is encrypted, and Mondoo takes no password
    its private key is encrypted, and Mondoo takes no password
    it holds 2 private keys, and nothing says which one is meant
    its private key does not belong to its certificate
    its key is not an RSA key, and Entra ID accepts no other
    its key is not an RSA key, and Entra ID accepts no other
    its key is not an RSA key, and Entra ID accepts no other
    its certificate expired on 2026-11-21
    its certificate is not valid before 2026-11-25
    it is damaged: base64 decode error: InvalidCharacter(33)
    it is damaged: an END line is missing
    it is damaged: base64 decode error: InvalidTrailingPadding
    ");
}

#[test]
fn what_is_no_pem_is_told_apart() {
    let key = rsa_key();
    let der = |pem: &str| {
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        base64::Engine::decode(&base64::prelude::BASE64_STANDARD, body).unwrap()
    };
    assert_eq!(check(&der(&signed(&key, NOW))), "it is DER, not PEM");
    assert_eq!(check(&key.serialize_der()), "it is DER, not PEM");
    // Version 3, then what PKCS#7 calls data; with a definite and an indefinite length.
    assert_eq!(check(b"\x30\x82\x09\x71\x02\x01\x03\x30\x82"), "it is PKCS#12, not PEM");
    assert_eq!(check(b"\x30\x80\x02\x01\x03\x30\x80"), "it is PKCS#12, not PEM");
    assert_eq!(check(b"certificate"), "it is not PEM");
}

#[test]
fn whatever_is_refused_comes_with_what_mends_it() {
    let hints = every_error().map(|error| format!("{error}\n  {}", error.hint(Path::new("a.pem"))));
    assert_snapshot!(hints.join("\n"), @"
    it holds no certificate
      add the certificate to a.pem: it begins with -----BEGIN CERTIFICATE-----
    it holds no private key
      add the private key to a.pem, or move the file away
    it holds 2 private keys, and nothing says which one is meant
      leave one key in the file, and the certificate that was made for it
    its private key is encrypted, and Mondoo takes no password
      decrypt it: (umask 077; { openssl pkey -in a.pem; openssl x509 -in a.pem; } > plain.pem), and name plain.pem
    its key is not an RSA key, and Entra ID accepts no other
      use another certificate, or `source: { generate: … }` to have one made
    its RSA key has 1024 bits: at least 2048 are needed
      use another certificate, or `source: { generate: … }` to have one made
    its private key does not belong to its certificate
      put the key there that the certificate was made for: then `openssl pkey -in a.pem -pubout` and `openssl x509 -in a.pem -noout -pubkey` print the same
    its certificate expired on 2026-11-23
      use another certificate, or `source: { generate: … }` to have one made
    its certificate is not valid before 2026-11-23
      wait, or check this machine's clock
    it is PKCS#12, not PEM
      make PEM of it: (umask 077; openssl pkcs12 -in a.pem -nodes -out a.pem.pem), with -legacy besides where it is old, and name a.pem.pem
    it is DER, not PEM
      make PEM of it: openssl x509 -inform der -in a.pem -out a.pem.pem; of a key: openssl pkey -inform der -in a.pem
    it is not PEM
      PEM is text, and its blocks begin with a line such as -----BEGIN CERTIFICATE-----
    it is damaged: an END line is missing
      write a.pem anew from where it came from
    ");
}

fn every_error() -> [PemError; 13] {
    [
        PemError::NoCertificate,
        PemError::NoKey,
        PemError::SeveralKeys(2),
        PemError::Encrypted,
        PemError::NotRsa,
        PemError::TooSmall(1024),
        PemError::Mismatch,
        PemError::Expired(NOW),
        PemError::NotYetValid(NOW),
        PemError::Pkcs12,
        PemError::Der,
        PemError::NotPem,
        PemError::Damaged("an END line is missing".to_owned()),
    ]
}
