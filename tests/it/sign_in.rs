//! Each way to sign in, against the sandbox or a stand-in for what it asks on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::json;
use time::OffsetDateTime;

use crate::support::{PRODUCTION, Run, Tenant, program, spec};

const SUBJECT: &str = "repo:contoso/platform:ref:refs/heads/main";

/// A tenant, and a spec for it.
pub fn tenant() -> (Tenant, String) {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]).to_str().unwrap().to_owned();
    (tenant, spec)
}

fn assert_signed_in(command: &mut Command) {
    let run = Run::of(command);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("as  deployer (service principal)"), "{run:?}");
    assert!(run.stdout.contains("\nPlan: 24 to create"), "{run:?}");
}

/// Lets the operator sign in with the certificate that `spec` wrote beside itself.
pub fn trust_certificate(tenant: &Tenant) -> PathBuf {
    let file = tenant.path().join("certificate.pem");
    let held = certificate::read(&file, OffsetDateTime::now_utc()).unwrap();
    let credential = json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": BASE64_STANDARD.encode(&held.certificate().der),
    });
    let path = format!("/applications/{}", tenant.operator_application()["id"].as_str().unwrap());
    tenant.graph(Method::PATCH, &path, json!({ "keyCredentials": [credential] }));
    file
}

/// Lets workloads of that name sign in as the operator.
pub fn trust_workload(tenant: &Tenant, subject: &str) {
    let id = tenant.operator_application()["id"].as_str().unwrap().to_owned();
    let credential = json!({
        "name": "workflow",
        "issuer": format!("{}/_sandbox", tenant.sandbox.url()),
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    });
    let path = format!("/applications/{id}/federatedIdentityCredentials");
    tenant.graph(Method::POST, &path, credential);
}

/// Only the client id is set, and what a test adds.
pub fn client(tenant: &Tenant, arguments: &[&str]) -> Command {
    let mut command = tenant.command(arguments);
    command.env_remove("AZURE_CLIENT_SECRET");
    command
}

#[test]
fn with_a_client_secret() {
    let (tenant, spec) = tenant();
    assert_signed_in(&mut tenant.command(&["plan", &spec]));
    assert_signed_in(&mut tenant.command(&["plan", "--auth", "client-secret", &spec]));
}

#[test]
fn with_a_certificate_whatever_the_order_in_its_file() {
    let (tenant, spec) = tenant();
    let file = trust_certificate(&tenant);
    let pem = std::fs::read_to_string(&file).unwrap();
    let (key, certificate) = pem.split_at(pem.find("-----BEGIN CERTIFICATE").unwrap());
    let reversed = tenant.path().join("reversed.pem");
    std::fs::write(&reversed, format!("{certificate}{key}")).unwrap();
    for file in [file, reversed] {
        let mut command = client(&tenant, &["plan", &spec]);
        assert_signed_in(command.env("AZURE_CLIENT_CERTIFICATE_PATH", file));
    }
}

#[test]
fn with_a_federated_token_in_a_file() {
    let (tenant, spec) = tenant();
    trust_workload(&tenant, SUBJECT);
    let file = tenant.path().join("token");
    std::fs::write(&file, tenant.workload_token(SUBJECT) + "\n").unwrap();
    let mut command = client(&tenant, &["plan", &spec]);
    assert_signed_in(command.env("AZURE_FEDERATED_TOKEN_FILE", file));
}

#[test]
fn as_a_job_of_github() {
    let (tenant, spec) = tenant();
    trust_workload(&tenant, SUBJECT);
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", tenant.workload_url(SUBJECT));
    assert_signed_in(command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job"));
}

/// An endpoint as App Service offers it to its apps: answers `requests` of them, and returns what
/// was asked.
fn app_service(tenant: &Tenant, requests: usize) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/msi/token", listener.local_addr().unwrap());
    let graph = tenant.operator_token(tenant.sandbox.url());
    let arm = tenant.operator_token("https://management.core.windows.net");
    let thread = std::thread::spawn(move || {
        (0..requests)
            .map(|_| {
                let (stream, _) = listener.accept().unwrap();
                let asked = read_head(&stream);
                let token = if asked.contains("localhost") { &graph } else { &arm };
                let expires = OffsetDateTime::now_utc().unix_timestamp() + 3600;
                let body = json!({
                    "access_token": token,
                    "expires_on": expires.to_string(),
                    "token_type": "Bearer",
                    "resource": "x",
                });
                answer(&stream, &body.to_string());
                asked
            })
            .collect()
    });
    (endpoint, thread)
}

fn read_head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    lines.take_while(|line| !line.is_empty()).map(|line| line + "\n").collect()
}

fn answer(mut stream: &TcpStream, body: &str) {
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
}

