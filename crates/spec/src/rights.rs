//! What Mondoo may do in the tenant, right by right.

use serde::{Deserialize, Serialize};

use crate::{Profile, RoleDefinitionId};

/// The rights that a spec asks for: those of its profile with its patches applied.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rights {
    pub graph_permissions: Vec<Line>,
    pub built_in_roles: Vec<BuiltInRole>,
    /// Description of the custom role.
    pub role_description: String,
    pub at_subscriptions: CustomRolePermissions,
    /// Without data actions that the spec adds: Azure refuses them at management groups.
    pub at_management_groups: CustomRolePermissions,
    /// At least one.
    pub vault_permissions: VaultPermissions,
}

/// One right, why it is asked for, and what a reviewer should know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub name: String,
    #[serde(skip_serializing)]
    pub reason: String,
    pub caution: Option<Caution>,
    /// By the spec, not the profile.
    #[serde(skip)]
    pub added: bool,
}

/// Why a right deserves a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Caution {
    /// No API answers to it any more.
    Retired,
    /// Runs any code on virtual machines.
    RunsCode,
    /// Reads values of secrets.
    SecretValues,
    /// Reads application settings and connection strings, which often hold secrets.
    AppSettings,
    /// Changes things, though the scanner only reads.
    Writes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltInRole {
    pub name: String,
    /// None where the spec adds a role by name: the tenant knows it.
    pub id: Option<RoleDefinitionId>,
    #[serde(skip_serializing)]
    pub reason: String,
    /// By the spec, not the profile.
    #[serde(skip)]
    pub added: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomRolePermissions {
    pub actions: Vec<Line>,
    pub data_actions: Vec<Line>,
}

/// Permissions in a vault on the access-policy model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultPermissions {
    pub keys: Vec<Line>,
    pub secrets: Vec<Line>,
    pub certificates: Vec<Line>,
}

/// Why a right is asked for that no profile has.
const ADDED: &str = "the spec adds it";

impl Line {
    pub(crate) fn added(name: &str, caution: Option<Caution>) -> Line {
        Line { name: name.to_owned(), reason: ADDED.to_owned(), caution, added: true }
    }

    /// Services compare names of rights without case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl BuiltInRole {
    /// A role by its GUID or its name.
    pub(crate) fn added(written: &str) -> BuiltInRole {
        let id = written.parse::<RoleDefinitionId>().ok();
        let name = id.map_or_else(|| written.to_owned(), |id| id.to_string());
        BuiltInRole { name, id, reason: ADDED.to_owned(), added: true }
    }
}

/// The caution that the profiles give `name` in one of their lists: it holds whoever asks.
pub(crate) fn caution(name: &str, list: fn(&Profile) -> &[Line]) -> Option<Caution> {
    let lines = [Profile::documented(), Profile::least_privilege()].into_iter().flat_map(list);
    let mut cautions = lines.filter(|line| line.is(name)).filter_map(|line| line.caution);
    cautions.next()
}
