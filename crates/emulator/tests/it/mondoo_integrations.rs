//! Integrations: created, read, listed, changed and deleted.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::TestCertificate;
use crate::mondoo::{CLIENT, EMPTY, SPACE, create_input, options, with_certificate};
use crate::support::{TENANT, Tenant};

const LIST: &str = "query($input: ListClientIntegrationsInput!) {
    listClientIntegrations(input: $input) { integrations { name type configurationOptions {
        ... on AzureConfigurationOptions { tenantId clientId }
    } } }
}";
const DELETE: &str =
    "mutation($mrn: String!) { deleteClientIntegration(input: {mrn: $mrn}) { mrn } }";

async fn list(tenant: &Tenant, input: Value) -> Vec<String> {
    let answer = tenant.mondoo(LIST, json!({ "input": input })).await;
    let listed = answer.list("/data/listClientIntegrations/integrations");
    let mut names: Vec<_> =
        listed.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_integration_reads_back_as_it_was_made_but_for_its_secret() {
    let tenant = Tenant::start().await;
    let mut azure = with_certificate(CLIENT);
    azure["subscriptionsAllowlist"] = json!(["one", "Two"]);
    azure["scanVms"] = json!(true);
    let mut input = create_input("azure", azure);
    input["labels"] = json!([{ "key": "cert-sha256", "value": "ab" }, { "key": "bare" }]);
    let made = tenant.try_create(input).await;
    let made = &made.body["data"]["createClientIntegration"]["integration"];
    let mrn = made["mrn"].as_str().unwrap();
    assert!(mrn.starts_with("//integration.api.mondoo.app/spaces/abc/integrations/"), "{mrn}");
    assert_eq!((&made["name"], &made["token"]), (&json!("azure"), &Value::Null));
    let expected = json!({
        "mrn": mrn, "name": "azure", "type": "AZURE", "status": "PENDING",
        "created": "2027-01-15T08:00:00Z", "lastModified": "2027-01-15T08:00:00Z",
        "lastCheckin": null,
        "scanJobAttempted": null, "scanJobStarted": null, "scanJobFinished": null,
        "messages": [], "assetCounts": [], "createdBy": { "name": "api-token", "email": null },
        "labels": [{ "key": "cert-sha256", "value": "ab" }, { "key": "bare", "value": null }],
        "configurationOptions": {
            "tenantId": TENANT, "clientId": CLIENT, "scanVms": true, "secretType": "CERTIFICATE",
            "subscriptionsWhitelist": ["one", "Two"], "subscriptionsBlacklist": [],
        },
    });
    assert_eq!(tenant.read(mrn).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_creates_make_two_integrations_whatever_their_name() {
    let tenant = Tenant::start().await;
    let options = with_certificate(CLIENT);
    let one = tenant.integrate("azure", options.clone()).await;
    let two = tenant.integrate("azure", options).await;
    assert_ne!(one, two);
    assert_eq!(list(&tenant, json!({ "scopeMrn": SPACE })).await, ["azure", "azure", "fabrikam"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_of_one_space_and_of_the_wanted_types() {
    let tenant = Tenant::start().await;
    let none: [&str; 0] = [];
    let by = |scope: &str, filter: Value| json!({ "scopeMrn": scope, "filterQuery": filter });
    assert_eq!(list(&tenant, json!({ "spaceMrn": SPACE })).await, ["fabrikam"]);
    assert_eq!(list(&tenant, json!({ "scopeMrn": EMPTY, "spaceMrn": SPACE })).await, none);
    assert_eq!(list(&tenant, by(SPACE, json!({ "types": ["AZURE", "AWS"] }))).await, ["fabrikam"]);
    assert_eq!(list(&tenant, by(SPACE, json!({ "types": ["MS365"] }))).await, none);
    assert_eq!(list(&tenant, by(SPACE, json!({ "types": [] }))).await, ["fabrikam"]);
    assert_eq!(list(&tenant, by(SPACE, json!({ "type": "AWS" }))).await, none);
    let answer = tenant.mondoo(LIST, json!({ "input": {} })).await;
    answer.is_rpc_error("listClientIntegrations", "InvalidArgument");
    let answer = tenant.mondoo(LIST, json!({ "input": { "scopeMrn": "//x" } })).await;
    answer.is_rpc_error("listClientIntegrations", "NotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_replaces_all_options_but_a_secret_that_is_left_out() {
    let tenant = Tenant::start().await;
    let mut made = with_certificate(CLIENT);
    made["subscriptionsAllowlist"] = json!(["one"]);
    made["scanVms"] = json!(true);
    let mrn = tenant.integrate("azure", made).await;
    tenant.advance(Duration::minutes(1));
    let changed = options("other", json!({ "subscriptionsDenylist": ["two"] }));
    let answer = tenant.try_update(&mrn, changed, json!({ "name": "renamed" })).await;
    assert_eq!(answer.text("/data/updateClientIntegrationConfiguration/name"), "renamed");
    let read = tenant.read(&mrn).await;
    let expected = json!({
        "tenantId": TENANT, "clientId": "other", "scanVms": false, "secretType": "CERTIFICATE",
        "subscriptionsWhitelist": [], "subscriptionsBlacklist": ["two"],
    });
    assert_eq!(read["configurationOptions"], expected);
    assert_eq!(
        (&read["name"], &read["created"]),
        (&json!("renamed"), &json!("2027-01-15T08:00:00Z"))
    );
    assert_eq!(read["lastModified"], "2027-01-15T08:01:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_keeps_a_name_and_labels_that_it_leaves_out() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", with_certificate(CLIENT)).await;
    let labels = json!({ "labels": [{ "key": "a", "value": "1" }] });
    tenant.try_update(&mrn, options(CLIENT, json!({})), labels.clone()).await;
    tenant.try_update(&mrn, options(CLIENT, json!({})), json!({})).await;
    let read = tenant.read(&mrn).await;
    assert_eq!((&read["name"], &read["labels"]), (&json!("azure"), &labels["labels"]));
    tenant.try_update(&mrn, options(CLIENT, json!({})), json!({ "labels": [] })).await;
    assert_eq!(tenant.read(&mrn).await["labels"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_can_change_the_kind_of_secret() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", options(CLIENT, json!({ "clientSecret": "s" }))).await;
    let secret_type =
        async || tenant.read(&mrn).await["configurationOptions"]["secretType"].clone();
    assert_eq!(secret_type().await, "CLIENT_SECRET");
    tenant.try_update(&mrn, options(CLIENT, json!({ "useWif": true })), json!({})).await;
    assert_eq!(secret_type().await, "WIF");
    tenant.try_update(&mrn, with_certificate(CLIENT), json!({})).await;
    assert_eq!(secret_type().await, "CERTIFICATE");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyless_integration_says_who_signs_in() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", options(CLIENT, json!({ "useWif": true }))).await;
    let query = "query($mrn: String!) { clientIntegration(input: {mrn: $mrn}) { integration {
        configurationOptions { ... on AzureConfigurationOptions { wifSubject wifIssuerUrl } } } } }";
    let shown = "/data/clientIntegration/integration/configurationOptions";
    let wif =
        tenant.mondoo(query, json!({ "mrn": mrn })).await.body.pointer(shown).unwrap().clone();
    assert!(wif["wifIssuerUrl"].as_str().unwrap().starts_with("https://"), "{wif}");
    assert!(!wif["wifSubject"].as_str().unwrap().is_empty(), "{wif}");
    let with_key = tenant.integrate("azure", with_certificate(CLIENT)).await;
    let none = tenant.mondoo(query, json!({ "mrn": with_key })).await;
    let expected = json!({ "wifSubject": null, "wifIssuerUrl": null });
    assert_eq!(none.body.pointer(shown).unwrap(), &expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", with_certificate(CLIENT)).await;
    let answer = tenant.mondoo(DELETE, json!({ "mrn": mrn })).await;
    assert_eq!(answer.text("/data/deleteClientIntegration/mrn"), mrn);
    tenant.try_read(&mrn).await.is_rpc_error("clientIntegration", "NotFound");
    let answer = tenant.mondoo(DELETE, json!({ "mrn": mrn })).await;
    answer.is_rpc_error("deleteClientIntegration", "NotFound");
    let answer = tenant.try_update(&mrn, with_certificate(CLIENT), json!({})).await;
    answer.is_rpc_error("updateClientIntegrationConfiguration", "NotFound");
    let mut input = create_input("azure", with_certificate(CLIENT));
    input["spaceMrn"] = json!("//captain.api.mondoo.app/spaces/nowhere");
    tenant.try_create(input).await.is_rpc_error("createClientIntegration", "NotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_refusals_are_told_from_not_found() {
    let tenant = Tenant::start().await;
    let bundle = TestCertificate::new().bundle();
    let mut other_type = create_input("azure", with_certificate(CLIENT));
    other_type["type"] = json!("AWS");
    let mut no_options = create_input("azure", json!({}));
    no_options["configurationOptions"] = json!({});
    let mut no_space = create_input("azure", with_certificate(CLIENT));
    no_space.as_object_mut().unwrap().remove("spaceMrn");
    let both = json!({ "useWif": true, "certificate": bundle });
    for (input, code) in [
        (other_type, "Unimplemented"),
        (no_options, "InvalidArgument"),
        (no_space, "InvalidArgument"),
        (create_input("", with_certificate(CLIENT)), "InvalidArgument"),
        (create_input(&"x".repeat(251), with_certificate(CLIENT)), "InvalidArgument"),
        (create_input("azure", with_certificate("")), "InvalidArgument"),
        (create_input("azure", options(CLIENT, json!({}))), "InvalidArgument"),
        (create_input("azure", options(CLIENT, both)), "InvalidArgument"),
    ] {
        tenant.try_create(input).await.is_rpc_error("createClientIntegration", code);
    }
    assert_eq!(list(&tenant, json!({ "scopeMrn": SPACE })).await, ["fabrikam"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn integrations_survive_a_restart() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", with_certificate(CLIENT)).await;
    let before = tenant.read(&mrn).await;
    let tenant = tenant.restart().await;
    assert_eq!(tenant.read(&mrn).await, before);
    tenant.mondoo(DELETE, json!({ "mrn": mrn })).await;
    let tenant = tenant.restart().await;
    assert_eq!(list(&tenant, json!({ "scopeMrn": SPACE })).await, ["fabrikam"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mutations_of_one_request_see_each_other() {
    let tenant = Tenant::start().await;
    let mrn = tenant.integrate("azure", with_certificate(CLIENT)).await;
    let query = "mutation($mrn: String!) {
        first: deleteClientIntegration(input: {mrn: $mrn}) { mrn }
        second: deleteClientIntegration(input: {mrn: $mrn}) { mrn }
    }";
    let answer = tenant.mondoo(query, json!({ "mrn": mrn })).await;
    assert_eq!(answer.body["data"], json!({ "first": { "mrn": mrn }, "second": null }));
    answer.is_rpc_error("second", "NotFound");
}
