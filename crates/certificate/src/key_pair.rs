//! A certificate with its key, in the one form that Mondoo documents.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{Certificate, FileError, Held, PemError, Signer};

/// A certificate that can be used, and its key. Cannot be printed.
#[derive(Clone)]
pub struct KeyPair {
    pub certificate: Certificate,
    pem: Zeroizing<String>,
    key: Arc<rsa::KeyPair>,
}

/// The key cannot be written as PKCS#8.
#[derive(Debug, thiserror::Error)]
#[error("the key cannot be written as PKCS#8")]
pub struct EncodeError;

impl KeyPair {
    /// Finds key and certificate in a PEM text, in whatever order and form they are there.
    pub fn parse(pem: &[u8], now: OffsetDateTime) -> Result<KeyPair, PemError> {
        match crate::parse(pem, now)? {
            Held::WithKey(pair) => Ok(pair),
            Held::Alone(_) => Err(PemError::NoKey),
        }
    }

    /// Reads key and certificate from a PEM file.
    pub fn read(path: &Path, now: OffsetDateTime) -> Result<KeyPair, FileError> {
        let unusable = |reason| FileError::Unusable { path: path.to_owned(), reason };
        KeyPair::parse(&crate::read_file(path)?, now).map_err(unusable)
    }

    /// The certificate of `key`: of several the one that can be used, and the longest.
    pub(crate) fn of(
        key: &[u8],
        certificates: Vec<Certificate>,
        now: OffsetDateTime,
    ) -> Result<KeyPair, PemError> {
        // What nobody can use says more than that it does not match.
        let first = certificates.first().ok_or(PemError::NoCertificate)?;
        if certificates.iter().all(|certificate| certificate.check_key().is_err()) {
            first.check_key()?;
        }
        let key = rsa_key(key)?;
        let own = certificates
            .into_iter()
            .filter(|certificate| certificate.certifies(key.public_key().as_ref()))
            .max_by_key(|own| (own.check_dates(now).is_ok(), own.not_after))
            .ok_or(PemError::Mismatch)?;
        own.check(now)?;
        KeyPair::new(own, key).map_err(|error| PemError::Damaged(error.to_string()))
    }

    pub(crate) fn new(certificate: Certificate, key: rsa::KeyPair) -> Result<KeyPair, EncodeError> {
        let pkcs8: Pkcs8V1Der<'_> = key.as_der().map_err(|_| EncodeError)?;
        let pem = block("PRIVATE KEY", pkcs8.as_ref());
        let pem = [pem.as_str(), &block("CERTIFICATE", &certificate.der)].concat();
        Ok(KeyPair { certificate, pem: Zeroizing::new(pem), key: Arc::new(key) })
    }

    /// The text that Mondoo takes, and nobody else: the key as PKCS#8 first, then its certificate,
    /// which is the documented order, in Unix lines.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The use of the key.
    pub fn signer(&self) -> Signer {
        Signer { certificate: self.certificate.clone(), key: Arc::clone(&self.key) }
    }

    /// Writes both to a new file that only its owner may read: whole or not at all, and never over
    /// a file that exists.
    pub fn write_new(&self, path: &Path) -> Result<(), std::io::Error> {
        self.temporary(path)?.persist_noclobber(path)?;
        sync_directory(path)
    }

    /// The same over a file that may exist: whoever reads it meanwhile reads the old or the new one.
    /// A link is replaced, not followed.
    pub fn replace(&self, path: &Path) -> Result<(), std::io::Error> {
        self.temporary(path)?.persist(path)?;
        sync_directory(path)
    }

    /// Beside `path`, and on the disk. Made with mode 0600; whoever ignores `*.pem` ignores what a
    /// kill leaves.
    fn temporary(&self, path: &Path) -> Result<tempfile::NamedTempFile, std::io::Error> {
        use std::io::Write;
        let mut builder = tempfile::Builder::new();
        let mut file = builder.prefix(".").suffix(".pem").tempfile_in(directory(path))?;
        file.write_all(self.pem.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn sync_directory(file: &Path) -> Result<(), std::io::Error> {
    fs_err::File::open(directory(file))?.sync_all()
}

fn directory(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Lines of 64 characters, as RFC 7468 has them.
pub(crate) fn block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(BASE64_STANDARD.encode(der));
    let lines = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]);
    let lines = Zeroizing::new(lines.collect::<Vec<_>>().join("\n"));
    let block = ["-----BEGIN ", label, "-----\n", &lines, "\n-----END ", label, "-----\n"];
    Zeroizing::new(block.concat())
}

pub(crate) fn rsa_key(pkcs8_or_pkcs1: &[u8]) -> Result<rsa::KeyPair, PemError> {
    rsa::KeyPair::from_pkcs8(pkcs8_or_pkcs1)
        .or_else(|_| rsa::KeyPair::from_der(pkcs8_or_pkcs1))
        .map_err(|_| PemError::NotRsa)
}
