//! Step F, and the one thing that is observed on this machine: the certificate's source.

use std::io::ErrorKind;
use std::path::Path;

use azure::Application;
use certificate::FileError;
use planner::steps::f_certificate::{Certificate, KeyCredential, Observed, Source};
use spec::{CertificateSource, Spec};
use time::OffsetDateTime;

pub(crate) fn observe(application: Option<&Application>) -> Observed {
    let credentials = application.into_iter().flat_map(|live| &live.key_credentials);
    let trusted = credentials.map(|live| KeyCredential {
        id: live.key_id,
        display_name: live.display_name.clone().unwrap_or_default(),
        // One without an end is not ours, and nothing is decided by its end.
        end: live.end_date_time.unwrap_or(OffsetDateTime::UNIX_EPOCH),
    });
    Observed { trusted: trusted.collect() }
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
        CertificateSource::Generate(new) => {
            match certificate::read(&directory.join(&new.output), true, now) {
                Ok(held) => held,
                Err(FileError::Unreadable { path: _, reason })
                    if reason.kind() == ErrorKind::NotFound =>
                {
                    return Ok((Source::Generate(new.clone()), None));
                }
                Err(error) => return Err(error),
            }
        }
    };
    Ok((Source::Held(facts(&held)), Some(held)))
}

fn facts(held: &certificate::Certificate) -> Certificate {
    Certificate {
        subject: held.subject.clone(),
        sha256: held.sha256(),
        not_before: held.not_before,
        not_after: held.not_after,
    }
}
