//! Profiles: the sets of rights that a spec starts from, kept as data beside this crate.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{BuiltInRole, CustomRolePermissions, Line, VaultPermissions};

/// The rights that one profile asks for.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    pub graph_permissions: Vec<Line>,
    pub built_in_roles: Vec<BuiltInRole>,
    pub custom_role: RoleVariants,
    pub vault_permissions: VaultPermissions,
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

impl Profile {
    /// Mondoo's manual, exactly.
    pub fn documented() -> &'static Profile {
        static DOCUMENTED: LazyLock<Profile> =
            LazyLock::new(|| read(include_str!("../profiles/documented.yaml")));
        &DOCUMENTED
    }

    /// What the scanner calls for, and no more.
    pub fn least_privilege() -> &'static Profile {
        static LEAST_PRIVILEGE: LazyLock<Profile> =
            LazyLock::new(|| read(include_str!("../profiles/least-privilege.yaml")));
        &LEAST_PRIVILEGE
    }
}

/// The actions that scans inside virtual machines take, on top of any profile.
pub(crate) fn scan_vms() -> &'static [Line] {
    static SCAN_VMS: LazyLock<Vec<Line>> =
        LazyLock::new(|| read(include_str!("../profiles/scan-vms.yaml")));
    &SCAN_VMS
}

fn read<T: DeserializeOwned>(data: &str) -> T {
    serde_yaml::from_str(data).expect("profiles are part of this crate and read by its tests")
}
