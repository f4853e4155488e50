//! A plan as calls of a few functions, which Bash and PowerShell each have a library of.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use planner::steps::a_application::{Action as Application, ApplicationUpdate, LISTED_TAG};
use planner::steps::b_graph_permissions::{Action as Permission, Consent};
use planner::steps::c_role_assignments::{Action as Role, Assignment, Removal};
use planner::steps::d_custom_role::{Action as CustomRole, Definition};
use planner::steps::e_key_vault_access::{Action as Vault, Change};
use planner::steps::f_certificate::{Action as Certificate, FederatedCredential, staged};
use planner::steps::g_integration::Federation;
use planner::{Action, Step};
use serde_json::{Value, json};

use super::layout::{self, Body, Language, Piece, heading};
use super::requests::{
    federated_credential, key_credential, object, role_definition, vault_permissions,
};
use super::{Source, left};
use crate::console::one_line;

/// What the libraries can do. Each looks first, and writes only what is missing.
#[derive(Clone, Copy)]
pub(super) enum Function {
    MakeApplication,
    RestoreApplication,
    PurgeApplication,
    UpdateApplication,
    TagApplication,
    AddOwner,
    MakePrincipal,
    RestorePrincipal,
    TagPrincipal,
    Request,
    Consent,
    Revoke,
    Assign,
    Unassign,
    Define,
    Undefine,
    OpenVault,
    ReduceVault,
    LeaveVault,
    Trust,
    TrustFile,
    Distrust,
    Federate,
}

pub(super) enum Argument {
    Text(String),
    Json(Value),
    /// In lines, to be read.
    Document(Value),
    Words(Vec<String>),
    /// Ids, each with its name.
    Ids(Vec<(String, String)>),
    /// The file that whoever runs the script names.
    CertificateFile,
}

pub(super) struct Call {
    pub function: Function,
    pub arguments: Vec<Argument>,
    /// It takes something away, which has to be asked for.
    pub deletes: bool,
}

/// What is done about an action, or why nothing is.
pub(super) type Calls = Result<Vec<Call>, String>;

fn call(function: Function, arguments: impl IntoIterator<Item = Argument>) -> Call {
    Call { function, arguments: arguments.into_iter().collect(), deletes: false }
}

fn delete(function: Function, arguments: impl IntoIterator<Item = Argument>) -> Vec<Call> {
    vec![Call { deletes: true, ..call(function, arguments) }]
}

fn text(text: &(impl ToString + ?Sized)) -> Argument {
    Argument::Text(text.to_string())
}

/// The steps in a language that calls functions; `lines` prints some calls under a heading.
pub(super) fn body(
    source: &Source<'_>,
    comment: &'static str,
    lines: fn(&str, &[Call]) -> String,
) -> Body {
    let begin = |step: Step, actions: &[&Action]| {
        let shared = shared(step, actions);
        shared.map_or_else(String::new, |call| lines("request of permissions", &[call]))
    };
    let piece = |action: &Action| match of(source, action) {
        Ok(calls) => Piece::Code(lines(&heading(action), &calls)),
        Err(reason) => Piece::Left(reason),
    };
    layout::body(source.plan, &Language { comment, tells: true, begin: &begin, piece: &piece })
}

/// What the actions of a step share: permissions are requested at once.
fn shared(step: Step, actions: &[&Action]) -> Option<Call> {
    let roles: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::GraphPermission(Permission::Consent(Consent { role, permission, .. })) => {
                Some((role.to_string(), one_line(permission)))
            }
            _ => None,
        })
        .collect();
    (step == Step::B && !roles.is_empty()).then(|| call(Function::Request, [Argument::Ids(roles)]))
}

fn of(source: &Source<'_>, action: &Action) -> Calls {
    match action {
        Action::Application(action) => application(action),
        Action::GraphPermission(action) => Ok(permission(action)),
        Action::RoleAssignment(Role::Assign(assignment)) => Ok(assign(assignment)),
        Action::RoleAssignment(Role::Remove(removal)) => unassign(removal),
        Action::CustomRole(action) => custom_role(action),
        Action::KeyVaultAccess(action) => Ok(vault(action)),
        Action::Certificate(action) => certificate(source, action),
        Action::Integration(_) => Err(left::INTEGRATION.to_owned()),
    }
}

fn application(action: &Application) -> Calls {
    Ok(vec![match action {
        Application::CreateApplication(new) => {
            let scalars = Argument::Json(object(new.scalars()));
            let make = call(Function::MakeApplication, [text(&new.unique_name), scalars]);
            return Ok(vec![make, call(Function::TagApplication, [text(&new.tag)])]);
        }
        Application::RestoreApplication { id, app_id, name: _, credentials: _ } => {
            call(Function::RestoreApplication, [text(id), text(app_id)])
        }
        Application::PurgeApplication { id, name: _, tag } => {
            return Ok(delete(Function::PurgeApplication, [text(id), text(tag)]));
        }
        Application::UpdateApplication(update) => return Ok(updated(update)),
        Application::DeleteApplication { .. } | Application::ReleaseApplication { .. } => {
            return Err(left::LEAVING.to_owned());
        }
        Application::CreatePrincipal { display_name: _ } => {
            let tag = call(Function::TagPrincipal, [text(LISTED_TAG)]);
            return Ok(vec![call(Function::MakePrincipal, []), tag]);
        }
        Application::RestorePrincipal { id, name: _ } => {
            call(Function::RestorePrincipal, [text(id)])
        }
        Application::TagPrincipal { display_name: _ } => {
            call(Function::TagPrincipal, [text(LISTED_TAG)])
        }
        Application::AddOwner { owner, name: _ } => call(Function::AddOwner, [text(owner)]),
    }])
}

