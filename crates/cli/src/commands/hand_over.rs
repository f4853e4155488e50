//! What is left to do by hand for whoever has no access to Mondoo's API.

use applier::{Outcome, Products};
use planner::steps::f_certificate::Source;
use planner::steps::g_integration::Subscriptions;
use planner::{Observed, Purpose, Step};
use spec::{CertificateSource, PolicyMrn};

use crate::inputs::Inputs;
use crate::render::console_form::{self, ConsoleForm, PemFile};
use crate::session::Session;

/// The Console's form, filled in; nothing where Mondoo's API did it, or where there is nothing to
/// fill in yet.
pub(super) fn hand_over(
    session: &Session,
    inputs: &Inputs,
    observed: &Observed,
    products: &Products,
    outcome: &Outcome,
) -> Option<String> {
    let desired = &inputs.desired;
    let is_keyless = desired.certificate.source == Source::Federated;
    let is_ours = desired.application.given.is_none()
        && desired.only.has(Step::F)
        && desired.purpose == Purpose::Converge;
    if session.mondoo.is_some() || is_keyless || !is_ours || !outcome.is_complete() {
        return None;
    }
    let integration = desired.integration.as_ref();
    let policies = integration.map_or(&[] as &[PolicyMrn], |wanted| &wanted.policies);
    let subscriptions = match integration {
        Some(wanted) => wanted.scanned(desired, observed)?,
        None => Subscriptions::default(),
    };
    let form = ConsoleForm {
        name: integration.map_or(&desired.application.display_name, |wanted| &wanted.name),
        client_id: products.client_id()?.to_string(),
        tenant_id: observed.directory.tenant.id.to_string(),
        subscriptions,
        scan_vms: desired.custom_role.scan_vms,
        file: file(inputs, products),
        policies: policies.iter().map(PolicyMrn::short).collect(),
    };
    Some(console_form::text(&form))
}

/// Where the Console's file is, or how to make it.
fn file(inputs: &Inputs, products: &Products) -> PemFile {
    let path = match &inputs.source {
        CertificateSource::File(file) => inputs.directory.join(file),
        CertificateSource::Generate(new) => inputs.directory.join(&new.output),
        CertificateSource::Environment(variable) => {
            let words =
                format!("a .pem file of the private key and the certificate in ${variable}");
            return PemFile::FromElsewhere(words);
        }
        CertificateSource::Command(command) => {
            let Some(output) = &command.output else {
                let words = format!("what {} prints, as a .pem file", command.program);
                return PemFile::FromElsewhere(words);
            };
            inputs.directory.join(output)
        }
        CertificateSource::KeyVault(certificate) => {
            let Some(output) = &certificate.output else {
                let words = "set certificate.source.keyVault.output: apply writes it there";
                return PemFile::FromElsewhere(words.to_owned());
            };
            inputs.directory.join(output)
        }
        CertificateSource::Federated => return PemFile::FromElsewhere("none".to_owned()),
    };
    let Some(pair) = products.pair() else {
        let path = path.display();
        let words = format!("mondoo.pem, after: (umask 077; cat YOUR.key {path} > mondoo.pem)");
        return PemFile::FromElsewhere(words);
    };
    let is_ready = std::fs::read(&path).is_ok_and(|text| text == pair.pem().as_bytes());
    if is_ready { PemFile::Ready(path) } else { PemFile::InAnotherForm(path) }
}
