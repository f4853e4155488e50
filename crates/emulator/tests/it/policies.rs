//! Azure Policies that deny what the caller has the right to.

use serde_json::json;

use crate::support::{PRODUCTION, READER, TENANT, Tenant};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_denies_actions_to_everybody() {
    let tenant = Tenant::start_with("deniedByPolicy: [Microsoft.KeyVault/vaults/*]").await;
    let vaults =
        format!("{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults");
    let vault = format!("{vaults}/kv-legacy");
    let answer = tenant.patch(&format!("{vault}?api-version=2026-02-01"), json!({})).await;
    answer.is_error(
        403,
        "RequestDisallowedByPolicy",
        "Resource 'kv-legacy' was disallowed by policy. Policy identifiers: '[{\"policyAssignment\":{\"",
    );
    assert_eq!(answer.text("/error/target"), "kv-legacy");
    assert_eq!(answer.text("/error/additionalInfo/0/type"), "PolicyViolation");
    let assignment = answer.text("/error/additionalInfo/0/info/policyAssignmentId");
    assert!(assignment.contains(TENANT), "{assignment}");
    let entries = json!({ "properties": { "accessPolicies": [] } });
    let add = format!("{vault}/accessPolicies/add?api-version=2026-02-01");
    tenant.put(&add, entries).await.is_error(403, "RequestDisallowedByPolicy", "");

    assert_eq!(tenant.get(&format!("{vault}?api-version=2026-02-01")).await.status, 200);
    let (_, principal) = tenant.principal("scanner").await;
    assert_eq!(tenant.assign(&vault, READER, &principal).await.status, 201);
    let (token, _) = tenant.holder_of(READER, PRODUCTION).await;
    let path = format!("{vault}?api-version=2026-02-01");
    let answer = tenant.call_as(&token, "PATCH", &path, &[], Some(json!({}))).await;
    answer.is_error(403, "AuthorizationFailed", "");
}
