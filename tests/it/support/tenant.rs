//! A running sandbox, raw requests to it, and the binary pointed at it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use emulator::{Behaviour, Clock, Operator, Options, Sandbox};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use tokio::runtime::Runtime;

use crate::openapi;

/// One emulated tenant. Requests are raw JSON, as a real client writes it.
pub struct Tenant {
    pub directory: TempDir,
    pub sandbox: Sandbox,
    /// By how many seconds the sandbox's clock is ahead.
    ahead: Arc<AtomicI64>,
    runtime: Runtime,
    client: reqwest::Client,
}

/// What a run of the binary printed, and how it ended.
#[derive(Debug)]
pub struct Run {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The binary in an empty environment, as a CI job starts it.
pub fn binary(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mondoo-azure"));
    command.current_dir(directory).env_clear().stdin(Stdio::null());
    // Git decides whether a key would be tracked.
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Short enough for tests, long enough that every kind of write is missed by a reader now and then.
const LAG: &str = "{ median: 20ms, p90: 60ms, most: 150ms }";

const REQUEST_LOG: &str = "requests.jsonl";

/// What the binary was answered has to be what the services describe, in every test.
impl Drop for Tenant {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let log = std::fs::read_to_string(self.path().join(REQUEST_LOG)).unwrap();
        for line in log.lines() {
            let exchange: Value = serde_json::from_str(line).unwrap();
            let status = exchange["status"].as_u64().and_then(|status| status.try_into().ok());
            openapi::check(
                exchange["method"].as_str().unwrap(),
                exchange["target"].as_str().unwrap(),
                &exchange["request"],
                status.unwrap(),
                &exchange["response"],
            );
        }
    }
}

impl Tenant {
    /// Writes take a moment to be seen, as they do in Azure.
    pub fn new() -> Tenant {
        let lag =
            |kind: &str| format!("{kind}: {{ lists: {LAG}, references: {LAG}, reads: {LAG} }}");
        let kinds =
            ["applications", "servicePrincipals", "grants", "roleDefinitions", "roleAssignments"];
        let lags = kinds.map(lag).join(", ");
        Tenant::with(&format!("replication: {{ {lags} }}"))
    }

    /// Every write is seen at once: for what is counted to the request.
    pub fn at_rest() -> Tenant {
        Tenant::with("")
    }

    /// In which things go wrong as a file of faults says.
    pub fn with(faults: &str) -> Tenant {
        let directory = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let behaviour = Behaviour::parse(faults).unwrap();
        let ahead = Arc::new(AtomicI64::new(0));
        let seconds = Arc::clone(&ahead);
        let clock = Clock::from(move || {
            OffsetDateTime::now_utc() + Duration::seconds(seconds.load(Ordering::Relaxed))
        });
        let directory_of_state = directory.path().join("state");
        let request_log = Some(directory.path().join(REQUEST_LOG));
        let options =
            Options { behaviour, clock, request_log, ..Options::in_directory(directory_of_state) };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let ca = std::fs::read(sandbox.ca_file()).unwrap();
        let ca = reqwest::Certificate::from_pem(&ca).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([ca]).build().unwrap();
        Tenant { directory, sandbox, ahead, runtime, client }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// What comes of something that asks this tenant.
    pub fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// By the sandbox's clock.
    pub fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc() + Duration::seconds(self.ahead.load(Ordering::Relaxed))
    }

    /// Puts the sandbox's clock forward, or back.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The binary, pointed at this tenant, with nobody signed in.
    pub fn command_of_nobody(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.env_remove("AZURE_CLIENT_ID").env_remove("AZURE_CLIENT_SECRET");
        command
    }

    /// An access token of the operator.
    pub fn operator_token(&self, resource: &str) -> String {
        self.token_of(self.sandbox.operator(), resource)
    }

    fn token_of(&self, operator: &Operator, resource: &str) -> String {
        let token = self.token(&format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={resource}/.default",
            operator.client_id,
            operator.client_secret.expose()
        ));
        token["access_token"].as_str().unwrap_or_else(|| panic!("{token}")).to_owned()
    }

    /// The operator's application.
    pub fn operator_application(&self) -> Value {
        let id = &self.sandbox.operator().client_id;
        self.graph(Method::GET, &format!("/applications(appId='{id}')"), None)
    }

    /// Where the sandbox gives tokens to a workload of that name.
    pub fn workload_url(&self, subject: &str) -> String {
        format!("{}/_sandbox/id-token?subject={subject}", self.sandbox.url())
    }

