//! What is done about each action.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use planner::steps::a_application::{Action as Application, ApplicationUpdate, LISTED_TAG};
use planner::steps::b_graph_permissions::Action as Permission;
use planner::steps::c_role_assignments::{Action as Role, Assignment, Removal};
use planner::steps::d_custom_role::{Action as CustomRole, Definition};
use planner::steps::e_key_vault_access::{Action as Vault, Change};
use planner::steps::f_certificate::{
    Action as Certificate, Certificate as Held, FederatedCredential, staged,
};
use planner::steps::g_integration::Federation;
use planner::{Action, Step, key_id};

use serde_json::json;

use super::super::Source;
use super::super::layout::{Piece, heading};
use super::super::left;
use super::super::requests::{
    certificate_name, dates, federated_credential, object, role_definition, vault_permissions,
};
use super::{body_of, document_of, quoted};

/// What the actions of a step share: permissions are requested at once.
pub(super) fn begin(_: &Source<'_>, step: Step, actions: &[&Action]) -> String {
    if step != Step::B {
        return String::new();
    }
    let consents: Vec<_> = actions
        .iter()
        .filter_map(|action| match action {
            Action::GraphPermission(Permission::Consent(consent)) => Some(consent),
            _ => None,
        })
        .collect();
    let Some(first) = consents.first() else { return String::new() };
    let mut text = "step 'request of permissions'\nrequest".to_owned();
    for consent in &consents {
        text += &format!(" \\\n  '{}'", consent.role);
    }
    if consents.iter().any(|consent| !consent.granted) {
        text += &format!("\nconsents '{}'", first.graph);
    }
    text
}

pub(super) fn piece(source: &Source<'_>, action: &Action) -> Piece {
    let piece = match action {
        Action::Application(action) => application(action),
        Action::GraphPermission(action) => permission(action),
        Action::RoleAssignment(Role::Assign(assignment)) => assign(assignment),
        Action::RoleAssignment(Role::Remove(removal)) => unassign(removal),
        Action::CustomRole(action) => custom_role(action),
        Action::KeyVaultAccess(action) => vault(action),
        Action::Certificate(action) => certificate(source, action),
        Action::Integration(_) => Piece::Left(left::INTEGRATION.to_owned()),
    };
    match piece {
        Piece::Code(code) => Piece::Code(format!("step {}\n{code}", quoted(&heading(action)))),
        Piece::Left(reason) => Piece::Left(reason),
    }
}

fn deleting(code: &str) -> Piece {
    Piece::Code(format!("if may_delete; then {code}; fi"))
}

fn application(action: &Application) -> Piece {
    Piece::Code(match action {
        Application::CreateApplication(new) => format!(
            "make_application {} {}\nadd_tag \"applications/$APPLICATION\" {}",
            quoted(&new.unique_name),
            body_of(&object(new.scalars())),
            quoted(&new.tag)
        ),
        Application::RestoreApplication { id, app_id, name: _, credentials: _ } => {
            format!("restore applications '{id}'\nAPPLICATION='{id}' APP_ID='{app_id}'")
        }
        Application::PurgeApplication { id, name: _, tag } => {
            return deleting(&format!("purge '{id}' {}", quoted(tag)));
        }
        Application::UpdateApplication(update) => updated(update),
        Application::CreatePrincipal { display_name: _ } => {
            format!("make_principal\nadd_tag \"servicePrincipals/$PRINCIPAL\" '{LISTED_TAG}'")
        }
        Application::RestorePrincipal { id, name: _ } => {
            format!("restore servicePrincipals '{id}'\nPRINCIPAL='{id}'")
        }
        Application::TagPrincipal { display_name: _ } => {
            format!("add_tag \"servicePrincipals/$PRINCIPAL\" '{LISTED_TAG}'")
        }
        Application::AddOwner { owner, name: _ } => format!("add_owner '{owner}'"),
    })
}

fn updated(update: &ApplicationUpdate) -> String {
    let after = || update.scalars().map(|(name, (_, after))| (name, after.as_str()));
    let mut lines = Vec::new();
    if after().next().is_some() {
        let names: String = after().map(|(name, _)| format!(" {name}")).collect();
        let body = body_of(&object(after()));
        lines.push(format!("update \"applications/$APPLICATION\" {body}{names}"));
    }
    if let Some(tag) = &update.missing_tag {
        lines.push(format!("add_tag \"applications/$APPLICATION\" {}", quoted(tag)));
    }
    lines.join("\n")
}

