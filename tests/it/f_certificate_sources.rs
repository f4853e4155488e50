//! Step F: a certificate from each source is trusted, and its key goes nowhere near Entra ID.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use certificate::{KeyPair, Request, generate};
use reqwest::Method;
use serde_json::json;
use time::OffsetDateTime;

use crate::g_integration::{SPACE, scan_errors};
use crate::support::{PRODUCTION, Tenant, program, spec};

/// A spec whose certificate comes from `source`.
fn with_source(tenant: &Tenant, source: &str) -> PathBuf {
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("file: certificate.pem", source);
    assert!(text.contains(source), "{text}");
    std::fs::write(&path, text).unwrap();
    path
}

fn pair_in(file: &Path) -> KeyPair {
    KeyPair::read(file, OffsetDateTime::now_utc()).unwrap()
}

fn certificate_pem(tenant: &Tenant) -> String {
    std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap()
}

/// The DER of the only certificate that the application trusts.
fn trusted(tenant: &Tenant) -> Vec<u8> {
    let (application, _) = tenant.application();
    let id = application["id"].as_str().unwrap();
    let path = format!("/applications/{id}?$select=keyCredentials");
    let credentials = tenant.graph(Method::GET, &path, None)["keyCredentials"].clone();
    assert_eq!(credentials.as_array().unwrap().len(), 1);
    BASE64_STANDARD.decode(credentials[0]["key"].as_str().unwrap()).unwrap()
}

/// No request of the whole run, to whatever service, held the key in any form.
fn assert_key_was_not_sent(tenant: &Tenant, pair: &KeyPair) {
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    let line = pair.pem().lines().nth(20).unwrap();
    // Behind the modulus, which is in the certificate, too.
    let mut certificates = 0;
    for exchange in log.lines() {
        let exchange: serde_json::Value = serde_json::from_str(exchange).unwrap();
        let request = exchange["request"].to_string();
        assert!(!request.contains("PRIVATE KEY") && !request.contains(line), "{request}");
        certificates += usize::from(request.contains("AsymmetricX509Cert"));
    }
    assert!(certificates > 0, "nothing was looked at");
}

#[test]
fn a_file_is_trusted_in_whatever_order_and_form_it_is() {
    let tenant = Tenant::at_rest();
    let path = with_source(&tenant, "file: odd.pem");
    let odd = tenant.path().join("odd.pem");
    let pem = certificate_pem(&tenant);
    let (key, certificate) = pem.split_at(pem.find("-----BEGIN CERTIFICATE").unwrap());
    std::fs::write(&odd, format!("{certificate}subject: x\n{key}").replace('\n', "\r\n")).unwrap();
    tenant.apply(&path);
    let pair = pair_in(&odd);
    assert_eq!(trusted(&tenant), pair.certificate.der);
    // In the right order it is the same certificate, and alone it is enough to be trusted.
    for form in [&pem, certificate] {
        std::fs::write(&odd, form).unwrap();
        tenant.assert_nothing_to_do(path.to_str().unwrap());
    }
    assert_key_was_not_sent(&tenant, &pair);
}

#[test]
fn a_generated_certificate_is_said_to_be_for_testing() {
    let tenant = Tenant::at_rest();
    let path = with_source(&tenant, "generate: { output: new.pem, keySize: 3072 }");
    let plan = tenant.run(&["plan", path.to_str().unwrap()]);
    assert!(plan.stdout.contains("[self-signed]"), "{plan:?}");
    tenant.apply(&path);
    let pair = pair_in(&tenant.path().join("new.pem"));
    assert_eq!(trusted(&tenant), pair.certificate.der);
    assert_key_was_not_sent(&tenant, &pair);
    let plan = tenant.run(&["plan", path.to_str().unwrap()]);
    assert!(!plan.stdout.contains("[self-signed]"), "{plan:?}");
}

/// A program that writes down that it ran, and prints `certificate.pem`.
fn script(tenant: &Tenant, more: &str) -> PathBuf {
    let text = format!("echo \"$@\" >> ran\n{more}\ncat certificate.pem");
    program(&tenant.path().join("issue"), &text);
    tenant.path().join("ran")
}

