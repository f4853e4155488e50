//! `certificate generate` and `certificate inspect`: PEM work on this machine alone.

use std::io::ErrorKind;
use std::path::Path;

use certificate::{FileError, GenerateError, Inspection, Request};
use spec::{CertificateSource, Generate};
use time::OffsetDateTime;

use crate::arguments::{Format, GenerateCertificate, Inspect};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::read_spec;
use crate::render;
use crate::tracked_key;

pub(crate) fn generate(
    arguments: &GenerateCertificate,
    console: &Console,
) -> Result<Exit, Failure> {
    let GenerateCertificate { spec, output, subject, key_size, validity_days, key } = arguments;
    let by_spec = spec.as_deref().map(wanted).transpose()?;
    let by_spec = by_spec.unwrap_or_else(|| Request {
        subject: "CN=mondoo-security".to_owned(),
        key_bits: 4096,
        validity_days: 365,
    });
    let request = Request {
        subject: subject.clone().unwrap_or(by_spec.subject),
        key_bits: key_size.unwrap_or(by_spec.key_bits),
        validity_days: validity_days.unwrap_or(by_spec.validity_days),
    };
    if output.symlink_metadata().is_ok() {
        let message = format!("{} is there already, and is left alone", output.display());
        return Err(
            Failure::new(Exit::BadInput, message).hint("move it away, or name another file")
        );
    }
    if !key.allow_tracked_key {
        tracked_key::refuse(output)?;
    }
    let now = OffsetDateTime::now_utc();
    let pair = certificate::generate(&request, now).map_err(|error| not_made(&error))?;
    pair.write_new(output).map_err(|error| not_written(output, &error))?;
    console.result(&render::certificate::made(output, &pair.certificate))?;
    Ok(Exit::Done)
}

/// What the spec would have made; with another source, what its name says.
fn wanted(spec: &Path) -> Result<Request, Failure> {
    let spec = read_spec(spec)?;
    Ok(match spec.certificate.source {
        CertificateSource::Generate(Generate { output: _, subject, key_bits, validity_days }) => {
            Request { subject, key_bits, validity_days: validity_days.get() }
        }
        CertificateSource::File(_)
        | CertificateSource::KeyVault(_)
        | CertificateSource::Command(_)
        | CertificateSource::Environment(_)
        | CertificateSource::Federated => {
            Request { subject: format!("CN={}", spec.name), key_bits: 4096, validity_days: 365 }
        }
    })
}

fn not_made(error: &GenerateError) -> Failure {
    match error {
        GenerateError::UnknownAttribute(_) | GenerateError::KeySize(_) => {
            Failure::new(Exit::BadInput, error.to_string())
        }
        GenerateError::Library(_) | GenerateError::Senseless(_) | GenerateError::Encode(_) => {
            Failure::new(Exit::Failed, error.to_string())
        }
    }
}

fn not_written(output: &Path, error: &std::io::Error) -> Failure {
    let message = format!("{} cannot be written: {error}", output.display());
    Failure::new(Exit::BadInput, message).hint(match error.kind() {
        ErrorKind::AlreadyExists => "move it away, or name another file",
        _ => "make the directory, or make it writable, or name another file",
    })
}

/// Every file, also after one that is of no use.
pub(crate) fn inspect(arguments: &Inspect, console: &Console) -> Result<Exit, Failure> {
    let now = OffsetDateTime::now_utc();
    let mut exit = Exit::Done;
    let mut inspected: Vec<(&Path, Inspection)> = Vec::new();
    for file in &arguments.files {
        match certificate::inspect(file, now) {
            Ok(inspection) => {
                if inspection.verdict.is_err() {
                    exit = Exit::BadInput;
                }
                inspected.push((file, inspection));
            }
            Err(error) => {
                console.failure(&unreadable(&error));
                exit = Exit::BadInput;
            }
        }
    }
    console.result(&match arguments.format {
        Format::Text => render::certificate::text(&inspected, now),
        Format::Json => render::certificate::json(&inspected, now),
    })?;
    Ok(exit)
}

fn unreadable(error: &FileError) -> Failure {
    Failure::new(Exit::BadInput, error.to_string()).hint("name a file in PEM or DER")
}
