//! The PEM that an integration signs in with.

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use x509_parser::pem::Pem;

use crate::model::certificate::Certificate;

/// A private key and the certificate that belongs to it.
pub(super) struct Bundle {
    pub(super) key: KeyPair,
    pub(super) certificate: Certificate,
}

impl Bundle {
    /// What the API asks for: a private key and a certificate, in any order; an RSA key, in PKCS#1 or
    /// PKCS#8, unencrypted (documented; the texts are guesses). Whether they belong together is left
    /// to the scanner.
    pub(super) fn check(pem: &str) -> Result<(), String> {
        let blocks = blocks(pem)?;
        if blocks.iter().any(|block| block.label == "ENCRYPTED PRIVATE KEY") {
            return Err("the private key must not be encrypted".to_owned());
        }
        if keys(&blocks)?.is_empty() {
            return Err("the PEM bundle contains no private key".to_owned());
        }
        if certificates(&blocks).is_empty() {
            return Err("the PEM bundle contains no certificate".to_owned());
        }
        Ok(())
    }

    /// As the scanner reads it, with the texts of its library (documented).
    pub(super) fn read(pem: &str) -> Result<Self, String> {
        let blocks = blocks(pem)?;
        let certificates = certificates(&blocks);
        if certificates.is_empty() {
            return Err("found no certificate".to_owned());
        }
        let mut keys = keys(&blocks)?;
        if keys.len() > 1 {
            return Err("certData contains multiple private keys".to_owned());
        }
        let key = keys.pop().ok_or("found no private key")?;
        let certificate = certificates
            .into_iter()
            .find(|certificate| certificate.public_key == key.public_key().as_ref())
            .ok_or("key doesn't match any certificate")?;
        Ok(Self { key, certificate })
    }
}

fn blocks(pem: &str) -> Result<Vec<Pem>, String> {
    let blocks: Result<Vec<Pem>, _> = Pem::iter_from_buffer(pem.as_bytes()).collect();
    blocks.map_err(|error| format!("the certificate is not valid PEM: {error}"))
}

/// Other kinds of blocks are passed over, but a key of another kind than RSA is not.
fn keys(blocks: &[Pem]) -> Result<Vec<KeyPair>, String> {
    let read = |block: &Pem| match block.label.as_str() {
        "PRIVATE KEY" => Some(KeyPair::from_pkcs8(&block.contents)),
        "RSA PRIVATE KEY" => Some(KeyPair::from_der(&block.contents)),
        _ => None,
    };
    let keys: Result<Vec<KeyPair>, _> = blocks.iter().filter_map(read).collect();
    keys.map_err(|_| "the private key must be an RSA key".to_owned())
}

fn certificates(blocks: &[Pem]) -> Vec<Certificate> {
    let certificates = blocks.iter().filter(|block| block.label == "CERTIFICATE");
    certificates.filter_map(|block| Certificate::from_der(&block.contents)).collect()
}
