//! How answers are understood.

use azure::Error;
use serde_json::{Value, json};
use spec::SubscriptionId;

use crate::fake::{Answer, Fake};

fn subscription(name: &str) -> Value {
    json!({ "subscriptionId": SubscriptionId::derived(&[name]), "displayName": name, "state": "Enabled" })
}

#[tokio::test]
async fn every_page_is_read() {
    let next = "https://management.azure.com/subscriptions?$skiptoken=a";
    let fake = Fake::new([
        Answer::Status(200, json!({ "value": [subscription("a")], "nextLink": next })),
        Answer::Status(200, json!({ "value": [subscription("b")] })),
    ]);
    let found = fake.reader().await.subscriptions().await.unwrap();
    assert_eq!(found.iter().map(|s| s.display_name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(
        fake.seen(),
        ["GET /subscriptions?api-version=2022-12-01", "GET /subscriptions?$skiptoken=a"]
    );
}

#[tokio::test]
async fn a_token_goes_to_no_other_host() {
    let next = "https://management.azure.com.evil.example/subscriptions";
    let fake = Fake::new([Answer::Status(200, json!({ "value": [], "nextLink": next }))]);
    let error = fake.reader().await.subscriptions().await.unwrap_err();
    assert!(matches!(error, Error::Senseless { .. }), "{error}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn refusals_are_read_in_every_shape() {
    let shapes = [
        json!({ "error": { "code": "Outer", "message": "m", "details": [{ "code": "Inner" }] } }),
        json!({ "code": "Outer", "message": "m \"quoted\"", "details": [{ "code": "Inner" }] }),
    ];
    for shape in shapes {
        let fake = Fake::new([Answer::Status(400, shape)]);
        let error = fake.reader().await.subscriptions().await.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert!(refusal.has_code("Outer") && refusal.has_code("Inner"), "{refusal:?}");
        assert!(refusal.message.starts_with('m'), "{refusal:?}");
    }
    let fake = Fake::new([Answer::Html(404)]);
    let error = fake.reader().await.subscriptions().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Azure Resource Manager GET /subscriptions was refused: no reason was given (404 no code)"
    );
}

#[tokio::test]
async fn a_grant_that_exists_is_told_in_each_spelling_and_contention_is_none() {
    let says_granted = async |status: u16, code: &str, message: &str| {
        let fake = Fake::new([Answer::Status(
            status,
            json!({ "error": { "code": code, "message": message } }),
        )]);
        let error = fake.reader().await.subscriptions().await.unwrap_err();
        error.refusal().unwrap().says_granted()
    };
    let exists = "Permission being assigned already exists on the object";
    assert!(says_granted(400, "Request_BadRequest", exists).await);
    let exists = "EntitlementGrant entry already exists.";
    assert!(says_granted(400, "Request_BadRequest", exists).await);
    assert!(says_granted(409, "Request_MultipleObjectsWithSameKeyValue", "x").await);
    assert!(!says_granted(409, "Directory_ConcurrencyViolation", "x").await);
    assert!(!says_granted(400, "Request_BadRequest", "Not a valid reference update").await);
}

#[tokio::test]
async fn a_subscription_that_never_had_a_vault_has_none() {
    let body = json!({ "error": { "code": "MissingSubscriptionRegistration", "message": "x" } });
    let fake = Fake::new([Answer::Status(409, body)]);
    let vaults = fake.reader().await.vaults(SubscriptionId::derived(&["s"])).await.unwrap();
    assert!(vaults.is_empty());
}
