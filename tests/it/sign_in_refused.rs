//! Sign-in that does not work: one message that names the cause and the way out, and no secret.

use std::net::TcpListener;
use std::process::Command;

use reqwest::Method;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::sign_in::{client, tenant, trust_certificate, trust_workload};
use crate::support::{PRODUCTION, Run, Tenant, binary, program, spec};

/// One error, one hint, each of them with these words, and nothing else.
fn check(command: &mut Command, code: i32, error: &[&str], hint: &str) -> Run {
    let run = Run::of(command);
    assert_eq!(run.code, Some(code), "{run:?}");
    let lines = |prefix: &str| run.stderr.lines().filter(|l| l.starts_with(prefix)).count();
    assert_eq!((lines("error: "), lines("hint: ")), (1, 1), "{run:?}");
    for words in error {
        assert!(run.stderr.contains(words), "{words}: {run:?}");
    }
    let said = run.stderr.lines().find(|line| line.starts_with("hint: ")).unwrap();
    assert!(said.contains(hint), "{hint}: {run:?}");
    assert_eq!(run.stdout, "");
    run
}

#[test]
fn an_expired_secret() {
    let (tenant, spec) = tenant();
    let path = format!(
        "/applications/{}/addPassword",
        tenant.operator_application()["id"].as_str().unwrap()
    );
    let end = (OffsetDateTime::now_utc() + Duration::DAY).format(&Rfc3339).unwrap();
    let password = json!({ "passwordCredential": { "endDateTime": end } });
    let secret = tenant.graph(Method::POST, &path, password)["secretText"].clone();
    let secret = secret.as_str().unwrap();
    tenant.advance(2 * 86_400);
    let mut command = tenant.command(&["plan", &spec]);
    command.env("AZURE_CLIENT_SECRET", secret);
    let run = check(&mut command, 4, &["AADSTS7000222"], "az ad app credential reset");
    assert!(!run.stderr.contains(secret), "{run:?}");
}

#[test]
fn a_wrong_secret() {
    let (tenant, spec) = tenant();
    let mut command = tenant.command(&["plan", &spec]);
    command.env("AZURE_CLIENT_SECRET", "hunter2");
    let run = check(&mut command, 4, &["AADSTS7000215"], "to the value of the secret");
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
}

#[test]
fn an_unknown_application() {
    let (tenant, spec) = tenant();
    let mut command = tenant.command(&["plan", &spec]);
    command.env("AZURE_CLIENT_ID", "11111111-2222-4333-8444-555555555555");
    check(&mut command, 4, &["AADSTS700016"], "an application of the spec's tenant");
}

#[test]
fn an_unknown_tenant_and_a_variable_that_names_another() {
    let (tenant, path) = tenant();
    let arguments = ["plan", path.as_str()];
    let mut command = tenant.command(&arguments);
    command.env("AZURE_TENANT_ID", "1a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3");
    tenant.requests();
    check(&mut command, 4, &["AZURE_TENANT_ID is 1a9b3c7d"], "unset AZURE_TENANT_ID");
    assert_eq!(tenant.requests(), 0);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("0a9b3c7d-5e1f", "1a9b3c7d-5e1f")).unwrap();
    check(&mut tenant.command(&arguments), 4, &["AADSTS90002"], "check the spec's tenant and its");
}

#[test]
fn a_clock_that_is_off_by_an_hour() {
    let (tenant, spec) = tenant();
    let file = trust_certificate(&tenant);
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("AZURE_CLIENT_CERTIFICATE_PATH", file);
    tenant.advance(3600);
    check(&mut command, 4, &["AADSTS700024", "Current time: "], "this machine's clock");
}

#[test]
fn a_certificate_that_the_application_does_not_trust() {
    let (tenant, spec) = tenant();
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("AZURE_CLIENT_CERTIFICATE_PATH", tenant.path().join("certificate.pem"));
    check(&mut command, 4, &["AADSTS700027"], "add the certificate to the application");
}

