//! Who may use Mondoo's API.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED_SIGNING as ES384, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use emulator::Secret;
use rcgen::KeyPair;
use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{TestCertificate, base64url};
use crate::mondoo::{EMPTY, SPACE};
use crate::support::{Answer, Tenant};

const QUERY: &str = "query($mrn: String!) { space(mrn: $mrn) { mrn name } }";

fn account(secret: &Secret) -> Value {
    serde_json::from_str(secret.expose()).unwrap()
}

fn key(account: &Value) -> EcdsaKeyPair {
    let key = KeyPair::from_pem(account["private_key"].as_str().unwrap()).unwrap();
    EcdsaKeyPair::from_pkcs8(&ES384, &key.serialize_der()).unwrap()
}

fn header(account: &Value) -> Value {
    json!({ "alg": "ES384", "typ": "JWT", "kid": account["mrn"] })
}

fn claims(account: &Value, tenant: &Tenant) -> Value {
    let now = tenant.now().unix_timestamp();
    json!({ "sub": account["mrn"], "iss": "mondoo/ams", "iat": now, "nbf": now, "exp": now + 60 })
}

fn sign(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", base64url(signature.as_ref()))
}

async fn look(tenant: &Tenant, token: &str, space: &str) -> Answer {
    tenant.mondoo_as(token, QUERY, json!({ "mrn": space })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_token_opens_both_spaces() {
    let tenant = Tenant::start().await;
    for (space, name) in [(SPACE, "Contoso"), (EMPTY, "Empty")] {
        let answer = tenant.mondoo(QUERY, json!({ "mrn": space })).await;
        assert_eq!(answer.body, json!({ "data": { "space": { "mrn": space, "name": name } } }));
    }
    assert_eq!(tenant.sandbox.mondoo().space, SPACE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_opens_its_own_space_by_a_token_that_it_signs() {
    let tenant = Tenant::start().await;
    let account = account(&tenant.sandbox.mondoo().service_account);
    assert_eq!(account["api_endpoint"], tenant.sandbox.url());
    assert_eq!(account["scope_mrn"], SPACE);
    let token = sign(&key(&account), &header(&account), &claims(&account, &tenant));
    assert_eq!(look(&tenant, &token, SPACE).await.text("/data/space/name"), "Contoso");
    look(&tenant, &token, EMPTY).await.is_rpc_error("space", "PermissionDenied");
    look(&tenant, &token, "//captain.api.mondoo.app/spaces/nowhere")
        .await
        .is_rpc_error("space", "NotFound");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_for_a_minute() {
    let tenant = Tenant::start().await;
    let account = account(&tenant.sandbox.mondoo().service_account);
    let token = sign(&key(&account), &header(&account), &claims(&account, &tenant));
    tenant.advance(Duration::seconds(59));
    assert_eq!(look(&tenant, &token, SPACE).await.status, 200);
    tenant.advance(Duration::seconds(1));
    assert_eq!(look(&tenant, &token, SPACE).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_a_token_counts() {
    let tenant = Tenant::start().await;
    let account = account(&tenant.sandbox.mondoo().service_account);
    let (key, header, claims) = (key(&account), header(&account), claims(&account, &tenant));
    let now = tenant.now().unix_timestamp();
    let with = |part: &Value, name: &str, value: Value| {
        let mut part = part.clone();
        part[name] = value;
        part
    };
    let mut tokens = vec![
        sign(&key, &with(&header, "alg", json!("ES256")), &claims),
        sign(&key, &with(&header, "kid", json!("//x")), &claims),
        sign(&key, &header, &with(&claims, "sub", json!("//x"))),
        sign(&key, &header, &with(&claims, "iss", json!("mondoo"))),
        sign(&key, &header, &with(&claims, "exp", json!(now + 61))),
        sign(&key, &header, &with(&claims, "exp", json!(now))),
        sign(&key, &header, &with(&claims, "nbf", json!(now + 1))),
        sign(&key, &header, &with(&claims, "nbf", Value::Null)),
        sign(&key, &header, &with(&claims, "iat", Value::Null)),
    ];
    let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    let other = EcdsaKeyPair::from_pkcs8(&ES384, &other.serialize_der()).unwrap();
    tokens.push(sign(&other, &header, &claims));
    tokens.push(rsa_token(&header, &claims));
    tokens.extend([String::new(), "x".to_owned(), "a.b.c".to_owned()]);
    for token in tokens {
        let answer = look(&tenant, &token, SPACE).await;
        assert_eq!((answer.status, answer.body), (401, json!("unauthenticated")), "{token}");
    }
    let audience = sign(&key, &header, &with(&claims, "aud", json!("anything")));
    assert_eq!(look(&tenant, &audience, SPACE).await.status, 200);
}

fn rsa_token(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let key = KeyPair::from_pem(&TestCertificate::new().key_pem()).unwrap();
    let key = RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    format!("{message}.{}", base64url(&signature))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_let_in_and_may_do_nothing() {
    let tenant = Tenant::start().await;
    let account = account(&tenant.sandbox.mondoo().agent);
    let key = key(&account);
    let token = || sign(&key, &header(&account), &claims(&account, &tenant));
    look(&tenant, &token(), SPACE).await.is_rpc_error("space", "PermissionDenied");
    let unknown = "query { clientIntegration(input: {mrn: \"//x\"}) { integration { mrn } } }";
    let answer = tenant.mondoo_as(&token(), unknown, json!({})).await;
    answer.is_rpc_error("clientIntegration", "PermissionDenied");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_survive_a_restart() {
    let tenant = Tenant::start().await;
    let before = account(&tenant.sandbox.mondoo().service_account);
    let token = tenant.sandbox.mondoo().api_token.expose().to_owned();
    let tenant = tenant.restart().await;
    assert_eq!(look(&tenant, &token, SPACE).await.status, 200);
    let after = account(&tenant.sandbox.mondoo().service_account);
    assert_eq!(after["private_key"], before["private_key"]);
}
