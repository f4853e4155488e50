use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::behaviour::Lagging;
use crate::model::app_management_policy::AppManagementPolicy;
use crate::model::application::Application;
use crate::model::audit::AuditEvent;
use crate::model::directory_role::DirectoryRoleMembership;
use crate::model::grant::{DelegatedGrant, Grant};
use crate::model::group::Group;
use crate::model::group_operation::GroupOperation;
use crate::model::hierarchy::{
    ManagementGroup, Resource, ResourceGroup, Subscription, management_group_id,
};
use crate::model::lock::Lock;
use crate::model::mondoo::MondooChange;
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::service_principal::ServicePrincipal;
use crate::model::user::User;
use crate::model::vault::{DeletedVault, Vault};

/// One object as it is from now on, or its removal. A line of the log is a list of these, applied
/// together.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Application(Box<Application>),
    ApplicationRemoved(Uuid),
    ServicePrincipal(Box<ServicePrincipal>),
    ServicePrincipalRemoved(Uuid),
    User(User),
    AppManagementPolicy(Box<AppManagementPolicy>),
    Group(Group),
    DirectoryRoleMembership(DirectoryRoleMembership),
    DirectoryRoleMembershipRemoved(String),
    Grant(Grant),
    GrantRemoved(String),
    DelegatedGrant(DelegatedGrant),
    DelegatedGrantRemoved(String),
    ManagementGroup(ManagementGroup),
    ManagementGroupRemoved(String),
    GroupOperation(GroupOperation),
    Subscription(Subscription),
    ResourceGroup(ResourceGroup),
    /// By its id.
    ResourceGroupRemoved(String),
    Resource(Resource),
    /// By its id.
    ResourceRemoved(String),
    Vault(Box<Vault>),
    /// By its id.
    VaultRemoved(String),
    DeletedVault(Box<DeletedVault>),
    /// By its name.
    DeletedVaultRemoved(String),
    RoleDefinition(RoleDefinition),
    RoleDefinitionRemoved(Uuid),
    RoleAssignment(RoleAssignment),
    RoleAssignmentRemoved(Uuid),
    Lock(Lock),
    /// By its id.
    LockRemoved(String),
    Audit(Box<AuditEvent>),
    Mondoo(MondooChange),
}

impl Change {
    /// What the change is about; two changes of one object have the same.
    pub(super) fn object(&self) -> String {
        match self {
            Self::Application(one) => format!("application {}", one.id),
            Self::ApplicationRemoved(id) => format!("application {id}"),
            Self::ServicePrincipal(one) => format!("service principal {}", one.id),
            Self::ServicePrincipalRemoved(id) => format!("service principal {id}"),
            Self::AppManagementPolicy(_) => "app management policy".to_owned(),
            Self::User(one) => format!("user {}", one.id),
            Self::Group(one) => format!("group {}", one.id),
            Self::DirectoryRoleMembership(one) => format!("directory role membership {}", one.id),
            Self::DirectoryRoleMembershipRemoved(id) => format!("directory role membership {id}"),
            Self::Grant(one) => format!("grant {}", one.id),
            Self::GrantRemoved(id) => format!("grant {id}"),
            Self::DelegatedGrant(one) => format!("delegated grant {}", one.id),
            Self::DelegatedGrantRemoved(id) => format!("delegated grant {id}"),
            Self::ManagementGroup(one) => one.id(),
            Self::ManagementGroupRemoved(name) => management_group_id(name),
            Self::GroupOperation(one) => format!("{} of {}", one.kind.name(), one.group),
            Self::Subscription(one) => format!("subscription {}", one.id),
            Self::ResourceGroup(one) => one.id(),
            Self::Resource(one) => one.id.clone(),
            Self::Vault(one) => one.id(),
            Self::ResourceGroupRemoved(id) | Self::ResourceRemoved(id) | Self::VaultRemoved(id) => {
                id.clone()
            }
            Self::DeletedVault(one) => format!("deleted vault {}", one.vault.name),
            Self::DeletedVaultRemoved(name) => format!("deleted vault {name}"),
            Self::RoleDefinition(one) => format!("role definition {}", one.name),
            Self::RoleDefinitionRemoved(id) => format!("role definition {id}"),
            Self::RoleAssignment(one) => format!("role assignment {}", one.name),
            Self::RoleAssignmentRemoved(id) => format!("role assignment {id}"),
            Self::Lock(one) => one.id(),
            Self::LockRemoved(id) => id.clone(),
            Self::Audit(one) => format!("audit event {}", one.number),
            Self::Mondoo(one) => one.object(),
        }
    }

    /// None for what is seen everywhere at once.
    pub(super) fn lagging(&self) -> Option<Lagging> {
        match self {
            Self::Application(_) | Self::ApplicationRemoved(_) => Some(Lagging::Application),
            Self::ServicePrincipal(_) | Self::ServicePrincipalRemoved(_) => {
                Some(Lagging::ServicePrincipal)
            }
            Self::Grant(_)
            | Self::GrantRemoved(_)
            | Self::DelegatedGrant(_)
            | Self::DelegatedGrantRemoved(_) => Some(Lagging::Grant),
            Self::RoleDefinition(_) | Self::RoleDefinitionRemoved(_) => {
                Some(Lagging::RoleDefinition)
            }
            Self::RoleAssignment(_) | Self::RoleAssignmentRemoved(_) => {
                Some(Lagging::RoleAssignment)
            }
            Self::Vault(_) | Self::VaultRemoved(_) => Some(Lagging::Vault),
            Self::User(_)
            | Self::AppManagementPolicy(_)
            | Self::Group(_)
            | Self::DirectoryRoleMembership(_)
            | Self::DirectoryRoleMembershipRemoved(_)
            | Self::ManagementGroup(_)
            | Self::ManagementGroupRemoved(_)
            | Self::GroupOperation(_)
            | Self::Subscription(_)
            | Self::ResourceGroup(_)
            | Self::ResourceGroupRemoved(_)
            | Self::Resource(_)
            | Self::ResourceRemoved(_)
            | Self::DeletedVault(_)
            | Self::DeletedVaultRemoved(_)
            | Self::Lock(_)
            | Self::LockRemoved(_)
            | Self::Audit(_)
            | Self::Mondoo(_) => None,
        }
    }
}

impl From<Application> for Change {
    fn from(application: Application) -> Self {
        Self::Application(Box::new(application))
    }
}

impl From<ServicePrincipal> for Change {
    fn from(principal: ServicePrincipal) -> Self {
        Self::ServicePrincipal(Box::new(principal))
    }
}

impl From<Vault> for Change {
    fn from(vault: Vault) -> Self {
        Self::Vault(Box::new(vault))
    }
}
