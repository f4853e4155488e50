//! Step F.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::support::{PRODUCTION, Run, Tenant, spec};

const GENERATE: &str = "generate: { output: mondoo.pem, keySize: 3072 }";

fn generating(tenant: &Tenant) -> std::path::PathBuf {
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("file: certificate.pem", GENERATE)).unwrap();
    path
}

#[test]
fn the_application_signs_in_with_the_certificate_and_holds_its_permissions() {
    let tenant = Tenant::new();
    tenant.apply(&generating(&tenant));
    let pem = tenant.path().join("mondoo.pem");
    assert_eq!(std::fs::metadata(&pem).unwrap().permissions().mode() & 0o777, 0o600);
    let (application, _) = tenant.application();
    let app_id = application["appId"].as_str().unwrap();
    let token = tenant.token(&format!(
        "grant_type=client_credentials&client_id={app_id}\
         &scope=https://graph.microsoft.com/.default\
         &client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
         &client_assertion={}",
        assertion(&tenant, app_id, &pem)
    ));
    let token = token["access_token"].as_str().unwrap_or_else(|| panic!("{token}"));
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["roles"].as_array().unwrap().len(), 15);
}

/// A client assertion as Entra ID documents it: PS256 and the SHA-256 thumbprint.
fn assertion(tenant: &Tenant, app_id: &str, pem: &Path) -> String {
    let text = std::fs::read_to_string(pem).unwrap();
    let section = |label: &str| {
        let begin = format!("-----BEGIN {label}-----");
        let body = text.split(&begin).nth(1).unwrap().split("-----END").next().unwrap();
        BASE64_STANDARD.decode(body.replace('\n', "")).unwrap()
    };
    let thumbprint = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &section("CERTIFICATE"));
    let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let operator = tenant.sandbox.operator();
    let audience = format!("{}/{}/oauth2/v2.0/token", tenant.sandbox.url(), operator.tenant_id);
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": encode(thumbprint.as_ref()) });
    let claims = json!({
        "aud": audience, "iss": app_id, "sub": app_id, "jti": "1",
        "nbf": now, "iat": now, "exp": now + 300,
    });
    let signed = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let key = KeyPair::from_pkcs8(&section("PRIVATE KEY")).unwrap();
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", encode(&signature))
}

#[test]
fn on_another_machine_the_trusted_certificate_is_enough() {
    let tenant = Tenant::new();
    let spec = generating(&tenant);
    tenant.apply(&spec);
    std::fs::remove_file(tenant.path().join("mondoo.pem")).unwrap();
    let plan = tenant.run(&["plan", "--detailed-exitcode", spec.to_str().unwrap()]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(plan.stdout.contains("[certificate-elsewhere]"), "{plan:?}");
}

#[test]
fn a_certificate_may_come_from_the_environment() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("file: certificate.pem", "environment: MONDOO_PEM"))
        .unwrap();
    let spec = path.to_str().unwrap();
    let unset = tenant.run(&["apply", "--auto-approve", spec]);
    assert_eq!(unset.code, Some(3), "{unset:?}");
    assert!(unset.stderr.contains("$MONDOO_PEM cannot be read: it is not set"), "{unset:?}");
    let pem = std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap();
    let run = |arguments: &[&str]| Run::of(tenant.command(arguments).env("MONDOO_PEM", &pem));
    let apply = run(&["apply", "--auto-approve", spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(!format!("{apply:?}").contains("PRIVATE KEY"));
    assert_eq!(run(&["plan", "--detailed-exitcode", spec]).code, Some(0));
}

#[test]
fn certificates_of_others_stay_when_ours_is_added() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let ours = application["keyCredentials"][0].clone();
    let name = ours["displayName"].as_str().unwrap();
    assert!(name.starts_with("mondoo-azure:mondoo-security until "), "{name}");
    add_foreign_certificate(&tenant, &application);
    std::fs::remove_file(tenant.path().join("certificate.pem")).unwrap();
    let spec = generating(&tenant);
    std::fs::remove_file(tenant.path().join("certificate.pem")).unwrap();
    // Ours is trusted, so nothing is made; a foreign one alone would not do.
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    remove_certificate(&tenant, &ours);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let mut names: Vec<_> = application["keyCredentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|credential| credential["displayName"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names.len(), 2);
    assert_eq!(names[0], "by hand");
}

pub fn add_foreign_certificate(tenant: &Tenant, application: &Value) {
    let request =
        certificate::Request { subject: "CN=x".to_owned(), key_bits: 3072, validity_days: 9 };
    let pair = certificate::generate(&request, OffsetDateTime::now_utc()).unwrap();
    let mut credentials = application["keyCredentials"].as_array().unwrap().clone();
    credentials.push(json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": "by hand",
        "key": BASE64_STANDARD.encode(pair.certificate.der),
    }));
    write_credentials(tenant, application, &credentials);
}

fn remove_certificate(tenant: &Tenant, ours: &Value) {
    let (application, _) = tenant.application();
    let mut credentials = application["keyCredentials"].as_array().unwrap().clone();
    credentials.retain(|credential| credential["keyId"] != ours["keyId"]);
    write_credentials(tenant, &application, &credentials);
}

fn write_credentials(tenant: &Tenant, application: &Value, credentials: &[Value]) {
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "keyCredentials": credentials }));
}
