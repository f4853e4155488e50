//! Keys and certificates of a vault, made when somebody first asks for one: a tenant that nobody
//! asks starts without.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use p12_keystore::{EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use time::{Duration, OffsetDateTime};

use crate::key_vault::error::VaultError;
use crate::model::vault::Vault;
use crate::model::vault_item::{ContentType, ItemKind, VaultItem};

/// The vault with key and certificate of that name; None where there is nothing to make. Valid for a
/// year from now on, whatever the item's age.
pub(super) fn made(
    vault: &Vault,
    name: &str,
    now: OffsetDateTime,
) -> Result<Option<Vault>, VaultError> {
    let mut vault = vault.clone();
    let Some(certificate) = item(&mut vault, ItemKind::Certificate, name) else { return Ok(None) };
    let policy = certificate.policy.clone();
    let unmade = certificate.versions.iter_mut().find(|version| version.cer.is_none());
    let Some(version) = unmade else { return Ok(None) };
    let made = Made::new(&certificate.name, now).ok_or_else(VaultError::no_material)?;
    version.cer = Some(BASE64_STANDARD.encode(&made.der));
    let id = version.id.clone();
    let value = match policy.content_type {
        ContentType::Pem => made.pem(policy.exportable),
        ContentType::Pkcs12 => {
            made.pkcs12(policy.exportable).ok_or_else(VaultError::no_material)?
        }
    };
    if let Some(secret) = item(&mut vault, ItemKind::Secret, name)
        && let Some(version) = secret.versions.iter_mut().find(|version| version.id == id)
    {
        version.value = Some(value);
    }
    Ok(Some(vault))
}

fn item<'a>(vault: &'a mut Vault, kind: ItemKind, name: &str) -> Option<&'a mut VaultItem> {
    let is_meant = |item: &&mut VaultItem| {
        item.kind == kind
            && item.name.eq_ignore_ascii_case(name)
            && (item.managed || kind == ItemKind::Certificate)
    };
    vault.items.iter_mut().find(is_meant)
}

struct Made {
    key: KeyPair,
    der: Vec<u8>,
    certificate_pem: String,
}

impl Made {
    fn new(name: &str, now: OffsetDateTime) -> Option<Made> {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).ok()?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CommonName, name);
        // Ten minutes before it is made (recorded).
        parameters.not_before = now - Duration::minutes(10);
        parameters.not_after = now + Duration::days(365);
        let certificate = parameters.self_signed(&key).ok()?;
        Some(Made {
            der: certificate.der().to_vec(),
            certificate_pem: unix(&certificate.pem()),
            key,
        })
    }

    /// The key in front (a guess); none where it is not exportable (documented).
    fn pem(&self, exportable: bool) -> String {
        let key = if exportable { unix(&self.key.serialize_pem()) } else { String::new() };
        key + &self.certificate_pem
    }

    /// With an empty password (documented). The ciphers are a guess: those that every tool reads.
    fn pkcs12(&self, exportable: bool) -> Option<String> {
        let certificate = p12_keystore::Certificate::from_der(&self.der).ok()?;
        let entry = if exportable {
            let key = p12_keystore::PrivateKey::from_der(&self.key.serialize_der()).ok()?;
            let chain = p12_keystore::PrivateKeyChain::new([1_u8].as_slice(), key, [certificate]);
            KeyStoreEntry::PrivateKeyChain(chain)
        } else {
            KeyStoreEntry::Certificate(certificate)
        };
        let mut store = KeyStore::new();
        store.add_entry("certificate", entry);
        let archive = store
            .writer("")
            .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
            .encryption_iterations(2000)
            .mac_algorithm(MacAlgorithm::HmacSha1)
            .mac_iterations(2000)
            .write();
        archive.ok().map(|archive| BASE64_STANDARD.encode(archive))
    }
}

fn unix(pem: &str) -> String {
    pem.replace("\r\n", "\n")
}
