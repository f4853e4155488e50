//! What all of Resource Manager has in common: versions, headers, metadata, refusals.

use serde_json::json;

use crate::support::{PRODUCTION, TENANT, Tenant};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_names_a_version_that_its_type_has() {
    let tenant = Tenant::start().await;
    let answer = tenant.get("/subscriptions").await;
    answer.is_error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required",
    );
    let answer = tenant.get("/subscriptions?api-version=2000-01-01").await;
    answer.is_error(400, "InvalidApiVersionParameter", "The api-version '2000-01-01' is invalid.");
    let vaults = format!("{PRODUCTION}/providers/Microsoft.KeyVault/vaults");
    let answer = tenant.get(&format!("{vaults}?api-version=2000-01-01")).await;
    answer.is_error(400, "NoRegisteredProviderFound", "API version '2000-01-01' for type 'vaults'");
    for version in ["2026-02-01", "2023-07-01", "2021-04-01-PREVIEW"] {
        assert_eq!(
            tenant.get(&format!("{vaults}?api-version={version}")).await.status,
            200,
            "{version}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn key_vault_versions_before_2026_02_01_can_be_retired() {
    let tenant = Tenant::start_with("variants: [oldVaultVersionsRetired]").await;
    let get = async |path: &str, version: &str| {
        tenant.get(&format!("{PRODUCTION}{path}?api-version={version}")).await
    };
    let vaults = "/providers/Microsoft.KeyVault/vaults";
    for version in ["2025-05-01", "2023-07-01", "2015-06-01"] {
        let answer = get(vaults, version).await;
        answer.is_error(400, "NoRegisteredProviderFound", "are '2026-02-01, 2026-04-01-preview");
    }
    assert_eq!(get(vaults, "2026-02-01").await.status, 200);
    assert_eq!(get("", "2022-12-01").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_read_in_any_case_and_with_doubled_slashes() {
    let tenant = Tenant::start().await;
    let path = format!(
        "//SUBSCRIPTIONS/{}/resourcegroups/RG-VAULTS/Providers/microsoft.keyvault/Vaults/KV-Legacy",
        &PRODUCTION[15..].to_uppercase()
    );
    let answer = tenant.get(&format!("{path}?API-VERSION=2026-02-01")).await;
    let id = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    assert_eq!(answer.text("/id"), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_carry_request_ids_and_remaining_quotas() {
    let tenant = Tenant::start().await;
    let given = "5d923cd3-06c3-42ec-b436-b414eda031f8";
    let path = format!("{PRODUCTION}?api-version=2022-12-01");
    let answer = tenant.call("GET", &path, &[("x-ms-correlation-request-id", given)], None).await;
    assert_eq!(answer.header("x-ms-correlation-request-id"), given);
    assert_eq!(answer.header("x-ms-request-id").len(), 36);
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-reads"), "249");
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-global-reads"), "3749");
    let answer = tenant.get("/subscriptions?api-version=2022-12-01").await;
    assert_eq!(answer.header("x-ms-ratelimit-remaining-tenant-reads"), "249");
    let answer = tenant.put(&path, json!({})).await;
    assert_eq!(answer.header("x-ms-ratelimit-remaining-subscription-writes"), "199");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_gets_an_envelope() {
    let tenant = Tenant::start().await;
    for path in
        ["/", "/nonsense", "/subscriptions/x/nonsense", "/providers/Microsoft.KeyVault/nonsense"]
    {
        let answer = tenant.get(&format!("{path}?api-version=2022-12-01")).await;
        answer.is_error(404, "InvalidResourceType", "");
    }
    let answer = tenant.delete(&format!("{PRODUCTION}?api-version=2022-12-01")).await;
    answer.is_error(405, "HttpMethodNotSupported", "'DELETE'");
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/new?api-version=2026-02-01"
    );
    let token =
        format!("Bearer {}", tenant.operator_token("https://management.azure.com/.default").await);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let answer = tenant.send("PUT", &vault, &headers, "{".to_owned()).await;
    answer.is_error(400, "InvalidRequestContent", "could not be deserialized");
    let answer = tenant.send("PUT", &vault, &headers, " ".repeat(4 * 1024 * 1024 + 1)).await;
    answer.is_error(413, "RequestContentTooLarge", "4 MB");
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_points_at_the_sandbox_without_a_token() {
    let tenant = Tenant::start().await;
    let get = async |version| {
        tenant
            .send("GET", &format!("/metadata/endpoints?api-version={version}"), &[], String::new())
            .await
    };
    let url = tenant.sandbox.url();
    let cloud = get("2022-09-01").await;
    assert_eq!(cloud.text("/name"), "AzureCloud");
    assert_eq!(cloud.text("/resourceManager"), format!("{url}/"));
    assert_eq!(cloud.text("/microsoftGraphResourceId"), format!("{url}/"));
    assert_eq!(cloud.text("/authentication/loginEndpoint"), url);
    assert_eq!(cloud.text("/authentication/tenant"), TENANT);
    assert_eq!(get("2019-05-01").await.body, json!([cloud.body]));
    get("2015-01-01").await.is_error(400, "InvalidApiVersionParameter", "2015-01-01");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_another_media_type_are_refused() {
    let tenant = Tenant::start().await;
    let token = tenant.operator_token("https://management.azure.com/.default").await;
    let authorization = format!("Bearer {token}");
    let group = format!("{PRODUCTION}/resourceGroups/rg-new?api-version=2021-04-01");
    let put = async |kind: Option<&str>| {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        tenant.send("PUT", &group, &headers, r#"{ "location": "westus" }"#.to_owned()).await
    };
    for (kind, shown) in [(None, "<null>"), (Some("text/plain"), "text/plain")] {
        let message = format!(
            "The content media type '{shown}' is not supported. Only 'application/json' is supported."
        );
        put(kind).await.is_error(415, "UnsupportedMediaType", &message);
    }
    assert_eq!(put(Some("application/json; charset=utf-8")).await.status, 201);
}
