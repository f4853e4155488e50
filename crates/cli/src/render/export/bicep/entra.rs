//! Steps A, B and F: what is in Entra ID.

use ::azure::GRAPH_APP_ID;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use planner::Action;
use planner::steps::a_application::{Action as Application, LISTED_TAG, NewApplication};
use planner::steps::b_graph_permissions::Action as Permission;
use planner::steps::f_certificate::{Action as Certificate, staged};
use serde_json::json;

use super::syntax::{Node, expression, resource, text};
use super::{NAME, Names, principal};
use crate::render::export::layout::Piece;
use crate::render::export::requests::{federated_credential, key_credential};
use crate::render::export::{Source, left};

pub(super) fn application(source: &Source<'_>, action: &Application) -> Piece {
    match action {
        Application::CreateApplication(new) => Piece::Code(new_application(source, new)),
        Application::CreatePrincipal { display_name: _ } => {
            let app_id = match source.known_application() {
                Some((_, app_id)) => text(&app_id),
                None => expression("application.appId"),
            };
            let properties = vec![("appId", app_id), ("tags", Node::List(vec![text(LISTED_TAG)]))];
            Piece::Code(resource("principal", "Microsoft.Graph/servicePrincipals@v1.0", properties))
        }
        Application::AddOwner { .. } if source.is_first() => in_the_application(),
        Application::UpdateApplication(_)
        | Application::TagPrincipal { .. }
        | Application::AddOwner { .. } => Piece::Left(left::taken_over(NAME)),
        Application::RestoreApplication { .. } | Application::RestorePrincipal { .. } => {
            Piece::Left(left::restore(NAME))
        }
        Application::DeleteApplication { .. } | Application::ReleaseApplication { .. } => {
            Piece::Left(left::LEAVING.to_owned())
        }
        Application::PurgeApplication { .. } => Piece::Left(left::delete(NAME)),
    }
}

fn in_the_application() -> Piece {
    Piece::Code("// It is a part of the application above.\n".to_owned())
}

/// With everything that later steps put into it: a resource is written as a whole.
fn new_application(source: &Source<'_>, new: &NewApplication) -> String {
    let (mut owners, mut access, mut credentials) = (Vec::new(), Vec::new(), Vec::new());
    for (_, change) in source.plan.changes() {
        match &change.action {
            Action::Application(Application::AddOwner { owner, name: _ }) => {
                owners.push(text(owner));
            }
            Action::GraphPermission(Permission::Consent(consent)) => {
                access.push(Node::from(&json!({ "id": consent.role, "type": "Role" })));
            }
            Action::Certificate(Certificate::Trust { marker, held: Some(held) }) => {
                let key = source.certificate.map(|der| BASE64_STANDARD.encode(der));
                let credential = key.map(|key| key_credential(marker, held, &key));
                credentials.extend(credential.as_ref().map(Node::from));
            }
            _ => {}
        }
    }
    let mut properties = vec![("uniqueName", text(&new.unique_name))];
    properties.extend(new.scalars().map(|(name, value)| (name, text(value))));
    properties.push(("tags", Node::List(vec![text(&new.tag)])));
    if !owners.is_empty() {
        properties.push(("owners", Node::Object(vec![("relationships", Node::List(owners))])));
    }
    if !access.is_empty() {
        let access =
            vec![("resourceAppId", text(GRAPH_APP_ID)), ("resourceAccess", Node::List(access))];
        properties.push(("requiredResourceAccess", Node::List(vec![Node::Object(access)])));
    }
    if !credentials.is_empty() {
        properties.push(("keyCredentials", Node::List(credentials)));
    }
    resource("application", "Microsoft.Graph/applications@v1.0", properties)
}

pub(super) fn permission(source: &Source<'_>, names: &Names, action: &Permission) -> Piece {
    match action {
        Permission::Consent(consent) if consent.granted => Piece::Left(left::taken_over(NAME)),
        Permission::Consent(consent) => {
            let name = format!("consent_{}", names.label("consent", &consent.permission));
            let properties = vec![
                ("appRoleId", text(&consent.role)),
                ("principalId", expression(principal(source))),
                ("resourceId", text(&consent.graph)),
            ];
            let consent = resource(&name, "Microsoft.Graph/appRoleAssignedTo@v1.0", properties);
            if source.is_first() {
                return Piece::Code(consent);
            }
            let comment = "// Consented, but not declared on the application: its list is written as a \
                           whole.\n";
            Piece::Code(format!("{comment}{consent}"))
        }
        Permission::Revoke { .. } => Piece::Left(left::delete(NAME)),
    }
}

pub(super) fn certificate(source: &Source<'_>, action: &Certificate) -> Piece {
    match action {
        Certificate::Make { maker, beside, lasts: _ } => Piece::Left(left::make(maker, *beside)),
        Certificate::Trust { marker: _, held: None } => Piece::Left(left::NOT_MADE_YET.to_owned()),
        Certificate::Trust { marker: _, held: Some(_) } if source.certificate.is_none() => {
            Piece::Left(left::NO_CERTIFICATE.to_owned())
        }
        Certificate::Trust { marker: _, held: Some(_) } if source.is_first() => {
            in_the_application()
        }
        Certificate::Trust { marker: _, held: Some(_) } => Piece::Left(left::taken_over(NAME)),
        Certificate::Install { output } => Piece::Left(left::install(&staged(output), output)),
        Certificate::Copy(copy) => Piece::Left(left::copy(&copy.output)),
        Certificate::Unfederate { .. } => Piece::Left(left::LEAVING.to_owned()),
        Certificate::Distrust { .. } => Piece::Left(left::delete(NAME)),
        Certificate::Federate { name, replaced: _, federation: Some(federation) } => {
            let name = format!("{}/{name}", source.desired.installation);
            let body = federated_credential(Some(&name), federation);
            let Node::Map(mut properties) = Node::from(&body) else { unreachable!("an object") };
            properties.sort_by_key(|(name, _)| name != "name");
            let kind = "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0";
            let body = super::syntax::print(&Node::Map(properties));
            let depends = if source.is_first() { NEEDS_APPLICATION } else { "" };
            let body = body.trim_end_matches('}');
            Piece::Code(format!("resource federation '{kind}' = {body}{depends}}}\n"))
        }
        Certificate::Federate { name: _, replaced: _, federation: None } => {
            Piece::Left(left::FEDERATION.to_owned())
        }
    }
}

const NEEDS_APPLICATION: &str = "  dependsOn: [\n    application\n  ]\n";
