//! Certificates as Entra ID and Mondoo need them: RSA, in PEM, not encrypted. No network.

mod command;
mod error;
mod generate;
mod key_pair;
mod pem;
mod pkcs12;
mod sign;
mod x509;

use std::io;
use std::path::Path;

use time::OffsetDateTime;
use zeroize::Zeroizing;

pub use command::{COMMAND_LIMIT, Command, CommandError};
pub use error::{FileError, PemError};
pub use generate::{GenerateError, Request, generate};
pub use key_pair::{EncodeError, KeyPair};
pub use pem::first_certificate;
pub use pkcs12::parse_pkcs12;
pub use sign::{SignError, Signer};
pub use x509::Certificate;

use pem::Contents;

/// Real files are a few kilobytes; more is not read.
const MAX_BYTES: u64 = 1024 * 1024;

/// A certificate that an application can sign in with, and its key where that is here, too.
#[derive(Clone, Debug)]
pub enum Held {
    Alone(Certificate),
    WithKey(KeyPair),
}

impl Held {
    pub fn certificate(&self) -> &Certificate {
        match self {
            Held::Alone(certificate) => certificate,
            Held::WithKey(pair) => &pair.certificate,
        }
    }

    pub fn pair(&self) -> Option<&KeyPair> {
        match self {
            Held::Alone(_) => None,
            Held::WithKey(pair) => Some(pair),
        }
    }
}

/// Finds the certificate in a PEM text: the one that belongs to the key, else the first.
pub fn parse(pem: &[u8], now: OffsetDateTime) -> Result<Held, PemError> {
    held(Contents::of(pem)?, now)
}

fn held(contents: Contents, now: OffsetDateTime) -> Result<Held, PemError> {
    let Contents { certificates, keys } = contents;
    match keys.as_slice() {
        [] => {
            let first = certificates.into_iter().next().ok_or(PemError::NoCertificate)?;
            first.check(now)?;
            Ok(Held::Alone(first))
        }
        [key] => KeyPair::of(key, certificates, now).map(Held::WithKey),
        several => Err(PemError::SeveralKeys(several.len())),
    }
}

/// Reads the certificate in a file, with its key where it has one.
///
/// # Errors
/// A file that is not there is `Unreadable` too, with that reason.
pub fn read(path: &Path, now: OffsetDateTime) -> Result<Held, FileError> {
    let unusable = |reason| FileError::Unusable { path: path.to_owned(), reason };
    parse(&read_file(path)?, now).map_err(unusable)
}

/// What a file holds, whether or not it can be used.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The one that belongs to the key, else the first; the first where nothing can be used.
    pub certificate: Option<Certificate>,
    pub verdict: Result<Held, PemError>,
}

/// Looks at a file without expecting anything of it.
pub fn inspect(path: &Path, now: OffsetDateTime) -> Result<Inspection, FileError> {
    let bytes = read_file(path)?;
    let verdict = parse(&bytes, now);
    let certificate = match &verdict {
        Ok(held) => Some(held.certificate().clone()),
        Err(_) => pem::first_certificate(&bytes),
    };
    Ok(Inspection { certificate, verdict })
}

pub(crate) fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, FileError> {
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
