use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RoleDefinition {
    pub(crate) name: Uuid,
    pub(crate) role_name: String,
    pub(crate) built_in: bool,
    pub(crate) description: Option<String>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) assignable_scopes: Vec<String>,
    pub(crate) audit: Audit,
}

impl RoleDefinition {
    /// Allowed by one permission whose own exceptions do not take it away again (documented).
    pub(crate) fn allows(&self, action: &str) -> bool {
        self.permissions.iter().any(|permission| {
            permission.actions.iter().any(|pattern| matches(pattern, action))
                && !permission.not_actions.iter().any(|pattern| matches(pattern, action))
        })
    }

    /// The same of what is done to data.
    pub(crate) fn allows_data(&self, action: &str) -> bool {
        self.permissions.iter().any(|permission| {
            permission.data_actions.iter().any(|pattern| matches(pattern, action))
                && !permission.not_data_actions.iter().any(|pattern| matches(pattern, action))
        })
    }

    pub(crate) fn has_data_actions(&self) -> bool {
        self.permissions.iter().any(|permission| !permission.data_actions.is_empty())
    }
}

/// Lists that a client leaves out come back empty (observed).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Permission {
    pub(crate) actions: Vec<String>,
    pub(crate) not_actions: Vec<String>,
    pub(crate) data_actions: Vec<String>,
    pub(crate) not_data_actions: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RoleAssignment {
    pub(crate) name: Uuid,
    /// As it was written in the path of the request.
    pub(crate) scope: String,
    pub(crate) principal: Uuid,
    pub(crate) principal_type: String,
    pub(crate) role: Uuid,
    pub(crate) description: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) condition_version: Option<String>,
    pub(crate) audit: Audit,
}

impl RoleAssignment {
    pub(crate) fn id(&self) -> String {
        let scope = self.scope.trim_end_matches('/');
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", self.name)
    }
}

/// Who made and last changed an authorization object; built-in roles name nobody.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Audit {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_on: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) updated_on: OffsetDateTime,
    pub(crate) created_by: Option<Uuid>,
    pub(crate) updated_by: Option<Uuid>,
}

impl Audit {
    pub(crate) fn new(by: Option<Uuid>, at: OffsetDateTime) -> Self {
        Self { created_on: at, updated_on: at, created_by: by, updated_by: by }
    }

    pub(crate) fn updated(&self, by: Uuid, at: OffsetDateTime) -> Self {
        Self { updated_on: at, updated_by: Some(by), ..self.clone() }
    }
}

/// `*` stands for any characters, slashes too; letters match in either case (documented).
pub(crate) fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => pattern == action,
        Some((start, end)) => {
            action.len() >= start.len() + end.len()
                && action.starts_with(start)
                && action.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_wildcard_stands_for_any_part_of_an_action() {
        assert!(matches("*", "Microsoft.KeyVault/vaults/write"));
        assert!(matches("*/read", "Microsoft.KeyVault/vaults/READ"));
        assert!(matches(
            "microsoft.authorization/*/Write",
            "Microsoft.Authorization/roleAssignments/write"
        ));
        assert!(!matches("*/read", "Microsoft.KeyVault/vaults/write"));
        assert!(!matches("a/*/a", "a/a"));
    }
}
