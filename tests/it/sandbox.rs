//! The sandbox as a server of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{PRODUCTION, Run, binary, spec};

/// `sandbox serve` in a directory, killed when it is dropped.
struct Served {
    process: Child,
    /// What it said before it served.
    warnings: String,
    environment: String,
}

impl Served {
    fn start(directory: &Path, arguments: &[&str]) -> Self {
        let mut command = binary(directory);
        command.args(["sandbox", "serve", "--state", "state", "--env-file", "env"]).args(arguments);
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(process.stderr.as_mut().unwrap());
        let mut warnings = String::new();
        // The last line says that it is serving; the file is there by then.
        while !warnings.lines().any(|line| line.starts_with("Serving")) {
            assert!(stderr.read_line(&mut warnings).unwrap() > 0, "{warnings}");
        }
        let environment = std::fs::read_to_string(directory.join("env")).unwrap();
        Self { process, warnings, environment }
    }

    fn variable(&self, name: &str) -> &str {
        let value = self.environment.lines().find_map(|line| line.strip_prefix(name));
        value.and_then(|value| value.strip_prefix('=')).unwrap().trim_matches('\'')
    }

    fn signal(&mut self, signal: &str) -> Option<i32> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.process.wait().unwrap().code()
    }

    /// The binary, pointed at it.
    fn run(&self, directory: &Path, arguments: &[&str]) -> Run {
        let mut command = binary(directory);
        command
            .args(arguments)
            .args(["--cloud-metadata", self.variable("SANDBOX_URL")])
            .args(["--ca-certificate", self.variable("SANDBOX_CA")]);
        for name in ["AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            command.env(name, self.variable(name));
        }
        Run::of(&mut command)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A directory with a spec in it.
fn directory() -> (TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec(directory.path(), &[PRODUCTION]);
    (directory, spec.to_str().unwrap().to_owned())
}

#[test]
fn it_serves_a_second_process_and_forgets_on_reset() {
    let (directory, spec) = directory();
    let mut server = Served::start(directory.path(), &[]);
    let plan = ". ./env && export AZURE_CLIENT_ID AZURE_CLIENT_SECRET && exec \"$0\" plan \"$1\" \
                --cloud-metadata \"$SANDBOX_URL\" --ca-certificate \"$SANDBOX_CA\"";
    let mut shell = Command::new("sh");
    shell.current_dir(directory.path()).args(["-c", plan, env!("CARGO_BIN_EXE_mondoo-azure")]);
    let run = Run::of(shell.arg(&spec));
    assert_eq!(run.code, Some(0), "{run:?}");
    let reset = || Run::of(binary(directory.path()).args(["sandbox", "reset", "--state", "state"]));
    let refused = reset();
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert_eq!(server.signal("-TERM"), Some(0));
    assert_eq!(reset().code, Some(0));
}

#[test]
fn another_operator_is_given_its_own_credentials() {
    let (directory, spec) = directory();
    let server = Served::start(directory.path(), &["--operator", "nobody"]);
    let run = server.run(directory.path(), &["plan", &spec]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("Insufficient privileges"), "{run:?}");
}

#[test]
fn what_it_prints_opens_mondoos_api() {
    let (directory, _) = directory();
    let server = Served::start(directory.path(), &[]);
    let Writer { runtime, client, .. } = Writer::to(&server);
    let query = "query($mrn: String!) { space(mrn: $mrn) { name } }";
    let variables = json!({ "mrn": server.variable("SANDBOX_MONDOO_SPACE") });
    let request = client
        .post(format!("{}/query", server.variable("MONDOO_API_ENDPOINT")))
        .bearer_auth(server.variable("MONDOO_API_TOKEN"))
        .json(&json!({ "query": query, "variables": variables }));
    let answer: Value =
        runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
    assert_eq!(answer["data"]["space"]["name"], "Contoso", "{answer}");
}

#[test]
fn an_unknown_operator_is_told_who_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["sandbox", "serve", "--operator", "eve"];
    let run = Run::of(binary(directory.path()).args(arguments));
    assert_eq!(run.code, Some(3), "{run:?}");
    for name in ["deployer", "rbac-administrator", "nobody"] {
        assert!(run.stderr.contains(name), "{run:?}");
    }
    assert!(std::fs::read_dir(directory.path()).unwrap().next().is_none());
}

#[test]
fn reset_leaves_what_is_no_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let somebodys = directory.path().join("ca.pem");
    std::fs::write(&somebodys, "precious").unwrap();
    let run = Run::of(binary(directory.path()).args(["sandbox", "reset", "--state", "."]));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("holds no sandbox: nothing was removed"), "{run:?}");
    assert!(somebodys.exists());
}

#[test]
fn the_sandbox_inside_the_process_keeps_its_tenant_between_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let run = |arguments: &[&str]| {
        Run::of(binary(directory.path()).args(arguments).args(["--sandbox"]).arg(&path))
    };
    let apply = run(&["apply", "--auto-approve"]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(directory.path().join(".mondoo-azure/sandbox").is_dir());
    assert_eq!(run(&["plan", "--detailed-exitcode"]).code, Some(0));
}

