//! What is to be asked for a spec.

use spec::{RoleDefinitionId, ScopeId, SubscriptionId, TenantId};

use crate::steps::d_custom_role::Permissions;
use crate::steps::e_key_vault_access::{Model, Vault};
use crate::verify::actions;
use crate::{Desired, custom_role_id};

#[derive(Clone, Debug, PartialEq)]
pub struct Questions {
    pub graph: Vec<GraphQuestion>,
    /// A web app is asked for only where the spec wants the right to settings: that is the one
    /// question which is sent by POST.
    pub settings: bool,
}

/// A call of Microsoft Graph that needs a permission.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphQuestion {
    pub permission: String,
    /// Below the version.
    pub path: &'static str,
    /// Answered by the beta version only.
    pub beta: bool,
}

impl Questions {
    pub fn of(desired: &Desired) -> Questions {
        let wanted = &desired.graph_permissions.permissions;
        let graph = wanted.iter().filter_map(|permission| {
            let (_, path) = CALLS.iter().find(|(name, _)| *name == permission.name)?;
            let beta = permission.name == BETA_ONLY;
            Some(GraphQuestion { permission: permission.name.clone(), path, beta })
        });
        let role = &desired.custom_role;
        let wants = |permissions: &Permissions| {
            permissions.actions.iter().any(|action| actions::is_settings(action))
        };
        Questions {
            graph: graph.collect(),
            settings: wants(&role.at_subscriptions) || wants(&role.at_management_groups),
        }
    }
}

const BETA_ONLY: &str = "SecurityActions.Read.All";

/// Broader permissions open some of these, too: that a call answers explains, the token decides.
const CALLS: [(&str, &str); 14] = [
    ("Application.Read.All", "/applications?$top=1&$select=id"),
    ("AuditLog.Read.All", "/auditLogs/directoryAudits?$top=1"),
    ("Directory.Read.All", "/groups?$top=1&$select=id"),
    ("Domain.Read.All", "/domains"),
    ("IdentityProvider.Read.All", "/identity/identityProviders"),
    ("IdentityRiskEvent.Read.All", "/identityProtection/riskDetections?$top=1"),
    ("IdentityRiskyUser.Read.All", "/identityProtection/riskyUsers?$top=1"),
    ("Policy.Read.All", "/policies/authorizationPolicy"),
    ("Policy.Read.ConditionalAccess", "/identity/conditionalAccess/policies?$top=1"),
    ("Policy.Read.PermissionGrant", "/policies/permissionGrantPolicies"),
    ("RoleManagement.Read.All", "/roleManagement/directory/roleDefinitions"),
    ("SecurityActions.Read.All", "/security/securityActions"),
    ("SecurityEvents.Read.All", "/security/secureScores?$top=1"),
    ("ThreatAssessment.Read.All", "/informationProtection/threatAssessmentRequests?$top=1"),
];

/// The custom role at a scope: its id, and what it is to permit. Nothing, where it permits nothing.
pub fn custom_role<'a>(
    desired: &'a Desired,
    tenant: TenantId,
    scope: &ScopeId,
) -> Option<(RoleDefinitionId, &'a Permissions)> {
    let role = &desired.custom_role;
    let (group, permissions) = match scope {
        ScopeId::Subscription(_) => (None, &role.at_subscriptions),
        ScopeId::ManagementGroup(group) => (Some(group), &role.at_management_groups),
    };
    let is_empty = permissions.actions.is_empty() && permissions.data_actions.is_empty();
    let id = custom_role_id(tenant, &desired.installation, &role.role_name, group);
    (!is_empty).then_some((id, permissions))
}

/// Whether the application is to look into a vault: by an entry that the spec asks for, or by a role
/// that it has there anyway.
pub fn probes_vault(desired: &Desired, subscription: SubscriptionId, vault: &Vault) -> bool {
    let wanted = &desired.key_vault_access;
    match vault.model {
        Model::Rbac => !wanted.excludes(subscription, &vault.id),
        Model::AccessPolicies { .. } => wanted.wants(subscription, &vault.id, true),
    }
}
