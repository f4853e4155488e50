//! What the schema says of itself, generation by generation, and how documents that do not fit it are
//! refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::mondoo::{CLIENT, SPACE, create_input, options, with_certificate};
use crate::support::{Answer, Tenant};

const NAMES: &str = "query($name: String!) {
    __type(name: $name) { kind fields { name } inputFields { name } possibleTypes { name } }
}";

async fn names(tenant: &Tenant, name: &str) -> BTreeSet<String> {
    let answer = tenant.mondoo(NAMES, json!({ "name": name })).await;
    let found = &answer.body["data"]["__type"];
    let all = found["fields"].as_array().or_else(|| found["inputFields"].as_array()).unwrap();
    all.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect()
}

async fn of(generation: u16) -> Tenant {
    Tenant::start_with(&format!("mondoo: {{ schema: {generation} }}")).await
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const IN_2024: [&str; 7] = [
    "tenantId",
    "clientId",
    "subscriptionsWhitelist",
    "subscriptionsBlacklist",
    "certificate",
    "clientSecret",
    "scanVms",
];
const SINCE_2025: [&str; 3] =
    ["subscriptionsAllowlist", "subscriptionsDenylist", "discoveryTargets"];
const SINCE_2026: [&str; 2] = ["useWif", "managementGroupId"];

#[tokio::test(flavor = "multi_thread")]
async fn options_of_each_generation_are_found_by_introspection() {
    let mut expected = set(&IN_2024);
    for (generation, more) in [(2024, &[][..]), (2025, &SINCE_2025[..]), (2026, &SINCE_2026[..])] {
        let tenant = of(generation).await;
        expected.extend(set(more));
        assert_eq!(names(&tenant, "AzureConfigurationOptionsInput").await, expected);
        let shown = names(&tenant, "AzureConfigurationOptions").await;
        let never = ["certificate", "clientSecret"].map(str::to_owned);
        assert!(shown.is_disjoint(&never.into()), "{shown:?}");
        assert_eq!(shown.contains("wifSubject"), generation == 2026);
        assert_eq!(shown.contains("subscriptionsAllowlist"), generation == 2026);
        assert!(shown.contains("subscriptionsWhitelist"));
        let create = names(&tenant, "CreateClientIntegrationInput").await;
        assert_eq!(create.contains("scopeMrn"), generation > 2024);
        assert_eq!(create.contains("labels"), generation == 2026);
        let filter = names(&tenant, "ListClientIntegrationsFilterInput").await;
        assert_eq!(filter.contains("types"), generation > 2024);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_schema_can_be_read_by_those_who_may_do_nothing_else() {
    let tenant = Tenant::start().await;
    let query = "{ __schema { queryType { name } mutationType { name } types { name kind } } }";
    let answer = tenant.mondoo(query, json!({})).await;
    let types = answer.list("/data/__schema/types");
    let union = json!({ "name": "ClientIntegrationConfigurationOptions", "kind": "UNION" });
    assert!(types.contains(&union), "{answer:?}");
    assert_eq!(answer.text("/data/__schema/mutationType/name"), "Mutation");
    let answer = tenant.mondoo("{ __type(name: \"Nothing\") { name } }", json!({})).await;
    assert_eq!(answer.body, json!({ "data": { "__type": null } }));
}

/// Sent as a variable and written into the document.
async fn create_both_ways(tenant: &Tenant, input: Value, literal: &str) -> [Answer; 2] {
    let query = format!(
        "mutation {{ createClientIntegration(input: {literal}) {{ integration {{ mrn }} }} }}"
    );
    [tenant.try_create(input).await, tenant.mondoo(&query, json!({})).await]
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_of_later_generations_are_refused() {
    for (generation, field, value) in [
        (2024, "subscriptionsAllowlist", json!(["x"])),
        (2024, "subscriptionsDenylist", json!(["x"])),
        (2024, "useWif", json!(true)),
        (2025, "useWif", json!(true)),
        (2025, "managementGroupId", json!("x")),
    ] {
        let tenant = of(generation).await;
        let mut options = options(CLIENT, json!({ "clientSecret": "x" }));
        options[field] = value.clone();
        let literal = format!(
            "{{ spaceMrn: \"{SPACE}\", name: \"x\", type: AZURE, longLivedToken: false, \
             configurationOptions: {{ azureConfigurationOptions: {{ tenantId: \"x\", \
             clientId: \"x\", clientSecret: \"x\", {field}: {value} }} }} }}"
        );
        for answer in create_both_ways(&tenant, create_input("x", options), &literal).await {
            answer.is_invalid(field);
        }
    }
    let tenant = of(2024).await;
    let mut input = create_input("x", with_certificate(CLIENT));
    input["scopeMrn"] = json!(SPACE);
    tenant.try_create(input).await.is_invalid("scopeMrn");
    let query = "query($mrn: String!) { clientIntegration(input: {mrn: $mrn}) { integration {
        configurationOptions { ... on AzureConfigurationOptions { wifSubject } } } } }";
    tenant.mondoo(query, json!({ "mrn": "x" })).await.is_invalid("wifSubject");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_can_be_made_in_every_generation() {
    for generation in [2024, 2025, 2026] {
        let tenant = of(generation).await;
        let mut options = with_certificate(CLIENT);
        options["subscriptionsWhitelist"] = json!(["one"]);
        let mrn = tenant.integrate("azure", options).await;
        let read = tenant.read(&mrn).await;
        assert_eq!(read["configurationOptions"]["subscriptionsWhitelist"], json!(["one"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_do_not_fit_are_refused_as_a_whole() {
    let tenant = Tenant::start().await;
    let space = format!("space(mrn: \"{SPACE}\")");
    for (query, part) in [
        (format!("{{ {space} {{ nothing }} }}"), "nothing"),
        ("{ nothing }".to_owned(), "nothing"),
        ("{ space { mrn } }".to_owned(), "mrn"),
        (format!("{{ {space} }}"), "subselection"),
        (format!("query($unused: String) {{ {space} {{ mrn }} }}"), "unused"),
        ("{ space(mrn: 7) { mrn } }".to_owned(), "integer"),
        ("{ space(mrn: ".to_owned(), ""),
        ("query one { __typename } query two { __typename }".to_owned(), ""),
        (String::new(), ""),
    ] {
        tenant.mondoo(&query, json!({})).await.is_invalid(part);
    }
    let query = "query($mrn: String!) { space(mrn: $mrn) { mrn } }";
    tenant.mondoo(query, json!({})).await.is_invalid("mrn");
    tenant.mondoo(query, json!({ "mrn": 7 })).await.is_invalid("mrn");
}

#[tokio::test(flavor = "multi_thread")]
async fn aliases_fragments_and_several_root_fields_work_in_one_request() {
    let tenant = Tenant::start().await;
    let query = "query($a: String!, $b: String!) {
        one: space(mrn: $a) { ...Named } two: space(mrn: $b) { ...Named }
        activePolicies(input: {scopeMrn: $a}) { totalCount }
        __type(name: \"AzureConfigurationOptionsInput\") { name }
    }
    fragment Named on Space { label: name organization { name } }";
    let variables = json!({ "a": SPACE, "b": crate::mondoo::EMPTY });
    let answer = tenant.mondoo(query, variables).await;
    let organization = json!({ "name": "Contoso" });
    let expected = json!({ "data": {
        "one": { "label": "Contoso", "organization": organization },
        "two": { "label": "Empty", "organization": organization },
        "activePolicies": { "totalCount": 1 },
        "__type": { "name": "AzureConfigurationOptionsInput" },
    } });
    assert_eq!((answer.status, answer.body), (200, expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_root_field_can_fail_beside_others() {
    let tenant = Tenant::start().await;
    let query = "query($a: String!, $b: String!) {
        known: space(mrn: $a) { mrn } unknown: space(mrn: $b) { mrn }
    }";
    let answer = tenant.mondoo(query, json!({ "a": SPACE, "b": "//x" })).await;
    assert_eq!(answer.body["data"], json!({ "known": { "mrn": SPACE }, "unknown": null }));
    answer.is_rpc_error("unknown", "NotFound");
}
