use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::encoding::{base64url, sha256};
use crate::error::StartError;
use crate::store::Directory;

/// The RSA key that access tokens are signed with: made once per directory, so that tokens outlive
/// a restart.
pub(crate) struct SigningKey {
    pair: KeyPair,
    key_id: String,
}

impl SigningKey {
    pub(crate) fn load_or_create(directory: &Directory) -> Result<Self, StartError> {
        let file = directory.token_key();
        let damaged = |reason: String| StartError::Damaged { file: file.clone(), line: 1, reason };
        let Some(pem) = directory.read(&file)? else { return Self::create(directory) };
        let der =
            PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|error| damaged(error.to_string()))?;
        let pair = KeyPair::from_pkcs8(der.secret_pkcs8_der())
            .map_err(|error| damaged(error.to_string()))?;
        Ok(Self::new(pair))
    }

    fn create(directory: &Directory) -> Result<Self, StartError> {
        let failed = |_| directory.io(std::io::Error::other("cannot generate an RSA key"));
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        let body = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        directory.write(&directory.token_key(), pem.as_bytes())?;
        Ok(Self::new(pair))
    }

    fn new(pair: KeyPair) -> Self {
        let key_id = base64url(&sha256(pair.public_key().as_ref())[..20]);
        Self { pair, key_id }
    }

    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a valid RSA key signs a message of any length");
        signature
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let key =
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key().as_ref());
        key.verify(message, signature).is_ok()
    }

    /// The key set that the `OpenID` configuration points to.
    pub(super) fn key_set(&self) -> Value {
        let key = self.pair.public_key();
        let modulus = base64url(key.modulus().big_endian_without_leading_zero());
        let exponent = base64url(key.exponent().big_endian_without_leading_zero());
        json!({ "keys": [{
            "kty": "RSA", "use": "sig", "kid": self.key_id, "x5t": self.key_id, "n": modulus, "e": exponent,
        }] })
    }
}
