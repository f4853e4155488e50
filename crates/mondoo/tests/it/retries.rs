//! What is sent again, and what is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use mondoo::{Configuration, Error, Held, Schema, Secret, Subscriptions};
use serde_json::{Value, json};
use spec::IntegrationMrn;

use crate::fake::{Answer, Fake, SPACE, look};

fn configuration() -> Configuration {
    Configuration {
        tenant_id: "t".to_owned(),
        client_id: "c".to_owned(),
        subscriptions: Subscriptions::All,
        scan_vms: false,
        secret: Some(Held::Certificate(Secret::from("pem".to_owned()))),
    }
}

async fn create(fake: &Arc<Fake>) -> Result<IntegrationMrn, Error> {
    let (space, labels) = (SPACE.parse().unwrap(), BTreeMap::new());
    let mondoo = fake.mondoo().await;
    mondoo.create(&space, &Schema::default(), "n", &configuration(), &labels).await
}

fn created() -> Answer {
    Answer::Data(json!({ "createClientIntegration": { "integration": { "mrn": "m" } } }))
}

const AWAY: &str = "rpc error: code = Unavailable desc = connection refused";
const BUSY: &str = "rpc error: code = ResourceExhausted desc = too many requests";

#[tokio::test(start_paused = true)]
async fn an_integration_is_not_created_twice() {
    for answer in [Answer::Broken, Answer::Text(503, "away"), Answer::Error(Value::Null, AWAY)] {
        let line = format!("{answer:?}");
        let fake = Fake::new([answer]);
        assert!(create(&fake).await.is_err(), "{line}");
        assert_eq!(fake.seen().len(), 1, "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_integration_that_was_not_begun_is_created_later() {
    let busy = Answer::Error(Value::Null, BUSY);
    let fake = Fake::new([Answer::Throttled("3"), busy, created()]);
    let began = tokio::time::Instant::now();
    assert_eq!(create(&fake).await, Ok(IntegrationMrn::new("m".to_owned())));
    assert_eq!(fake.seen().len(), 3);
    assert!(began.elapsed().as_secs() >= 3);
}

#[tokio::test(start_paused = true)]
async fn what_reads_is_repeated() {
    let away = Answer::Error(json!({ "space": null }), AWAY);
    let fake = Fake::new([away, Answer::Text(502, "bad gateway"), Answer::Broken, look(&[])]);
    let space = fake.mondoo().await.look(&SPACE.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(space.name, "Contoso");
    assert_eq!(fake.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_the_same_done_twice_is_repeated() {
    let mrn = IntegrationMrn::new("m".to_owned());
    let (schema, labels) = (Schema::default(), BTreeMap::new());
    for operation in ["update", "delete", "assign", "scan"] {
        let done = Answer::Data(json!({ "x": {} }));
        let fake = Fake::new([Answer::Broken, Answer::Text(503, "away"), done]);
        let mondoo = fake.mondoo().await;
        let result = match operation {
            "update" => mondoo.update(&mrn, &schema, "n", &configuration(), &labels).await,
            "delete" => mondoo.delete(&mrn).await,
            "assign" => {
                let policies = [spec::PolicyMrn::new("p")];
                mondoo.assign_policies(&SPACE.parse().unwrap(), &policies).await
            }
            _ => mondoo.start_scan(&mrn).await,
        };
        assert_eq!((result, fake.seen().len()), (Ok(()), 3), "{operation}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deleted_integration_is_deleted() {
    let gone = "rpc error: code = NotFound desc = no such integration";
    let fake = Fake::new([Answer::Error(json!({ "deleteClientIntegration": null }), gone)]);
    let mrn = IntegrationMrn::new("m".to_owned());
    assert_eq!(fake.mondoo().await.delete(&mrn).await, Ok(()));
    let denied = "rpc error: code = PermissionDenied desc = no";
    let fake = Fake::new([Answer::Error(Value::Null, denied)]);
    let deleted = fake.mondoo().await.delete(&mrn).await;
    assert!(matches!(deleted, Err(Error::NotPermitted { .. })));
}
