//! A new certificate takes over, and nothing that worked stops working meanwhile.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::g_integration::{SPACE, integration, scan_errors};
use crate::support::{PRODUCTION, Run, Tenant, spec_with};

/// A spec whose certificates come from a program, so that no key need be made for each.
fn issued(tenant: &Tenant) -> PathBuf {
    let path = spec_with(
        tenant.path(),
        &[PRODUCTION],
        &format!("integration: {{ space: {SPACE}, name: Contoso }}\n"),
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let source = "command: { run: [cat, next.pem], output: mondoo.pem }";
    std::fs::write(&path, text.replace("file: certificate.pem", source)).unwrap();
    path
}

/// Has the program issue a certificate of its own subject and validity.
fn issue(directory: &Path, subject: &str, days: u16) {
    let subject = format!("CN={subject}");
    let request = certificate::Request { subject, key_bits: 3072, validity_days: days };
    let pair = certificate::generate(&request, OffsetDateTime::now_utc()).unwrap();
    pair.replace(&directory.join("next.pem")).unwrap();
}

fn renew_before(spec: &Path, days: &str) {
    let text = std::fs::read_to_string(spec).unwrap();
    let (_, source) = text.split_once("source: ").unwrap();
    let (source, rest) = source.split_once("} }").unwrap();
    let head = text.split_once("certificate: ").unwrap().0;
    let text = format!("{head}certificate: {{ renewBefore: {days}, source: {source}}} }}{rest}");
    std::fs::write(spec, text).unwrap();
}

fn trusted(tenant: &Tenant) -> Vec<String> {
    let credentials = tenant.application().0["keyCredentials"].clone();
    let names = credentials.as_array().unwrap().iter();
    names.map(|one| one["displayName"].as_str().unwrap().to_owned()).collect()
}

fn recorded(tenant: &Tenant) -> String {
    let live = integration(tenant);
    let mut labels = live["labels"].as_array().unwrap().iter();
    let label = labels.find(|label| label["key"] == "mondoo-azure-certificate").unwrap();
    label["value"].as_str().unwrap().to_owned()
}

fn rotate(tenant: &Tenant, spec: &Path, more: &[&str]) -> Run {
    let arguments = ["certificate", "rotate", "--auto-approve", spec.to_str().unwrap()];
    tenant.run(&[&arguments, more].concat())
}

#[test]
fn a_certificate_near_its_end_is_replaced_and_removed_when_the_new_one_has_proven_itself() {
    let tenant = Tenant::new();
    let spec = issued(&tenant);
    issue(tenant.path(), "first", 20);
    let short = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(short.code, Some(5), "{short:?}");
    assert!(short.stderr.contains("would be renewed again at once"), "{short:?}");
    renew_before(&spec, "10d");
    tenant.apply(&spec);
    let first = recorded(&tenant);
    renew_before(&spec, "30d");
    issue(tenant.path(), "second", 365);
    let plan = tenant.run(&["plan", spec.to_str().unwrap()]);
    assert_eq!(
        plan.changes(),
        [
            "+ key and certificate mondoo.next.pem",
            "+ trusted certificate the new one",
            "~ key and certificate mondoo.pem",
            "~ integration Contoso",
            "+ scan Contoso",
        ]
    );
    tenant.apply(&spec);
    assert_ne!(recorded(&tenant), first);
    assert_eq!(trusted(&tenant).len(), 2);
    assert!(!tenant.path().join("mondoo.next.pem").exists());
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
    // Only after the grace, and only when deletes are allowed.
    assert!(rotate(&tenant, &spec, &[]).stdout.contains("\nNo changes. "));
    let refused = rotate(&tenant, &spec, &["--grace", "0s"]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    let run = rotate(&tenant, &spec, &["--grace", "0s", "--allow-deletes"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(trusted(&tenant).len(), 1);
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
}

#[test]
fn a_named_certificate_is_removed_and_foreign_ones_stay() {
    let tenant = Tenant::new();
    let spec = issued(&tenant);
    issue(tenant.path(), "first", 365);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    crate::f_certificate::add_foreign_certificate(&tenant, &application);
    let old = application["keyCredentials"][0]["customKeyIdentifier"].as_str().unwrap();
    let in_use = rotate(&tenant, &spec, &["--remove-old", old, "--allow-deletes"]);
    assert_eq!(in_use.code, Some(6), "{in_use:?}");
    issue(tenant.path(), "second", 365);
    assert_eq!(rotate(&tenant, &spec, &["--now"]).code, Some(0));
    assert_eq!(trusted(&tenant).len(), 3);
    let run = rotate(&tenant, &spec, &["--remove-old", old, "--allow-deletes"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(trusted(&tenant).len(), 2);
    assert!(trusted(&tenant).contains(&"by hand".to_owned()));
    assert_eq!(scan_errors(&tenant), [] as [String; 0]);
}

/// Each request of a rotation is the last one of a run that is killed.
#[test]
fn a_rotation_that_is_killed_at_any_request_breaks_nothing_and_is_finished_by_the_next() {
    let tenant = Tenant::with("latency: { median: 25ms, p90: 25ms, most: 25ms }");
    let spec = issued(&tenant);
    issue(tenant.path(), "first", 365);
    tenant.apply(&spec);
    let pairs: Vec<_> = ["second", "third"]
        .into_iter()
        .map(|subject| {
            issue(tenant.path(), subject, 365);
            std::fs::read(tenant.path().join("next.pem")).unwrap()
        })
        .collect();
    let arguments =
        ["certificate", "rotate", "--now", "--auto-approve", "--no-wait", spec.to_str().unwrap()];
    tenant.requests();
    std::fs::write(tenant.path().join("next.pem"), &pairs[1]).unwrap();
    assert_eq!(tenant.run(&arguments).code, Some(0));
    let whole = tenant.requests();
    assert!(whole > 15, "{whole}");
    for last in 1..=whole {
        let pair = &pairs[usize::try_from(last % 2).unwrap()];
        std::fs::write(tenant.path().join("next.pem"), pair).unwrap();
        forget_all_but_the_recorded(&tenant);
        tenant.requests();
        let mut command = tenant.command(&arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while tenant.requests_so_far() < last && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(scan_errors(&tenant), [] as [String; 0], "killed at request {last}");
        tenant.apply(&spec);
        assert_eq!(scan_errors(&tenant), [] as [String; 0], "finished after {last}");
        assert!(!tenant.path().join("mondoo.next.pem").exists(), "killed at request {last}");
    }
}

/// So that the certificates can be used again.
fn forget_all_but_the_recorded(tenant: &Tenant) {
    let (application, _) = tenant.application();
    let pem = std::fs::read_to_string(tenant.path().join("mondoo.pem")).unwrap();
    let pair = certificate::KeyPair::parse(pem.as_bytes(), OffsetDateTime::now_utc()).unwrap();
    assert_eq!(pair.certificate.sha256(), recorded(tenant));
    let thumbprint = pair.certificate.sha1().to_uppercase();
    let mut credentials = application["keyCredentials"].as_array().unwrap().clone();
    credentials
        .retain(|credential: &Value| credential["customKeyIdentifier"] == thumbprint.as_str());
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "keyCredentials": credentials }));
}
