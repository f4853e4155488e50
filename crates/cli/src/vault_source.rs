//! The certificate in a key vault, once somebody has signed in who may read it.

use azure::{Audience, Error, Reader, VaultSecret};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use certificate::{Certificate, Held, PemError, parse, parse_pkcs12};
use observer::steps::f_certificate as source;
use planner::steps::f_certificate::Source;
use spec::VaultCertificate;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::advice::azure_failure;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;

/// The certificate that is still to be read from its vault. None, where the source is another one or
/// the run is not about it: whoever does other steps needs no right there.
pub(crate) fn wanted(inputs: &Inputs) -> Option<VaultCertificate> {
    let Source::InVault(certificate) = &inputs.desired.certificate.source else { return None };
    let is_ours = inputs.desired.application.given.is_none();
    let is_about_it = is_ours && inputs.desired.only.touch_sign_in();
    is_about_it.then(|| certificate.clone())
}

/// Reads the certificate; and its key, where this run hands it on.
pub(crate) async fn read(
    inputs: &mut Inputs,
    certificate: &VaultCertificate,
    vault: &str,
    reader: &Reader,
) -> Result<(), Failure> {
    let now = OffsetDateTime::now_utc();
    let found = reader
        .vault_certificate(vault, &certificate.name, certificate.version.as_deref())
        .await
        .map_err(|error| refused(&error, certificate, "certificate"))?;
    let public = Certificate::of_der(&found.der).map_err(|e| unusable(certificate, &e))?;
    public.check(now).map_err(|error| unusable(certificate, &error))?;
    let mut held = Held::Alone(public);
    let wanted = &mut inputs.desired.certificate;
    let file = certificate.output.as_ref();
    wanted.copy = file.and_then(|file| source::copy(file, &inputs.directory, &held, now));
    let mut exportable = found.exportable.unwrap_or(true);
    let hands_on = wanted.copy.is_some() || inputs.desired.integration.is_some();
    if let Some(secret) = found.secret.filter(|_| exportable && hands_on && inputs.reads_keys) {
        let secret = reader
            .vault_secret(vault, &secret)
            .await
            .map_err(|error| refused(&error, certificate, "secret"))?;
        let whole = pair(&secret, now).map_err(|error| unusable(certificate, &error))?;
        exportable = whole.pair().is_some();
        held = whole;
    }
    if !exportable {
        wanted.copy = None;
        wanted.bound = Some(certificate.clone());
    }
    let mut facts = source::facts(&held);
    // The key can be had, also where this run has no use for it.
    facts.has_key = exportable;
    wanted.source = Source::Held(facts);
    inputs.held = Some(held);
    Ok(())
}

/// What a vault keeps as a secret: PEM, or PKCS#12 in base64 with an empty password (documented).
fn pair(secret: &VaultSecret, now: OffsetDateTime) -> Result<Held, PemError> {
    let value = secret.value.secret();
    if secret.content_type == "application/x-pem-file" {
        return parse(value.as_bytes(), now);
    }
    let archive = BASE64_STANDARD.decode(value.trim()).map_err(|_| PemError::NotPem)?;
    parse_pkcs12(&Zeroizing::new(archive), now)
}

fn unusable(certificate: &VaultCertificate, reason: &PemError) -> Failure {
    let message = format!("{certificate} cannot be used: {reason}");
    Failure::new(Exit::NotPermitted, message).hint(
        "the vault has to hold an RSA certificate that is valid: make a new version of it there, or \
         name another one",
    )
}

/// A vault says why it refuses: by its network rules, or by either model of rights.
fn refused(error: &Error, certificate: &VaultCertificate, what: &str) -> Failure {
    let reason = |codes: &[&str]| codes.iter().any(|code| error.has_code(code));
    let hint = if error.is_not_found() {
        format!(
            "there is no such {what}: look at the vault, and correct certificate.source.keyVault"
        )
    } else if reason(&["ForbiddenByFirewall", "ForbiddenByConnection"]) {
        "the vault's network rules let nobody in from here, whatever their rights: run it from a \
         network that they name"
            .to_owned()
    } else if reason(&["ForbiddenByPolicy", "AccessDenied"]) {
        format!("ask for an access policy of the vault with the {what} permission Get")
    } else if error.is_forbidden_by(Audience::KeyVault) {
        let role = if what == "secret" { "Key Vault Secrets User" } else { "Key Vault Reader" };
        format!("ask for the role {role} at the vault; a new one takes minutes to work")
    } else {
        return azure_failure(error);
    };
    Failure::new(Exit::NotPermitted, format!("{certificate} cannot be read: {error}")).hint(hint)
}
