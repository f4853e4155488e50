//! Signing in the name of a certificate.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::RSA_PSS_SHA256;

use crate::Certificate;

/// A certificate, and the use of its key.
pub struct Signer {
    pub(crate) certificate: Certificate,
    pub(crate) key: Arc<rsa::KeyPair>,
}

/// aws-lc does not say more.
#[derive(Debug, thiserror::Error)]
#[error("the key could not sign")]
pub struct SignError;

impl Signer {
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs by RSASSA-PSS with SHA-256: PS256 of JSON Web Tokens.
    pub fn sign_ps256(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let signed = self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| SignError)?;
        Ok(signature)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}
