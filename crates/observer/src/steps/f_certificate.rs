//! Step F, and the one thing that is observed on this machine: the certificate's source.

use std::io;
use std::path::{Path, PathBuf};

use azure::Application;
use certificate::FileError;
use planner::steps::f_certificate::{Certificate, KeyCredential, Observed, Source};
use spec::{CertificateSource, Spec};
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub(crate) fn observe(application: Option<&Application>) -> Observed {
    let credentials = application.into_iter().flat_map(|live| &live.key_credentials);
    let trusted = credentials.map(|live| KeyCredential {
        id: live.key_id,
        display_name: live.display_name.clone().unwrap_or_default(),
        // One without an end is not ours, and nothing is decided by its end.
        end: live.end_date_time.unwrap_or(OffsetDateTime::UNIX_EPOCH),
        thumbprint: live.custom_key_identifier.clone().filter(|text| is_sha1(text)),
    });
    Observed { trusted: trusted.collect() }
}

fn is_sha1(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the spec's certificate source holds now, and the certificate itself where there is one.
///
/// `directory` is where relative paths of the spec begin.
pub fn read_source(
    spec: &Spec,
    directory: &Path,
    now: OffsetDateTime,
) -> Result<(Source, Option<certificate::Certificate>), FileError> {
    let held = match &spec.certificate.source {
        CertificateSource::File(path) => certificate::read(&directory.join(path), false, now)?,
        CertificateSource::Environment(variable) => from_environment(variable, now)?,
        CertificateSource::Federated => {
            let reason = std::io::ErrorKind::Unsupported.into();
            return Err(FileError::Unreadable { path: PathBuf::new(), reason });
        }
        CertificateSource::Generate(new) => {
            let path = directory.join(&new.output);
            // Not even a link that leads nowhere: the new file would not be put in its place.
            if path.symlink_metadata().is_err() {
                check_directory(&path)?;
                return Ok((Source::Generate(new.clone()), None));
            }
            certificate::read(&path, true, now)?
        }
    };
    Ok((Source::Held(facts(&held)), Some(held)))
}

/// A variable is named as in a shell where a file would be named.
fn from_environment(
    variable: &str,
    now: OffsetDateTime,
) -> Result<certificate::Certificate, FileError> {
    let path = PathBuf::from(format!("${variable}"));
    let pem = self::variable(variable)?;
    certificate::parse(&pem, false, now).map_err(|reason| FileError::Unusable { path, reason })
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

pub fn facts(held: &certificate::Certificate) -> Certificate {
    let certificate::Certificate { subject, not_before, not_after, .. } = held.clone();
    Certificate { subject, sha256: held.sha256(), not_before, not_after }
}
