//! Which requests are repeated, how often and how soon.

use azure::{Error, Grant, Writer};
use serde_json::{Value, json};
use spec::{PrincipalId, ScopeId};
use tokio::time::Instant;

use crate::fake::{Answer, Fake};

fn page() -> Answer {
    Answer::Status(200, json!({ "value": [] }))
}

fn status(status: u16) -> Answer {
    Answer::Status(status, Value::Null)
}

#[tokio::test(start_paused = true)]
async fn reads_are_repeated_until_they_succeed() {
    for bad in [status(408), status(500), Answer::Html(503), Answer::Broken, Answer::Refused] {
        let fake = Fake::new([bad, status(502), page()]);
        fake.reader().await.subscriptions().await.unwrap();
        assert_eq!(fake.seen().len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn reads_are_not_repeated_when_the_answer_is_no() {
    for no in [400, 403, 404, 409] {
        let fake = Fake::new([status(no)]);
        let error = fake.reader().await.subscriptions().await.unwrap_err();
        assert_eq!(error.refusal().unwrap().status, no);
    }
}

#[tokio::test(start_paused = true)]
async fn a_put_is_repeated_like_a_read() {
    let fake = Fake::new([Answer::Broken, status(504), status(201)]);
    let scope = ScopeId::Subscription("1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081".parse().unwrap());
    let (role, id) = (spec::Id::derived(&["role"]), spec::Id::derived(&["id"]));
    let writer = Writer::new(fake.reader().await);
    writer.put_role_assignment(id, &scope, role, principal(), "x").await.unwrap();
    assert_eq!(fake.seen().len(), 3);
}

fn principal() -> PrincipalId {
    PrincipalId::derived(&["principal"])
}

#[tokio::test(start_paused = true)]
async fn an_update_is_repeated_only_when_nothing_was_done() {
    let id = spec::ApplicationId::derived(&["application"]);
    for maybe_done in [status(503), Answer::Broken] {
        let fake = Fake::new([maybe_done]);
        let writer = Writer::new(fake.reader().await);
        writer.update_application(id, json!({})).await.unwrap_err();
        assert_eq!(fake.seen().len(), 1);
    }
    for not_done in [Answer::Throttled("1"), Answer::Refused] {
        let fake = Fake::new([not_done, status(204)]);
        let writer = Writer::new(fake.reader().await);
        writer.update_application(id, json!({})).await.unwrap();
        assert_eq!(fake.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upsert_is_repeated_like_a_put() {
    let fake = Fake::new([status(503), Answer::Status(201, application())]);
    let writer = Writer::new(fake.reader().await);
    writer.create_application("x", json!({ "displayName": "x" })).await.unwrap();
    assert_eq!(fake.seen(), ["PATCH /v1.0/applications(uniqueName='x')"; 2]);
}

fn application() -> Value {
    let id = "1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
    json!({ "id": id, "appId": id, "displayName": "x" })
}

#[tokio::test(start_paused = true)]
async fn a_throttle_is_waited_out_as_long_as_it_asks() {
    let fake = Fake::new([Answer::Throttled("77"), page()]);
    let reader = fake.reader().await;
    let began = Instant::now();
    reader.subscriptions().await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 77);
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let fake = Fake::new([Answer::Throttled("301")]);
    let reader = fake.reader().await;
    let began = Instant::now();
    let error = reader.subscriptions().await.unwrap_err();
    assert_eq!((error.refusal().unwrap().status, began.elapsed().as_secs()), (429, 0));
    let fake = Fake::new((0..99).map(|_| Answer::Refused));
    let reader = fake.reader().await;
    let began = Instant::now();
    let error = reader.subscriptions().await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }), "{error}");
    assert!(began.elapsed().as_secs() <= 10);
}

#[tokio::test(start_paused = true)]
async fn only_throttled_items_of_a_batch_are_sent_again() {
    let batch = |responses: Value| Answer::Status(200, json!({ "responses": responses }));
    let throttled = json!({ "id": "0", "status": 429, "headers": { "Retry-After": "9" } });
    let broken = json!({ "id": "2", "status": 503, "body": {} });
    let first = json!([{ "id": "1", "status": 201, "body": {} }, throttled, broken]);
    let fake = Fake::new([batch(first), batch(json!([{ "id": "0", "status": 201 }]))]);
    let role = |name: &str| spec::AppRoleId::derived(&[name]);
    let grant = |name| Grant { principal: principal(), resource: principal(), role: role(name) };
    let writer = Writer::new(fake.reader().await);
    let began = Instant::now();
    let grants = [grant("a"), grant("b"), grant("c")];
    let outcomes = writer.grant(&grants).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 9);
    let granted: Vec<_> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(granted, [true, true, false], "a POST that may have been done is not repeated");
}

/// A batch travels as a POST, but one of reads alone changes nothing.
#[tokio::test(start_paused = true)]
async fn a_batch_of_reads_is_repeated_and_one_with_writes_is_not() {
    for bad in [status(503), Answer::Broken] {
        let gone = json!({ "status": 404, "body": {} });
        let responses: Vec<_> = ["0", "1", "2", "3", "4"]
            .iter()
            .map(|id| {
                let mut response = gone.clone();
                response["id"] = json!(id);
                response
            })
            .collect();
        let fake = Fake::new([bad, Answer::Status(200, json!({ "responses": responses }))]);
        let app = spec::AppId::derived(&["app"]);
        let state = fake.reader().await.principal(app).await.unwrap();
        assert!(state.principal.is_none());
        assert_eq!(fake.seen().len(), 2);
    }
    let fake = Fake::new([status(503)]);
    let role = spec::AppRoleId::derived(&["role"]);
    let grant = Grant { principal: principal(), resource: principal(), role };
    Writer::new(fake.reader().await).grant(&[grant]).await.unwrap_err();
    assert_eq!(fake.seen().len(), 1);
}
