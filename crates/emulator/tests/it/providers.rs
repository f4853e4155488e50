//! Resource providers of a subscription.

use serde_json::json;

use crate::support::{Answer, PRODUCTION, READER, Tenant};

fn path(namespace: &str) -> String {
    format!("{PRODUCTION}/providers/{namespace}?api-version=2022-09-01")
}

async fn register(tenant: &Tenant, namespace: &str) -> Answer {
    tenant.post(&path(&format!("{namespace}/register")), json!(null)).await
}

async fn state(tenant: &Tenant, namespace: &str) -> String {
    tenant.get(&path(namespace)).await.text("/registrationState")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_registered_with_a_provider_on_request_and_stays_it() {
    let tenant = Tenant::start().await;
    assert_eq!(state(&tenant, "Microsoft.Management").await, "NotRegistered");
    let answer = register(&tenant, "microsoft.management").await;
    assert_eq!((answer.status, answer.text("/registrationState")), (200, "Registering".to_owned()));
    let tenant = tenant.restart().await;
    assert_eq!(state(&tenant, "Microsoft.Management").await, "Registered");
    let again = register(&tenant, "Microsoft.Management").await;
    assert_eq!(again.text("/registrationState"), "Registered");
    let other = tenant.get("/subscriptions/2c3d4e5f-6071-4829-ba3c-4d5e6f708192/providers/Microsoft.Management?api-version=2022-09-01").await;
    assert_eq!(other.text("/registrationState"), "NotRegistered");
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_with_resources_and_those_that_need_it_not_are_registered() {
    let tenant = Tenant::start().await;
    for namespace in ["Microsoft.KeyVault", "microsoft.web", "Microsoft.Authorization"] {
        assert_eq!(state(&tenant, namespace).await, "Registered", "{namespace}");
    }
    let answer = tenant.get(&path("microsoft.resourcegraph")).await;
    let versions = answer.list("/resourceTypes/0/apiVersions");
    assert_eq!(versions.first(), Some(&json!("2024-04-01")));
    assert_eq!(answer.text("/registrationPolicy"), "RegistrationFree");
    assert_eq!(answer.text("/namespace"), "Microsoft.ResourceGraph");
    assert_eq!(answer.text("/id"), format!("{PRODUCTION}/providers/Microsoft.ResourceGraph"));
}

#[tokio::test(flavor = "multi_thread")]
async fn registering_takes_a_right_and_a_provider_that_there_is() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(READER, PRODUCTION).await;
    let target = path("Microsoft.Management/register");
    let refused = tenant.call_as(&token, "POST", &target, &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "'Microsoft.Management/register/action'");
    let read = tenant.call_as(&token, "GET", &path("Microsoft.Management"), &[], None).await;
    assert_eq!(read.status, 200);
    let unknown = register(&tenant, "Contoso.Nothing").await;
    unknown.is_error(404, "InvalidResourceNamespace", "'Contoso.Nothing'");
    let answer = tenant.get(&target).await;
    answer.is_error(405, "HttpMethodNotSupported", "'GET'");
}
