//! PEM -> certificate, refusing whatever the scanner could not sign in with.

use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::rsa;
use aws_lc_rs::signature::KeyPair as _;
use rustls_pki_types::pem::{self, PemObject, SectionKind};
use time::OffsetDateTime;
use x509_parser::oid_registry::OID_PKCS1_RSAENCRYPTION;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use crate::Certificate;

/// Smaller RSA keys are refused by Entra ID.
const LEAST_BITS: usize = 2048;
/// Real files are a few kilobytes; more is not read.
const MAX_BYTES: u64 = 1024 * 1024;

/// Why a PEM text cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
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
            PemError::Encrypted => {
                format!(
                    "decrypt it: openssl pkey -in {file} -out key.pem, then add the certificate"
                )
            }
            PemError::NotRsa | PemError::TooSmall(_) | PemError::Expired(_) => {
                "use another certificate, or `source: { generate: … }` to have one made".to_owned()
            }
            PemError::NoCertificate => {
                format!("add the certificate to {file}: it begins with -----BEGIN CERTIFICATE-----")
            }
            PemError::NoKey => format!("add the private key to {file}, or move the file away"),
            PemError::SeveralKeys(_) | PemError::Mismatch => {
                "leave one key in the file, and the certificate that was made for it".to_owned()
            }
            PemError::NotYetValid(_) => "wait, or check this machine's clock".to_owned(),
            PemError::NotPem => format!(
                "PEM is text; from PKCS#12: openssl pkcs12 -in {file} -nodes -out {file}.pem; from \
                 DER: openssl x509 -inform der -in {file} -out {file}.pem"
            ),
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

/// Reads the certificate in a file and checks it, with its key where it has one.
///
/// # Errors
/// A file that is not there is `Unreadable` too, with that reason.
pub fn read(path: &Path, needs_key: bool, now: OffsetDateTime) -> Result<Certificate, FileError> {
    let unusable = |reason| FileError::Unusable { path: path.to_owned(), reason };
    parse(&read_pem(path)?, needs_key, now).map_err(unusable)
}

pub(crate) fn read_pem(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let unreadable = |reason| FileError::Unreadable { path: path.to_owned(), reason };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::Error::other("it is not a file")));
    }
    if metadata.len() > MAX_BYTES {
        return Err(FileError::Unusable { path: path.to_owned(), reason: PemError::NotPem });
    }
    std::fs::read(path).map(Zeroizing::new).map_err(unreadable)
}

/// Finds the certificate in `pem`: the one that belongs to the key, else the first.
pub fn parse(pem: &[u8], needs_key: bool, now: OffsetDateTime) -> Result<Certificate, PemError> {
    if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Err(PemError::NotPem);
    }
    refuse_encrypted(pem)?;
    let Sections { certificates, keys } = sections(pem)?;
    let first = certificates.first().ok_or(PemError::NoCertificate)?;
    let der = match keys.as_slice() {
        [] if needs_key => return Err(PemError::NoKey),
        [] => first,
        [key] => certificate_of(key, &certificates)?.unwrap_or(first),
        several => return Err(PemError::SeveralKeys(several.len())),
    };
    certified_key(der)?;
    checked(der, now)
}

const BEGIN: &[u8] = b"-----BEGIN ";

/// The certificate that belongs to a key. None, when the first one is of a kind that nobody can use,
/// which says more than that they do not match.
fn certificate_of<'a>(
    key: &[u8],
    certificates: &'a [Vec<u8>],
) -> Result<Option<&'a Vec<u8>>, PemError> {
    if certificates.iter().all(|der| certified_key(der).is_err()) {
        return Ok(None);
    }
    let key = rsa_key(key)?;
    let key = key.public_key().as_ref();
    let matching = |der: &&Vec<u8>| certified_key(der).is_ok_and(|certified| certified == key);
    certificates.iter().find(matching).map(Some).ok_or(PemError::Mismatch)
}

/// What parsers skip without a word.
fn refuse_encrypted(pem: &[u8]) -> Result<(), PemError> {
    let has = |label: &[u8]| pem.windows(label.len()).any(|window| window == label);
    if has(b"ENCRYPTED PRIVATE KEY") || has(b"Proc-Type: 4,ENCRYPTED") {
        return Err(PemError::Encrypted);
    }
    Ok(())
}

struct Sections {
    certificates: Vec<Vec<u8>>,
    keys: Vec<Zeroizing<Vec<u8>>>,
}

fn sections(pem: &[u8]) -> Result<Sections, PemError> {
    let mut sections = Sections { certificates: Vec::new(), keys: Vec::new() };
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
        match section.map_err(|error| damaged(&error))? {
            (SectionKind::Certificate, der) => sections.certificates.push(der),
            (SectionKind::PrivateKey | SectionKind::RsaPrivateKey, der) => {
                sections.keys.push(Zeroizing::new(der));
            }
            (SectionKind::EcPrivateKey, _) => return Err(PemError::NotRsa),
            // Parameters, requests and the like: nobody signs in with them.
            (_, _) => {}
        }
    }
    Ok(sections)
}

fn damaged(error: &pem::Error) -> PemError {
    let reason = match error {
        pem::Error::MissingSectionEnd { .. } => "an END line is missing".to_owned(),
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line is not whole".to_owned(),
        other => other.to_string(),
    };
    PemError::Damaged(reason)
}

/// The only private key in `pem`.
pub(crate) fn key(pem: &[u8]) -> Result<rsa::KeyPair, PemError> {
    match sections(pem)?.keys.as_slice() {
        [] => Err(PemError::NoKey),
        [key] => rsa_key(key),
        several => Err(PemError::SeveralKeys(several.len())),
    }
}

fn rsa_key(pkcs8_or_pkcs1: &[u8]) -> Result<rsa::KeyPair, PemError> {
    rsa::KeyPair::from_pkcs8(pkcs8_or_pkcs1)
        .or_else(|_| rsa::KeyPair::from_der(pkcs8_or_pkcs1))
        .map_err(|_| PemError::NotRsa)
}

/// The public key in a certificate, as PKCS#1.
fn certified_key(der: &[u8]) -> Result<Vec<u8>, PemError> {
    let certificate = x509(der)?;
    let info = certificate.public_key();
    if info.algorithm.algorithm != OID_PKCS1_RSAENCRYPTION {
        return Err(PemError::NotRsa);
    }
    match info.parsed() {
        Ok(PublicKey::RSA(key)) if key.key_size() < LEAST_BITS => {
            Err(PemError::TooSmall(key.key_size()))
        }
        Ok(PublicKey::RSA(_)) => Ok(info.subject_public_key.data.to_vec()),
        Ok(_) | Err(_) => Err(PemError::NotRsa),
    }
}

fn checked(der: &[u8], now: OffsetDateTime) -> Result<Certificate, PemError> {
    let certificate = x509(der)?;
    let validity = certificate.validity();
    let not_before = validity.not_before.to_datetime();
    let not_after = validity.not_after.to_datetime();
    if now > not_after {
        return Err(PemError::Expired(not_after));
    }
    if now < not_before {
        return Err(PemError::NotYetValid(not_before));
    }
    let subject = certificate.subject().to_string();
    Ok(Certificate { der: der.to_vec(), subject, not_before, not_after })
}

fn x509(der: &[u8]) -> Result<X509Certificate<'_>, PemError> {
    let parsed = X509Certificate::from_der(der);
    parsed.map(|(_, certificate)| certificate).map_err(|error| PemError::Damaged(error.to_string()))
}
