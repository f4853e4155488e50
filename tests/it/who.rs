//! `drift --who` names whoever did it, where the logs tell.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, spec};

const SCOPE: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
const PLATFORM: &str = "/providers/Microsoft.Management/managementGroups/platform";
const ROLES: &str = "2022-04-01";

fn drift(tenant: &Tenant, more: &[&str]) -> Run {
    let spec = tenant.path().join("spec.yaml");
    let arguments = ["drift", "--who", "--format", "json", spec.to_str().unwrap()];
    tenant.run(&[&arguments, more].concat())
}

fn report(run: &Run) -> Value {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    document["reports"][0].clone()
}

/// What differs and who did it, sorted.
fn authors(run: &Run) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let report = report(run);
    let lines = report["lines"].as_array().unwrap().iter();
    let mut authors: Vec<_> =
        lines.map(|line| (text(&line["what"]), text(&line["who"]["name"]))).collect();
    authors.sort();
    authors
}

/// As one of the seeded operators.
fn ask(tenant: &Tenant, operator: &str, method: Method, path: &str, body: Value) -> Value {
    let operator = &tenant.sandbox.operators()[operator];
    let (status, answer) = tenant.ask(operator, method, path, body);
    assert!((200..300).contains(&status), "{path}: {status} {answer}");
    answer
}

fn assignments(tenant: &Tenant, scope: &str, principal: &str) -> Vec<Value> {
    let path = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{principal}'"
    );
    let listed = tenant.arm(Method::GET, &path, ROLES, None);
    let at = listed["value"].as_array().unwrap().iter();
    at.filter(|one| one["properties"]["scope"] == scope).cloned().collect()
}

/// A consent goes; a password and an owner come.
fn change_entra(tenant: &Tenant, application: &str, id: &str) {
    let administrator = "global-administrator";
    let grants = format!("/v1.0/servicePrincipals/{id}/appRoleAssignments");
    let granted = ask(tenant, administrator, Method::GET, &grants, json!({}));
    let grant = format!("{grants}/{}", granted["value"][0]["id"].as_str().unwrap());
    ask(tenant, administrator, Method::DELETE, &grant, json!({}));
    let password = format!("/v1.0/applications/{application}/addPassword");
    ask(tenant, "application-administrator", Method::POST, &password, json!({}));
    let owner = json!({ "@odata.id":
        format!("{}/v1.0/users/2c334455-6677-4889-9a9b-acbdcedfe0f1", tenant.sandbox.url()) });
    let owners = format!("/v1.0/servicePrincipals/{id}/owners/$ref");
    ask(tenant, administrator, Method::POST, &owners, owner);
}

/// A role assignment and a vault's entry go.
fn change_azure(tenant: &Tenant, id: &str) {
    let assignment = assignments(tenant, SCOPE, id)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("{assignment}?api-version={ROLES}");
    ask(tenant, "user-access-administrator", Method::DELETE, &path, json!({}));
    let vault =
        format!("{SCOPE}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy");
    let entry = json!({ "tenantId": tenant.sandbox.operator().tenant_id, "objectId": id,
        "permissions": { "secrets": ["get", "list"] } });
    let body = json!({ "properties": { "accessPolicies": [entry] } });
    let path = format!("{vault}/accessPolicies/remove?api-version=2026-02-01");
    ask(tenant, "contributor", Method::PUT, &path, body);
}

