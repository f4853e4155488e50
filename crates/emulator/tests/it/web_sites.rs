//! Web apps, and who may see their settings.

use serde_json::json;

use crate::support::{Answer, PRODUCTION, Tenant};

const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const VERSION: &str = "api-version=2024-04-01";

fn site(rest: &str) -> String {
    format!(
        "{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/shop-prod{rest}?{VERSION}"
    )
}

async fn call(tenant: &Tenant, token: &str, method: &str, path: &str) -> Answer {
    tenant.call_as(token, method, path, &[], None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_web_apps_and_their_configuration_but_not_their_settings() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(READER, PRODUCTION).await;
    let all = format!("{PRODUCTION}/providers/Microsoft.Web/sites?{VERSION}");
    let listed = call(&tenant, &token, "GET", &all).await;
    assert_eq!(listed.text("/value/0/name"), "shop-prod");
    assert_eq!(call(&tenant, &token, "GET", &site("")).await.text("/type"), "Microsoft.Web/sites");
    let slots = call(&tenant, &token, "GET", &site("/slots")).await;
    assert_eq!(slots.body["value"], json!([]));
    let web = call(&tenant, &token, "GET", &site("/config/web")).await;
    assert_eq!(web.text("/properties/minTlsVersion"), "1.2");
    for settings in ["appsettings", "connectionstrings", "authsettings", "metadata"] {
        let path = site(&format!("/config/{settings}/list"));
        let refused = call(&tenant, &token, "POST", &path).await;
        refused.is_error(403, "AuthorizationFailed", "'Microsoft.Web/sites/config/list/action'");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_listed_by_post_to_whoever_holds_the_action() {
    let tenant = Tenant::start().await;
    let settings = tenant.call("POST", &site("/config/appsettings/list"), &[], None).await;
    assert_eq!(settings.text("/properties/SHOP_API_KEY"), "made-up value");
    let read = tenant.get(&site("/config/appsettings/list")).await;
    read.is_error(405, "HttpMethodNotSupported", "GET");
    let slot = site("/slots/staging/config/appsettings/list");
    let missing = tenant.call("POST", &slot, &[], None).await;
    missing.is_error(404, "ResourceNotFound", "shop-prod/slots/staging");
    let unknown = tenant.get(&site("/config/everything")).await;
    unknown.is_error(404, "InvalidResourceType", "everything");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_to_a_slots_settings_is_another_than_to_its_sites() {
    let tenant = Tenant::start().await;
    let role = "2d3e4f50-6172-4839-a04b-5c6d7e8f9011";
    let path = format!("{PRODUCTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let definition = json!({ "properties": {
        "roleName": "settings of sites",
        "type": "CustomRole",
        "permissions": [{ "actions": ["Microsoft.Web/sites/config/list/action"] }],
        "assignableScopes": [PRODUCTION],
    } });
    let made = tenant.put(&format!("{path}?api-version=2022-04-01"), definition).await;
    assert_eq!(made.status, 201);
    let (token, _) = tenant.holder_of(role, PRODUCTION).await;
    let settings = site("/config/appsettings/list");
    assert_eq!(call(&tenant, &token, "POST", &settings).await.status, 200);
    let slot = site("/slots/staging/config/appsettings/list");
    let refused = call(&tenant, &token, "POST", &slot).await;
    refused.is_error(403, "AuthorizationFailed", "'Microsoft.Web/sites/slots/config/list/action'");
}
