//! Certificates as Entra ID and Mondoo need them: RSA, in PEM, not encrypted. No network.

mod generate;
mod parse;
mod sign;

use std::fmt;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub use generate::{GenerateError, Request, generate};
pub use parse::{FileError, PemError, parse, read};
pub use sign::{SignError, Signer};

/// A certificate and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub der: Vec<u8>,
    pub subject: String,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
}

impl Certificate {
    /// SHA-256 of the DER, in lower-case hexadecimal.
    pub fn sha256(&self) -> String {
        self.digest().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// SHA-256 of the DER.
    pub fn digest(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        bytes
    }
}

/// A certificate with its key, as one file holds them: the key as PKCS#8 first, then the
/// certificate, which is the order that Mondoo documents.
#[derive(Clone)]
pub struct KeyPair {
    pub certificate: Certificate,
    pem: Zeroizing<String>,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl KeyPair {
    /// Writes both to a new file that only its owner may read: whole or not at all, and never over
    /// a file that exists.
    pub fn write_new(&self, path: &Path) -> Result<(), std::io::Error> {
        use std::io::Write;
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        // Made by `tempfile` with mode 0600. Whoever ignores `*.pem` ignores what a kill leaves.
        let mut file =
            tempfile::Builder::new().prefix(".").suffix(".pem").tempfile_in(directory)?;
        file.write_all(self.pem.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)?;
        fs_err::File::open(directory)?.sync_all()
    }
}
