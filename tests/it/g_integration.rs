//! Step G.

use std::path::PathBuf;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, spec_with};

pub const SPACE: &str = "//captain.api.mondoo.app/spaces/abc";

const INTEGRATION: &str = "integration:
  space: //captain.api.mondoo.app/spaces/abc
  name: Contoso Azure
  policies: [mondoo-azure-security]
";

/// A spec with an integration and those keys of it.
pub fn integrated(tenant: &Tenant, more: &str) -> PathBuf {
    spec_with(tenant.path(), &[PRODUCTION], &format!("{INTEGRATION}{more}"))
}

pub fn keyless(tenant: &Tenant) -> PathBuf {
    let path = integrated(tenant, "");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("file: certificate.pem", "federated: true")).unwrap();
    path
}

/// The integrations of the space for our application.
pub fn integrations(tenant: &Tenant) -> Vec<Value> {
    let client = tenant.application().0["appId"].clone();
    let found = all_integrations(tenant).into_iter();
    found.filter(|one| one["configurationOptions"]["clientId"] == client).collect()
}

pub fn all_integrations(tenant: &Tenant) -> Vec<Value> {
    const LIST: &str = "query($space: String!) {
        listClientIntegrations(input: { spaceMrn: $space }) {
            integrations {
                mrn name labels { key value } messages { message status }
                scanJobFinished assetCounts { total }
                configurationOptions { ... on AzureConfigurationOptions {
                    tenantId clientId subscriptionsWhitelist subscriptionsBlacklist scanVms secretType
                } }
            }
        }
    }";
    let found = tenant.mondoo(LIST, json!({ "space": SPACE }));
    found["listClientIntegrations"]["integrations"].as_array().unwrap().clone()
}