#[test]
fn each_change_is_told_of_whoever_made_it() {
    let tenant = Tenant::at_rest();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (application, principal) = tenant.application();
    let [application, id] = [&application, &principal].map(|one| one["id"].as_str().unwrap());
    change_entra(&tenant, application, id);
    change_azure(&tenant, id);
    let run = drift(&tenant, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let named = |what: &str, who: &str| (what.to_owned(), format!("{who} (service principal)"));
    let mut authors = authors(&run);
    // Either of the built-in roles or the custom one.
    let role = authors.iter_mut().find(|(_, who)| who.starts_with("user-access")).unwrap();
    role.0 = "role".to_owned();
    authors.sort();
    let expected = [
        named("consent", "global-administrator"),
        named("foreign-hand", "application-administrator"),
        named("foreign-hand", "global-administrator"),
        named("get, list", "contributor"),
        named("role", "user-access-administrator"),
    ];
    assert_eq!(authors, expected, "{run:?}");
    assert!(report(&run)["unread"].as_array().unwrap().is_empty(), "{run:?}");
    let spec = tenant.path().join("spec.yaml");
    let text = tenant.run(&["drift", "--who", spec.to_str().unwrap()]);
    assert!(
        text.stdout.contains(" UTC (Remove app role assignment from service principal)\n"),
        "{text:?}"
    );
}

#[test]
fn an_application_that_was_deleted_is_told_of_with_all_that_went_along() {
    let tenant = Tenant::at_rest();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (application, _) = tenant.application();
    let path = format!("/v1.0/applications/{}", application["id"].as_str().unwrap());
    ask(&tenant, "application-administrator", Method::DELETE, &path, json!({}));
    let run = drift(&tenant, &["--only", "A,B"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let authors = authors(&run);
    assert!(authors.len() >= 16, "{run:?}");
    for (what, who) in authors {
        assert_eq!(who, "application-administrator (service principal)", "{what}: {run:?}");
    }
}

#[test]
fn a_log_that_cannot_be_read_is_told_of_and_the_rest_goes_on() {
    let tenant = Tenant::at_rest();
    tenant.apply(&spec(tenant.path(), &["managementGroup: platform"]));
    let (application, principal) = tenant.application();
    let [application, id] = [&application, &principal].map(|one| one["id"].as_str().unwrap());
    let renamed = json!({ "displayName": "Renamed" });
    tenant.graph(Method::PATCH, &format!("/applications/{application}"), renamed);
    let assignment = assignments(&tenant, PLATFORM, id)[0]["id"].as_str().unwrap().to_owned();
    tenant.arm(Method::DELETE, &assignment, ROLES, None);

    // Whoever is Owner of all subscriptions does not read above them.
    let run = drift(&tenant, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    let unread = report(&run)["unread"].clone();
    assert_eq!(unread.as_array().unwrap().len(), 1, "{unread}");
    assert!(unread[0].as_str().unwrap().starts_with("the tenant's activity log "), "{unread}");
    let of_application = ("application".to_owned(), "deployer (service principal)".to_owned());
    assert!(authors(&run).contains(&of_application), "{run:?}");

    let elevate = "/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01";
    ask(&tenant, "global-administrator", Method::POST, elevate, json!({}));
    let body = json!({ "properties": {
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "principalId": "60718293-a4b5-4c6d-9e7f-809102132435",
        "principalType": "ServicePrincipal",
    } });
    let path = format!(
        "/providers/Microsoft.Authorization/roleAssignments/6f9619ff-8b86-4011-b42d-00cf4fc964ff?api-version={ROLES}"
    );
    ask(&tenant, "global-administrator", Method::PUT, &path, body);
    let run = drift(&tenant, &[]);
    assert!(report(&run)["unread"].as_array().unwrap().is_empty(), "{run:?}");
    assert!(authors(&run).iter().all(|(_, who)| who == "deployer (service principal)"), "{run:?}");
}

#[test]
fn without_the_right_to_read_the_log_drift_is_told_all_the_same() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "displayName": "Renamed" }));
    let administrator = tenant.sandbox.operators()["application-administrator"].clone();
    let run = tenant
        .run_as(&administrator, &["drift", "--who", "--only", "A,B,F", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stdout.contains("which takes AuditLog.Read.All"), "{run:?}");
    assert!(run.stdout.contains("by whom: not in the logs"), "{run:?}");
}

/// Entries show up late, and are forgotten.
#[test]
fn what_the_log_does_not_have_is_said_to_be_unknown() {
    let tenant = Tenant::with("auditDelay: 10m");
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "displayName": "Renamed" }));
    let who = || report(&drift(&tenant, &[]))["lines"][0]["who"]["known"].clone();
    assert_eq!(who(), "notFound");
    tenant.advance(600);
    assert_eq!(who(), "found");
}

#[test]
fn only_logs_that_may_tell_something_are_asked() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let asked = |arguments: &[&str]| {
        let _ = tenant.requests();
        let run = tenant.run(&[&["drift", spec.to_str().unwrap()], arguments].concat());
        assert!(matches!(run.code, Some(0 | 2)), "{run:?}");
        let routes = tenant.requests_by_route().into_iter();
        let logs = routes
            .filter(|(route, _)| route.contains("directoryAudits") || route.contains("eventtypes"));
        logs.map(|(_, count)| count).sum::<u64>()
    };
    assert_eq!(asked(&["--who"]), 0, "nothing drifted");
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "displayName": "Renamed" }));
    assert_eq!(asked(&["--who"]), 1);
    assert_eq!(asked(&[]), 0, "nobody wants to know");
}

/// A busy log costs ten requests, and it is said that there was more.
#[test]
fn a_long_log_is_read_in_part_and_that_is_said() {
    let tenant = Tenant::with("pageSize: 2");
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    for name in 0..22 {
        tenant.graph(Method::PATCH, &path, json!({ "displayName": format!("Renamed {name}") }));
    }
    let _ = tenant.requests();
    let run = drift(&tenant, &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(tenant.requests_by_route()["GET /v1.0/auditLogs/directoryAudits"], 10);
    let unread = report(&run)["unread"].clone();
    assert_eq!(
        unread,
        json!(["of Entra ID's audit log, only the newest 20 entries were read"]),
        "{run:?}"
    );
}
