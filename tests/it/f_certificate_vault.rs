//! Step F: certificates of key vaults, read through the operator's own rights.

use std::os::unix::fs::PermissionsExt;

use certificate::KeyPair;
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::g_integration::{SPACE, scan_errors};
use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

/// A spec whose certificate is in the vault that the operator may look into.
fn with_certificate(tenant: &Tenant, name: &str, more: &str) -> String {
    let vault = "kv-dev-rbac";
    with_url(tenant, &format!("{}/vaults/{vault}/certificates/{name}", tenant.sandbox.url()), more)
}

fn with_url(tenant: &Tenant, url: &str, more: &str) -> String {
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    let source = format!("keyVault: {{ url: '{url}'{more} }}");
    std::fs::write(&path, text.replace("file: certificate.pem", &source)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn requests_for_secrets(tenant: &Tenant) -> usize {
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    let exchanges = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let to_secret = |exchange: &Value| exchange["target"].as_str().unwrap().contains("/secrets/");
    exchanges.filter(to_secret).count()
}

fn trusted(tenant: &Tenant) -> Value {
    tenant.application().0["keyCredentials"].clone()
}

#[test]
fn an_exportable_certificate_is_trusted_and_its_key_written_where_it_is_to_be() {
    for name in ["mondoo", "web"] {
        let tenant = Tenant::at_rest();
        let spec = with_certificate(&tenant, name, ", output: from-vault.pem");
        let plan = tenant.run(&["plan", &spec]);
        assert!(
            plan.changes().contains(&"+ key and certificate from-vault.pem".to_owned()),
            "{plan:?}"
        );
        assert_eq!(requests_for_secrets(&tenant), 0, "a plan has no use for the key");
        let apply = tenant.apply(spec.as_ref());
        assert!(!format!("{apply:?}").contains("PRIVATE KEY"));
        let file = tenant.path().join("from-vault.pem");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let pair = KeyPair::read(&file, OffsetDateTime::now_utc()).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), pair.pem());
        assert_eq!(pair.certificate.subject, format!("CN={name}"));
        assert_eq!(trusted(&tenant).as_array().unwrap().len(), 1);
        let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
        let line = pair.pem().lines().nth(20).unwrap();
        for exchange in log.lines() {
            let exchange: Value = serde_json::from_str(exchange).unwrap();
            assert!(!exchange["request"].to_string().contains(line), "{exchange}");
        }
        // Another pair in its place is none of the vault's.
        std::fs::copy(tenant.path().join("certificate.pem"), &file).unwrap();
        let plan = tenant.run(&["plan", &spec]);
        assert!(
            plan.changes().contains(&"~ key and certificate from-vault.pem".to_owned()),
            "{plan:?}"
        );
    }
}

#[test]
fn where_nobody_is_given_the_key_it_is_not_asked_for() {
    let tenant = Tenant::at_rest();
    let spec = with_certificate(&tenant, "mondoo", "");
    tenant.apply(spec.as_ref());
    assert_eq!(requests_for_secrets(&tenant), 0);
}

#[test]
fn a_key_that_never_leaves_its_vault_is_told_and_the_certificate_trusted() {
    let tenant = Tenant::at_rest();
    let spec = with_certificate(&tenant, "hsm-bound", ", output: from-vault.pem");
    let apply = tenant.apply(spec.as_ref());
    assert!(apply.stdout.contains("[key-not-exportable]"), "{apply:?}");
    assert!(!tenant.path().join("from-vault.pem").exists());
    assert_eq!(trusted(&tenant).as_array().unwrap().len(), 1);
}

