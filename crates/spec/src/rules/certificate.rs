//! The certificate that the application is to trust.

use std::num::NonZeroU16;
use std::path::PathBuf;

use super::problems::Problems;
use crate::document::{self, CertificateSource as Written};
use crate::{
    Certificate, CertificateSource, Command, Generate, InstallationName, VaultCertificate,
};

pub(super) fn read(
    written: &document::Certificate,
    name: &InstallationName,
    problems: &mut Problems<'_>,
) -> Certificate {
    let document::Certificate { source, renew_before } = written;
    let renew_before_days = renew_before.as_deref().map_or(30, days);
    let source = match source {
        Written::File(path) => CertificateSource::File(PathBuf::from(&path.0)),
        Written::Generate(written) => CertificateSource::Generate(generate(written, name)),
        Written::Environment(variable) => CertificateSource::Environment(variable.0.clone()),
        Written::KeyVault(written) => CertificateSource::KeyVault(vault_certificate(written)),
        Written::Command(written) => CertificateSource::Command(command(written)),
        Written::Federated(_) => CertificateSource::Federated,
    };
    if let CertificateSource::Generate(new) = &source
        && new.validity_days.get() <= renew_before_days
    {
        let message = format!(
            "a certificate of {} days would be renewed again at once: `renewBefore` is \
             {renew_before_days}d",
            new.validity_days
        );
        let hint = "let `validityDays` be more than `renewBefore`";
        problems.at_value("/certificate/source/generate", message, hint);
    }
    Certificate { source, renew_before_days }
}

fn generate(written: &document::Generate, name: &InstallationName) -> Generate {
    let document::Generate { output, subject, key_size, validity_days } = written;
    Generate {
        output: PathBuf::from(&output.0),
        subject: subject.clone().unwrap_or_else(|| format!("CN={name}")),
        key_bits: key_size.unwrap_or(4096),
        validity_days: validity_days.unwrap_or(YEAR),
    }
}

/// The schema admits no other form than `<vault>/certificates/<name>[/<version>]`.
fn vault_certificate(written: &document::KeyVaultSource) -> VaultCertificate {
    let document::KeyVaultSource { url, output } = written;
    let url = url.0.trim_end_matches('/');
    let (vault, rest) = url.rsplit_once("/certificates/").unwrap_or((url, ""));
    let (name, version) = rest.split_once('/').map_or((rest, None), |(n, v)| (n, Some(v)));
    VaultCertificate {
        vault: vault.to_lowercase(),
        name: name.to_owned(),
        version: version.map(str::to_lowercase),
        output: output.as_ref().map(|path| PathBuf::from(&path.0)),
    }
}

/// The schema asks for a program at least.
fn command(written: &document::CommandSource) -> Command {
    let document::CommandSource { run, output } = written;
    let mut run = run.iter().map(|text| text.0.clone());
    Command {
        program: run.next().unwrap_or_default(),
        arguments: run.collect(),
        output: output.as_ref().map(|path| PathBuf::from(&path.0)),
    }
}

const YEAR: NonZeroU16 = NonZeroU16::new(365).expect("365 is not 0");

/// `30d` -> 30; the schema admits no other form.
fn days(text: &str) -> u16 {
    text.trim_end_matches('d').parse().unwrap_or(u16::MAX)
}
