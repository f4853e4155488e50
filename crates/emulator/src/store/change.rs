use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::application::Application;
use crate::model::grant::Grant;
use crate::model::hierarchy::{ManagementGroup, Resource, ResourceGroup, Subscription};
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::service_principal::ServicePrincipal;
use crate::model::user::User;
use crate::model::vault::Vault;

/// One object as it is from now on, or its removal. A line of the log is a list of these, applied
/// together.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Change {
    Application(Box<Application>),
    ApplicationRemoved(Uuid),
    ServicePrincipal(Box<ServicePrincipal>),
    ServicePrincipalRemoved(Uuid),
    User(User),
    Grant(Grant),
    GrantRemoved(String),
    ManagementGroup(ManagementGroup),
    Subscription(Subscription),
    ResourceGroup(ResourceGroup),
    Resource(Resource),
    Vault(Box<Vault>),
    RoleDefinition(RoleDefinition),
    RoleDefinitionRemoved(Uuid),
    RoleAssignment(RoleAssignment),
    RoleAssignmentRemoved(Uuid),
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