#[test]
fn a_command_runs_in_apply_alone_and_its_pair_is_kept_where_it_is_to_be() {
    let tenant = Tenant::at_rest();
    let ran = script(&tenant, "");
    let source = "command: { run: [./issue, 'a  b', $HOME], output: kept.pem }";
    let path = with_source(&tenant, source);
    let spec = path.to_str().unwrap();
    assert_eq!(
        crate::support::binary(tenant.path()).args(["validate", spec]).status().unwrap().code(),
        Some(0)
    );
    let plan = tenant.run(&["plan", "-v", spec]);
    assert!(plan.stdout.contains("./issue a  b $HOME"), "{plan:?}");
    assert!(!ran.exists(), "it ran for {plan:?}");
    let apply = tenant.apply(&path);
    assert!(!format!("{apply:?}").contains("PRIVATE KEY"));
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), "a  b $HOME\n", "once, without a shell");
    let kept = tenant.path().join("kept.pem");
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let pair = pair_in(&kept);
    assert_eq!(trusted(&tenant), pair.certificate.der);
    assert_key_was_not_sent(&tenant, &pair);
}

#[test]
fn what_a_command_prints_may_be_kept_nowhere() {
    let tenant = Tenant::at_rest();
    let ran = script(&tenant, "");
    let path = with_source(&tenant, "command: { run: [./issue] }");
    tenant.apply(&path);
    let pair = pair_in(&tenant.path().join("certificate.pem"));
    assert_eq!(trusted(&tenant), pair.certificate.der);
    let again = tenant.run(&["apply", "--auto-approve", path.to_str().unwrap()]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), "\n", "what is trusted is not made again");
}

