//! Built-in roles with their real ids and actions, and who holds which.

use serde::Deserialize;
use uuid::{Uuid, uuid};

use crate::model::hierarchy::management_group_id;
use crate::model::role::{Audit, Permission, RoleAssignment, RoleDefinition};
use crate::model::vault::vault_id;
use crate::seed::hierarchy::{DEVELOPMENT_RBAC, RESOURCE_GROUP};
use crate::seed::{DEVELOPMENT, OPERATOR_PRINCIPAL, PAYROLL_PRINCIPAL, TENANT, seeded};
use crate::store::Change;

pub(super) const OWNER: Uuid = uuid!("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");
pub(super) const CONTRIBUTOR: Uuid = uuid!("b24988ac-6180-42a0-ab88-20f7382dd24c");
pub(super) const READER: Uuid = uuid!("acdd72a7-3385-48ef-bd42-f606fba81ae7");
pub(super) const USER_ACCESS_ADMINISTRATOR: Uuid = uuid!("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9");
pub(super) const RBAC_ADMINISTRATOR: Uuid = uuid!("f58310d9-a9f6-439a-9e8d-f62e7b41a168");

/// Owning a vault lets nobody look into it: with Key Vault Reader and Key Vault Secrets User the
/// operator reads certificates and their keys.
const KEY_VAULT_ROLES: [(Uuid, Uuid); 2] = [
    (uuid!("2c334455-6677-4889-9a9b-acbdcedfe0f1"), uuid!("21090545-7ca7-4776-b22c-e363652d74d2")),
    (uuid!("3d445566-7788-499a-8bac-bdcedfe0f102"), uuid!("4633458b-17de-408a-b874-0445c86b69e6")),
];

pub(super) fn changes() -> Vec<Change> {
    let mut changes: Vec<Change> = built_in().into_iter().map(Change::RoleDefinition).collect();
    let root = management_group_id(&TENANT.to_string());
    let development = format!("/subscriptions/{DEVELOPMENT}");
    changes.extend(KEY_VAULT_ROLES.map(|(name, role)| {
        let vault = vault_id(DEVELOPMENT, RESOURCE_GROUP, DEVELOPMENT_RBAC);
        assignment(name, vault, OPERATOR_PRINCIPAL, role, None)
    }));
    changes.extend([
        assignment(
            uuid!("0a112233-4455-4667-b879-8a9bacbdcedf"),
            root,
            OPERATOR_PRINCIPAL,
            OWNER,
            None,
        ),
        assignment(
            uuid!("1b223344-5566-4778-898a-9bacbdcedfe0"),
            development,
            PAYROLL_PRINCIPAL,
            READER,
            None,
        ),
    ]);
    changes
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BuiltInRole {
    name: Uuid,
    role_name: String,
    description: String,
    permissions: Vec<Permission>,
}

fn built_in() -> Vec<RoleDefinition> {
    let roles: Vec<BuiltInRole> = serde_json::from_str(include_str!("data/built_in_roles.json"))
        .expect("the file is part of this crate and of this shape");
    let definition = |role: BuiltInRole| RoleDefinition {
        name: role.name,
        role_name: role.role_name,
        built_in: true,
        description: Some(role.description),
        permissions: role.permissions,
        assignable_scopes: vec!["/".to_owned()],
        audit: Audit::new(None, seeded()),
    };
    roles.into_iter().map(definition).collect()
}

pub(super) fn assignment(
    name: Uuid,
    scope: String,
    principal: Uuid,
    role: Uuid,
    condition: Option<&str>,
) -> Change {
    Change::RoleAssignment(RoleAssignment {
        name,
        scope,
        principal,
        principal_type: "ServicePrincipal".to_owned(),
        role,
        description: None,
        condition: condition.map(str::to_owned),
        condition_version: condition.map(|_| "2.0".to_owned()),
        audit: Audit::new(Some(principal), seeded()),
    })
}
