//! Steps C, D and E: what is in Azure Resource Manager.

use planner::Action;
use planner::steps::c_role_assignments::{Action as Role, Assignment};
use planner::steps::d_custom_role::{Action as CustomRole, Definition, Permissions as Actions};
use planner::steps::e_key_vault_access::{Action as Vault, Change};
use spec::{RoleDefinitionId, ScopeId};

use super::hcl::{Block, quoted};
use crate::render::export::layout::Piece;
use crate::render::export::names::Names;
use crate::render::export::requests::vault_kinds;
use crate::render::export::{Source, left};

pub(super) fn role(source: &Source<'_>, names: &Names, action: &Role) -> Piece {
    match action {
        Role::Assign(assignment) => Piece::Code(assign(source, names, assignment)),
        Role::Remove(_) => Piece::Left(left::delete("Terraform")),
    }
}

fn assign(source: &Source<'_>, names: &Names, assignment: &Assignment) -> String {
    let Assignment { scope, place: _, role, role_name, privileged: _, description } = assignment;
    let path = scope.to_string();
    let last = path.rsplit('/').next().unwrap_or_default();
    let label = names.label("azurerm_role_assignment", &format!("{role_name} {last}"));
    let name = format!(
        "uuidv5(local.namespace, join(\"\\n\", [{}, local.principal, \"{role}\"]))",
        quoted(&path.to_lowercase())
    );
    Block::resource("azurerm_role_assignment", &label)
        .with("name", name)
        .text("scope", &path)
        .with("role_definition_id", reference(source, scope, *role))
        .with("principal_id", "local.principal")
        .text("principal_type", "ServicePrincipal")
        .text("description", description)
        .print()
}

/// A role that is made here is waited for.
fn reference(source: &Source<'_>, scope: &ScopeId, role: RoleDefinitionId) -> String {
    let is_made = |action: &Action| match action {
        Action::CustomRole(
            CustomRole::Define { definition, .. } | CustomRole::Redefine { after: definition, .. },
        ) => definition.id == role,
        _ => false,
    };
    if source.plan.changes().any(|(_, change)| is_made(&change.action)) {
        return format!("azurerm_role_definition.{}.role_definition_resource_id", label(role));
    }
    let path = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
    match scope {
        ScopeId::Subscription(_) => quoted(&format!("{scope}{path}")),
        ScopeId::ManagementGroup(_) => quoted(&path),
    }
}

fn label(role: RoleDefinitionId) -> String {
    format!("role_{}", role.to_string().replace('-', "_"))
}

pub(super) fn custom_role(source: &Source<'_>, names: &Names, action: &CustomRole) -> Piece {
    match action {
        CustomRole::Define { definition, at, privileged: _ } => {
            Piece::Code(define(definition, &at.to_string(), &[]))
        }
        CustomRole::Redefine { before: _, after, at, dropped, privileged: _ } => {
            let at = at.to_string();
            let path =
                format!("{at}/providers/Microsoft.Authorization/roleDefinitions/{}", after.id);
            let import =
                Block::import("azurerm_role_definition", &label(after.id), &format!("{path}|{at}"));
            Piece::Code(format!("{}\n{}", import.print(), define(after, &at, dropped)))
        }
        CustomRole::Assign(assignment) => Piece::Code(assign(source, names, assignment)),
        CustomRole::Unassign(_) | CustomRole::Delete { .. } => {
            Piece::Left(left::delete("Terraform"))
        }
    }
}

/// Scopes that are to go stay: the assignments there have to go first, which is not done here.
fn define(definition: &Definition, at: &str, dropped: &[String]) -> String {
    let Definition { id, name, description, permissions, assignable_scopes } = definition;
    let Actions { actions, not_actions, data_actions, not_data_actions } = permissions;
    let mut granted = Block::new("permissions");
    for (list, lines) in [
        ("actions", actions),
        ("not_actions", not_actions),
        ("data_actions", data_actions),
        ("not_data_actions", not_data_actions),
    ] {
        if !lines.is_empty() {
            granted = granted.list(list, lines.iter().map(String::as_str));
        }
    }
    Block::resource("azurerm_role_definition", &label(*id))
        .text("role_definition_id", &id.to_string())
        .text("name", name)
        .text("scope", at)
        .text("description", description)
        .list("assignable_scopes", assignable_scopes.iter().chain(dropped).map(String::as_str))
        .block(granted)
        .print()
}

const KIND: &str = "azurerm_key_vault_access_policy";

pub(super) fn vault(source: &Source<'_>, names: &Names, action: &Vault) -> Piece {
    let Vault { vault, tenant, before, change } = action;
    let add = match change {
        Change::Add(add) => add,
        Change::Reduce { .. } | Change::Remove => return Piece::Left(left::delete("Terraform")),
    };
    let label = names.label(KIND, vault.name());
    let mut policy = Block::resource(KIND, &label)
        .text("key_vault_id", &vault.to_string())
        .text("tenant_id", &tenant.to_string())
        .with("object_id", "local.principal");
    let before_or_none = before.clone().unwrap_or_default();
    for ((kind, live), (_, add)) in vault_kinds(&before_or_none).into_iter().zip(vault_kinds(add)) {
        let permissions: Vec<_> = live.iter().chain(add).map(|name| spelled(name)).collect();
        if !permissions.is_empty() {
            let name = format!("{}_permissions", kind.trim_end_matches('s'));
            policy = policy.list(&name, permissions.iter().map(String::as_str));
        }
    }
    match (before, source.known_principal()) {
        (Some(_), Some(principal)) => {
            let id = format!("{vault}/objectId/{principal}");
            let import = Block::import(KIND, &label, &id);
            Piece::Code(format!("{}\n{}", import.print(), policy.print()))
        }
        (Some(_) | None, _) => Piece::Code(policy.print()),
    }
}

/// The provider wants them as Azure's documents spell them.
fn spelled(permission: &str) -> String {
    const WORDS: [&str; 30] = [
        "Backup",
        "Create",
        "Decrypt",
        "Delete",
        "DeleteIssuers",
        "DeleteSAS",
        "Encrypt",
        "Get",
        "GetIssuers",
        "GetRotationPolicy",
        "GetSAS",
        "Import",
        "List",
        "ListIssuers",
        "ListSAS",
        "ManageContacts",
        "ManageIssuers",
        "Purge",
        "Recover",
        "RegenerateKey",
        "Release",
        "Restore",
        "Rotate",
        "Set",
        "SetIssuers",
        "SetRotationPolicy",
        "SetSAS",
        "Sign",
        "Update",
        "Verify",
    ];
    let keys = ["UnwrapKey", "WrapKey"];
    let mut words = WORDS.into_iter().chain(keys);
    words.find(|word| word.eq_ignore_ascii_case(permission)).unwrap_or(permission).to_owned()
}
