//! How the sandbox fares with 10,000 vaults in 1,000 subscriptions: `cargo bench -p emulator`.
//!
//! Prints each figure beside its limit. Client and server share the machine, so what a request takes
//! includes the client's part.

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use emulator::{Options, Sandbox, Size, generate};
use reqwest::{Certificate, Client, RequestBuilder};
use serde_json::{Value, json};

const SIZE: Size = Size { management_groups: 100, subscriptions: 1000, vaults: 10_000 };

#[tokio::main]
async fn main() {
    let directory = tempfile::tempdir().expect("a directory for the state can be made");
    generate(directory.path(), SIZE).expect("a large tenant can be made");
    let before = resident();
    let began = Instant::now();
    let options = Options::in_directory(directory.path());
    let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
    row("start", began.elapsed(), "2 s");
    let caller = Caller::of(&sandbox).await;
    pages(&caller).await;
    println!("{:<44} {:>8} MB   limit 400 MB", "memory, before", before);
    println!(
        "{:<44} {:>8} MB   limit 400 MB",
        "memory, with the tenant and all of the above",
        resident()
    );
    sandbox.stop().await;
}

async fn pages(caller: &Caller) {
    let page = "/subscriptions?api-version=2022-12-01&$top=1000";
    let first = caller.get(page).await["value"][0]["id"].clone();
    let first = first.as_str().expect("there are subscriptions");
    let roles = "providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";
    let vaults = format!("{first}/providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
    for (what, path) in [
        ("page of 1,000 subscriptions", page),
        ("page of a subscription's vaults", &vaults),
        ("page of role assignments", &format!("{first}/{roles}")),
    ] {
        row(what, median(9, async || caller.fetch(path).await).await, "20 ms");
    }
    queries(caller).await;
    let vault = caller.get(&vaults).await["value"][0]["id"].clone();
    writes(caller, vault.as_str().expect("there are vaults")).await;
    rate(caller, &format!("{first}?api-version=2022-12-01")).await;
}

async fn queries(caller: &Caller) {
    let body = json!({
        "query": "resources | where type =~ 'microsoft.keyvault/vaults' | project id, name, \
                  properties.accessPolicies | order by id asc",
        "options": { "$top": 1000 },
    });
    let path = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    let asked = median(9, async || caller.ask(path, &body).await).await;
    row("page of 1,000 rows of Resource Graph", asked, "20 ms");
}

async fn writes(caller: &Caller, vault: &str) {
    let path = format!("{vault}/accessPolicies/add?api-version=2026-02-01");
    let entry = json!({
        "tenantId": caller.tenant, "objectId": "d7e8f900-1122-4334-8546-5768798a9bac",
        "permissions": { "secrets": ["get"] },
    });
    let body = json!({ "properties": { "accessPolicies": [entry] } });
    let written = median(51, async || drop(caller.put(&path, &body).await)).await;
    row("write of an access policy", written, "5 ms");
}

async fn rate(caller: &Caller, path: &str) {
    let began = Instant::now();
    for _ in 0..1000 {
        caller.get(path).await;
    }
    let rate = 1000.0 / began.elapsed().as_secs_f64();
    println!("{:<44} {rate:>8.0} /s   limit 500 /s", "small GETs, one after the other");
}

/// Of so many runs.
async fn median<F: Future<Output = ()>>(runs: usize, run: impl Fn() -> F) -> Duration {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        run().await;
        times.push(began.elapsed());
    }
    times.sort();
    times[runs / 2]
}

fn row(what: &str, took: Duration, limit: &str) {
    println!("{what:<44} {:>8.1} ms   limit {limit}", took.as_secs_f64() * 1000.0);
}

/// Memory of this process in MB, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}

/// The operator, signed in to Resource Manager.
struct Caller {
    client: Client,
    url: String,
    tenant: String,
    token: String,
}

impl Caller {
    async fn of(sandbox: &Sandbox) -> Self {
        let operator = sandbox.operator();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope={}",
            operator.client_id,
            operator.client_secret.expose(),
            "https://management.azure.com/.default"
        );
        let client = client(sandbox.ca_file());
        let (url, tenant) = (sandbox.url().to_owned(), operator.tenant_id.clone());
        let request = client.post(format!("{url}/{tenant}/oauth2/v2.0/token")).body(form);
        let token = send(request).await["access_token"].as_str().expect("a token").to_owned();
        Self { client, url, tenant, token }
    }

    async fn get(&self, path: &str) -> Value {
        self.send(self.client.get(format!("{}{path}", self.url))).await
    }

    async fn put(&self, path: &str, body: &Value) -> Value {
        self.send(self.client.put(format!("{}{path}", self.url)).body(body.to_string())).await
    }

    /// Receives a reply and does not read it.
    async fn fetch(&self, path: &str) {
        receive(self.signed(self.client.get(format!("{}{path}", self.url)))).await;
    }

    /// The same for a query.
    async fn ask(&self, path: &str, body: &Value) {
        let request = self.client.post(format!("{}{path}", self.url)).body(body.to_string());
        receive(self.signed(request)).await;
    }

    async fn send(&self, request: RequestBuilder) -> Value {
        send(self.signed(request)).await
    }

    fn signed(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(&self.token).header("content-type", "application/json")
    }
}

fn client(ca_file: &Path) -> Client {
    let ca = std::fs::read(ca_file).expect("the authority's certificate is there");
    let ca = Certificate::from_pem(&ca).expect("it is PEM");
    Client::builder().tls_certs_only([ca]).build().expect("a client can be made")
}

async fn send(request: RequestBuilder) -> Value {
    serde_json::from_slice(&receive(request).await).expect("the answer is JSON")
}

async fn receive(request: RequestBuilder) -> Vec<u8> {
    let answer = request.send().await.expect("the sandbox answers");
    let (status, body) = (answer.status(), answer.bytes().await.expect("the answer is whole"));
    assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    body.into()
}