fn permission(action: &Permission) -> Piece {
    match action {
        Permission::Consent(consent) if consent.granted => {
            Piece::Code("# Requested above; it is consented already.".to_owned())
        }
        Permission::Consent(consent) => {
            Piece::Code(format!("consent '{}' '{}'", consent.graph, consent.role))
        }
        Permission::Revoke { graph, permission: _, role: _, assignment } => {
            deleting(&format!("revoke '{graph}' {}", quoted(assignment)))
        }
    }
}

fn assign(assignment: &Assignment) -> Piece {
    let Assignment { scope, place: _, role, role_name: _, privileged: _, description } = assignment;
    let (scope, description) = (quoted(&scope.to_string()), body_of(&json!(description)));
    Piece::Code(format!("assign {scope} '{role}' \\\n  {description}"))
}

fn unassign(removal: &Removal) -> Piece {
    let Removal { id, role, role_name: _, place: _ } = removal;
    deleting(&format!("unassign {} '{role}'", quoted(id)))
}

fn custom_role(action: &CustomRole) -> Piece {
    match action {
        CustomRole::Define { definition, at, privileged: _ } => {
            Piece::Code(define(definition, &at.to_string()))
        }
        CustomRole::Redefine { before: _, after, at, dropped, privileged: _ } => {
            let define = define(after, &at.to_string());
            if dropped.is_empty() {
                return Piece::Code(define);
            }
            Piece::Code(format!("{define} {}", body_of(&json!(dropped))))
        }
        CustomRole::Assign(assignment) => assign(assignment),
        CustomRole::Unassign(removal) => unassign(removal),
        CustomRole::Delete { definition, at } => deleting(&format!(
            "undefine {} {} {}",
            definition_at(at, definition),
            body_of(&json!(definition.name)),
            body_of(&json!(definition.description))
        )),
    }
}

fn define(definition: &Definition, at: &str) -> String {
    let body = document_of(&role_definition(definition));
    format!("define {} {body}", definition_at(at, definition))
}

fn definition_at(scope: &str, definition: &Definition) -> String {
    let scope = scope.trim_end_matches('/');
    quoted(&format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{}", definition.id))
}

fn vault(action: &Vault) -> Piece {
    let Vault { vault, tenant, before: _, change } = action;
    let vault = quoted(&vault.to_string());
    match change {
        Change::Add(add) => {
            let permissions = body_of(&vault_permissions(add));
            Piece::Code(format!("vault {vault} '{tenant}' add \\\n  {permissions}"))
        }
        Change::Reduce { wanted } => {
            let permissions = body_of(&vault_permissions(wanted));
            deleting(&format!("vault {vault} '{tenant}' replace {permissions}"))
        }
        Change::Remove => deleting(&format!("leave_vault {vault}")),
    }
}

fn certificate(source: &Source<'_>, action: &Certificate) -> Piece {
    match action {
        Certificate::Make { maker, beside, lasts: _ } => Piece::Left(left::make(maker, *beside)),
        Certificate::Trust { marker, held: None } => {
            Piece::Code(format!("trust_file {} \"${{CERTIFICATE:-}}\"", quoted(marker)))
        }
        Certificate::Trust { marker, held: Some(held) } => match source.certificate {
            Some(der) => Piece::Code(trust(marker, held, der)),
            None => Piece::Left(left::NO_CERTIFICATE.to_owned()),
        },
        Certificate::Install { output } => Piece::Left(left::install(&staged(output), output)),
        Certificate::Copy(copy) => Piece::Left(left::copy(&copy.output)),
        Certificate::Distrust { id, name: _ } => deleting(&format!("distrust '{id}'")),
        Certificate::Federate { name, replaced, federation: Some(federation) } => {
            Piece::Code(federate(name, replaced.as_ref(), federation))
        }
        Certificate::Federate { name: _, replaced: _, federation: None } => {
            Piece::Left(left::FEDERATION.to_owned())
        }
    }
}

fn trust(marker: &str, held: &Held, der: &[u8]) -> String {
    let (start, end) = dates(held);
    format!(
        "trust '{}' {} {start} {end} \\\n  '{}'",
        key_id(&held.sha256),
        quoted(&certificate_name(marker, held)),
        BASE64_STANDARD.encode(der)
    )
}

fn federate(name: &str, replaced: Option<&FederatedCredential>, wanted: &Federation) -> String {
    let body = federated_credential(replaced.is_none().then_some(name), wanted);
    let id = replaced.map_or_else(String::new, |replaced| format!(" {}", quoted(&replaced.id)));
    format!("federate {}{id}", body_of(&body))
}
