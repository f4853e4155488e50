//! What the operator is known to hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use time::{Duration, OffsetDateTime};

use crate::steps::d_custom_role::Permissions;
use crate::{Reason, Seen};

/// As far as it was looked at: only what the plan needs is.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub caller: Caller,
    /// Of Microsoft Graph: application permissions of a workload, or what a person lets the client
    /// do for them.
    pub permissions: BTreeSet<String>,
    pub roles: DirectoryRoles,
    /// By ARM path, in lower case.
    pub access: BTreeMap<String, Seen<Access>>,
    /// Looked for by `doctor` alone, and so is the next.
    pub locks: Vec<Lock>,
    /// Where locks or the policy could not be read, and why.
    pub unread: Vec<String>,
    pub certificate_policy: Option<AppManagementPolicy>,
}

/// What kind of identity signed in: rights of Microsoft Graph differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Needs a permission of the client and a role, or to own the object.
    Person,
    /// Needs a permission or a role.
    Workload,
    /// The token does not tell.
    Unknown,
}

/// Roles of the directory, which are not those of Azure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectoryRoles {
    pub held: BTreeSet<DirectoryRole>,
    /// Why there may be more: they could not be read, or are not known here.
    pub doubt: Option<Reason>,
}

/// A built-in role that has to do with applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DirectoryRole {
    GlobalAdministrator,
    PrivilegedRoleAdministrator,
    ApplicationAdministrator,
    CloudApplicationAdministrator,
    ApplicationDeveloper,
    DirectoryReaders,
    GlobalReader,
}

impl DirectoryRole {
    const ALL: [DirectoryRole; 7] = [
        DirectoryRole::GlobalAdministrator,
        DirectoryRole::PrivilegedRoleAdministrator,
        DirectoryRole::ApplicationAdministrator,
        DirectoryRole::CloudApplicationAdministrator,
        DirectoryRole::ApplicationDeveloper,
        DirectoryRole::DirectoryReaders,
        DirectoryRole::GlobalReader,
    ];

    /// The role of a template, whose id is the same in every tenant.
    pub fn of_template(id: &str) -> Option<DirectoryRole> {
        DirectoryRole::ALL.into_iter().find(|role| role.template().eq_ignore_ascii_case(id))
    }

    fn template(self) -> &'static str {
        match self {
            DirectoryRole::GlobalAdministrator => "62e90394-69f5-4237-9190-012177145e10",
            DirectoryRole::PrivilegedRoleAdministrator => "e8611ab8-c189-46e8-94e1-60213ab1f814",
            DirectoryRole::ApplicationAdministrator => "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
            DirectoryRole::CloudApplicationAdministrator => "158c047a-c907-4556-b7ef-446551a6b5f7",
            DirectoryRole::ApplicationDeveloper => "cf1c38e5-3621-4004-a7cb-879624dced7c",
            DirectoryRole::DirectoryReaders => "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
            DirectoryRole::GlobalReader => "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        }
    }
}

impl fmt::Display for DirectoryRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DirectoryRole::GlobalAdministrator => "Global Administrator",
            DirectoryRole::PrivilegedRoleAdministrator => "Privileged Role Administrator",
            DirectoryRole::ApplicationAdministrator => "Application Administrator",
            DirectoryRole::CloudApplicationAdministrator => "Cloud Application Administrator",
            DirectoryRole::ApplicationDeveloper => "Application Developer",
            DirectoryRole::DirectoryReaders => "Directory Readers",
            DirectoryRole::GlobalReader => "Global Reader",
        })
    }
}

/// What the operator may do at one scope of Azure, and below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Access {
    /// Of each role one.
    pub sets: Vec<Permissions>,
    /// Why roles may be assigned under a condition only, which these sets do not show.
    pub conditional: Option<Reason>,
}

/// Keeps what is at or below its scope as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    pub name: String,
    /// ARM path of what is locked.
    pub scope: String,
    pub level: LockLevel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockLevel {
    ReadOnly,
    CanNotDelete,
}

/// How long a certificate of an application may last.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AppManagementPolicy {
    pub longest: Duration,
    /// Applications made before are spared.
    pub for_applications_after: Option<OffsetDateTime>,
}
