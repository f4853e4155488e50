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
const VERSION: &str = "api-version=2022-04-01";

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
    let subscriptions = caller.get("/subscriptions?api-version=2022-12-01").await;
    let first =
        subscriptions["value"][0]["id"].as_str().expect("there are subscriptions").to_owned();
    let vaults = format!("{first}/providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
    let page = "/subscriptions?api-version=2022-12-01&$top=1000";
    let assignments =
        format!("{first}/providers/Microsoft.Authorization/roleAssignments?{VERSION}");
    let query = json!({
        "query": "resources | where type =~ 'microsoft.keyvault/vaults' | project id, name, \
                  properties.accessPolicies | order by id asc",
        "options": { "$top": 1000 },
    });
    let graph = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    row(
        "page of 1,000 subscriptions",
        median(9, async || drop(caller.get(page).await)).await,
        "20 ms",
    );
    row(
        "page of a subscription's vaults",
        median(9, async || drop(caller.get(&vaults).await)).await,
        "20 ms",
    );
    row(
        "page of role assignments",
        median(9, async || drop(caller.get(&assignments).await)).await,
        "20 ms",
    );
    let asked = median(9, async || drop(caller.post(graph, &query).await)).await;
    row("page of 1,000 rows of Resource Graph", asked, "20 ms");

    let vault = &caller.get(&vaults).await["value"][0];
    let vault = vault["id"].as_str().expect("there are vaults").to_owned();
    let path = format!("{vault}/accessPolicies/add?api-version=2026-02-01");
    let entry = json!({
        "tenantId": caller.tenant, "objectId": "d7e8f900-1122-4334-8546-5768798a9bac",
        "permissions": { "secrets": ["get"] },
    });
    let body = json!({ "properties": { "accessPolicies": [entry] } });
    let written = median(51, async || drop(caller.put(&path, &body).await)).await;
    row("write of an access policy", written, "5 ms");

    let small = format!("{first}?api-version=2022-12-01");
    let began = Instant::now();
    for _ in 0..1000 {
        caller.get(&small).await;
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

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.send(self.client.post(format!("{}{path}", self.url)).body(body.to_string())).await
    }

    async fn send(&self, request: RequestBuilder) -> Value {
        send(request.bearer_auth(&self.token).header("content-type", "application/json")).await
    }
}

fn client(ca_file: &Path) -> Client {
    let ca = std::fs::read(ca_file).expect("the authority's certificate is there");
    let ca = Certificate::from_pem(&ca).expect("it is PEM");
    Client::builder().tls_certs_only([ca]).build().expect("a client can be made")
}

async fn send(request: RequestBuilder) -> Value {
    let answer = request.send().await.expect("the sandbox answers");
    let (status, body) = (answer.status(), answer.bytes().await.expect("the answer is whole"));
    assert!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("the answer is JSON")
}
