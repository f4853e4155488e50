//! Why a certificate cannot be used, and what mends it.

use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::x509::LEAST_BITS;

/// Why a PEM text cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    #[error("it holds no certificate")]
    NoCertificate,
    #[error("it holds no private key")]
    NoKey,
    #[error("it holds {0} private keys, and nothing says which one is meant")]
    SeveralKeys(usize),
    #[error("its private key is encrypted, and Mondoo takes no password")]
    Encrypted,
    #[error("its key is not an RSA key, and Entra ID accepts no other")]
    NotRsa,
    #[error("its RSA key has {0} bits: at least {LEAST_BITS} are needed")]
    TooSmall(usize),
    #[error("its private key does not belong to its certificate")]
    Mismatch,
    #[error("its certificate expired on {}", .0.date())]
    Expired(OffsetDateTime),
    #[error("its certificate is not valid before {}", .0.date())]
    NotYetValid(OffsetDateTime),
    #[error("it is PKCS#12, not PEM")]
    Pkcs12,
    #[error("it is DER, not PEM")]
    Der,
    #[error("it is not PEM")]
    NotPem,
    #[error("it is damaged: {0}")]
    Damaged(String),
}

impl PemError {
    /// What to do about it; `file` is where the PEM is.
    pub fn hint(&self, file: &Path) -> String {
        let file = file.display();
        match self {
            PemError::Encrypted => format!(
                "decrypt it: (umask 077; {{ openssl pkey -in {file}; openssl x509 -in {file}; }} \
                 > plain.pem), and name plain.pem"
            ),
            PemError::NotRsa | PemError::TooSmall(_) | PemError::Expired(_) => {
                "use another certificate, or `source: { generate: … }` to have one made".to_owned()
            }
            PemError::NoCertificate => {
                format!("add the certificate to {file}: it begins with -----BEGIN CERTIFICATE-----")
            }
            PemError::NoKey => format!("add the private key to {file}, or move the file away"),
            PemError::SeveralKeys(_) => {
                "leave one key in the file, and the certificate that was made for it".to_owned()
            }
            PemError::Mismatch => format!(
                "put the key there that the certificate was made for: then `openssl pkey -in \
                 {file} -pubout` and `openssl x509 -in {file} -noout -pubkey` print the same"
            ),
            PemError::NotYetValid(_) => "wait, or check this machine's clock".to_owned(),
            PemError::Pkcs12 => format!(
                "make PEM of it: (umask 077; openssl pkcs12 -in {file} -nodes -out {file}.pem), \
                 with -legacy besides where it is old, and name {file}.pem"
            ),
            PemError::Der => format!(
                "make PEM of it: openssl x509 -inform der -in {file} -out {file}.pem; of a key: \
                 openssl pkey -inform der -in {file}"
            ),
            PemError::NotPem => {
                "PEM is text, and its blocks begin with a line such as -----BEGIN CERTIFICATE-----"
                    .to_owned()
            }
            PemError::Damaged(_) => format!("write {file} anew from where it came from"),
        }
    }
}

/// A file that cannot be used as the certificate's source.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("{} cannot be used: {reason}", path.display())]
    Unusable { path: PathBuf, reason: PemError },
}
