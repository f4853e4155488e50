//! What a certificate says of itself, and whether Entra ID takes it.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use time::OffsetDateTime;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::PemError;

/// Smaller RSA keys are refused by Entra ID.
pub(crate) const LEAST_BITS: usize = 2048;

/// A certificate and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    pub subject: String,
    /// None where its key is no RSA key.
    pub rsa_bits: Option<usize>,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
}

impl Certificate {
    /// Reads it, whether or not it can be used.
    pub fn of_der(der: &[u8]) -> Result<Certificate, PemError> {
        let certificate = parse(der)?;
        let validity = certificate.validity();
        Ok(Certificate {
            der: der.to_vec(),
            subject: certificate.subject().to_string(),
            rsa_bits: rsa_bits(&certificate),
            not_before: validity.not_before.to_datetime(),
            not_after: validity.not_after.to_datetime(),
        })
    }

    /// In PEM, which has no key in it.
    pub fn pem(&self) -> String {
        crate::key_pair::block("CERTIFICATE", &self.der).to_string()
    }

    /// Whether an application could sign in with it.
    pub fn check(&self, now: OffsetDateTime) -> Result<(), PemError> {
        self.check_key()?;
        self.check_dates(now)
    }

    pub(crate) fn check_key(&self) -> Result<(), PemError> {
        match self.rsa_bits {
            None => Err(PemError::NotRsa),
            Some(bits) if bits < LEAST_BITS => Err(PemError::TooSmall(bits)),
            Some(_) => Ok(()),
        }
    }

    pub(crate) fn check_dates(&self, now: OffsetDateTime) -> Result<(), PemError> {
        if now > self.not_after {
            Err(PemError::Expired(self.not_after))
        } else if now < self.not_before {
            Err(PemError::NotYetValid(self.not_before))
        } else {
            Ok(())
        }
    }

    /// Whether its key is this one, as PKCS#1.
    pub(crate) fn certifies(&self, public_key: &[u8]) -> bool {
        parse(&self.der)
            .is_ok_and(|certificate| certificate.public_key().subject_public_key.data == public_key)
    }

    /// SHA-256 of the DER, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        self.thumbprint(&SHA256)
    }

    /// SHA-1 of the DER, as Entra ID's portal calls the thumbprint, in lower-case hexadecimal.
    pub fn sha1(&self) -> String {
        self.thumbprint(&SHA1_FOR_LEGACY_USE_ONLY)
    }

    fn thumbprint(&self, algorithm: &'static Algorithm) -> String {
        digest(algorithm, &self.der).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// SHA-256 of the DER.
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        bytes
    }
}

fn rsa_bits(certificate: &X509Certificate<'_>) -> Option<usize> {
    let info = certificate.public_key();
    if info.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
        return None;
    }
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => Some(key.key_size()),
        Ok(_) | Err(_) => None,
    }
}

pub(crate) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, PemError> {
    let parsed = X509Certificate::from_der(der);
    parsed.map(|(_, certificate)| certificate).map_err(|error| PemError::Damaged(error.to_string()))
}
