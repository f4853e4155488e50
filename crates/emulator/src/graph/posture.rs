//! What a scanner reads of a tenant besides its applications: policies, risks, reports. Small or
//! empty collections, each behind the permissions that are documented for it.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::behaviour::Variant;
use crate::graph::collection::{DIRECTORY_OBJECT, SIGN_IN_ACTIVITY, Selection, list};
use crate::graph::error::GraphError;
use crate::graph::{Call, directory_audits, entity};
use crate::model::directory_role::DirectoryRole;
use crate::model::service_principal::ServicePrincipal;
use crate::store::Answer;
use crate::timestamps::seconds;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Posture {
    AuthorizationPolicy,
    ConditionalAccessPolicies,
    DirectoryAudits,
    Domains,
    IdentityProviders,
    PermissionGrantPolicies,
    RiskDetections,
    RiskyUsers,
    RoleDefinitions,
    SecureScores,
    /// Of the beta version only.
    SecurityActions,
    /// Of the beta version only.
    SignInActivities,
    ThreatAssessmentRequests,
}

impl Posture {
    const ALL: [Self; 13] = [
        Self::AuthorizationPolicy,
        Self::ConditionalAccessPolicies,
        Self::DirectoryAudits,
        Self::Domains,
        Self::IdentityProviders,
        Self::PermissionGrantPolicies,
        Self::RiskDetections,
        Self::RiskyUsers,
        Self::RoleDefinitions,
        Self::SecureScores,
        Self::SecurityActions,
        Self::SignInActivities,
        Self::ThreatAssessmentRequests,
    ];

    pub(super) fn parse(version: &str, path: &[&str]) -> Option<Self> {
        let path = path.join("/");
        let meant = |one: &Self| one.path().eq_ignore_ascii_case(&path);
        Self::ALL.into_iter().filter(|one| one.version() == version).find(meant)
    }

    fn version(self) -> &'static str {
        match self {
            Self::SecurityActions | Self::SignInActivities => "beta",
            _ => "v1.0",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::AuthorizationPolicy => "policies/authorizationPolicy",
            Self::ConditionalAccessPolicies => "identity/conditionalAccess/policies",
            Self::DirectoryAudits => "auditLogs/directoryAudits",
            Self::Domains => "domains",
            Self::IdentityProviders => "identity/identityProviders",
            Self::PermissionGrantPolicies => "policies/permissionGrantPolicies",
            Self::RiskDetections => "identityProtection/riskDetections",
            Self::RiskyUsers => "identityProtection/riskyUsers",
            Self::RoleDefinitions => "roleManagement/directory/roleDefinitions",
            Self::SecureScores => "security/secureScores",
            Self::SecurityActions => "security/securityActions",
            Self::SignInActivities => "reports/servicePrincipalSignInActivities",
            Self::ThreatAssessmentRequests => "informationProtection/threatAssessmentRequests",
        }
    }

    /// One of these is enough for an application (documented).
    pub(super) fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::AuthorizationPolicy => &["Policy.Read.All", "Policy.ReadWrite.Authorization"],
            Self::ConditionalAccessPolicies => &[
                "Policy.Read.ConditionalAccess",
                "Policy.Read.All",
                "Policy.ReadWrite.ConditionalAccess",
            ],
            Self::DirectoryAudits | Self::SignInActivities => &["AuditLog.Read.All"],
            Self::Domains => &[
                "Domain.Read.All",
                "Domain.ReadWrite.All",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::IdentityProviders => {
                &["IdentityProvider.Read.All", "IdentityProvider.ReadWrite.All"]
            }
            Self::PermissionGrantPolicies => &[
                "Policy.Read.PermissionGrant",
                "Policy.Read.All",
                "Policy.ReadWrite.PermissionGrant",
            ],
            Self::RiskDetections => {
                &["IdentityRiskEvent.Read.All", "IdentityRiskEvent.ReadWrite.All"]
            }
            Self::RiskyUsers => &["IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"],
            Self::RoleDefinitions => &[
                "RoleManagement.Read.Directory",
                "RoleManagement.Read.All",
                "RoleManagement.ReadWrite.Directory",
                "Directory.Read.All",
                "Directory.ReadWrite.All",
            ],
            Self::SecureScores => &["SecurityEvents.Read.All", "SecurityEvents.ReadWrite.All"],
            Self::SecurityActions => &["SecurityActions.Read.All", "SecurityActions.ReadWrite.All"],
            Self::ThreatAssessmentRequests => &["ThreatAssessment.Read.All"],
        }
    }

    /// Microsoft Entra ID P2, or P1 for the report (documented).
    fn takes_licence(self) -> bool {
        matches!(self, Self::RiskDetections | Self::RiskyUsers | Self::SignInActivities)
    }
}

