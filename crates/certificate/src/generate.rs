//! A new key and a self-signed certificate for it.

use aws_lc_rs::rsa;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, PKCS_RSA_SHA512, RsaKeySize,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::{Certificate, EncodeError, KeyPair, PemError};

/// Entra ID refuses a certificate from the future, and clocks differ.
const SKEW: Duration = Duration::minutes(5);

#[derive(Clone, Debug)]
pub struct Request {
    /// Attributes CN, O, OU, C, L and ST, separated by commas: `CN=mondoo-security, O=Contoso`.
    pub subject: String,
    /// 3072 or 4096.
    pub key_bits: u16,
    pub validity_days: u16,
}

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("{0} is no attribute of a certificate's subject: use CN, O, OU, C, L or ST")]
    UnknownAttribute(String),
    #[error("an RSA key of {0} bits cannot be made: use 3072 or 4096")]
    KeySize(u16),
    #[error("the certificate could not be made: {0}")]
    Library(#[from] rcgen::Error),
    #[error("the certificate could not be made: {0}")]
    Senseless(PemError),
    #[error(transparent)]
    Encode(EncodeError),
}

/// Makes an RSA key and a certificate signed with it by SHA-512, valid from `now` on. Takes seconds
/// of computing.
pub fn generate(request: &Request, now: OffsetDateTime) -> Result<KeyPair, GenerateError> {
    let size = match request.key_bits {
        3072 => RsaKeySize::_3072,
        4096 => RsaKeySize::_4096,
        other => return Err(GenerateError::KeySize(other)),
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = subject(&request.subject)?;
    params.not_before = now - SKEW;
    params.not_after = now + Duration::days(request.validity_days.into());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let key = rcgen::KeyPair::generate_rsa_for(&PKCS_RSA_SHA512, size)?;
    let signed = params.self_signed(&key)?;
    let pkcs8 = Zeroizing::new(key.serialize_der());
    let key = rsa::KeyPair::from_pkcs8(&pkcs8).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    let certificate = Certificate::of_der(signed.der()).map_err(GenerateError::Senseless)?;
    KeyPair::new(certificate, key).map_err(GenerateError::Encode)
}

fn subject(text: &str) -> Result<DistinguishedName, GenerateError> {
    let mut name = DistinguishedName::new();
    for part in text.split(',') {
        let (attribute, value) = part.trim().split_once('=').unwrap_or((part, ""));
        let attribute = match attribute {
            "CN" => DnType::CommonName,
            "O" => DnType::OrganizationName,
            "OU" => DnType::OrganizationalUnitName,
            "C" => DnType::CountryName,
            "L" => DnType::LocalityName,
            "ST" => DnType::StateOrProvinceName,
            other => return Err(GenerateError::UnknownAttribute(other.to_owned())),
        };
        name.push(attribute, value);
    }
    Ok(name)
}
