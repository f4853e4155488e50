//! What an integration tells.

use mondoo::{Error, Integration, MessageStatus, SecretKind, Subscriptions, Wif};
use serde_json::{Value, json};
use spec::IntegrationMrn;

use crate::fake::{Answer, Fake, NEWEST, SPACE, schema};

fn told() -> Value {
    json!({
        "mrn": "//integration.api.mondoo.app/spaces/abc/integrations/one",
        "name": "Contoso Azure",
        "type": "AZURE",
        "status": "whatever",
        "created": "2026-03-01T12:00:00Z",
        "lastModified": "2026-03-01T12:00:00.123456789Z",
        "scanJobAttempted": "2026-03-01T12:05:00+00:00",
        "scanJobStarted": "0001-01-01T00:00:00Z",
        "scanJobFinished": "",
        "messages": [
            { "status": "ERROR", "message": "AADSTS700027", "timestamp": "2026-03-01T12:05:01Z" },
            { "status": "FATAL", "message": "new", "timestamp": null },
        ],
        "labels": [{ "key": "k", "value": "v" }, { "key": "empty", "value": null }],
        "assetCounts": [{ "total": 3 }, { "total": 4 }],
        "configurationOptions": {
            "tenantId": "t", "clientId": "c", "allow": null, "deny": ["d"], "scanVms": true,
            "secretType": "CERTIFICATE", "wifSubject": "", "managementGroupId": "",
        },
    })
}

async fn read(integration: Value) -> Result<Option<Integration>, Error> {
    let answer = Answer::Data(json!({ "clientIntegration": { "integration": integration } }));
    let mrn = IntegrationMrn::new("m".to_owned());
    Fake::new([answer]).mondoo().await.integration(&mrn, &schema(&NEWEST).await).await
}

#[tokio::test]
async fn an_integration_tells_all_that_it_is() {
    let integration = read(told()).await.unwrap().unwrap();
    assert_eq!(integration.mrn.to_string(), told()["mrn"].as_str().unwrap());
    assert_eq!(integration.subscriptions, Subscriptions::Deny(vec!["d".to_owned()]));
    assert_eq!(integration.scan_vms, Some(true));
    assert_eq!(integration.secret_kind, SecretKind::Certificate);
    assert_eq!((integration.wif, integration.management_group), (None, None));
    assert_eq!(integration.labels["k"], "v");
    assert_eq!(integration.labels["empty"], "");
    assert_eq!(integration.assets, 7);
    assert_eq!(integration.created.unwrap().unix_timestamp(), 1_772_366_400);
    assert_eq!(integration.modified.unwrap().nanosecond(), 123_456_789);
}

#[tokio::test]
async fn what_has_not_happened_has_no_time() {
    let scan = read(told()).await.unwrap().unwrap().scan;
    assert!(scan.attempted.is_some());
    assert_eq!((scan.started, scan.finished), (None, None));
}

#[tokio::test]
async fn words_that_nobody_knew_are_kept() {
    let mut told = told();
    told["configurationOptions"]["secretType"] = "PASSKEY".into();
    let integration = read(told).await.unwrap().unwrap();
    assert_eq!(integration.secret_kind, SecretKind::Other("PASSKEY".to_owned()));
    assert_eq!(integration.messages[0].status, MessageStatus::Error);
    assert_eq!(integration.messages[1].status, MessageStatus::Other("FATAL".to_owned()));
    assert_eq!(integration.messages[1].at, None);
}

#[tokio::test]
async fn a_workload_tells_what_to_trust() {
    let mut told = told();
    let options = &mut told["configurationOptions"];
    options["wifSubject"] = "sub".into();
    options["wifIssuerUrl"] = "https://issuer".into();
    options["secretType"] = "WIF".into();
    options["allow"] = json!(["a", "d"]);
    options["managementGroupId"] = "platform".into();
    let integration = read(told).await.unwrap().unwrap();
    let expected = Wif { issuer: "https://issuer".to_owned(), subject: "sub".to_owned() };
    assert_eq!((integration.wif, integration.secret_kind), (Some(expected), SecretKind::Wif));
    // `d` is denied as well.
    assert_eq!(integration.subscriptions, Subscriptions::Allow(vec!["a".to_owned()]));
    assert_eq!(integration.management_group.as_deref(), Some("platform"));
}

#[tokio::test]
async fn integrations_with_other_clouds_are_not_listed() {
    let other = json!({
        "mrn": "m", "name": "n", "type": "AWS", "configurationOptions": {}, "labels": null,
    });
    let integrations = json!([other, told()]);
    let data = json!({ "listClientIntegrations": { "integrations": integrations } });
    let mondoo = Fake::new([Answer::Data(data)]).mondoo().await;
    let listed = mondoo.integrations(&SPACE.parse().unwrap(), &schema(&[]).await).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Contoso Azure"]);
}

#[tokio::test]
async fn an_integration_that_makes_no_sense_is_an_error() {
    let mut undated = told();
    undated["scanJobFinished"] = "yesterday".into();
    let mut unconfigured = told();
    unconfigured["configurationOptions"] = Value::Null;
    for told in [undated, unconfigured] {
        assert!(matches!(read(told).await, Err(Error::Senseless { .. })));
    }
}
