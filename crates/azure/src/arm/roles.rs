//! Role definitions and role assignments.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::json;
use spec::{PrincipalId, RoleAssignmentId, RoleDefinitionId, ScopeId};
use time::OffsetDateTime;

use super::null_is_empty;
use crate::error::unless_missing;
use crate::service::Call;
use crate::{Error, Reader, Writer};

const VERSION: &str = "2022-04-01";

/// A custom role.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleDefinition {
    pub id: RoleDefinitionId,
    pub name: String,
    pub description: String,
    pub permissions: RolePermissions,
    /// ARM paths.
    pub assignable_scopes: Vec<String>,
    pub updated: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RolePermissions {
    #[serde(deserialize_with = "null_is_empty")]
    pub actions: Vec<String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub not_actions: Vec<String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub data_actions: Vec<String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub not_data_actions: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct RoleAssignment {
    /// Its ARM path.
    pub id: String,
    pub description: String,
    /// ARM path of where it sits, which may be above the scope that was asked about.
    pub scope: String,
    pub role: RoleDefinitionId,
    pub principal: PrincipalId,
    pub has_condition: bool,
}

#[derive(Deserialize)]
struct Resource<P> {
    id: String,
    name: String,
    properties: P,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionProperties {
    role_name: String,
    description: Option<String>,
    #[serde(default)]
    permissions: Vec<RolePermissions>,
    #[serde(default)]
    assignable_scopes: Vec<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    updated_on: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentProperties {
    scope: String,
    role_definition_id: String,
    principal_id: PrincipalId,
    description: Option<String>,
    condition: Option<String>,
}

impl Reader {
    /// Custom roles that can be assigned at `scope`.
    pub async fn custom_roles(&self, scope: &ScopeId) -> Result<Vec<RoleDefinition>, Error> {
        self.list_definitions(scope, "type eq 'CustomRole'").await
    }

    async fn list_definitions(
        &self,
        scope: &ScopeId,
        filter: &str,
    ) -> Result<Vec<RoleDefinition>, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions");
        let query = [("api-version", VERSION), ("$filter", filter)];
        let listed: Vec<Resource<DefinitionProperties>> =
            self.arm.list(Call::get(path, &query)).await?;
        Ok(listed.into_iter().filter_map(RoleDefinition::read).collect())
    }

    /// One role definition, read directly: lists lag behind.
    pub async fn role_definition(
        &self,
        scope: &str,
        id: RoleDefinitionId,
    ) -> Result<Option<RoleDefinition>, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}");
        let query = [("api-version", VERSION)];
        match unless_missing(self.arm.send(Call::get(path, &query)).await)? {
            Some(answer) => answer.read().map(RoleDefinition::read),
            None => Ok(None),
        }
    }

    /// A role by its name or id, built-in ones too. Nothing, where there is none.
    pub async fn role_named(
        &self,
        scope: &ScopeId,
        name: &str,
    ) -> Result<Option<RoleDefinition>, Error> {
        if let Ok(id) = name.parse() {
            return self.role_definition(&scope.to_string(), id).await;
        }
        let filter = format!("roleName eq '{}'", name.replace('\'', "''"));
        Ok(self.list_definitions(scope, &filter).await?.into_iter().next())
    }

    /// Every assignment at, above and below `scope`, an ARM path.
    pub async fn all_role_assignments(&self, scope: &str) -> Result<Vec<RoleAssignment>, Error> {
        self.list_assignments(scope, &[("api-version", VERSION)]).await
    }

    /// One assignment, read directly. Nothing, where it is gone.
    pub async fn role_assignment(&self, id: &str) -> Result<Option<RoleAssignment>, Error> {
        let query = [("api-version", VERSION)];
        match unless_missing(self.arm.send(Call::get(id.to_owned(), &query)).await)? {
            Some(answer) => answer.read().map(RoleAssignment::read),
            None => Ok(None),
        }
    }

    /// Assignments of one principal at, above and below `scope`.
    pub async fn role_assignments(
        &self,
        scope: &ScopeId,
        principal: PrincipalId,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let filter = format!("principalId eq '{principal}'");
        let query = [("api-version", VERSION), ("$filter", &filter)];
        self.list_assignments(&scope.to_string(), &query).await
    }

    pub(super) async fn list_assignments(
        &self,
        scope: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<RoleAssignment>, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
        let listed: Vec<Resource<AssignmentProperties>> =
            self.arm.list(Call::get(path, query)).await?;
        Ok(listed.into_iter().filter_map(RoleAssignment::read).collect())
    }
}