#[test]
fn of_a_version_that_is_named_the_secret_tells_whether_the_key_can_be_had() {
    let tenant = Tenant::at_rest();
    let named = format!("hsm-bound/{:032x}", 5);
    let spec = with_certificate(&tenant, &named, ", output: from-vault.pem");
    let apply = tenant.run(&["apply", "--auto-approve", &spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(apply.stdout.contains("[key-not-exportable]"), "{apply:?}");
    assert!(!tenant.path().join("from-vault.pem").exists());
}

#[test]
fn whoever_does_other_steps_needs_no_right_in_the_vault() {
    let tenant = Tenant::at_rest();
    let spec = with_url(&tenant, &elsewhere(&tenant, "kv-rbac", "web"), "");
    let refused = tenant.run(&["apply", "--auto-approve", &spec]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.stderr.contains("Key Vault Reader"), "{refused:?}");
    let others = tenant.run(&["plan", "--only", "A,B", &spec]);
    assert_eq!(others.code, Some(0), "{others:?}");
}

#[test]
fn a_token_for_vaults_goes_to_vaults_of_the_cloud_alone() {
    let tenant = Tenant::at_rest();
    let url = "https://corp.vault.example/certificates/mondoo";
    let run = tenant.run(&["plan", &with_url(&tenant, url, "")]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("is no address of a vault in this cloud"), "{run:?}");
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    assert!(!log.contains("/token"), "nobody has signed in: {log}");
}

fn elsewhere(tenant: &Tenant, vault: &str, name: &str) -> String {
    format!("{}/vaults/{vault}/certificates/{name}", tenant.sandbox.url())
}

#[test]
fn each_way_of_a_vault_to_refuse_is_told_apart() {
    let tenant = Tenant::at_rest();
    let refusal = |url: &str| {
        let run = tenant.run(&["apply", "--auto-approve", &with_url(&tenant, url, "")]);
        assert_eq!(run.code, Some(4), "{run:?}");
        run.stderr
    };
    let policy = refusal(&elsewhere(&tenant, "kv-legacy", "web"));
    assert!(policy.contains("ask for an access policy of the vault"), "{policy}");
    let missing = refusal(&elsewhere(&tenant, "kv-dev-rbac", "none"));
    assert!(missing.contains("there is no such certificate"), "{missing}");
    let vault = "/subscriptions/2c3d4e5f-6071-4829-ba3c-4d5e6f708192/resourceGroups/rg-vaults\
                 /providers/Microsoft.KeyVault/vaults/kv-dev-rbac";
    let closed = json!({ "properties": { "networkAcls": { "defaultAction": "Deny" } } });
    tenant.arm(Method::PATCH, vault, "2026-02-01", closed);
    let firewall = refusal(&elsewhere(&tenant, "kv-dev-rbac", "mondoo"));
    assert!(firewall.contains("the vault's network rules"), "{firewall}");
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    let writes = log.lines().filter(|line| line.contains("\"PATCH\"")).count();
    assert_eq!(writes, 1, "nothing was written");
}

/// The same with an integration in Mondoo.
fn integrated(tenant: &Tenant, name: &str) -> String {
    let spec = with_certificate(tenant, name, "");
    let text = std::fs::read_to_string(&spec).unwrap();
    let integration = format!("integration: {{ space: {SPACE}, name: Contoso }}\n");
    std::fs::write(&spec, text + &integration).unwrap();
    spec
}

#[test]
fn mondoo_is_given_key_and_certificate_whatever_the_vault_keeps_them_in() {
    for name in ["mondoo", "web"] {
        let tenant = Tenant::at_rest();
        let spec = integrated(&tenant, name);
        let log = tenant.path().join("log.har");
        let apply = ["apply", "--auto-approve", "--http-log", log.to_str().unwrap(), &spec];
        let apply = tenant.run(&apply);
        assert_eq!(apply.code, Some(0), "{apply:?}");
        let har = std::fs::read_to_string(log).unwrap();
        assert!(har.contains("/secrets/") && !har.contains("PRIVATE KEY"));
        tenant.assert_nothing_to_do(&spec);
        assert_eq!(scan_errors(&tenant), Vec::<String>::new(), "the scan signs in with it");
    }
}

#[test]
fn without_its_key_a_certificate_makes_no_integration() {
    let tenant = Tenant::at_rest();
    let spec = integrated(&tenant, "hsm-bound");
    let plan = tenant.run(&["plan", &spec]);
    assert!(plan.stdout.contains("[key-not-exportable]"), "{plan:?}");
    let adds = plan.changes();
    assert!(adds.iter().any(|line| line.starts_with("+ trusted certificate CN=hsm-bound")));
    assert!(!adds.iter().any(|line| line.starts_with("+ integration")), "{adds:?}");
}

#[test]
fn in_the_sandbox_a_vault_has_its_usual_address() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    let source = "keyVault: { url: 'https://kv-dev-rbac.vault.azure.net/certificates/mondoo' }";
    std::fs::write(&path, text.replace("file: certificate.pem", source)).unwrap();
    let mut plan = binary(directory.path());
    let plan = Run::of(plan.args(["plan", "--sandbox", path.to_str().unwrap()]));
    assert_eq!(plan.code, Some(0), "{plan:?}");
    assert!(plan.stdout.contains("CN=mondoo (until "), "{plan:?}");
}
