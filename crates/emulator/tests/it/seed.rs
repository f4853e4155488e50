//! What a fresh tenant holds, with ids that never change.

use serde_json::{Value, json};

use crate::support::{ASSIGNMENTS, DEVELOPMENT, OWNER, PRODUCTION, READER, TENANT, Tenant};

const OPERATOR: &str = "5f607182-93a4-4b5c-8d6e-7f8091021324";
const PAYROLL: &str = "8293a4b5-c6d7-4e8f-9091-021324354657";

/// Scope and role of each assignment that reaches Development.
async fn assignments(tenant: &Tenant, principal: &str) -> Vec<(String, String)> {
    let filter = format!("principalId eq '{principal}'");
    let path = format!("{DEVELOPMENT}/{ASSIGNMENTS}?api-version=2022-04-01&$filter={filter}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list = tenant.get(&path).await.list("/value");
    let pair = |one: &Value| {
        let properties = &one["properties"];
        let role = text(&properties["roleDefinitionId"]);
        (text(&properties["scope"]), role.rsplit('/').next().unwrap().to_owned())
    };
    list.iter().map(pair).collect()
}

async fn principal(tenant: &Tenant, app_id: &str) -> String {
    tenant.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')")).await.text("/id")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_owns_the_root_and_looks_into_one_vault() {
    let tenant = Tenant::start().await;
    let operator = tenant.sandbox.operator();
    let ids = [&operator.tenant_id, &operator.client_id, &operator.subscription_id];
    assert_eq!(ids, [TENANT, OPERATOR, &PRODUCTION[15..]]);
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let held = assignments(&tenant, &principal(&tenant, OPERATOR).await).await;
    // Owning a vault lets nobody look into it: that takes roles of their own.
    let vault = format!(
        "{DEVELOPMENT}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-dev-rbac"
    );
    let reader = (vault.clone(), "21090545-7ca7-4776-b22c-e363652d74d2".to_owned());
    let secrets_user = (vault, "4633458b-17de-408a-b874-0445c86b69e6".to_owned());
    assert_eq!(held, [(root, OWNER.to_owned()), reader, secrets_user]);
}

#[tokio::test(flavor = "multi_thread")]
async fn payroll_has_a_certificate_a_grant_and_an_assignment_of_its_own() {
    let tenant = Tenant::start().await;
    let application = tenant.get(&format!("/v1.0/applications(appId='{PAYROLL}')")).await;
    assert_eq!(application.text("/displayName"), "Payroll");
    assert_eq!(application.text("/keyCredentials/0/displayName"), "CN=payroll");
    assert_eq!(application.text("/keyCredentials/0/endDateTime"), "2035-01-01T00:00:00Z");
    let id = principal(&tenant, PAYROLL).await;
    let grants = tenant.get(&format!("/v1.0/servicePrincipals/{id}/appRoleAssignments")).await;
    let roles: Vec<Value> =
        grants.list("/value").iter().map(|one| one["appRoleId"].clone()).collect();
    assert_eq!(roles, [json!("df021288-bdef-4463-88db-98f22de89214")]);
    assert_eq!(assignments(&tenant, &id).await, [(DEVELOPMENT.to_owned(), READER.to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_directories_hold_the_same_tenant_but_for_secrets() {
    let (one, other) =
        (Tenant::start().await, Tenant::start_in(tempfile::TempDir::new().unwrap()).await);
    for path in [
        "/v1.0/servicePrincipals",
        "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')/appRoleAssignedTo",
    ] {
        assert_eq!(
            one.get(path).await.body["value"],
            other.get(path).await.body["value"],
            "{path}"
        );
    }
    let secrets = [&one, &other].map(|tenant| tenant.sandbox.operator().client_secret.expose());
    assert_ne!(secrets[0], secrets[1]);
}
