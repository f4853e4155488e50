//! Who calls, where, and what proves it.

use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair, UnparsedPublicKey,
};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use mondoo::{Credential, CredentialError, Error, Mondoo, Region, Secret, ServiceAccount};
use serde_json::{Value, json};

use crate::fake::{Answer, Fake, SPACE, look};

const MRN: &str = "//agents.api.mondoo.app/spaces/abc/serviceaccounts/one";

pub fn key(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    EcdsaKeyPair::generate(algorithm).unwrap()
}

pub fn pem(key: &EcdsaKeyPair) -> String {
    let der = key.to_pkcs8v1().unwrap();
    let base64 = BASE64_STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n")
}

/// A service account's file.
pub fn account(key: &EcdsaKeyPair) -> Value {
    json!({
        "mrn": MRN,
        "scope_mrn": SPACE,
        "parent_mrn": SPACE,
        "private_key": pem(key),
        "certificate": "not used",
        "api_endpoint": "https://eu.api.mondoo.com",
    })
}

/// Looks at a space, and gives back where that was and who it was.
async fn seen(credential: Credential, endpoint: Option<&str>) -> (String, String) {
    let fake = Fake::new([look(&[])]);
    let endpoint = endpoint.map(|url| url.parse().unwrap());
    let mondoo = Mondoo::connect(credential, endpoint, fake.transport()).await.unwrap();
    mondoo.look(&SPACE.parse().unwrap()).await.unwrap();
    let seen = fake.seen().remove(0);
    (seen.url, seen.token.unwrap())
}

fn of(text: &str) -> Credential {
    Credential::ServiceAccount(ServiceAccount::parse(text).unwrap())
}

