//! Certificates for people and for programs.

use std::path::Path;

use certificate::{Certificate, Held, Inspection, PemError};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::console::printable;

/// A pair that was written.
pub(crate) fn made(file: &Path, certificate: &Certificate) -> String {
    format!(
        "{}: {}, {}, valid until {}\nSHA-256 {}\n",
        file.display(),
        certificate.subject,
        key(certificate),
        certificate.not_after.date(),
        certificate.sha256()
    )
}

pub(crate) fn text(inspected: &[(&Path, Inspection)], now: OffsetDateTime) -> String {
    let blocks = inspected.iter().map(|(file, inspection)| block(file, inspection, now));
    printable(&blocks.collect::<Vec<_>>().join("\n"))
}

fn block(file: &Path, inspection: &Inspection, now: OffsetDateTime) -> String {
    let Inspection { certificate, verdict } = inspection;
    let mut lines = vec![file.display().to_string()];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<9} {value}"));
    if let Some(certificate) = certificate {
        line("subject", certificate.subject.clone());
        line("key", key(certificate));
        line("SHA-1", certificate.sha1());
        line("SHA-256", certificate.sha256());
        line("from", certificate.not_before.date().to_string());
        let left = left(certificate, now);
        line("until", format!("{} ({left} days left)", certificate.not_after.date()));
    }
    let [entra, mondoo] = takes(verdict).map(|reason| match reason {
        None => "takes it".to_owned(),
        Some(reason) => format!("does not take it: {reason}"),
    });
    line("Entra ID", entra);
    line("Mondoo", mondoo);
    if let Err(error) = verdict {
        line("hint", error.hint(file));
    }
    lines.join("\n") + "\n"
}

pub(crate) fn json(inspected: &[(&Path, Inspection)], now: OffsetDateTime) -> String {
    let list: Vec<Value> = inspected.iter().map(|(file, one)| object(file, one, now)).collect();
    format!("{:#}\n", Value::Array(list))
}

fn object(file: &Path, inspection: &Inspection, now: OffsetDateTime) -> Value {
    let Inspection { certificate, verdict } = inspection;
    let date = |date: OffsetDateTime| date.format(&Rfc3339).unwrap_or_default();
    let certificate = certificate.as_ref().map(|certificate| {
        json!({
            "subject": certificate.subject,
            "rsaBits": certificate.rsa_bits,
            "sha1": certificate.sha1(),
            "sha256": certificate.sha256(),
            "notBefore": date(certificate.not_before),
            "notAfter": date(certificate.not_after),
            "daysLeft": left(certificate, now),
        })
    });
    let [entra, mondoo] =
        takes(verdict).map(|reason| json!({ "takesIt": reason.is_none(), "reason": reason }));
    let has_key = verdict.as_ref().is_ok_and(|held| held.pair().is_some());
    json!({
        "file": file.display().to_string(),
        "certificate": certificate,
        "hasKey": has_key,
        "entraId": entra,
        "mondoo": mondoo,
    })
}

/// Why Entra ID and Mondoo would not take it. Entra ID is given the certificate alone.
fn takes(verdict: &Result<Held, PemError>) -> [Option<String>; 2] {
    match verdict {
        Ok(held) if held.pair().is_some() => [None, None],
        Ok(_) => [None, Some("there is no private key".to_owned())],
        Err(error) => [Some(error.to_string()), Some(error.to_string())],
    }
}

fn key(certificate: &Certificate) -> String {
    let bits = certificate.rsa_bits.map(|bits| format!("RSA {bits}"));
    bits.unwrap_or_else(|| "not RSA".to_owned())
}

/// Whole days; less than none where it has expired.
fn left(certificate: &Certificate, now: OffsetDateTime) -> i64 {
    (certificate.not_after - now).whole_days()
}