#[test]
fn a_command_may_be_run_for_a_plan_and_then_it_tells_the_certificate() {
    let tenant = Tenant::at_rest();
    let ran = script(&tenant, "");
    let path = with_source(&tenant, "command: { run: [./issue], output: kept.pem }");
    let spec = path.to_str().unwrap();
    let plan = tenant.run(&["plan", "-v", "--allow-command", spec]);
    assert!(ran.exists());
    let sha256 = pair_in(&tenant.path().join("certificate.pem")).certificate.sha256();
    assert!(plan.stdout.contains(&sha256), "{plan:?}");
    assert!(plan.changes().contains(&"+ key and certificate kept.pem".to_owned()), "{plan:?}");
    assert!(!tenant.path().join("kept.pem").exists(), "a plan writes nothing");
    let apply = tenant.run(&["apply", "--auto-approve", "--allow-command", spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    tenant.assert_nothing_to_do(spec);
}

#[test]
fn a_command_that_fails_is_told_with_its_last_words() {
    let tenant = Tenant::at_rest();
    script(&tenant, "echo permission denied >&2; exit 9");
    let path = with_source(&tenant, "command: { run: [./issue] }");
    let run = tenant.run(&["apply", "--auto-approve", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    let told = "./issue ended with exit status: 9: permission denied";
    assert!(run.stderr.contains(told), "{run:?}");
    let plan = tenant.run(&["plan", "--allow-command", path.to_str().unwrap()]);
    assert_eq!(plan.code, Some(3), "{plan:?}");
    assert!(plan.stderr.contains(told), "{plan:?}");
}

#[test]
fn a_new_pair_that_is_no_use_is_not_trusted() {
    let tenant = Tenant::at_rest();
    script(&tenant, "echo hello; exit 0");
    let path = with_source(&tenant, "command: { run: [./issue] }");
    let run = tenant.run(&["apply", "--auto-approve", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("what ./issue printed cannot be used: it is not PEM"), "{run:?}");
    assert_eq!(tenant.application().0["keyCredentials"], json!([]));
}

#[test]
fn certificates_are_made_and_inspected_without_asking_anybody() {
    let tenant = Tenant::at_rest();
    let run = |arguments: &[&str]| {
        crate::support::Run::of(crate::support::binary(tenant.path()).args(arguments))
    };
    let path =
        with_source(&tenant, "generate: { output: x.pem, subject: CN=by-spec, keySize: 3072 }");
    let spec = path.to_str().unwrap();
    let made =
        run(&["certificate", "generate", "--output", "new.pem", "--validity-days", "9", spec]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let pair = pair_in(&tenant.path().join("new.pem"));
    assert_eq!((&*pair.certificate.subject, pair.certificate.rsa_bits), ("CN=by-spec", Some(3072)));
    assert!(made.stdout.contains(&pair.certificate.sha256()), "{made:?}");
    let again = run(&["certificate", "generate", "--output", "new.pem"]);
    assert_eq!(again.code, Some(3), "{again:?}");
    assert!(again.stderr.contains("new.pem is there already"), "{again:?}");

    let text = run(&["certificate", "inspect", "new.pem"]);
    assert_eq!(text.code, Some(0), "{text:?}");
    for part in [&*pair.certificate.sha1(), "RSA 3072", "(8 days left)", "Entra ID  takes it"] {
        assert!(text.stdout.contains(part), "{part}: {text:?}");
    }
    assert!(!text.stdout.contains("PRIVATE"));
    std::fs::write(tenant.path().join("alone.pem"), {
        let pem = pair.pem();
        &pem[pem.find("-----BEGIN CERTIFICATE").unwrap()..]
    })
    .unwrap();
    let json = run(&["certificate", "inspect", "--format", "json", "alone.pem", "new.pem"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["mondoo"]["reason"], "there is no private key");
    assert_eq!(json[0]["entraId"]["takesIt"], true);
    assert_eq!(json[1]["mondoo"]["takesIt"], true);
    assert_eq!(json[1]["certificate"]["daysLeft"], 8);
}

#[test]
fn what_nobody_takes_is_inspected_all_the_same() {
    let tenant = Tenant::at_rest();
    let request = Request { subject: "CN=old".to_owned(), key_bits: 3072, validity_days: 1 };
    let old = generate(&request, OffsetDateTime::now_utc() - time::Duration::days(9)).unwrap();
    old.write_new(&tenant.path().join("old.pem")).unwrap();
    let run = crate::support::Run::of(crate::support::binary(tenant.path()).args([
        "certificate",
        "inspect",
        "old.pem",
        "none.pem",
    ]));
    assert_eq!(run.code, Some(3), "{run:?}");
    for part in ["CN=old", "(-8 days left)", "does not take it: its certificate expired on"] {
        assert!(run.stdout.contains(part), "{part}: {run:?}");
    }
    assert!(run.stderr.contains("none.pem cannot be read"), "{run:?}");
}

#[test]
fn mondoo_is_given_what_a_command_prints_though_it_is_kept_nowhere() {
    let tenant = Tenant::at_rest();
    script(&tenant, "");
    let path = with_source(&tenant, "command: { run: [./issue] }");
    let text = std::fs::read_to_string(&path).unwrap();
    let integration = format!("integration: {{ space: {SPACE}, name: Contoso }}\n");
    std::fs::write(&path, text + &integration).unwrap();
    let apply = tenant.apply(&path);
    assert!(!format!("{apply:?}").contains("PRIVATE KEY"));
    assert_eq!(scan_errors(&tenant), Vec::<String>::new(), "the scan signs in with it");
}

#[test]
fn a_key_is_not_made_where_git_would_commit_it() {
    let directory = tempfile::tempdir().unwrap();
    let mut git = std::process::Command::new("git");
    assert!(git.args(["init", "--quiet"]).arg(directory.path()).status().unwrap().success());
    let run = |more: &[&str]| {
        let generate = ["certificate", "generate", "--key-size", "3072", "--output", "new.pem"];
        crate::support::Run::of(crate::support::binary(directory.path()).args(generate).args(more))
    };
    let refused = run(&[]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("git does not ignore new.pem"), "{refused:?}");
    assert!(!directory.path().join("new.pem").exists());
    assert_eq!(run(&["--allow-tracked-key"]).code, Some(0));
}
