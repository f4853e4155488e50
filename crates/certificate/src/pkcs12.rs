//! PKCS#12 as a key vault keeps it: with an empty password.

use p12_keystore::Pkcs12Archive;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::pem::Contents;
use crate::{Certificate, Held, PemError};

/// Finds the certificate and its key in an archive whose password is empty.
pub fn parse_pkcs12(archive: &[u8], now: OffsetDateTime) -> Result<Held, PemError> {
    let archive = Pkcs12Archive::from_pkcs12(archive, "")
        .map_err(|error| PemError::Damaged(error.to_string()))?;
    let certificates = archive.certs.iter().map(|bag| Certificate::of_der(bag.cert.as_der()));
    let keys = archive.keys.iter().map(|bag| Zeroizing::new(bag.key.as_der().to_vec()));
    let contents =
        Contents { certificates: certificates.collect::<Result<_, _>>()?, keys: keys.collect() };
    crate::held(contents, now)
}
