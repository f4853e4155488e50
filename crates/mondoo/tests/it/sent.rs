//! What is sent to an API of which age.

use std::collections::BTreeMap;

use mondoo::{Configuration, Error, Feature, Held, Schema, Secret, Subscriptions};
use serde_json::{Value, json};
use spec::IntegrationMrn;

use crate::fake::{Answer, Fake, NEWEST, SPACE, schema};

fn configuration(secret: Option<Held>) -> Configuration {
    Configuration {
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        subscriptions: Subscriptions::Allow(vec!["s1".to_owned()]),
        scan_vms: true,
        secret,
    }
}

fn certificate() -> Held {
    Held::Certificate(Secret::from("pem".to_owned()))
}

fn labels() -> BTreeMap<String, String> {
    BTreeMap::from([("k".to_owned(), "v".to_owned())])
}

/// The input of creating such an integration.
async fn created(
    schema: &Schema,
    configuration: &Configuration,
    labels: &BTreeMap<String, String>,
) -> Result<Value, Error> {
    let answer = json!({ "createClientIntegration": { "integration": { "mrn": "m" } } });
    let fake = Fake::new([Answer::Data(answer)]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    mondoo.create(&space, schema, "n", configuration, labels).await?;
    Ok(fake.input())
}

#[tokio::test]
async fn an_old_api_is_told_old_names() {
    let sent =
        created(&Schema::default(), &configuration(Some(certificate())), &BTreeMap::new()).await;
    let options = json!({
        "tenantId": "t",
        "clientId": "c",
        "subscriptionsWhitelist": ["s1"],
        "subscriptionsBlacklist": [],
        "scanVms": true,
        "certificate": "pem",
    });
    let expected = json!({
        "spaceMrn": SPACE,
        "name": "n",
        "type": "AZURE",
        "longLivedToken": false,
        "configurationOptions": { "azureConfigurationOptions": options },
    });
    assert_eq!(sent, Ok(expected));
}

#[tokio::test]
async fn a_new_api_is_told_new_names() {
    let newest = schema(&NEWEST).await;
    let sent = created(&newest, &configuration(Some(certificate())), &labels()).await;
    let options = json!({
        "tenantId": "t",
        "clientId": "c",
        "subscriptionsAllowlist": ["s1"],
        "subscriptionsDenylist": [],
        "scanVms": true,
        "certificate": "pem",
        "useWif": false,
        "managementGroupId": "",
    });
    let expected = json!({
        "scopeMrn": SPACE,
        "name": "n",
        "type": "AZURE",
        "longLivedToken": false,
        "configurationOptions": { "azureConfigurationOptions": options },
        "labels": [{ "key": "k", "value": "v" }],
    });
    assert_eq!(sent, Ok(expected));
}

#[tokio::test]
async fn an_old_api_is_never_told_what_it_does_not_know() {
    let old = Schema::default();
    let wif = created(&old, &configuration(Some(Held::Wif)), &BTreeMap::new()).await;
    assert_eq!(wif, Err(Error::NotOffered(Feature::Wif)));
    let labels = created(&old, &configuration(Some(certificate())), &labels()).await;
    assert_eq!(labels, Err(Error::NotOffered(Feature::Labels)));
    assert!(!old.offers_wif() && !old.offers_labels());
    // One that takes it and does not tell what to trust is of no use either.
    let half = schema(&["useWif"]).await;
    assert!(!half.offers_wif());
}

#[tokio::test]
async fn a_workload_is_told_without_a_secret() {
    let newest = schema(&NEWEST).await;
    assert!(newest.offers_wif() && newest.offers_labels());
    let sent = created(&newest, &configuration(Some(Held::Wif)), &labels()).await.unwrap();
    let options = &sent["configurationOptions"]["azureConfigurationOptions"];
    assert_eq!((&options["useWif"], &options["certificate"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn an_update_tells_all_but_a_secret_that_stays() {
    let newest = schema(&NEWEST).await;
    let fake = Fake::new([Answer::Data(json!({ "updateClientIntegrationConfiguration": {} }))]);
    let mrn = IntegrationMrn::new("m".to_owned());
    let configuration = Configuration { subscriptions: Subscriptions::All, ..configuration(None) };
    let mondoo = fake.mondoo().await;
    mondoo.update(&mrn, &newest, "n", &configuration, &labels()).await.unwrap();
    let options = json!({
        "tenantId": "t",
        "clientId": "c",
        "subscriptionsAllowlist": [],
        "subscriptionsDenylist": [],
        "scanVms": true,
        "managementGroupId": "",
    });
    let expected = json!({
        "mrn": "m",
        "name": "n",
        "type": "AZURE",
        "configurationOptions": { "azureConfigurationOptions": options },
        "labels": [{ "key": "k", "value": "v" }],
    });
    assert_eq!(fake.input(), expected);
}

#[tokio::test]
async fn no_subscription_is_not_told_as_all() {
    let nothing = Subscriptions::Allow(Vec::new());
    let configuration =
        Configuration { subscriptions: nothing, ..configuration(Some(certificate())) };
    let sent = created(&Schema::default(), &configuration, &BTreeMap::new()).await;
    assert_eq!(sent, Err(Error::NotOffered(Feature::NoSubscription)));
}

#[tokio::test]
async fn each_api_is_asked_for_what_it_tells() {
    for (schema, asked, scope) in [
        (
            Schema::default(),
            "allow: subscriptionsWhitelist deny: subscriptionsBlacklist",
            "spaceMrn",
        ),
        (
            schema(&NEWEST).await,
            "allow: subscriptionsAllowlist deny: subscriptionsDenylist",
            "scopeMrn",
        ),
    ] {
        let fake = Fake::new([Answer::Data(json!({ "listClientIntegrations": {} }))]);
        let listed = fake.mondoo().await.integrations(&SPACE.parse().unwrap(), &schema).await;
        assert_eq!(listed, Ok(Vec::new()));
        let query = fake.seen()[0].body["query"].as_str().unwrap().to_owned();
        assert!(query.contains(asked), "{query}");
        assert_eq!(query.contains("wifSubject"), schema.offers_wif());
        assert_eq!(fake.input(), json!({ scope: SPACE }));
    }
}