    /// Such a token, for Entra ID.
    pub fn workload_token(&self, subject: &str) -> String {
        let url = format!("{}&audience=api://AzureADTokenExchange", self.workload_url(subject));
        let request = self.client.get(url).header("authorization", "Bearer x");
        let answer: Value =
            self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        answer["value"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Lets everything that was written be seen: only what a run of the binary writes is late for
    /// that run.
    fn settle(&self) {
        self.ahead.fetch_add(1, Ordering::Relaxed);
    }

    /// The binary, signed in as the operator of this tenant.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_as(self.sandbox.operator(), arguments)
    }

    /// The same as another operator.
    pub fn command_as(&self, operator: &Operator, arguments: &[&str]) -> Command {
        self.settle();
        let mut command = binary(self.path());
        command
            .args(arguments)
            .args(["--cloud-metadata", self.sandbox.url(), "--ca-certificate"])
            .arg(self.sandbox.ca_file())
            .env("AZURE_CLIENT_ID", &operator.client_id)
            .env("AZURE_CLIENT_SECRET", operator.client_secret.expose())
            .env("MONDOO_API_TOKEN", self.sandbox.mondoo().api_token.expose())
            .env("MONDOO_API_ENDPOINT", self.sandbox.url());
        command
    }

    #[must_use = "check how it ended"]
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    #[must_use = "check how it ended"]
    pub fn run_as(&self, operator: &Operator, arguments: &[&str]) -> Run {
        Run::of(&mut self.command_as(operator, arguments))
    }

    /// Applies a spec, and plans again: there must be nothing left to do.
    pub fn apply(&self, spec: &Path) -> Run {
        let spec = spec.to_str().unwrap();
        let run = self.run(&["apply", "--auto-approve", spec]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(!run.stderr.contains("Azure does not show"), "{run:?}");
        self.assert_nothing_to_do(spec);
        run
    }

    pub fn assert_nothing_to_do(&self, spec: &str) {
        let plan = self.run(&["plan", "--detailed-exitcode", spec]);
        assert_eq!(plan.code, Some(0), "{plan:?}");
        assert!(plan.stdout.contains("\nNo changes. "), "{plan:?}");
    }

    pub fn graph(&self, method: Method, path: &str, body: impl Into<Option<Value>>) -> Value {
        let url = format!("{}/v1.0{path}", self.sandbox.url());
        self.request(method, &url, "https://graph.microsoft.com/.default", body.into())
    }

    pub fn arm(
        &self,
        method: Method,
        path: &str,
        version: &str,
        body: impl Into<Option<Value>>,
    ) -> Value {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("{}{path}{separator}api-version={version}", self.sandbox.url());
        self.request(method, &url, "https://management.azure.com/.default", body.into())
    }

    /// What Mondoo's API answers to a query.
    pub fn mondoo(&self, query: &str, variables: Value) -> Value {
        let token = self.sandbox.mondoo().api_token.expose();
        let request = self
            .client
            .post(format!("{}/query", self.sandbox.url()))
            .header("authorization", format!("Bearer {token}"))
            .json(&serde_json::Map::from_iter([
                ("query".to_owned(), json!(query)),
                ("variables".to_owned(), variables),
            ]));
        let answer: Value =
            self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        assert!(answer["errors"].is_null(), "{answer}");
        answer["data"].clone()
    }

    /// The application of the specs that tests write, and its service principal.
    pub fn application(&self) -> (Value, Value) {
        self.application_named("mondoo-security")
    }

    pub fn application_named(&self, name: &str) -> (Value, Value) {
        let application =
            self.graph(Method::GET, &format!("/applications(uniqueName='{name}')"), None);
        let app_id = application["appId"].as_str().unwrap();
        let principal =
            self.graph(Method::GET, &format!("/servicePrincipals(appId='{app_id}')"), None);
        (application, principal)
    }

    /// Requests that the sandbox served since the last call.
    pub fn requests(&self) -> u64 {
        self.requests_by_route().values().sum()
    }

    /// The same, without counting anew.
    pub fn requests_so_far(&self) -> u64 {
        let url = format!("{}/_sandbox/requests", self.sandbox.url());
        self.runtime.block_on(async {
            let counted: Value = self.client.get(&url).send().await.unwrap().json().await.unwrap();
            counted["total"].as_u64().unwrap()
        })
    }

    /// The same by `METHOD /route`.
    pub fn requests_by_route(&self) -> BTreeMap<String, u64> {
        let url = format!("{}/_sandbox/requests", self.sandbox.url());
        self.runtime.block_on(async {
            let counted: Value = self.client.get(&url).send().await.unwrap().json().await.unwrap();
            self.client.delete(&url).send().await.unwrap().error_for_status().unwrap();
            serde_json::from_value(counted["by_route"].clone()).unwrap()
        })
    }

    /// The token endpoint's answer to a form.
    pub fn token(&self, form: &str) -> Value {
        let tenant = &self.sandbox.operator().tenant_id;
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.sandbox.url());
        let request = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
    }

    fn request(&self, method: Method, url: &str, scope: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(self.sandbox.operator(), method, url, scope, body);
        assert!((200..300).contains(&status), "{url}: {answer}");
        answer
    }

    /// Status and answer of a request of any operator, to Graph by a path that begins with `/v1.0`
    /// and to Resource Manager by any other.
    pub fn ask(
        &self,
        operator: &Operator,
        method: Method,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let to_graph = path.starts_with("/v1.0");
        let service =
            if to_graph { "https://graph.microsoft.com" } else { "https://management.azure.com" };
        let scope = &format!("{service}/.default");
        let url = format!("{}{path}", self.sandbox.url());
        self.send(operator, method, &url, scope, Some(body))
    }

    fn send(
        &self,
        operator: &Operator,
        method: Method,
        url: &str,
        scope: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        self.settle();
        let resource = scope.trim_end_matches("/.default");
        let token = self.token_of(operator, resource);
        let mut request = self
            .client
            .request(method, url)
            .header("prefer", "create-if-missing")
            .header("authorization", format!("Bearer {token}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let bytes = answer.bytes().await.unwrap();
            (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({})))
        })
    }
}

impl Run {
    #[must_use = "check how it ended"]
    pub fn of(command: &mut Command) -> Run {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The lines of the plan that change something.
    pub fn changes(&self) -> Vec<String> {
        let changes = self.stdout.lines().filter_map(|line| line.strip_prefix("   "));
        let is_change = |line: &&str| line.starts_with(['+', '~', '^', '-']);
        let fold = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        changes.filter(is_change).map(fold).collect()
    }

    pub fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default()
    }
}