#[test]
fn a_certificate_file_that_nobody_can_sign_in_with() {
    let (tenant, spec) = tenant();
    let file = tenant.path().join("certificate.pem");
    let pem = std::fs::read_to_string(&file).unwrap();
    let other = tenant.path().join("other.pem");
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("AZURE_CLIENT_CERTIFICATE_PATH", &other);
    let missing = "AZURE_CLIENT_CERTIFICATE_PATH: ";
    check(&mut command, 4, &[missing, "No such file"], "put a PEM file");
    std::fs::write(&other, pem.replace("PRIVATE", "ENCRYPTED PRIVATE")).unwrap();
    command.env("AZURE_CLIENT_CERTIFICATE_PASSWORD", "hunter2");
    let run = check(&mut command, 4, &["private key is encrypted"], "openssl pkey -in ");
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
    std::fs::write(&other, [0x30, 0x82, 0x0a, 0x01, 0x02, 0x01, 0x03]).unwrap();
    check(&mut command, 4, &["it is PKCS#12, not PEM"], "openssl pkcs12 -in ");
    let (_, certificate) = pem.split_at(pem.find("-----BEGIN CERTIFICATE").unwrap());
    std::fs::write(&other, certificate).unwrap();
    check(&mut command, 4, &["holds no private key"], "add the private key");
}

#[test]
fn a_federated_token_that_nobody_trusts() {
    let (tenant, spec) = tenant();
    trust_workload(&tenant, "repo:Contoso/platform");
    let file = tenant.path().join("token");
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("AZURE_FEDERATED_TOKEN_FILE", &file);
    let hint = "compare issuer, subject (letter by letter)";
    for (subject, code) in
        [("repo:fabrikam/x", "AADSTS700213"), ("repo:contoso/platform", "AADSTS7002138")]
    {
        let token = tenant.workload_token(subject);
        std::fs::write(&file, &token).unwrap();
        let run = check(&mut command, 4, &[code, subject], hint);
        assert!(!run.stderr.contains(&token), "{run:?}");
    }
    std::fs::write(&file, "\n").unwrap();
    check(&mut command, 4, &["is empty"], "docs/sign-in.md");
}

#[test]
fn nobody_at_all() {
    let (tenant, spec) = tenant();
    let bin = tenant.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let mut command = tenant.command_of_nobody(&["plan", &spec]);
    command.env("PATH", &bin);
    let run = check(&mut command, 4, &["nobody is signed in"], "log in with az login");
    insta::assert_snapshot!(run.stderr.lines().take(4).collect::<Vec<_>>().join("\n"), @"
    error: nobody is signed in; what was tried:
      managed-identity     no metadata service of Azure answers on this machine
      azure-cli            az not found on PATH
      azure-developer-cli  azd not found on PATH
    ");
    let az = "echo \"ERROR: Please run 'az login' to setup account.\" >&2\nexit 1";
    program(&bin.join("az"), az);
    let error = "azure-cli            ERROR: Please run 'az login' to setup account.";
    check(&mut command, 4, &[error], "log in with az login");
}

#[test]
fn a_proxy_that_answers_in_place_of_a_service() {
    let pages = [
        ("GET /metadata/endpoints", "html: 200", "a web page with status 200"),
        ("POST /{tenant}/oauth2/v2.0/token", "html: 502", "a web page with status 502"),
        ("POST /v1.0/$batch", "html: 403", "a web page with status 403"),
        ("GET /subscriptions", "contentType: text/html", "a web page with status 200"),
    ];
    for (route, page, said) in pages {
        let fault = format!("{{ route: \"{route}\", times: 0, do: {{ {page} }} }}");
        let tenant = Tenant::with(&format!("faults: [{fault}]"));
        let spec = spec(tenant.path(), &[PRODUCTION]);
        let mut command = tenant.command(&["plan", "--quiet", spec.to_str().unwrap()]);
        check(&mut command, 1, &[said], "is there a proxy that answers instead?");
    }
}

#[test]
fn an_authority_that_is_not_trusted() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let mut command = binary(tenant.path());
    command.args(["plan", "--cloud-metadata", tenant.sandbox.url()]).arg(spec);
    command.env("AZURE_CLIENT_ID", "x").env("AZURE_CLIENT_SECRET", "hunter2");
    check(&mut command, 1, &["invalid peer certificate"], "--ca-certificate FILE");
}

#[test]
fn a_machine_without_network() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec(directory.path(), &[PRODUCTION]);
    // A port on which nobody listens any more.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("https://localhost:{port}");
    let mut command = binary(directory.path());
    command.args(["plan", "--quiet", "--cloud-metadata", &url]).arg(spec);
    command.env("AZURE_CLIENT_ID", "x").env("AZURE_CLIENT_SECRET", "hunter2");
    check(&mut command, 1, &["Connection refused"], "check this machine's network and proxy");
}
