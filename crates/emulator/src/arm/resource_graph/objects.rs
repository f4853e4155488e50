//! What Resource Graph knows of each kind of object.

use std::borrow::Cow;
use std::cell::OnceCell;

use serde_json::{Value, json};
use uuid::Uuid;

use super::ast::Type;
use crate::arm::{Call, management_groups, subscriptions, vaults};
use crate::model::hierarchy::{ManagementGroup, Resource, ResourceGroup, Subscription};
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::scope::{Scope, ScopeKind};
use crate::model::vault::Vault;
use crate::timestamps::ticks;

pub(super) struct Object<'a> {
    call: &'a Call<'a>,
    kind: Kind<'a>,
    properties: OnceCell<Value>,
}

#[derive(Clone, Copy)]
pub(super) enum Kind<'a> {
    Vault(&'a Vault),
    Resource(&'a Resource),
    Subscription(&'a Subscription),
    ResourceGroup(&'a ResourceGroup),
    ManagementGroup(&'a ManagementGroup),
    RoleAssignment(&'a RoleAssignment),
    RoleDefinition(&'a RoleDefinition),
}

impl<'a> Object<'a> {
    /// Every table that is served has these (observed).
    pub(super) const COLUMNS: [(&'static str, Type); 16] = [
        ("id", Type::String),
        ("name", Type::String),
        ("type", Type::String),
        ("tenantId", Type::String),
        ("kind", Type::String),
        ("location", Type::String),
        ("resourceGroup", Type::String),
        ("subscriptionId", Type::String),
        ("managedBy", Type::String),
        ("sku", Type::Object),
        ("plan", Type::Object),
        ("properties", Type::Object),
        ("tags", Type::Object),
        ("identity", Type::Object),
        ("zones", Type::Object),
        ("extendedLocation", Type::Object),
    ];

    pub(super) fn new(call: &'a Call<'a>, kind: Kind<'a>) -> Self {
        Self { call, kind, properties: OnceCell::new() }
    }

    /// Types, places and the names of resource groups are in lower case, ids as they were written;
    /// texts that there are none of are empty (observed).
    pub(super) fn column(&self, name: &str) -> Cow<'_, Value> {
        if name == "properties" {
            return Cow::Borrowed(self.properties.get_or_init(|| self.kind.properties(self.call)));
        }
        Cow::Owned(match name {
            "id" => self.kind.id().into(),
            "name" => self.kind.name().into(),
            "type" => self.kind.type_name().into(),
            "tenantId" => self.call.indexed.tenant.id.to_string().into(),
            "location" => self.kind.location().to_ascii_lowercase().into(),
            "resourceGroup" => self.kind.resource_group().to_ascii_lowercase().into(),
            "subscriptionId" => {
                self.kind.subscription().map(|id| id.to_string()).unwrap_or_default().into()
            }
            "kind" | "managedBy" => "".into(),
            "tags" => self.kind.tags(),
            _ => Value::Null,
        })
    }

    /// A property that is asked for of every object in a table, without rendering the others.
    pub(super) fn direct(&self, column: &str, property: &str) -> Option<Value> {
        match (self.kind, column, property) {
            (Kind::Vault(vault), "properties", "enableRbacAuthorization") => {
                Some(json!(vault.properties.enable_rbac_authorization))
            }
            (Kind::RoleAssignment(assignment), "properties", "principalId") => {
                Some(json!(assignment.principal))
            }
            _ => None,
        }
    }
}

impl Kind<'_> {
    fn id(&self) -> String {
        match self {
            Self::Vault(vault) => vault.id(),
            Self::Resource(resource) => resource.id.clone(),
            Self::Subscription(subscription) => format!("/subscriptions/{}", subscription.id),
            Self::ResourceGroup(group) => group.id(),
            Self::ManagementGroup(group) => group.id(),
            Self::RoleAssignment(assignment) => {
                let scope = assignment.scope.trim_end_matches('/');
                format!(
                    "{scope}/providers/Microsoft.Authorization/RoleAssignments/{}",
                    assignment.name
                )
            }
            Self::RoleDefinition(definition) => role_id(definition.name),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Vault(vault) => vault.name.clone(),
            Self::Resource(resource) => resource.name.clone(),
            Self::Subscription(subscription) => subscription.display_name.clone(),
            Self::ResourceGroup(group) => group.name.clone(),
            Self::ManagementGroup(group) => group.name.clone(),
            Self::RoleAssignment(assignment) => assignment.name.to_string(),
            Self::RoleDefinition(definition) => definition.name.to_string(),
        }
    }

    fn type_name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Vault(_) => "microsoft.keyvault/vaults",
            Self::Resource(resource) => return Cow::Owned(resource.kind.to_ascii_lowercase()),
            Self::Subscription(_) => "microsoft.resources/subscriptions",
            Self::ResourceGroup(_) => "microsoft.resources/subscriptions/resourcegroups",
            Self::ManagementGroup(_) => "microsoft.management/managementgroups",
            Self::RoleAssignment(_) => "microsoft.authorization/roleassignments",
            Self::RoleDefinition(_) => "microsoft.authorization/roledefinitions",
        })
    }

    fn location(&self) -> &str {
        match self {
            Self::Vault(vault) => &vault.location,
            Self::Resource(resource) => &resource.location,
            Self::Subscription(_)
            | Self::ResourceGroup(_)
            | Self::ManagementGroup(_)
            | Self::RoleAssignment(_)
            | Self::RoleDefinition(_) => "",
        }
    }

    fn subscription(&self) -> Option<Uuid> {
        match self {
            Self::Vault(vault) => Some(vault.subscription),
            Self::Resource(resource) => Scope::parse(&resource.id)?.subscription(),
            Self::Subscription(subscription) => Some(subscription.id),
            Self::ResourceGroup(group) => Some(group.subscription),
            Self::RoleAssignment(assignment) => Scope::parse(&assignment.scope)?.subscription(),
            Self::ManagementGroup(_) | Self::RoleDefinition(_) => None,
        }
    }

    fn resource_group(&self) -> String {
        let of_scope = |id: &str| match Scope::parse(id).map(|scope| scope.kind) {
            Some(
                ScopeKind::ResourceGroup { name: group, .. } | ScopeKind::Resource { group, .. },
            ) => group,
            _ => String::new(),
        };
        match self {
            Self::Vault(vault) => vault.resource_group.clone(),
            Self::Resource(resource) => of_scope(&resource.id),
            Self::ResourceGroup(group) => group.name.clone(),
            Self::RoleAssignment(assignment) => of_scope(&assignment.scope),
            Self::Subscription(_) | Self::ManagementGroup(_) | Self::RoleDefinition(_) => {
                String::new()
            }
        }
    }

    fn tags(&self) -> Value {
        match self {
            Self::Vault(vault) => json!(vault.tags),
            Self::Resource(_) | Self::Subscription(_) | Self::ResourceGroup(_) => json!({}),
            Self::ManagementGroup(_) | Self::RoleAssignment(_) | Self::RoleDefinition(_) => {
                Value::Null
            }
        }
    }

    fn properties(&self, call: &Call<'_>) -> Value {
        match self {
            Self::Vault(vault) => vaults::properties(call, vault),
            Self::Resource(_) => json!({}),
            Self::ResourceGroup(_) => json!({ "provisioningState": "Succeeded" }),
            Self::Subscription(subscription) => {
                let mut shown = subscriptions::render(call, subscription);
                json!({
                    "managementGroupAncestorsChain":
                        management_groups::chain(call.indexed, Some(&subscription.parent)),
                    "managedByTenants": shown["managedByTenants"].take(),
                    "subscriptionPolicies": shown["subscriptionPolicies"].take(),
                    "state": shown["state"].take(),
                })
            }
            Self::ManagementGroup(group) => {
                let mut properties = management_groups::properties(call, group);
                properties["details"]["managementGroupAncestorsChain"] =
                    management_groups::chain(call.indexed, group.parent.as_ref());
                properties
            }
            Self::RoleAssignment(assignment) => of_assignment(assignment),
            Self::RoleDefinition(definition) => of_definition(definition),
        }
    }
}

/// Without a scope, wherever it is defined (observed).
fn role_id(name: Uuid) -> String {
    format!("/providers/Microsoft.Authorization/RoleDefinitions/{name}")
}

fn of_assignment(assignment: &RoleAssignment) -> Value {
    let audit = &assignment.audit;
    json!({
        "roleDefinitionId": role_id(assignment.role),
        "principalId": assignment.principal,
        "principalType": assignment.principal_type,
        "scope": assignment.scope,
        "description": assignment.description,
        "condition": assignment.condition,
        "conditionVersion": assignment.condition_version,
        "createdOn": ticks(audit.created_on),
        "updatedOn": ticks(audit.updated_on),
        "createdBy": audit.created_by,
        "updatedBy": audit.updated_by,
        "delegatedManagedIdentityResourceId": null,
        "canDelegate": false,
    })
}

fn of_definition(definition: &RoleDefinition) -> Value {
    let audit = &definition.audit;
    json!({
        "roleName": definition.role_name,
        "type": if definition.built_in { "BuiltInRole" } else { "CustomRole" },
        "description": definition.description,
        "assignableScopes": definition.assignable_scopes,
        "permissions": definition.permissions,
        "createdOn": ticks(audit.created_on),
        "updatedOn": ticks(audit.updated_on),
        "createdBy": audit.created_by,
        "updatedBy": audit.updated_by,
        "isServiceRole": false,
    })
}
