//! Step F, and the one thing that is observed on this machine: the certificate's source.

use std::io;
use std::path::{Path, PathBuf};

use azure::Application;
use certificate::{FileError, Held, KeyPair, PemError};
use planner::steps::f_certificate::{
    Certificate, FederatedCredential, FileCopy, KeyCredential, Maker, Observed, Source, staged,
};
use spec::{CertificateSource, KeyId, Spec};
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub(crate) fn observe(
    application: Option<&Application>,
    federated: &[azure::FederatedCredential],
    certificates: &[(KeyId, Vec<u8>)],
) -> Observed {
    let sha256 = |id| {
        let (_, bytes) = certificates.iter().find(|(known, _)| *known == id)?;
        Some(certificate::first_certificate(bytes)?.sha256())
    };
    let credentials = application.into_iter().flat_map(|live| &live.key_credentials);
    let trusted = credentials.map(|live| KeyCredential {
        id: live.key_id,
        thumbprint: live.custom_key_identifier.as_deref().unwrap_or_default().to_uppercase(),
        sha256: sha256(live.key_id),
        display_name: live.display_name.clone().unwrap_or_default(),
        // One without an end is not ours, and nothing is decided by its end.
        end: live.end_date_time.unwrap_or(OffsetDateTime::UNIX_EPOCH),
    });
    Observed { trusted: trusted.collect(), federated: federated.iter().map(federation).collect() }
}

fn federation(live: &azure::FederatedCredential) -> FederatedCredential {
    let azure::FederatedCredential { id, name, issuer, subject, audiences } = live.clone();
    FederatedCredential { id, name, issuer, subject, audiences }
}

/// What the spec's certificate source holds now, and the certificate itself where there is one.
///
/// `directory` is where relative paths of the spec begin.
pub fn read_source(
    spec: &Spec,
    directory: &Path,
    now: OffsetDateTime,
) -> Result<(Source, Option<Held>), FileError> {
    let held = match &spec.certificate.source {
        CertificateSource::File(path) => certificate::read(&directory.join(path), now)?,
        CertificateSource::Environment(variable) => from_environment(variable, now)?,
        CertificateSource::Generate(new) => {
            return read_made(Maker::Generate(new.clone()), directory, now);
        }
        CertificateSource::Command(command) => {
            return read_made(Maker::Command(command.clone()), directory, now);
        }
        CertificateSource::KeyVault(certificate) => {
            if let Some(output) = &certificate.output {
                check_directory(&directory.join(output))?;
            }
            return Ok((Source::InVault(certificate.clone()), None));
        }
        CertificateSource::Federated => return Ok((Source::Federated, None)),
    };
    Ok((Source::Held(facts(&held)), Some(held)))
}

/// A pair that waits for its place counts, unless it has waited too long.
fn read_made(
    maker: Maker,
    directory: &Path,
    now: OffsetDateTime,
) -> Result<(Source, Option<Held>), FileError> {
    let Some(output) = maker.output() else { return Ok((Source::Make(maker), None)) };
    let staged = directory.join(staged(output));
    if let Ok(pair) = KeyPair::read(&staged, now) {
        let held = Held::WithKey(pair);
        return Ok((Source::Staged(facts(&held)), Some(held)));
    }
    let path = directory.join(output);
    // Not even a link that leads nowhere: the new file would not be put in its place.
    if path.symlink_metadata().is_err() {
        check_directory(&path)?;
        return Ok((Source::Make(maker), None));
    }
    match KeyPair::read(&path, now) {
        Ok(pair) => {
            let held = Held::WithKey(pair);
            Ok((Source::Held(facts(&held)), Some(held)))
        }
        Err(FileError::Unusable { path: _, reason: PemError::Expired(_) }) => {
            Ok((Source::Expired(maker), None))
        }
        Err(error) => Err(error),
    }
}

/// A variable is named as in a shell where a file would be named.
fn from_environment(variable: &str, now: OffsetDateTime) -> Result<Held, FileError> {
    let path = PathBuf::from(format!("${variable}"));
    let pem = self::variable(variable)?;
    certificate::parse(&pem, now).map_err(|reason| FileError::Unusable { path, reason })
}

/// What an environment variable holds.
pub fn variable(name: &str) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let missing = || FileError::Unreadable {
        path: PathBuf::from(format!("${name}")),
        reason: io::Error::new(io::ErrorKind::NotFound, "it is not set"),
    };
    let pem = std::env::var_os(name).ok_or_else(missing)?;
    Ok(Zeroizing::new(pem.into_encoded_bytes()))
}

/// A place that cannot be written shall be known before anything else is.
fn check_directory(file: &Path) -> Result<(), FileError> {
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let reason = match directory.metadata() {
        Ok(found) if !found.is_dir() => io::Error::from(io::ErrorKind::NotADirectory),
        Ok(found) if found.permissions().readonly() => {
            io::Error::from(io::ErrorKind::PermissionDenied)
        }
        Ok(_) => return Ok(()),
        Err(reason) => reason,
    };
    Err(FileError::Unreadable { path: directory.to_owned(), reason })
}

pub fn facts(held: &Held) -> Certificate {
    let certificate = held.certificate();
    Certificate {
        subject: certificate.subject.clone(),
        sha256: certificate.sha256(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        has_key: held.pair().is_some(),
    }
}

/// Whether `output` holds another pair than `held`, or none.
pub fn copy(output: &Path, directory: &Path, held: &Held, now: OffsetDateTime) -> Option<FileCopy> {
    let path = directory.join(output);
    let there = KeyPair::read(&path, now);
    let is_there = there.is_ok_and(|there| there.certificate == *held.certificate());
    let replaces = path.symlink_metadata().is_ok();
    (!is_there).then(|| FileCopy { output: output.to_owned(), replaces })
}
