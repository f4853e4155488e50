//! The certificate that the application is to trust.

use std::num::NonZeroU16;
use std::path::PathBuf;

use super::problems::Problems;
use crate::document::{self, CertificateSource as Written};
use crate::{Certificate, CertificateSource, Generate, InstallationName};

/// The certificate, or nothing where this version has no such source.
pub(super) fn read(
    written: &document::Certificate,
    name: &InstallationName,
    problems: &mut Problems<'_>,
) -> Option<Certificate> {
    let document::Certificate { source, renew_before } = written;
    let renew_before_days = renew_before.as_deref().map_or(30, days);
    let mut later = |source: &str| {
        let pointer = format!("/certificate/source/{source}");
        problems.not_yet(&pointer, "use one of: file, generate, environment");
        None
    };
    let source = match source {
        Written::File(path) => CertificateSource::File(PathBuf::from(&path.0)),
        Written::Generate(written) => CertificateSource::Generate(generate(written, name)),
        Written::Environment(variable) => CertificateSource::Environment(variable.0.clone()),
        Written::KeyVault(_) => return later("keyVault"),
        Written::Command(_) => return later("command"),
        Written::Federated(_) => CertificateSource::Federated,
    };
    Some(Certificate { source, renew_before_days })
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

const YEAR: NonZeroU16 = NonZeroU16::new(365).expect("365 is not 0");

/// `30d` -> 30; the schema admits no other form.
fn days(text: &str) -> u16 {
    text.trim_end_matches('d').parse().unwrap_or(u16::MAX)
}