/// What an application has that is ours has its `uniqueName`, too.
fn updated(update: &ApplicationUpdate) -> Vec<Call> {
    let after = || update.scalars().map(|(name, (_, after))| (name, after.as_str()));
    let names: Vec<_> = after().map(|(name, _)| name.to_owned()).collect();
    let body = Argument::Json(object(after()));
    let scalars = (!names.is_empty())
        .then(|| call(Function::UpdateApplication, [body, Argument::Words(names)]));
    let tags = update.missing_tags.iter().map(|tag| call(Function::TagApplication, [text(tag)]));
    scalars.into_iter().chain(tags).collect()
}

/// Its request is shared with the others.
fn permission(action: &Permission) -> Vec<Call> {
    match action {
        Permission::Consent(consent) if consent.granted => Vec::new(),
        Permission::Consent(consent) => {
            vec![call(Function::Consent, [text(&consent.graph), text(&consent.role)])]
        }
        Permission::Revoke { graph, permission: _, role: _, assignment } => {
            delete(Function::Revoke, [text(graph), text(assignment)])
        }
    }
}

fn assign(assignment: &Assignment) -> Vec<Call> {
    let Assignment { scope, place: _, role, role_name: _, privileged: _, description } = assignment;
    let description = Argument::Json(json!(description));
    vec![call(Function::Assign, [text(scope), text(role), description])]
}

fn unassign(removal: &Removal) -> Calls {
    let Removal { id, role, role_name: _, place: _, orphan_of } = removal;
    match orphan_of {
        None => Ok(delete(Function::Unassign, [text(id), text(role)])),
        Some(_) => Err(left::ORPHAN.to_owned()),
    }
}

fn custom_role(action: &CustomRole) -> Calls {
    match action {
        CustomRole::Define { definition, at, privileged: _ } => {
            Ok(vec![define(definition, &at.to_string(), &[])])
        }
        CustomRole::Redefine { before: _, after, at, dropped, privileged: _ } => {
            Ok(vec![define(after, &at.to_string(), dropped)])
        }
        CustomRole::Assign(assignment) => Ok(assign(assignment)),
        CustomRole::Unassign(removal) => unassign(removal),
        CustomRole::Delete { definition, at } => {
            let [name, description] =
                [&definition.name, &definition.description].map(|text| Argument::Json(json!(text)));
            Ok(delete(Function::Undefine, [definition_at(at, definition), name, description]))
        }
    }
}

fn define(definition: &Definition, at: &str, dropped: &[String]) -> Call {
    let body = Argument::Document(role_definition(definition));
    let dropped = (!dropped.is_empty()).then(|| Argument::Json(json!(dropped)));
    let arguments = [definition_at(at, definition), body];
    call(Function::Define, arguments.into_iter().chain(dropped))
}

fn definition_at(scope: &str, definition: &Definition) -> Argument {
    let scope = scope.trim_end_matches('/');
    text(&format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{}", definition.id))
}

fn vault(action: &Vault) -> Vec<Call> {
    let Vault { vault, tenant, before: _, change } = action;
    let arguments =
        |permissions| [text(vault), text(tenant), Argument::Json(vault_permissions(permissions))];
    match change {
        Change::Add(add) => vec![call(Function::OpenVault, arguments(add))],
        Change::Reduce { wanted } => delete(Function::ReduceVault, arguments(wanted)),
        Change::Remove => delete(Function::LeaveVault, [text(vault)]),
    }
}

fn certificate(source: &Source<'_>, action: &Certificate) -> Calls {
    match action {
        Certificate::Make { maker, beside, lasts: _ } => Err(left::make(maker, *beside)),
        Certificate::Trust { marker, held: None } => {
            Ok(vec![call(Function::TrustFile, [text(marker), Argument::CertificateFile])])
        }
        Certificate::Trust { marker, held: Some(held) } => match source.certificate {
            Some(der) => {
                let body = key_credential(marker, held, &BASE64_STANDARD.encode(der));
                Ok(vec![call(Function::Trust, [Argument::Document(body)])])
            }
            None => Err(left::NO_CERTIFICATE.to_owned()),
        },
        Certificate::Install { output } => Err(left::install(&staged(output), output)),
        Certificate::Copy(copy) => Err(left::copy(&copy.output)),
        Certificate::Unfederate { .. } => Err(left::LEAVING.to_owned()),
        Certificate::Distrust { id, name: _ } => Ok(delete(Function::Distrust, [text(id)])),
        Certificate::Federate { name, replaced, federation: Some(federation) } => {
            Ok(vec![federate(name, replaced.as_ref(), federation)])
        }
        Certificate::Federate { name: _, replaced: _, federation: None } => {
            Err(left::FEDERATION.to_owned())
        }
    }
}

fn federate(name: &str, replaced: Option<&FederatedCredential>, wanted: &Federation) -> Call {
    let body = federated_credential(replaced.is_none().then_some(name), wanted);
    let id = replaced.map(|replaced| text(&replaced.id));
    call(Function::Federate, [Argument::Json(body)].into_iter().chain(id))
}
