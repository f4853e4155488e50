//! PEM text as people and tools leave it -> the blocks that matter.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject, SectionKind};
use zeroize::Zeroizing;

use crate::x509::{self, Certificate};
use crate::{PemError, key_pair};

/// What a text holds, in its order.
pub(crate) struct Contents {
    pub certificates: Vec<Certificate>,
    /// PKCS#8 or PKCS#1.
    pub keys: Vec<Zeroizing<Vec<u8>>>,
}

impl Contents {
    /// Text around the blocks, line ends, indentation and byte order marks say nothing; a chain is
    /// kept.
    pub(crate) fn of(pem: &[u8]) -> Result<Contents, PemError> {
        let text = plain(pem);
        if !text.contains("-----BEGIN ") {
            return Err(binary(pem));
        }
        // Parsers skip these without a word.
        if text.contains("-----BEGIN ENCRYPTED ") || text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(PemError::Encrypted);
        }
        let mut contents = Contents { certificates: Vec::new(), keys: Vec::new() };
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(text.as_bytes()) {
            match section.map_err(|error| damaged(&error))? {
                (SectionKind::Certificate, der) => {
                    contents.certificates.push(Certificate::of_der(&der)?);
                }
                (SectionKind::PrivateKey | SectionKind::RsaPrivateKey, der) => {
                    contents.keys.push(Zeroizing::new(der));
                }
                (SectionKind::EcPrivateKey, _) => return Err(PemError::NotRsa),
                // Parameters, requests and the like: nobody signs in with them.
                (_, _) => {}
            }
        }
        Ok(contents)
    }
}

/// The first certificate of a text, whatever else it holds, or of bytes in DER.
pub fn first_certificate(bytes: &[u8]) -> Option<Certificate> {
    let text = plain(bytes);
    let mut found = CertificateDer::pem_slice_iter(text.as_bytes()).filter_map(Result::ok);
    let in_text = found.find_map(|der| Certificate::of_der(&der).ok());
    in_text.or_else(|| Certificate::of_der(bytes).ok())
}

/// Lines without what surrounds them, whatever ends them and whatever encodes them: Windows writes
/// UTF-16, and files that were put together have a byte order mark in the middle.
fn plain(pem: &[u8]) -> Zeroizing<String> {
    let text = Zeroizing::new(match pem {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(pem).into_owned(),
    });
    // As long as it can get: what grows leaves copies behind.
    let mut plain = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.split(['\r', '\n']) {
        plain.push_str(line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'));
        plain.push('\n');
    }
    plain
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// What else it is that is no PEM.
fn binary(bytes: &[u8]) -> PemError {
    let start = &bytes[..bytes.len().min(9)];
    // A sequence that begins with the version: PKCS#12 is at 3 since it exists.
    if start.first() == Some(&0x30) && start.windows(3).any(|window| window == [2, 1, 3]) {
        PemError::Pkcs12
    } else if x509::parse(bytes).is_ok() || key_pair::rsa_key(bytes).is_ok() {
        PemError::Der
    } else {
        PemError::NotPem
    }
}

fn damaged(error: &pem::Error) -> PemError {
    let reason = match error {
        pem::Error::MissingSectionEnd { .. } => "an END line is missing".to_owned(),
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line is not whole".to_owned(),
        other => other.to_string(),
    };
    PemError::Damaged(reason)
}
