//! The PEM that an integration with Azure takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::json;

use crate::certificates::TestCertificate;
use crate::mondoo::{CLIENT, create_input, options};
use crate::support::{Answer, Tenant};

async fn give(tenant: &Tenant, pem: &str) -> Answer {
    let options = options(CLIENT, json!({ "certificate": pem }));
    tenant.try_create(create_input("azure", options)).await
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The sequence inside of PKCS#8.
fn pkcs1(certificate: &TestCertificate) -> Vec<u8> {
    let pkcs8 = KeyPair::from_pem(&certificate.key_pem()).unwrap().serialize_der();
    // Version, algorithm and the octet string's head, which have one length for all keys of 2048 bits.
    pkcs8[26..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn key_and_certificate_are_taken_in_any_order_and_both_encodings() {
    let tenant = Tenant::start().await;
    let certificate = TestCertificate::new();
    let (key, leaf) = (certificate.key_pem(), certificate.pem.clone());
    let old = pem("RSA PRIVATE KEY", &pkcs1(&certificate));
    for bundle in [
        format!("{key}{leaf}"),
        format!("{leaf}{key}"),
        format!("{leaf}{old}"),
        format!("subject=CN = scanner\n{key}\n\n{leaf}").replace('\n', "\r\n"),
    ] {
        let answer = give(&tenant, &bundle).await;
        answer.text("/data/createClientIntegration/integration/mrn");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_but_an_unencrypted_rsa_key_with_a_certificate_is_refused() {
    let tenant = Tenant::start().await;
    let certificate = TestCertificate::new();
    let (key, leaf) = (certificate.key_pem(), certificate.pem.clone());
    let elliptic = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let encrypted = pem("ENCRYPTED PRIVATE KEY", b"whatever");
    let cut: String = key.lines().take(5).collect::<Vec<_>>().join("\n");
    for (bundle, part) in [
        (key.clone(), "no certificate"),
        (leaf.clone(), "no private key"),
        (format!("{}{leaf}", elliptic.serialize_pem()), "RSA"),
        (format!("{}{leaf}", pem("EC PRIVATE KEY", b"whatever")), "no private key"),
        (format!("{encrypted}{leaf}"), "encrypted"),
        (format!("{cut}\n{leaf}"), ""),
        ("no PEM at all".to_owned(), "no private key"),
    ] {
        let answer = give(&tenant, &bundle).await;
        answer.is_rpc_error("createClientIntegration", "InvalidArgument");
        assert!(answer.text("/errors/0/message").contains(part), "{answer:?}");
    }
}
