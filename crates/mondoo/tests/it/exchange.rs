//! A workload identity becomes a service account.

use aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mondoo::{Credential, CredentialError, Error, Mondoo, Secret, ServiceAccount};
use serde_json::{Value, json};

use crate::credentials::{account, key};
use crate::fake::{Answer, Fake, SPACE, look};

fn workload() -> Value {
    json!({
        "universeDomain": "https://api.example.com",
        "scopes": ["//iam.api.mondoo.app/roles/editor"],
        "type": "external_account",
        "audience": "audience of ours",
        "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        "issuerUri": "https://token.actions.githubusercontent.com",
    })
}

fn credential(file: &Value) -> Credential {
    let identity = ServiceAccount::parse(&file.to_string()).unwrap();
    assert!(identity.needs_token());
    let identity = identity.with_token(Secret::from("hunter2".to_owned()));
    assert!(!identity.needs_token());
    Credential::ServiceAccount(identity)
}

fn exchanged(account: &Value) -> Answer {
    Answer::Json(json!({ "base64_credential": BASE64_STANDARD.encode(account.to_string()) }))
}

#[tokio::test]
async fn a_workloads_token_is_exchanged_once() {
    let mut account = account(&key(&ECDSA_P384_SHA384_FIXED_SIGNING));
    let fake = Fake::new([exchanged(&account), look(&[]), look(&[])]);
    let mondoo = Mondoo::connect(credential(&workload()), None, fake.transport()).await.unwrap();
    for _ in 0..2 {
        mondoo.look(&SPACE.parse().unwrap()).await.unwrap();
    }
    let seen = fake.seen();
    assert_eq!(seen[0].url, "https://api.example.com/SecureTokenService/ExchangeExternalToken");
    assert_eq!(seen[0].token, None);
    let body = json!({
        "audience": "audience of ours",
        "issuer_uri": "https://token.actions.githubusercontent.com",
        "jwt_token": "hunter2",
    });
    assert_eq!(seen[0].body, body);
    assert_eq!(seen[2].url, "https://eu.api.mondoo.com/query");
    assert!(seen[2].token.is_some());
    // An account that does not say where it belongs belongs where it came from.
    account["api_endpoint"] = Value::Null;
    let fake = Fake::new([exchanged(&account), look(&[])]);
    let mondoo = Mondoo::connect(credential(&workload()), None, fake.transport()).await.unwrap();
    mondoo.look(&SPACE.parse().unwrap()).await.unwrap();
    assert_eq!(fake.seen()[1].url, "https://api.example.com/query");
}

#[tokio::test]
async fn a_workload_without_a_token_is_nobody() {
    let identity = ServiceAccount::parse(&workload().to_string()).unwrap();
    let credential = Credential::ServiceAccount(identity);
    let mondoo = Mondoo::connect(credential, None, Fake::new([]).transport()).await;
    assert_eq!(mondoo.unwrap_err(), Error::NoToken);
}

#[tokio::test(start_paused = true)]
async fn a_refused_exchange_says_why_without_the_token() {
    let refusal = r#"{ "code": 16, "message": "token hunter2 is of another audience" }"#;
    let fake = Fake::new([Answer::Text(401, refusal)]);
    let mondoo = Mondoo::connect(credential(&workload()), None, fake.transport()).await;
    let error = mondoo.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn { .. }));
    let text = error.to_string();
    assert!(text.contains("of another audience") && !text.contains("hunter2"), "{text}");
    for answer in [Answer::Json(json!({})), exchanged(&workload()), Answer::Text(200, "no")] {
        let fake = Fake::new([answer]);
        let mondoo = Mondoo::connect(credential(&workload()), None, fake.transport()).await;
        assert!(matches!(mondoo, Err(Error::Senseless { .. })));
    }
}

#[test]
fn a_workload_identity_says_where_and_for_whom() {
    for name in ["universeDomain", "audience"] {
        let mut file = workload();
        file[name] = Value::Null;
        let reason = ServiceAccount::parse(&file.to_string()).unwrap_err();
        assert_eq!(reason, CredentialError::Incomplete(name));
    }
    let mut file = workload();
    file["universeDomain"] = "http://api.example.com".into();
    let reason = ServiceAccount::parse(&file.to_string()).unwrap_err();
    assert_eq!(reason, CredentialError::Endpoint("universeDomain"));
}
