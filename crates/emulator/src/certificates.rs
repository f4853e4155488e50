//! The sandbox's certificate authority and the server certificate that it signs.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::error::StartError;
use crate::store::Directory;
use crate::tunnel::VAULTS;

/// TLS for `localhost`, `127.0.0.1`, `::1` and the vaults' names in Azure, over HTTP/2 and HTTP/1.1.
///
/// The authority is made once per directory and kept, so that clients can go on trusting it; the
/// server's own certificate is signed anew at every start.
pub(crate) fn server_config(directory: &Directory) -> Result<Arc<ServerConfig>, StartError> {
    let (authority, certificate) = load(directory)?.map_or_else(|| create(directory), Ok)?;
    let key = KeyPair::generate().map_err(|error| broken(directory, &error))?;
    let issuer = Issuer::new(authority_parameters(), authority);
    let leaf =
        leaf_parameters().signed_by(&key, &issuer).map_err(|error| broken(directory, &error))?;
    let chain = vec![leaf.der().clone(), certificate];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));

    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| broken(directory, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// None when the directory has no authority yet.
fn load(directory: &Directory) -> Result<Option<(KeyPair, CertificateDer<'static>)>, StartError> {
    let (key_file, certificate_file) = (directory.ca_key(), directory.ca_certificate());
    let (Some(key), Some(certificate)) =
        (directory.read(&key_file)?, directory.read(&certificate_file)?)
    else {
        return Ok(None);
    };
    let key = std::str::from_utf8(&key).ok().and_then(|pem| KeyPair::from_pem(pem).ok());
    let key = key.ok_or_else(|| StartError::Damaged {
        file: key_file,
        line: 1,
        reason: "no private key in PEM".into(),
    })?;
    let certificate = CertificateDer::from_pem_slice(&certificate).map_err(|error| {
        StartError::Damaged { file: certificate_file, line: 1, reason: error.to_string() }
    })?;
    Ok(Some((key, certificate)))
}

fn create(directory: &Directory) -> Result<(KeyPair, CertificateDer<'static>), StartError> {
    let key = KeyPair::generate().map_err(|error| broken(directory, &error))?;
    let certificate =
        authority_parameters().self_signed(&key).map_err(|error| broken(directory, &error))?;
    directory.write(&directory.ca_key(), key.serialize_pem().as_bytes())?;
    directory.write(&directory.ca_certificate(), certificate.pem().as_bytes())?;
    Ok((key, certificate.der().clone()))
}

/// Valid for a century: clients judge it by their own clock, whatever time the sandbox simulates.
fn authority_parameters() -> CertificateParams {
    let mut parameters = parameters("mondoo-azure sandbox CA");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters
}

fn leaf_parameters() -> CertificateParams {
    let names = ["localhost", "127.0.0.1", "::1", VAULTS].map(str::to_owned);
    let mut parameters = parameters("localhost");
    parameters.subject_alt_names =
        CertificateParams::new(names).expect("four constant names are valid").subject_alt_names;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

fn parameters(common_name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(2120, 1, 1);
    parameters
}

fn broken(directory: &Directory, error: &dyn std::error::Error) -> StartError {
    StartError::Damaged { file: directory.ca_key(), line: 1, reason: error.to_string() }
}