pub(super) fn read(call: &Call<'_>, posture: Posture) -> Result<Answer, GraphError> {
    if posture.takes_licence() && call.behaviour.is(Variant::NoPremiumLicence) {
        return Err(GraphError::not_licensed());
    }
    let context = posture.path();
    if posture == Posture::DirectoryAudits {
        return directory_audits::list_of(call, context);
    }
    if posture == Posture::AuthorizationPolicy {
        let policy = Selection::of(call.request, &DIRECTORY_OBJECT)?.apply(authorization_policy());
        let context = format!("{context}/$entity");
        return Ok(entity(call, StatusCode::OK, &context, policy).into());
    }
    let kind = match posture {
        Posture::SignInActivities => &SIGN_IN_ACTIVITY,
        _ => &DIRECTORY_OBJECT,
    };
    Ok(list(call, kind, context, items(call, posture).into_iter())?.into())
}

fn items(call: &Call<'_>, posture: Posture) -> Vec<Map<String, Value>> {
    let items = match posture {
        Posture::Domains => domains(call),
        Posture::PermissionGrantPolicies => vec![json!({
            "id": "microsoft-user-default-low",
            "displayName": "Default User Low Risk Policy",
            "includes": [],
            "excludes": [],
        })],
        Posture::RoleDefinitions => role_definitions(),
        Posture::SignInActivities => sign_in_activities(call),
        Posture::AuthorizationPolicy
        | Posture::ConditionalAccessPolicies
        | Posture::DirectoryAudits
        | Posture::IdentityProviders
        | Posture::RiskDetections
        | Posture::RiskyUsers
        | Posture::SecureScores
        | Posture::SecurityActions
        | Posture::ThreatAssessmentRequests => Vec::new(),
    };
    items.into_iter().filter_map(|item| item.as_object().cloned()).collect()
}

/// The report is a day behind, so what the sandbox sees itself is not in it: each application of the
/// tenant that is older has signed in the day before (invented, as the fresh tenant is).
fn sign_in_activities(call: &Call<'_>) -> Vec<Value> {
    let yesterday = call.now - time::Duration::DAY;
    let at = seconds(yesterday.replace_time(time::Time::MIDNIGHT));
    let own = call.state.service_principals.values().filter(|principal| {
        principal.owner_tenant == call.state.tenant.id
            && principal.created.is_none_or(|created| created < yesterday)
    });
    let activity = |principal: &ServicePrincipal| {
        json!({
            "id": principal.app_id.simple().to_string(),
            "appId": principal.app_id,
            "lastSignInActivity": { "lastSignInDateTime": at, "lastSignInRequestId": null },
        })
    };
    own.map(activity).collect()
}

fn domains(call: &Call<'_>) -> Vec<Value> {
    let tenant = &call.state.tenant;
    let domain = |name: &String| {
        json!({
            "id": name,
            "authenticationType": "Managed",
            "isAdminManaged": true,
            "isDefault": name == tenant.default_domain(),
            "isInitial": true,
            "isRoot": true,
            "isVerified": true,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        })
    };
    tenant.domains.iter().map(domain).collect()
}

fn role_definitions() -> Vec<Value> {
    let definition = |role: DirectoryRole| {
        json!({
            "id": role.template(),
            "displayName": role.name(),
            "isBuiltIn": true,
            "isEnabled": true,
            "templateId": role.template(),
        })
    };
    DirectoryRole::ALL.into_iter().map(definition).collect()
}

/// A part of what there is, as documented.
fn authorization_policy() -> Map<String, Value> {
    let policy = json!({
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "allowInvitesFrom": "everyone",
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "blockMsolPowerShell": false,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": true,
            "allowedToCreateSecurityGroups": true,
            "allowedToReadOtherUsers": true,
        },
    });
    policy.as_object().cloned().unwrap_or_default()
}
