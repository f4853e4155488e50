//! Nobody's elements are lost when ours are added.

use applier::{ApplyError, Outcome, Status};
use planner::Plan;
use planner::steps::f_certificate::Action;
use serde_json::{Value, json};
use time::Duration;

use crate::fake::Fake;

fn trust() -> Plan {
    let mut plan = Plan::default();
    plan.push(Action::Trust { marker: "ours".to_owned(), held: None }, &[]);
    plan
}

fn foreign(id: u32) -> Value {
    json!({ "keyId": format!("foreign-{id}"), "displayName": "theirs", "key": null, "odd": true })
}

fn status(outcome: &Outcome) -> Status {
    outcome.statuses().next().unwrap().1.clone()
}

#[tokio::test(start_paused = true)]
async fn the_union_is_sent_and_a_stale_read_is_no_loss() {
    let (mut live, mut stale) = (json!([foreign(1)]), 3);
    let fake = Fake::new(move |line, body| {
        if line.starts_with("PATCH") {
            assert_eq!(body["keyCredentials"][0], foreign(1), "sent back as it was read");
            live = body["keyCredentials"].clone();
            return (204, Value::Null);
        }
        if live.as_array().unwrap().len() == 2 && stale > 0 {
            stale -= 1;
            return (200, json!({ "keyCredentials": [foreign(1)] }));
        }
        (200, json!({ "keyCredentials": live }))
    });
    let outcome = fake.apply(&trust(), Duration::days(1)).await;
    assert!(outcome.is_complete(), "{:?}", status(&outcome));
    assert_eq!((fake.count("PATCH"), fake.count("GET")), (1, 5));
}

#[tokio::test(start_paused = true)]
async fn an_element_of_ours_that_is_shown_late_is_no_loss() {
    let fake = Fake::new(|line, _| {
        let status = if line.starts_with("PATCH") { 204 } else { 200 };
        (status, json!({ "keyCredentials": [foreign(1)] }))
    });
    let outcome = fake.apply(&trust(), Duration::days(1)).await;
    assert!(outcome.is_complete(), "{:?}", status(&outcome));
    assert_eq!(fake.count("PATCH"), 1);
}

/// A colleague adds a credential between our read and our write, which removes it. A late replica
/// still shows it.
#[tokio::test(start_paused = true)]
async fn what_a_colleague_added_meanwhile_is_put_back_and_told() {
    let (mut reads, mut written) = (0, Vec::new());
    let last = std::sync::Arc::new(std::sync::Mutex::new(Value::Null));
    let seen = std::sync::Arc::clone(&last);
    let fake = Fake::new(move |line, body| {
        if line.starts_with("PATCH") {
            written.push(body["keyCredentials"].clone());
            *seen.lock().unwrap() = body["keyCredentials"].clone();
            return (204, Value::Null);
        }
        reads += 1;
        let live = match reads {
            1 => json!([foreign(1)]),
            2 => json!([foreign(1), foreign(2)]),
            _ => written[0].clone(),
        };
        (200, json!({ "keyCredentials": live }))
    });
    let outcome = fake.apply(&trust(), Duration::days(1)).await;
    assert!(
        matches!(status(&outcome), Status::Failed(ApplyError::Contended { .. })),
        "{:?}",
        status(&outcome)
    );
    let repaired = last.lock().unwrap();
    let ids: Vec<_> = repaired.as_array().unwrap().iter().map(|e| e["keyId"].clone()).collect();
    assert!(ids.contains(&json!("foreign-1")) && ids.contains(&json!("foreign-2")), "{ids:?}");
    assert_eq!(ids.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_not_written() {
    let sha256 = certificate::Certificate {
        der: b"der".to_vec(),
        subject: String::new(),
        rsa_bits: None,
        not_before: time::OffsetDateTime::UNIX_EPOCH,
        not_after: time::OffsetDateTime::UNIX_EPOCH,
    }
    .sha256();
    let id = planner::key_id(&sha256).to_string().to_uppercase();
    let fake = Fake::new(move |_, _| (200, json!({ "keyCredentials": [{ "keyId": id }] })));
    assert!(fake.apply(&trust(), Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("PATCH"), 0);
}
