use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::encoding::{from_base64, sha1, sha256};

/// What sign-in and Graph need to know of an X.509 certificate.
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    pub(crate) subject: String,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
    /// The key as the certificate holds it; for RSA this is PKCS#1.
    pub(crate) public_key: Vec<u8>,
}

impl Certificate {
    /// Reads the `key` of a key credential: base64 of DER (documented), or base64 of PEM text (what
    /// Terraform uploads).
    pub(crate) fn from_key(key: &str) -> Option<Self> {
        let bytes = from_base64(key)?;
        match CertificateDer::from_pem_slice(&bytes) {
            Ok(der) => Self::from_der(&der),
            Err(_) => Self::from_der(&bytes),
        }
    }

    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        Some(Self {
            der: der.to_vec(),
            subject: certificate.subject().to_string(),
            not_before: certificate.validity().not_before.to_datetime(),
            not_after: certificate.validity().not_after.to_datetime(),
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
        })
    }

    pub(crate) fn sha1(&self) -> Vec<u8> {
        sha1(&self.der)
    }

    pub(crate) fn sha256(&self) -> Vec<u8> {
        sha256(&self.der)
    }
}
