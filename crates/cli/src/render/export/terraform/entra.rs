//! Steps A, B and F: what is in Entra ID.

use ::azure::GRAPH_APP_ID;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use planner::steps::a_application::{Action as Application, LISTED_TAG, NewApplication};
use planner::steps::b_graph_permissions::{Action as Permission, Consent};
use planner::steps::f_certificate::{
    Action as Certificate, Certificate as Held, EXCHANGE_AUDIENCE, staged,
};
use planner::steps::g_integration::Federation;
use planner::{Action, Step, key_id};
use serde_json::json;

use super::hcl::{Block, quoted};
use crate::console::one_line;
use crate::render::export::layout::Piece;
use crate::render::export::names::Names;
use crate::render::export::requests::{dates, graph_url};
use crate::render::export::{Source, left};
use crate::render::json;

pub(super) fn application(source: &Source<'_>, action: &Application) -> Piece {
    match action {
        Application::CreateApplication(new) => Piece::Code(registration(source, new)),
        Application::CreatePrincipal { display_name: _ } => {
            let principal = Block::resource("azuread_service_principal", "mondoo")
                .with("client_id", "local.client_id")
                .list("tags", [LISTED_TAG]);
            Piece::Code(principal.print())
        }
        Application::AddOwner { owner, name: _ } => {
            let label = format!("owner_{}", owner.to_string().replace('-', "_"));
            let owner = Block::resource("azuread_application_owner", &label)
                .with("application_id", "local.application")
                .text("owner_object_id", &owner.to_string());
            Piece::Code(owner.print())
        }
        Application::UpdateApplication(_) | Application::TagPrincipal { .. } => {
            Piece::Left(left::taken_over("Terraform"))
        }
        Application::RestoreApplication { .. } | Application::RestorePrincipal { .. } => {
            Piece::Left(left::restore("Terraform"))
        }
        Application::DeleteApplication { .. } | Application::ReleaseApplication { .. } => {
            Piece::Left(left::LEAVING.to_owned())
        }
        Application::PurgeApplication { .. } => Piece::Left(left::delete("Terraform")),
    }
}

fn registration(source: &Source<'_>, new: &NewApplication) -> String {
    let mut block = Block::resource("azuread_application_registration", "mondoo");
    for (name, value) in new.scalars() {
        let name = match name {
            "displayName" => "display_name",
            "signInAudience" => "sign_in_audience",
            "serviceManagementReference" => "service_management_reference",
            other => other,
        };
        block = block.text(name, value);
    }
    let body = json!({ "uniqueName": new.unique_name, "tags": [new.tag] });
    let url = format!("{}/v1.0", graph_url(source.desired.cloud));
    let body = quoted(&format!("'{}'", json::line(&body).trim_end()));
    let command =
        format!("\"az rest --method patch --url {url}${{local.application}} --body {}", &body[1..]);
    let output = Block::new("output \"after_apply\"")
        .text("description", "Run this once: then mondoo-azure finds the application again.")
        .with("value", command);
    format!("{}\n{}", block.print(), output.print())
}

/// Requests of a new application are one resource; it would take those of others away from an old one.
pub(super) fn begin(source: &Source<'_>, step: Step, actions: &[&Action]) -> String {
    if step != Step::B || !source.is_first() {
        return String::new();
    }
    let roles: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::GraphPermission(Permission::Consent(consent)) => {
                Some((consent.role.to_string(), one_line(&consent.permission)))
            }
            _ => None,
        })
        .collect();
    let access = Block::resource("azuread_application_api_access", "graph")
        .with("application_id", "local.application")
        .text("api_client_id", GRAPH_APP_ID)
        .ids("role_ids", &roles);
    access.print()
}

pub(super) fn permission(source: &Source<'_>, names: &Names, action: &Permission) -> Piece {
    match action {
        Permission::Consent(consent) if consent.granted => {
            Piece::Left(left::taken_over("Terraform"))
        }
        Permission::Consent(consent) => Piece::Code(granted(source, names, consent)),
        Permission::Revoke { .. } => Piece::Left(left::delete("Terraform")),
    }
}