pub fn integration(tenant: &Tenant) -> Value {
    let mut found = integrations(tenant);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Lets Mondoo sign in with what the integration holds, and returns what it complains of.
pub fn scan_errors(tenant: &Tenant) -> Vec<String> {
    let mrn = integration(tenant)["mrn"].clone();
    let query =
        "query($mrn: String!) { triggerAction(input: { mrn: $mrn, type: RUN_SCAN }) { mrn } }";
    tenant.mondoo(query, json!({ "mrn": mrn }));
    let live = integration(tenant);
    let messages = live["messages"].as_array().unwrap().iter();
    let errors = messages.filter(|message| message["status"] == "ERROR");
    errors.map(|message| message["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_integration_is_made_once_everything_works_and_is_scanned() {
    let tenant = Tenant::new();
    let spec = integrated(&tenant, "");
    let spec = spec.to_str().unwrap();
    let run = tenant.run(&["apply", "--auto-approve", "--wait", spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("The scan has ended: Mondoo knows "), "{run:?}");
    tenant.assert_nothing_to_do(spec);
    let live = integration(&tenant);
    assert_eq!(live["name"], "Contoso Azure");
    assert_eq!(live["configurationOptions"]["scanVms"], false);
    assert!(live["messages"].as_array().unwrap().iter().all(|one| one["status"] != "ERROR"));
    assert!(live["assetCounts"][0]["total"].as_u64().unwrap() > 0, "{live}");
    // The key was sent to Mondoo, and nowhere else.
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    let with_key = log.lines().filter(|line| line.contains("PRIVATE KEY"));
    assert!(with_key.into_iter().all(|line| line.contains("\"/query\"")));
}

#[test]
fn every_schema_of_the_api_will_do() {
    for schema in ["2024", "2025", "2026"] {
        let tenant = Tenant::with(&format!("mondoo: {{ schema: {schema} }}"));
        let spec = integrated(&tenant, "  subscriptions: { allow: [Production] }\n");
        tenant.apply(&spec);
        let live = integration(&tenant);
        let allowed = &live["configurationOptions"]["subscriptionsWhitelist"];
        assert_eq!(*allowed, json!(["1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"]), "{schema}");
        assert_eq!(scan_errors(&tenant), [] as [String; 0], "{schema}");
    }
}

#[test]
fn what_is_changed_in_the_console_is_put_right() {
    const UPDATE: &str = "mutation($input: UpdateClientIntegrationConfigurationInput!) {
        updateClientIntegrationConfiguration(input: $input) { name }
    }";
    let tenant = Tenant::new();
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    let live = integration(&tenant);
    let (tenant_id, client_id) =
        (&live["configurationOptions"]["tenantId"], &live["configurationOptions"]["clientId"]);
    let changed = |options: Value, name: &str| {
        let mut whole = json!({ "tenantId": tenant_id, "clientId": client_id });
        whole.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        let input = json!({
            "mrn": live["mrn"], "type": "AZURE", "name": name,
            "configurationOptions": { "azureConfigurationOptions": whole },
        });
        tenant.mondoo(UPDATE, json!({ "input": input }));
        let plan = tenant.run(&["plan", "-v", spec.to_str().unwrap()]);
        assert_eq!(plan.changes().len(), 2, "{plan:?}");
        tenant.apply(&spec);
        plan.stdout
    };
    assert!(changed(json!({}), "Other").contains("Other"));
    assert!(changed(json!({ "scanVms": true }), "Contoso Azure").contains("scanVms"));
    let denied = changed(json!({ "subscriptionsDenylist": ["x"] }), "Contoso Azure");
    assert!(denied.contains("deny x"), "{denied}");
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
}

/// As the Mondoo Console makes one: without our labels.
pub fn make_integration(tenant: &Tenant, app_id: &str) -> Value {
    const CREATE: &str = "mutation($input: CreateClientIntegrationInput!) {
        createClientIntegration(input: $input) { integration { mrn } }
    }";
    let pem = std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap();
    let options = json!({
        "tenantId": tenant.sandbox.operator().tenant_id.to_uppercase(),
        "clientId": app_id, "certificate": pem,
    });
    let input = json!({
        "name": "by hand", "type": "AZURE", "longLivedToken": false, "scopeMrn": SPACE,
        "labels": [{ "key": "team", "value": "security" }],
        "configurationOptions": { "azureConfigurationOptions": options },
    });
    let made = tenant.mondoo(CREATE, json!({ "input": input }));
    made["createClientIntegration"]["integration"]["mrn"].clone()
}

#[test]
fn an_integration_that_was_made_by_hand_is_adopted() {
    let tenant = Tenant::new();
    let bare = spec_with(tenant.path(), &[PRODUCTION], "");
    tenant.apply(&bare);
    let made = make_integration(&tenant, tenant.application().0["appId"].as_str().unwrap());
    let spec = integrated(&tenant, "");
    tenant.apply(&spec);
    let live = integration(&tenant);
    assert_eq!(live["mrn"], made);
    assert_eq!(live["name"], "Contoso Azure");
    let label = json!({ "key": "team", "value": "security" });
    assert!(live["labels"].as_array().unwrap().contains(&label));
}

#[test]
fn keyless_the_application_trusts_the_integration() {
    let tenant = Tenant::new();
    let spec = keyless(&tenant);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    assert_eq!(application["keyCredentials"], json!([]));
    let path = format!(
        "/applications/{}/federatedIdentityCredentials",
        application["id"].as_str().unwrap()
    );
    let federated = tenant.graph(Method::GET, &path, None);
    assert_eq!(federated["value"][0]["audiences"], json!(["api://AzureADTokenExchange"]));
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
    // Without the trust nothing works, and the next apply mends that alone.
    let id = federated["value"][0]["id"].as_str().unwrap();
    tenant.graph(Method::DELETE, &format!("{path}/{id}"), None);
    assert!(!scan_errors(&tenant).is_empty());
    let plan = tenant.run(&["plan", spec.to_str().unwrap()]);
    assert_eq!(plan.changes(), ["+ federated credential mondoo-azure-mondoo-security"]);
    tenant.apply(&spec);
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
}

#[test]
fn an_api_without_keyless_sign_in_says_so() {
    let tenant = Tenant::with("mondoo: { schema: 2025 }");
    let spec = keyless(&tenant);
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stdout.contains("[keyless-not-offered]"), "{run:?}");
    assert_eq!(integrations(&tenant).len(), 0);
}

#[test]
fn without_access_to_the_api_the_form_of_the_console_is_filled_in() {
    let tenant = Tenant::new();
    let spec = integrated(&tenant, "  subscriptions: { deny: [Development] }\n");
    let mut command = tenant.command(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    let run = Run::of(command.env_remove("MONDOO_API_TOKEN"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let client = tenant.application().0["appId"].as_str().unwrap().to_owned();
    for line in [
        "Choose an integration name                     Contoso Azure",
        &format!("Enter the application (client) ID              {client}"),
        "Enter the directory (tenant) ID                0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
        "Scan all subscriptions connected to the tenant off",
        "   Deny list                                   2c3d4e5f-6071-4829-ba3c-4d5e6f708192",
        "Scan VMs                                       off",
        "certificate.pem",
        "mondoo-azure-security",
    ] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    assert!(run.last_line().starts_with("Apply complete: "), "{run:?}");
    // What was handed over is found once somebody has access.
    tenant.apply(&spec);
}

#[test]
fn names_and_policies_that_there_are_not_block() {
    let tenant = Tenant::at_rest();
    let with = |more: &str| {
        let spec = integrated(&tenant, more);
        let text = std::fs::read_to_string(&spec).unwrap();
        std::fs::write(&spec, text.replace("  policies: [mondoo-azure-security]\n", "")).unwrap();
        let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
        assert_eq!(run.code, Some(6), "{run:?}");
        run.stdout
    };
    assert!(with("  subscriptions: { allow: [Nowhere] }\n").contains("[scanned-unknown]"));
    assert!(with("  subscriptions: { allow: [Development] }\n").contains("[scanned-not-covered]"));
    assert!(with("  policies: [mondoo-azure-securty]\n").contains("[policy-unknown]"));
    let spec = integrated(&tenant, "").to_str().unwrap().to_owned();
    let text = std::fs::read_to_string(&spec).unwrap().replace("spaces/abc", "spaces/nowhere");
    std::fs::write(&spec, text).unwrap();
    let run = tenant.run(&["apply", "--auto-approve", &spec]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("there is no space "), "{run:?}");
    assert_eq!(
        tenant.graph(Method::GET, "/applications?$filter=displayName eq 'mondoo-security'", None)["value"],
        json!([])
    );
}