impl RoleDefinition {
    /// Nothing where the name is no GUID, which Azure does not admit.
    fn read(resource: Resource<DefinitionProperties>) -> Option<RoleDefinition> {
        let DefinitionProperties {
            role_name,
            description,
            permissions,
            assignable_scopes,
            updated_on,
        } = resource.properties;
        // One entry in practice; several would add up, but for their exclusions.
        let mut whole = RolePermissions::default();
        for RolePermissions { actions, not_actions, data_actions, not_data_actions } in permissions
        {
            whole.actions.extend(actions);
            whole.not_actions.extend(not_actions);
            whole.data_actions.extend(data_actions);
            whole.not_data_actions.extend(not_data_actions);
        }
        Some(RoleDefinition {
            id: resource.name.parse().ok()?,
            name: role_name,
            description: description.unwrap_or_default(),
            permissions: whole,
            assignable_scopes,
            updated: updated_on,
        })
    }
}

impl RoleAssignment {
    fn read(resource: Resource<AssignmentProperties>) -> Option<RoleAssignment> {
        let AssignmentProperties {
            scope,
            role_definition_id,
            principal_id,
            description,
            condition,
        } = resource.properties;
        Some(RoleAssignment {
            id: resource.id,
            description: description.unwrap_or_default(),
            scope,
            // The id's path varies with the scope of the request; its last part does not.
            role: role_definition_id.rsplit('/').next()?.parse().ok()?,
            principal: principal_id,
            has_condition: condition.is_some_and(|condition| !condition.is_empty()),
        })
    }
}

impl Writer {
    /// Deletes a role definition, through one of its assignable scopes. One that is gone is a
    /// success; Azure refuses one that is assigned.
    pub async fn delete_role_definition(
        &self,
        scope: &str,
        id: RoleDefinitionId,
    ) -> Result<(), Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}");
        self.delete(path).await
    }

    /// Deletes a role assignment by its ARM path. One that is gone is a success.
    pub async fn delete_role_assignment(&self, id: &str) -> Result<(), Error> {
        self.delete(id.to_owned()).await
    }

    async fn delete(&self, path: String) -> Result<(), Error> {
        let query = [("api-version", VERSION)];
        unless_missing(self.reader.arm.send(Call::delete(path, &query)).await).map(drop)
    }

    /// Makes or replaces a custom role, through one of its assignable scopes.
    pub async fn put_role_definition(
        &self,
        scope: &ScopeId,
        definition: &RoleDefinition,
    ) -> Result<(), Error> {
        let RoleDefinition { id, name, description, permissions, assignable_scopes, updated: _ } =
            definition;
        let RolePermissions { actions, not_actions, data_actions, not_data_actions } = permissions;
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{id}");
        let body = json!({ "properties": {
            "roleName": name,
            "description": description,
            "type": "CustomRole",
            "permissions": [{
                "actions": actions,
                "notActions": not_actions,
                "dataActions": data_actions,
                "notDataActions": not_data_actions,
            }],
            "assignableScopes": assignable_scopes,
        }});
        let query = [("api-version", VERSION)];
        self.reader.arm.send(Call::write(Method::Put, path, &query, body)).await.map(drop)
    }

    /// Assigns a role. With its type given, Azure does not look for a principal that it may not
    /// have heard of yet.
    pub async fn put_role_assignment(
        &self,
        id: RoleAssignmentId,
        scope: &ScopeId,
        role: RoleDefinitionId,
        principal: PrincipalId,
        description: &str,
    ) -> Result<(), Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{id}");
        let body = json!({ "properties": {
            "roleDefinitionId": format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{role}"),
            "principalId": principal,
            "principalType": "ServicePrincipal",
            "description": description,
        }});
        let query = [("api-version", VERSION)];
        let sent = self.reader.arm.send(Call::write(Method::Put, path, &query, body)).await;
        match sent {
            // Somebody else made it under another name: it is there.
            Err(error) if error.has_code("RoleAssignmentExists") => Ok(()),
            other => other.map(drop),
        }
    }
}