fn granted(source: &Source<'_>, names: &Names, consent: &Consent) -> String {
    let label = names.label("azuread_app_role_assignment", &consent.permission);
    let grant = Block::resource("azuread_app_role_assignment", &label)
        .text("app_role_id", &consent.role.to_string())
        .with("principal_object_id", "local.principal")
        .text("resource_object_id", &consent.graph.to_string());
    if source.is_first() {
        return grant.print();
    }
    format!(
        "# Consented, but not declared on the application: Terraform would drop what others declared.\n{}",
        grant.print()
    )
}

pub(super) fn certificate(source: &Source<'_>, action: &Certificate) -> Piece {
    match action {
        Certificate::Make { maker, beside, lasts: _ } => Piece::Left(left::make(maker, *beside)),
        Certificate::Trust { marker: _, held: None } => Piece::Code(trust_file()),
        Certificate::Trust { marker: _, held: Some(held) } => match source.certificate {
            Some(der) => Piece::Code(trust(held, der)),
            None => Piece::Left(left::NO_CERTIFICATE.to_owned()),
        },
        Certificate::Install { output } => Piece::Left(left::install(&staged(output), output)),
        Certificate::Copy(copy) => Piece::Left(left::copy(&copy.output)),
        Certificate::Unfederate { .. } => Piece::Left(left::LEAVING.to_owned()),
        Certificate::Distrust { .. } => Piece::Left(left::delete("Terraform")),
        Certificate::Federate { name, replaced: None, federation: Some(federation) } => {
            Piece::Code(federate(name, federation))
        }
        Certificate::Federate { name: _, replaced: Some(_), federation: Some(_) } => {
            Piece::Left(left::taken_over("Terraform"))
        }
        Certificate::Federate { name: _, replaced: _, federation: None } => {
            Piece::Left(left::FEDERATION.to_owned())
        }
    }
}

const NAMELESS: &str = "# The provider gives it no display name: mondoo-azure knows it by its key id alone, and lists it\n\
                        # among the credentials of others.\n";

fn trust(held: &Held, der: &[u8]) -> String {
    let (start, end) = dates(held);
    let block = credential()
        .text("key_id", &key_id(&held.sha256).to_string())
        .text("value", &BASE64_STANDARD.encode(der))
        .text("start_date", &start)
        .text("end_date", &end);
    format!("{NAMELESS}{}", block.print())
}

/// Of a file in DER there is no way that a private key comes along, into the state.
fn trust_file() -> String {
    let file = Block::new("variable \"certificate\"").with("type", "string").text(
        "description",
        "The certificate in DER: openssl x509 -in mondoo.pem -outform DER -out mondoo.der",
    );
    let end = Block::new("variable \"certificate_end\"")
        .with("type", "string")
        .text("description", "A second before its end, such as 2030-01-01T00:00:00Z");
    let block = credential()
        .with("key_id", "uuidv5(local.namespace, filesha256(var.certificate))")
        .with("value", "filebase64(var.certificate)")
        .with("end_date", "var.certificate_end");
    format!("{}\n{}\n{NAMELESS}{}", file.print(), end.print(), block.print())
}

fn credential() -> Block {
    Block::resource("azuread_application_certificate", "mondoo")
        .with("application_id", "local.application")
        .text("type", "AsymmetricX509Cert")
        .text("encoding", "base64")
}

fn federate(name: &str, federation: &Federation) -> String {
    let Federation { issuer, subject } = federation;
    let block = Block::resource("azuread_application_federated_identity_credential", "mondoo")
        .with("application_id", "local.application")
        .text("display_name", name)
        .with("audiences", format!("[{}]", quoted(EXCHANGE_AUDIENCE)))
        .text("issuer", issuer)
        .text("subject", subject);
    block.print()
}