#[test]
fn with_the_managed_identity_of_an_app_service() {
    let (tenant, spec) = tenant();
    let (endpoint, thread) = app_service(&tenant, 2);
    let mut command = client(&tenant, &["plan", &spec]);
    command.env("IDENTITY_ENDPOINT", endpoint).env("IDENTITY_HEADER", "of-the-app");
    assert_signed_in(&mut command);
    let asked = thread.join().unwrap();
    let client_id = format!("client_id={}", tenant.sandbox.operator().client_id);
    for request in &asked {
        assert!(request.contains(&client_id), "a client id alone is an identity's: {request}");
        assert!(request.to_lowercase().contains("x-identity-header: of-the-app"), "{request}");
    }
}

/// A directory with a command of that name, which prints what `script` does.
fn tool(directory: &Path, name: &str, script: &str) -> String {
    let bin = directory.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    program(&bin.join(name), script);
    bin.to_str().unwrap().to_owned()
}

/// A shell script that prints one of two tokens in `format`, by the scope that it is asked for, and
/// notes each call.
fn prints_tokens(tenant: &Tenant, format: impl Fn(&str) -> String) -> String {
    let graph = format(&tenant.operator_token(tenant.sandbox.url()));
    let arm = format(&tenant.operator_token("https://management.core.windows.net"));
    let calls = tenant.path().join("calls");
    format!(
        "echo \"$*\" >> '{}'\ncase \"$*\" in\n*localhost*) echo '{graph}' ;;\n*) echo '{arm}' ;;\nesac",
        calls.display()
    )
}

fn calls(tenant: &Tenant) -> Vec<String> {
    let text = std::fs::read_to_string(tenant.path().join("calls")).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn with_the_login_of_azure_cli_which_is_asked_once_per_audience() {
    let (tenant, spec) = tenant();
    let expires = OffsetDateTime::now_utc().unix_timestamp() + 3600;
    let script = prints_tokens(&tenant, |token| {
        json!({ "accessToken": token, "expires_on": expires, "tokenType": "Bearer" }).to_string()
    });
    let bin = tool(tenant.path(), "az", &script);
    assert_signed_in(tenant.command_of_nobody(&["plan", &spec]).env("PATH", bin));
    let calls = calls(&tenant);
    assert_eq!(calls.len(), 2, "{calls:?}");
    let in_tenant = format!("--tenant {}", tenant.sandbox.operator().tenant_id);
    assert!(calls.iter().all(|call| call.ends_with(&in_tenant)), "{calls:?}");
}

#[test]
fn with_the_login_of_azure_developer_cli() {
    let (tenant, spec) = tenant();
    let script = prints_tokens(&tenant, |token| {
        json!({ "token": token, "expiresOn": "2999-01-01T00:00:00Z" }).to_string()
    });
    let bin = tool(tenant.path(), "azd", &script);
    let mut command = tenant.command_of_nobody(&["plan", &spec]);
    assert_signed_in(command.env("PATH", &bin));
    let mut command = tenant.command_of_nobody(&["plan", "--auth", "azure-developer-cli", &spec]);
    assert_signed_in(command.env("PATH", bin));
}

#[test]
fn what_is_chosen_by_name_is_the_only_way() {
    let (tenant, spec) = tenant();
    let run = tenant.run(&["plan", "--auth", "workload-identity", &spec]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("needs AZURE_FEDERATED_TOKEN_FILE"), "{run:?}");
    let empty = tenant.path().join("empty");
    let mut command = tenant.command(&["plan", "--auth", "azure-cli", &spec]);
    let run = Run::of(command.env("PATH", empty));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("az not found on PATH"), "{run:?}");
}

/// Who has set a variable for one way does not want to be somebody else.
#[test]
fn a_variable_for_one_way_rules_out_the_others() {
    let (tenant, spec) = tenant();
    let bin = tool(tenant.path(), "az", "echo called >> calls; exit 1");
    let missing = tenant.path().join("missing");
    for name in ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"] {
        let mut command = client(&tenant, &["plan", &spec]);
        let run = Run::of(command.env(name, &missing).env("PATH", &bin));
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stderr.contains("missing cannot be read"), "{run:?}");
    }
    let run = Run::of(client(&tenant, &["plan", &spec]).env("PATH", &bin));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("no metadata service of Azure answers"), "{run:?}");
    let mut command = tenant.command_of_nobody(&["plan", &spec]);
    let run = Run::of(command.env("AZURE_CLIENT_SECRET", "hunter2").env("PATH", &bin));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("needs AZURE_CLIENT_ID, which is not set"), "{run:?}");
    assert!(!run.stderr.contains("hunter2"), "{run:?}");
}

/// Refused once for its token, in the middle of an apply: nothing is lost, no change fails.
#[test]
fn a_token_that_ends_during_an_apply_is_renewed_and_the_write_repeated() {
    let refuse =
        |route: &str| format!("{{ route: \"{route}\", do: {{ status: {{ code: 401 }} }} }}");
    let faults = [
        refuse("PATCH /v1.0/applications(uniqueName)"),
        refuse("POST /v1.0/$batch"),
        refuse(
            "PUT /subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments/{id}",
        ),
    ];
    let tenant = Tenant::with(&format!("faults: [{}]", faults.join(", ")));
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.apply(&spec);
    assert!(run.stdout.contains(" 0 failed, 0 skipped."), "{run:?}");
}
