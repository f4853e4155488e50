//! Profiles: the sets of rights that a spec starts from, kept as data beside this crate.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::RoleDefinitionId;

/// The rights that one profile asks for.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    pub graph_permissions: Vec<Line>,
    pub built_in_roles: Vec<BuiltInRole>,
    pub custom_role: RoleVariants,
    pub vault_permissions: VaultPermissions,
}

/// One right, why it is asked for, and what a reviewer should know of it.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub name: String,
    pub reason: String,
    pub caution: Option<Caution>,
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

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltInRole {
    pub name: String,
    pub id: RoleDefinitionId,
    pub reason: String,
}

/// The custom role, which differs by where it is assigned.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleVariants {
    pub name: String,
    pub description: String,
    pub subscription: CustomRolePermissions,
    pub management_group: CustomRolePermissions,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CustomRolePermissions {
    pub actions: Vec<Line>,
    pub data_actions: Vec<Line>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultPermissions {
    pub keys: Vec<Line>,
    pub secrets: Vec<Line>,
    pub certificates: Vec<Line>,
}

impl Profile {
    /// Mondoo's manual, exactly.
    pub fn documented() -> &'static Profile {
        static DOCUMENTED: LazyLock<Profile> = LazyLock::new(|| {
            serde_yaml::from_str(include_str!("../profiles/documented.yaml"))
                .expect("a profile is part of this crate and read by its tests")
        });
        &DOCUMENTED
    }
}
