use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use crate::encoding::{base64url, sha256, uuid_of};

/// A built-in role of the directory, as far as app registrations are concerned. Not to be confused
/// with the roles of Resource Manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum DirectoryRole {
    GlobalAdministrator,
    PrivilegedRoleAdministrator,
    ApplicationAdministrator,
    CloudApplicationAdministrator,
    ApplicationDeveloper,
    DirectoryReaders,
    GlobalReader,
}

impl DirectoryRole {
    pub(crate) const ALL: [Self; 7] = [
        Self::GlobalAdministrator,
        Self::PrivilegedRoleAdministrator,
        Self::ApplicationAdministrator,
        Self::CloudApplicationAdministrator,
        Self::ApplicationDeveloper,
        Self::DirectoryReaders,
        Self::GlobalReader,
    ];

    pub(crate) fn of_template(template: Uuid) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.template() == template)
    }

    /// The same in every tenant (documented).
    pub(crate) const fn template(self) -> Uuid {
        match self {
            Self::GlobalAdministrator => uuid!("62e90394-69f5-4237-9190-012177145e10"),
            Self::PrivilegedRoleAdministrator => uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"),
            Self::ApplicationAdministrator => uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"),
            Self::CloudApplicationAdministrator => uuid!("158c047a-c907-4556-b7ef-446551a6b5f7"),
            Self::ApplicationDeveloper => uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c"),
            Self::DirectoryReaders => uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b"),
            Self::GlobalReader => uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451"),
        }
    }

    /// The id of the role's object, which differs from tenant to tenant.
    pub(crate) fn object_id(self, tenant: Uuid) -> Uuid {
        uuid_of(&format!("directory role {} of {tenant}", self.template()))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Global Administrator",
            Self::PrivilegedRoleAdministrator => "Privileged Role Administrator",
            Self::ApplicationAdministrator => "Application Administrator",
            Self::CloudApplicationAdministrator => "Cloud Application Administrator",
            Self::ApplicationDeveloper => "Application Developer",
            Self::DirectoryReaders => "Directory Readers",
            Self::GlobalReader => "Global Reader",
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::GlobalAdministrator => "Manages everything in the directory.",
            Self::PrivilegedRoleAdministrator => "Assigns roles and consents to any permission.",
            Self::ApplicationAdministrator => "Manages app registrations and enterprise apps.",
            Self::CloudApplicationAdministrator => {
                "Manages app registrations and enterprise apps, but not application proxy."
            }
            Self::ApplicationDeveloper => "Creates app registrations and manages its own.",
            Self::DirectoryReaders => "Reads basic directory information.",
            Self::GlobalReader => "Reads what a Global Administrator reads, and changes nothing.",
        }
    }
}

/// That a user, a service principal or a role-assignable group is in a role, tenant-wide.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DirectoryRoleMembership {
    pub(crate) id: String,
    pub(crate) role: DirectoryRole,
    pub(crate) principal: Uuid,
    /// It could be activated through Privileged Identity Management, but is not: it gives nothing
    /// and is not seen.
    pub(crate) eligible: bool,
}

impl DirectoryRoleMembership {
    /// The id means nothing to a client, like the real ones.
    pub(crate) fn new(role: DirectoryRole, principal: Uuid) -> Self {
        let seed = format!("{} {principal}", role.template());
        Self { id: base64url(&sha256(seed.as_bytes())), role, principal, eligible: false }
    }
}
