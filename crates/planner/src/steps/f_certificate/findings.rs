//! What a reader of the plan should know about certificates.

use spec::VaultCertificate;
use time::OffsetDateTime;

use super::Maker;
use crate::{Finding, FindingCode};

pub(super) fn expires(end: OffsetDateTime) -> Finding {
    let message = format!(
        "the certificate expires on {}: put a new one in its place before that day; the old one \
         stays trusted beside it",
        end.date()
    );
    Finding::warning(FindingCode::CertificateExpires, message)
}

pub(super) fn self_signed(maker: &Maker) -> Option<Finding> {
    let message = "the new certificate is self-signed, which Mondoo's manual calls for testing \
                   only: where your security team issues certificates, name theirs as the source";
    match maker {
        Maker::Generate(_) => Some(Finding::note(FindingCode::SelfSigned, message.to_owned())),
        Maker::Command(_) => None,
    }
}

pub(super) fn not_exportable(certificate: &VaultCertificate) -> Finding {
    let message = format!(
        "the key of {certificate} never leaves its vault: Entra ID can trust the certificate, but \
         Mondoo needs the key; make a certificate there whose key is exportable"
    );
    Finding::warning(FindingCode::KeyNotExportable, message)
}

pub(super) fn older_here(desired: &crate::Desired) -> Finding {
    let output = desired.certificate.renewal.as_ref().and_then(Maker::output);
    let output = output.map_or("the pair".to_owned(), |output| output.display().to_string());
    let message = format!(
        "{output} here is older than the certificate in use, which another machine has made and \
         given to Mondoo: fetch its pair from there, or have another one made by certificate rotate \
         --now"
    );
    Finding::note(FindingCode::CertificateElsewhere, message)
}

pub(super) fn elsewhere(maker: &Maker) -> Finding {
    let output = match maker.output() {
        Some(output) => format!("{} is", output.display()),
        None => "its key is".to_owned(),
    };
    let message = format!(
        "the application trusts a certificate of ours; {output} not here: if its key is lost, \
         remove that certificate from the application, and a new one is made"
    );
    Finding::note(FindingCode::CertificateElsewhere, message)
}
