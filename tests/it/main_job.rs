//! The product's promise: apply a spec, and there is nothing left to do.

use std::path::Path;

use reqwest::Method;
use serde_json::json;

use crate::export_spec::{assert_plans_empty, described};
use crate::support::{PRODUCTION, Tenant, examples, spec};

#[test]
fn every_example_converges_and_is_described_by_a_spec_that_plans_empty() {
    for example in examples() {
        let tenant = Tenant::new();
        let copy = tenant.path().join(example.file_name().unwrap());
        std::fs::copy(&example, &copy).unwrap();
        let run = tenant.apply(&copy);
        assert!(run.last_line().ends_with("0 failed, 0 skipped."), "{run:?}");
        let path = described(&tenant, &[copy.to_str().unwrap()]);
        assert_plans_empty(&tenant, &path, &copy.display().to_string());
        let profile = |path: &Path| {
            std::fs::read_to_string(path).unwrap().contains("\nprofile: least-privilege")
        };
        assert_eq!(profile(&path), profile(&copy), "{}", copy.display());
    }
}

/// Terraform needs 105 requests to make the same and 36 to find it unchanged, without vaults.
#[test]
fn the_manual_set_up_takes_few_requests() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let spec = spec.to_str().unwrap();
    let apply = tenant.run(&["apply", "--auto-approve", spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    let applied = tenant.requests();
    assert!(applied <= 45, "{applied} requests to apply");
    tenant.assert_nothing_to_do(spec);
    let planned = tenant.requests();
    assert!(planned <= 12, "{planned} requests to plan");
}

#[test]
fn exactly_what_was_deleted_behind_our_back_is_planned_and_mended() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    let principal = principal["id"].as_str().unwrap();
    delete_assignment(&tenant, principal);
    delete_consent(&tenant, principal);
    delete_policy(&tenant, principal);
    let spec = spec.to_str().unwrap();
    let plan = tenant.run(&["plan", "--detailed-exitcode", spec]);
    assert_eq!(plan.code, Some(2), "{plan:?}");
    assert_eq!(
        plan.changes(),
        [
            "+ consent Domain.Read.All",
            "+ Key Vault Reader subscription Production (1b2c3d4e-…)",
            "+ get, list vault kv-legacy (keys, secrets, certificates)",
        ]
    );
    assert_eq!(plan.last_line(), "Plan: 3 to create, 0 to update, 0 to restore, 0 to delete.");
    let run = tenant.apply(spec.as_ref());
    assert_eq!(
        run.last_line(),
        "Apply complete: 3 created, 0 updated, 0 restored, 0 deleted, 0 failed, 0 skipped."
    );
}

fn delete_assignment(tenant: &Tenant, principal: &str) {
    let scope = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
    let path = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{principal}'"
    );
    let listed = tenant.arm(Method::GET, &path, "2022-04-01", None);
    let reader = listed["value"].as_array().unwrap().iter().find(|assignment| {
        let role = assignment["properties"]["roleDefinitionId"].as_str().unwrap();
        role.ends_with("21090545-7ca7-4776-b22c-e363652d74d2")
    });
    let id = reader.unwrap()["id"].as_str().unwrap();
    tenant.arm(Method::DELETE, id, "2022-04-01", None);
}

fn delete_consent(tenant: &Tenant, principal: &str) {
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let listed = tenant.graph(Method::GET, &path, None);
    let domain = listed["value"]
        .as_array()
        .unwrap()
        .iter()
        .find(|grant| grant["appRoleId"] == "dbb9058a-0e50-45d7-ae91-66909b5d4664");
    let id = domain.unwrap()["id"].as_str().unwrap();
    tenant.graph(Method::DELETE, &format!("{path}/{id}"), None);
}

fn delete_policy(tenant: &Tenant, principal: &str) {
    let vault = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults\
                 /providers/Microsoft.KeyVault/vaults/kv-legacy/accessPolicies/remove";
    let all = json!(["get", "list"]);
    let body = json!({ "properties": { "accessPolicies": [{
        "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
        "objectId": principal,
        "permissions": { "keys": all, "secrets": all, "certificates": all },
    }]}});
    tenant.arm(Method::PUT, vault, "2026-02-01", body);
}
