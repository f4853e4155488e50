//! What a scanner reads of a tenant besides its applications.

use serde_json::json;

use crate::support::{Answer, Tenant};

const ENDPOINTS: [(&str, &str); 12] = [
    ("AuditLog.Read.All", "v1.0/auditLogs/directoryAudits?$top=1"),
    ("Domain.Read.All", "v1.0/domains"),
    ("IdentityProvider.Read.All", "v1.0/identity/identityProviders"),
    ("IdentityRiskEvent.Read.All", "v1.0/identityProtection/riskDetections?$top=1"),
    ("IdentityRiskyUser.Read.All", "v1.0/identityProtection/riskyUsers?$top=1"),
    ("Policy.Read.All", "v1.0/policies/authorizationPolicy"),
    ("Policy.Read.ConditionalAccess", "v1.0/identity/conditionalAccess/policies?$top=1"),
    ("Policy.Read.PermissionGrant", "v1.0/policies/permissionGrantPolicies"),
    ("RoleManagement.Read.All", "v1.0/roleManagement/directory/roleDefinitions"),
    ("SecurityActions.Read.All", "beta/security/securityActions"),
    ("SecurityEvents.Read.All", "v1.0/security/secureScores?$top=1"),
    ("ThreatAssessment.Read.All", "v1.0/informationProtection/threatAssessmentRequests?$top=1"),
];

async fn get(tenant: &Tenant, token: &str, path: &str) -> Answer {
    tenant.call_as(token, "GET", &format!("/{path}"), &[], None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_permission_opens_its_own_endpoints_and_no_others() {
    let tenant = Tenant::start().await;
    for (permission, own) in ENDPOINTS {
        let token = tenant.graph_caller(&[permission]).await.0;
        for (other, path) in ENDPOINTS {
            let answer = get(&tenant, &token, path).await;
            // What covers all policies covers these, too (documented).
            let broader = permission == "Policy.Read.All" && other.starts_with("Policy.Read.");
            if path == own || broader {
                assert_eq!(answer.status, 200, "{permission} {path}: {answer:?}");
            } else {
                answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_has_its_documented_shape() {
    let tenant = Tenant::start().await;
    let permissions = ["Domain.Read.All", "Policy.Read.All", "RoleManagement.Read.All"];
    let token = tenant.graph_caller(&permissions).await.0;
    let domains = get(&tenant, &token, "v1.0/domains").await;
    assert_eq!(domains.text("/value/0/id"), "contoso.onmicrosoft.com");
    assert_eq!(domains.text("/@odata.context"), tenant.url("/v1.0/$metadata#domains"));
    let policy = get(&tenant, &token, "v1.0/policies/authorizationPolicy").await;
    assert_eq!(policy.text("/id"), "authorizationPolicy");
    let roles = get(&tenant, &token, "v1.0/roleManagement/directory/roleDefinitions").await;
    let names: Vec<_> =
        roles.list("/value").iter().map(|role| role["displayName"].clone()).collect();
    assert!(names.contains(&json!("Global Reader")), "{names:?}");
    // The beta version has only what the first one does not have.
    assert_eq!(get(&tenant, &token, "beta/domains").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn identity_protection_takes_a_licence_besides_the_permission() {
    let tenant = Tenant::start_with("variants: [noPremiumLicence]").await;
    let token = tenant.graph_caller(&["IdentityRiskyUser.Read.All", "Domain.Read.All"]).await.0;
    let refused = get(&tenant, &token, "v1.0/identityProtection/riskyUsers").await;
    refused.is_error(403, "Forbidden", "not licensed");
    assert_eq!(get(&tenant, &token, "v1.0/domains").await.status, 200);
    let denied = get(&tenant, &token, "v1.0/identityProtection/riskDetections").await;
    denied.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_an_application_last_signed_in_is_told_of_those_that_are_older_than_the_report() {
    let tenant = Tenant::start().await;
    let token = tenant.graph_caller(&["AuditLog.Read.All"]).await.0;
    let path = "beta/reports/servicePrincipalSignInActivities";
    let all = get(&tenant, &token, path).await;
    assert_eq!(all.status, 200, "{all:?}");
    let told = all.body["value"].as_array().unwrap();
    let app_id = told[0]["appId"].as_str().unwrap();
    let one = get(&tenant, &token, &format!("{path}?$filter=appId%20eq%20'{app_id}'")).await;
    assert_eq!(one.body["value"], json!([told[0]]));
    assert!(told[0]["lastSignInActivity"]["lastSignInDateTime"].is_string(), "{one:?}");
}