#[test]
fn faults_are_read_from_a_file_and_requests_written_to_one() {
    let (directory, spec) = directory();
    let faults = "faults: [{ route: 'GET /subscriptions', do: { status: { code: 503 } } }]";
    std::fs::write(directory.path().join("faults.yaml"), faults).unwrap();
    let arguments = ["--faults", "faults.yaml", "--request-log", "requests.jsonl"];
    let server = Served::start(directory.path(), &arguments);
    let run = server.run(directory.path(), &["plan", &spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let log = std::fs::read_to_string(directory.path().join("requests.jsonl")).unwrap();
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |part: &str| {
        let is_meant = |line: &&Value| line["target"].as_str().unwrap().starts_with(part);
        lines
            .iter()
            .filter(is_meant)
            .map(|line| line["status"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("/subscriptions?"), [503, 200]);
    let ours = |line: &Value| line["client"].as_str().unwrap().contains("mondoo-azure");
    assert!(lines.iter().all(ours), "{log}");
    assert!(!of("/0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3/oauth2").is_empty());
    assert!(!log.contains("eyJ") && !log.contains(server.variable("AZURE_CLIENT_SECRET")));
}

#[test]
fn a_file_of_faults_with_a_mistake_is_bad_input() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("faults.yaml"), "latency: soon\n").unwrap();
    let arguments = ["sandbox", "serve", "--faults", "faults.yaml"];
    let run = Run::of(binary(directory.path()).args(arguments));
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("faults.yaml: the faults cannot be read: latency"), "{run:?}");
}

#[test]
fn other_machines_reach_it_only_when_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["sandbox", "serve", "--listen", "0.0.0.0:0"];
    let run = Run::of(binary(directory.path()).args(arguments));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("0.0.0.0:0 can be reached from other machines"), "{run:?}");
    let arguments = ["--listen", "0.0.0.0:0", "--allow-remote"];
    let server = Served::start(directory.path(), &arguments);
    assert!(server.warnings.starts_with("Warning"), "{}", server.warnings);
}

#[test]
fn a_large_tenant_is_made_once_and_planned() {
    let (directory, spec) = directory();
    let generate = || {
        let sizes = ["--subscriptions", "30", "--vaults", "90", "--management-groups", "12"];
        let command = ["sandbox", "generate", "--state", "state"];
        Run::of(binary(directory.path()).args(command).args(sizes))
    };
    let run = generate();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("30 subscriptions, 90 vaults and 12 management groups"), "{run:?}");
    let again = generate();
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.stderr.contains("holds a tenant already"), "{again:?}");
    let whole = std::fs::read_to_string(&spec).unwrap();
    let root = whole.replace(PRODUCTION, "tenantRoot: true");
    assert_ne!(root, whole);
    std::fs::write(&spec, root).unwrap();
    let server = Served::start(directory.path(), &[]);
    let plan = server.run(directory.path(), &["plan", &spec]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    // Two in three are on access policies, among the six of a fresh tenant too.
    assert!(plan.stdout.contains("\nVaults: 96, of which 64 to change and 32 on RBAC"), "{plan:?}");
}

/// What is acknowledged stays; of each run the last write may be there although its answer never
/// came.
#[test]
fn a_server_that_is_killed_starts_again_with_the_last_acknowledged_write() {
    let directory = tempfile::tempdir().unwrap();
    let mut known = 0;
    for _ in 0..3 {
        let mut server = Served::start(directory.path(), &[]);
        let writer = Writer::to(&server);
        assert!((known..=known + 1).contains(&writer.made()));
        known = writer.made();
        let (acknowledge, acknowledgement) = std::sync::mpsc::channel();
        let writing = std::thread::spawn(move || {
            let mut acknowledged = 0;
            while writer.make() {
                acknowledged += 1;
                // Nobody listens any more after the first time.
                let _ = acknowledge.send(());
            }
            acknowledged
        });
        acknowledgement.recv().unwrap();
        server.signal("-KILL");
        known += writing.join().unwrap();
    }
    let server = Served::start(directory.path(), &[]);
    assert!((known..=known + 1).contains(&Writer::to(&server).made()));
}

/// Makes applications, one after the other.
struct Writer {
    runtime: Runtime,
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Writer {
    fn to(server: &Served) -> Self {
        let runtime = Runtime::new().unwrap();
        let ca = std::fs::read(server.variable("SANDBOX_CA")).unwrap();
        let ca = reqwest::Certificate::from_pem(&ca).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
        let url = server.variable("SANDBOX_URL").to_owned();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
            server.variable("AZURE_CLIENT_ID"),
            server.variable("AZURE_CLIENT_SECRET"),
            "https://graph.microsoft.com/.default",
        );
        let tenant = server.variable("AZURE_TENANT_ID");
        let request = client.post(format!("{url}/{tenant}/oauth2/v2.0/token")).body(form);
        let answer: Value =
            runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { runtime, client, url, token }
    }

    /// Whether it was acknowledged.
    fn make(&self) -> bool {
        let url = format!("{}/v1.0/applications", self.url);
        let request = self.client.post(url).bearer_auth(&self.token);
        let request = request.json(&json!({ "displayName": "made" }));
        let answer = self.runtime.block_on(request.send());
        answer.is_ok_and(|answer| answer.status() == 201)
    }

    fn made(&self) -> usize {
        let url = format!("{}/v1.0/applications?$filter=displayName eq 'made'&$top=999", self.url);
        let request = self.client.get(url).bearer_auth(&self.token);
        let answer: Value =
            self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        answer["value"].as_array().unwrap().len()
    }
}
