//! Requests that make no sense, to every route: refused in the service's own envelope.

use futures::StreamExt as _;
use serde_json::Value;

use crate::support::{GRAPH, PRODUCTION, TENANT, Tenant};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Malformed, of another type, and too deep for a recursive reader.
fn bodies() -> Vec<String> {
    let mut bodies = ["", "{", "null", "[]", "\"text\"", "{}", "{\"properties\":7}", "\u{0}"]
        .map(str::to_owned)
        .to_vec();
    bodies.push("{\"requests\":[{\"id\":1}]}".to_owned());
    bodies.push("{\"displayName\":{\"a\":[1]},\"keyCredentials\":[[]],\"tags\":{}}".to_owned());
    bodies.push("[".repeat(1000));
    bodies
}

fn graph_paths() -> Vec<String> {
    let id = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
    let keyed = ["applications", "servicePrincipals", "users", "groups", "oauth2PermissionGrants"];
    let below = ["owners", "owners/$ref", "addPassword", "removePassword", "addKey", "removeKey"];
    let more = ["appRoleAssignments", "appRoleAssignedTo", "federatedIdentityCredentials"];
    let mut paths = vec![
        String::new(),
        "$batch".to_owned(),
        "organization".to_owned(),
        "me".to_owned(),
        "nowhere/at/all".to_owned(),
        "directory/deletedItems/microsoft.graph.application".to_owned(),
        format!("directory/deletedItems/{id}/restore"),
        "directoryObjects/getByIds".to_owned(),
        "policies/defaultAppManagementPolicy".to_owned(),
        format!("servicePrincipals(appId='{GRAPH}')"),
        "applications(uniqueName='it''s')".to_owned(),
        "applications(".to_owned(),
        "applications?$filter=((((&$select=nothing&$top=-1".to_owned(),
    ];
    for collection in keyed {
        paths.push(collection.to_owned());
        paths.push(format!("{collection}/{id}"));
        paths.push(format!("{collection}/no-guid"));
        paths.extend(below.iter().chain(&more).map(|rest| format!("{collection}/{id}/{rest}")));
    }
    paths.into_iter().map(|path| format!("/v1.0/{path}")).collect()
}

fn resource_manager_paths() -> Vec<String> {
    let group = format!("{PRODUCTION}/resourceGroups/rg-vaults");
    let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/kv-legacy");
    let management = "/providers/Microsoft.Management/managementGroups";
    let guid = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
    let authorization =
        |scope: &str, kind: &str| format!("{scope}/providers/Microsoft.Authorization/{kind}");
    let mut paths = vec![
        "/subscriptions".to_owned(),
        "/subscriptions/no-guid".to_owned(),
        "/tenants".to_owned(),
        group.clone(),
        format!("{PRODUCTION}/resources"),
        format!("{PRODUCTION}/providers/Microsoft.KeyVault/vaults"),
        format!("{PRODUCTION}/providers/Microsoft.KeyVault/deletedVaults"),
        format!("{PRODUCTION}/providers/Microsoft.Subscription/cancel"),
        vault.clone(),
        format!("{vault}/accessPolicies/add"),
        format!("{vault}/accessPolicies/nothing"),
        management.to_owned(),
        format!("{management}/platform"),
        format!("{management}/platform/descendants"),
        "/providers/Microsoft.Management/getEntities".to_owned(),
        "/providers/Microsoft.ResourceGraph/resources".to_owned(),
        "/providers/Microsoft.Nothing/things".to_owned(),
        "/%ff%fe/..//".to_owned(),
    ];
    for scope in ["", PRODUCTION, &group, &vault, &format!("{management}/platform")] {
        for kind in ["roleDefinitions", "roleAssignments", "locks"] {
            paths.push(authorization(scope, kind));
            paths.push(authorization(scope, &format!("{kind}/{guid}")));
        }
        paths.push(authorization(scope, "permissions"));
    }
    let versions = ["api-version=2022-04-01", "api-version=2026-02-01"];
    let versioned = |path: &String| versions.map(|version| format!("{path}?{version}"));
    paths.iter().flat_map(versioned).chain(paths_with_other_versions()).collect()
}

fn paths_with_other_versions() -> Vec<String> {
    let key_vault = format!("{PRODUCTION}/providers/Microsoft.KeyVault");
    let lock = "resourceGroups/rg-vaults/providers/Microsoft.Authorization/locks/keep";
    let paths = [
        (format!("{PRODUCTION}/{lock}"), "2016-09-01"),
        (format!("{PRODUCTION}/resourceGroups/rg-new"), "2021-04-01"),
        (format!("{PRODUCTION}/operationresults/%ff%00"), "2021-04-01"),
        (format!("{PRODUCTION}/providers/Microsoft.Subscription/rename"), "2021-10-01"),
        (format!("{key_vault}/checkNameAvailability"), "2026-02-01"),
        (format!("{key_vault}/locations/x/deletedVaults/x/purge"), "2026-02-01"),
        (format!("{key_vault}/locations/x/operationResults/x"), "2026-02-01"),
    ];
    paths.map(|(path, version)| format!("{path}?api-version={version}")).to_vec()
}

/// Whatever is refused says so as the services do; nothing answers with 500.
async fn refuse_in_their_envelope(tenant: &Tenant, paths: Vec<String>) {
    let bodies = bodies();
    let requests = paths.iter().flat_map(|path| METHODS.map(|method| (path, method)));
    let requests = requests.flat_map(|one| bodies.iter().map(move |body| (one, body)));
    let refused = requests.map(async |((path, method), body)| {
        let answer = tenant.call_raw(method, path, "application/json", body.clone()).await;
        let start: String = body.chars().take(40).collect();
        let request = format!("{method} {path} {start}");
        assert_ne!(answer.status, 500, "{request}: {answer:?}");
        let error = &answer.body["error"];
        let enveloped = error["code"].is_string() && error["message"].is_string();
        assert!(answer.status < 400 || enveloped, "{request}: {answer:?}");
    });
    futures::stream::iter(refused).buffer_unordered(32).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_never_stumbles() {
    refuse_in_their_envelope(&Tenant::start().await, graph_paths()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resource_manager_never_stumbles() {
    refuse_in_their_envelope(&Tenant::start().await, resource_manager_paths()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_never_stumbles() {
    let tenant = Tenant::start().await;
    for path in ["oauth2/v2.0/token", "oauth2/token", "v2.0/.well-known/openid-configuration"] {
        for method in METHODS {
            for body in bodies() {
                let path = format!("/{TENANT}/{path}");
                let kind = "application/x-www-form-urlencoded";
                let answer = tenant.call_raw(method, &path, kind, body).await;
                assert_ne!(answer.status, 500, "{answer:?}");
                let refused = answer.status >= 400;
                assert!(!refused || answer.body["error_codes"].is_array(), "{answer:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_four_megabytes_and_one_of_another_kind_are_refused() {
    let tenant = Tenant::start().await;
    let huge = format!("{{\"displayName\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy?api-version=2026-02-01"
    );
    for (path, method) in [("/v1.0/applications", "POST"), (vault.as_str(), "PUT")] {
        let answer = tenant.call_raw(method, path, "application/json", huge.clone()).await;
        assert_eq!(answer.status, 413, "{answer:?}");
        assert!(answer.body["error"]["code"].is_string(), "{answer:?}");
        for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded"] {
            let answer = tenant.call_raw(method, path, kind, "{}".to_owned()).await;
            assert!(matches!(answer.status, 400 | 415), "{kind}: {answer:?}");
            assert!(matches!(answer.body["error"]["code"], Value::String(_)), "{answer:?}");
        }
    }
}