#[tokio::test]
async fn a_service_account_signs_each_request() {
    let key = key(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let (_, token) = seen(of(&account(&key).to_string()), None).await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let parts: Vec<Value> = signed
        .split('.')
        .map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap())
        .map(|part| serde_json::from_slice(&part).unwrap())
        .collect();
    assert_eq!(parts[0], json!({ "alg": "ES384", "typ": "JWT", "kid": MRN }));
    let issued = parts[1]["iat"].as_i64().unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    assert!((now - 60..=now).contains(&issued));
    let claims = json!({
        "sub": MRN, "iss": "mondoo/ams", "iat": issued, "nbf": issued, "exp": issued + 60,
    });
    assert_eq!(parts[1], claims);
    let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, key.public_key().as_ref());
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(signed.as_bytes(), &signature).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_is_signed_anew() {
    let key = key(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let fake = Fake::new([Answer::Throttled("90"), look(&[])]);
    let credential = of(&account(&key).to_string());
    let mondoo = Mondoo::connect(credential, None, fake.transport()).await.unwrap();
    mondoo.look(&SPACE.parse().unwrap()).await.unwrap();
    let seen = fake.seen();
    assert_ne!(seen[0].token, seen[1].token);
}

#[tokio::test]
async fn an_explicit_endpoint_goes_before_the_accounts_own() {
    let key = key(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let token = || Credential::ApiToken(Secret::from("hunter2".to_owned()));
    let account = || of(&account(&key).to_string());
    let us = "https://us.api.mondoo.com/query";
    assert_eq!(seen(token(), None).await, (us.to_owned(), "hunter2".to_owned()));
    assert_eq!(seen(account(), None).await.0, "https://eu.api.mondoo.com/query");
    for (endpoint, url) in [
        ("https://localhost:9", "https://localhost:9/query"),
        ("https://localhost:9/", "https://localhost:9/query"),
        ("https://localhost:9/query", "https://localhost:9/query"),
        ("https://localhost:9/api/", "https://localhost:9/api/query"),
    ] {
        assert_eq!(seen(account(), Some(endpoint)).await.0, url);
        assert_eq!(seen(token(), Some(endpoint)).await.0, url);
    }
    assert_eq!(Region::Eu.endpoint().as_str(), "https://eu.api.mondoo.com/query");
}

#[tokio::test]
async fn no_secret_is_sent_over_plain_http() {
    let token = Credential::ApiToken(Secret::from("hunter2".to_owned()));
    let endpoint = Some("http://us.api.mondoo.com/query".parse().unwrap());
    let mondoo = Mondoo::connect(token, endpoint, Fake::new([]).transport()).await;
    assert!(matches!(mondoo, Err(Error::Endpoint(_))));
}

#[test]
fn a_service_account_is_read_from_json_and_yaml() {
    let account = account(&key(&ECDSA_P384_SHA384_FIXED_SIGNING));
    let pem = account["private_key"].as_str().unwrap().replace('\n', "\n  ");
    let yaml = format!("mrn: {MRN}\nspace_mrn: {SPACE}\nprivate_key: |\n  {pem}\n");
    for text in [
        account.to_string(),
        serde_json::to_string_pretty(&account).unwrap().replace("  ", "\t"),
        format!("\u{feff}{account}\n"),
        yaml.clone(),
        yaml.replace('\n', "\r\n"),
    ] {
        let account = ServiceAccount::parse(&text);
        assert!(account.is_ok_and(|account| !account.needs_token()), "{text}");
    }
}

#[test]
fn what_is_no_service_account_is_refused_for_its_reason() {
    let whole = account(&key(&ECDSA_P384_SHA384_FIXED_SIGNING));
    let with = |name: &str, value: Value| {
        let mut account = whole.clone();
        account[name] = value;
        account.to_string()
    };
    let p256 = pem(&key(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING));
    for (text, reason) in [
        (String::new(), CredentialError::NotAnAccount),
        ("hunter2".to_owned(), CredentialError::Unreadable),
        ("{ nonsense".to_owned(), CredentialError::Unreadable),
        ("{}".to_owned(), CredentialError::NotAnAccount),
        (with("private_key", Value::Null), CredentialError::NotAnAccount),
        (with("mrn", "".into()), CredentialError::Incomplete("mrn")),
        (with("private_key", "hunter2".into()), CredentialError::Key),
        (with("private_key", p256.into()), CredentialError::Key),
        (
            with("api_endpoint", "http://us.api.mondoo.com".into()),
            CredentialError::Endpoint("api_endpoint"),
        ),
    ] {
        assert_eq!(ServiceAccount::parse(&text).unwrap_err(), reason, "{text}");
    }
}

#[tokio::test]
async fn no_type_prints_a_secret() {
    let key = key(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let account = of(&account(&key).to_string());
    let token = Credential::ApiToken(Secret::from("hunter2".to_owned()));
    let transport = Fake::new([]).transport();
    for credential in [account, token] {
        let mondoo = Mondoo::connect(credential.clone(), None, transport.clone()).await.unwrap();
        let printed = format!("{credential:?} {mondoo:?}");
        let base64 = BASE64_STANDARD.encode(key.to_pkcs8v1().unwrap().as_ref());
        assert!(!printed.contains("hunter2") && !printed.contains(&base64[40..60]), "{printed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_named_where_it_matters() {
    let key = key(&ECDSA_P384_SHA384_FIXED_SIGNING);
    let refused = |credential: Credential| async move {
        let fake = Fake::new([Answer::Dated("Sun, 01 Mar 2020 12:00:00 GMT")]);
        let mondoo = Mondoo::connect(credential, None, fake.transport()).await.unwrap();
        match mondoo.look(&SPACE.parse().unwrap()).await {
            Err(Error::NotSignedIn { clock_ahead, .. }) => clock_ahead,
            other => panic!("{other:?}"),
        }
    };
    let account = refused(of(&account(&key).to_string())).await;
    assert!(account.is_some_and(|ahead| ahead.whole_days() > 365));
    let token = refused(Credential::ApiToken(Secret::from("hunter2".to_owned()))).await;
    assert_eq!(token, None);
}
