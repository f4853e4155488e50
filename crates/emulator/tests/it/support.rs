//! A sandbox of one's own per test, and a client that trusts it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use emulator::{Behaviour, Clock, Options, Sandbox};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};

use crate::certificates::TestCertificate;

pub(crate) const TENANT: &str = "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3";
pub(crate) const PRODUCTION: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
pub(crate) const DEVELOPMENT: &str = "/subscriptions/2c3d4e5f-6071-4829-ba3c-4d5e6f708192";
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
pub(crate) const ADA: &str = "2c334455-6677-4889-9a9b-acbdcedfe0f1";
pub(crate) const GRACE: &str = "3d445566-7788-499a-abac-bdcedfe0f102";
pub(crate) const PLATFORM: &str = "/providers/Microsoft.Management/managementGroups/platform";
pub(crate) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
pub(crate) const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
pub(crate) const ROLES: &str = "providers/Microsoft.Authorization/roleDefinitions";
pub(crate) const ASSIGNMENTS: &str = "providers/Microsoft.Authorization/roleAssignments";

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// How many replies were found to be as described, in this process.
pub(crate) static COMPARED: AtomicUsize = AtomicUsize::new(0);

/// The tests' present; nothing reads the real clock.
pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()
}

pub(crate) struct Tenant {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) directory: TempDir,
    clock: Arc<Mutex<OffsetDateTime>>,
    graph_token: String,
    arm_token: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Tenant {
    pub(crate) async fn start() -> Self {
        Self::start_in(fresh_directory()).await
    }

    pub(crate) async fn start_in(directory: TempDir) -> Self {
        Self::start_with_in(directory, "").await
    }

    /// In which things go wrong as a file of faults says.
    pub(crate) async fn start_with(faults: &str) -> Self {
        Self::start_with_in(fresh_directory(), faults).await
    }

    pub(crate) async fn start_with_in(directory: TempDir, faults: &str) -> Self {
        let clock = Arc::new(Mutex::new(now()));
        let behaviour = Behaviour::parse(faults).unwrap();
        let options = Options { behaviour, ..options(directory.path(), &clock) };
        let sandbox = Sandbox::start(options).await.unwrap();
        let client = client_builder(sandbox.ca_file()).build().unwrap();
        let mut tenant = Self {
            sandbox,
            client,
            directory,
            clock,
            graph_token: String::new(),
            arm_token: String::new(),
        };
        tenant.sign_in_again().await;
        tenant
    }

    /// Stops the server and starts it again on the same state.
    pub(crate) async fn restart(self) -> Self {
        self.sandbox.stop().await;
        Self::start_in(self.directory).await
    }

    /// The operator's tokens, for what it may do by now.
    pub(crate) async fn sign_in_again(&mut self) {
        self.graph_token = self.operator_token("https://graph.microsoft.com/.default").await;
        self.arm_token = self.operator_token("https://management.azure.com/.default").await;
    }

    /// Grants the operator one more of Graph's permissions.
    pub(crate) async fn permit(&mut self, permission: &str) {
        let graph = self.get(&format!("/v1.0/servicePrincipals(appId='{GRAPH}')")).await;
        let role = graph.list("/appRoles").into_iter().find(|role| role["value"] == permission);
        let operator =
            format!("/v1.0/servicePrincipals(appId='{}')", self.sandbox.operator().client_id);
        let principal = self.get(&operator).await.text("/id");
        let body = json!({ "principalId": principal, "resourceId": graph.text("/id"), "appRoleId": role.unwrap()["id"] });
        let grants = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
        assert_eq!(self.post(&grants, body).await.status, 201);
        self.sign_in_again().await;
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.clock.lock().unwrap() += by;
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        *self.clock.lock().unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub(crate) async fn operator_token(&self, scope: &str) -> String {
        let operator = self.sandbox.operator();
        let answer = self
            .sign_in(&[
                ("client_id", &operator.client_id),
                ("client_secret", operator.client_secret.expose()),
                ("grant_type", "client_credentials"),
                ("scope", scope),
            ])
            .await;
        answer.body["access_token"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    }

    pub(crate) async fn sign_in(&self, form: &[(&str, &str)]) -> Answer {
        self.sign_in_to(TENANT, form).await
    }

    pub(crate) async fn sign_in_to(&self, tenant: &str, form: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", &format!("/{tenant}/oauth2/v2.0/token"), &headers, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[], None).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, &[], Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.call("PUT", path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, &[], Some(body)).await
    }

    pub(crate) async fn upsert(&self, path: &str, body: Value) -> Answer {
        self.call("PATCH", path, &[("prefer", "create-if-missing")], Some(body)).await
    }

    /// As the operator, with the token for the service that the path belongs to.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let token = if path.starts_with("/v1.0") || path.starts_with("/beta") {
            &self.graph_token
        } else {
            &self.arm_token
        };
        self.call_as(token, method, path, headers, body).await
    }

    /// As the operator, with any body.
    pub(crate) async fn call_raw(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: String,
    ) -> Answer {
        let token = if path.starts_with("/v1.0") { &self.graph_token } else { &self.arm_token };
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", kind)];
        self.send(method, path, &headers, body).await
    }

    pub(crate) async fn call_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        let mut headers = headers.to_vec();
        headers.push(("authorization", &authorization));
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.send(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default())
            .await
    }

    /// Nothing is added to what the caller gives.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let method: Method = method.parse().unwrap();
        let header = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())
        };
        let request = self
            .client
            .request(method.clone(), self.url(path))
            .headers(headers.iter().map(header).collect());
        let sent = serde_json::from_str(&body).unwrap_or_default();
        let response = request.body(body).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        let is_text = headers.get("content-type").is_some_and(|kind| kind == PLAIN_TEXT);
        let body = match (body.is_empty(), is_text) {
            (true, _) => Value::Null,
            (false, true) => String::from_utf8(body.to_vec()).unwrap().into(),
            (false, false) => serde_json::from_slice(&body).unwrap(),
        };
        let compared = crate::openapi::check(method.as_str(), path, &sent, status, &body);
        COMPARED.fetch_add(compared, Ordering::Relaxed);
        Answer { status, headers, body }
    }

    /// An application's object id and client id.
    pub(crate) async fn application(&self, display_name: &str) -> (String, String) {
        let answer = self.post("/v1.0/applications", json!({ "displayName": display_name })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        (answer.text("/id"), answer.text("/appId"))
    }

    /// The object id of a new service principal.
    pub(crate) async fn service_principal(&self, app_id: &str) -> String {
        let answer = self.post("/v1.0/servicePrincipals", json!({ "appId": app_id })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.text("/id")
    }

    /// An application with a service principal: client id and object id of the latter.
    pub(crate) async fn principal(&self, display_name: &str) -> (String, String) {
        let (_, app_id) = self.application(display_name).await;
        let id = self.service_principal(&app_id).await;
        (app_id, id)
    }

    /// An ARM token of a new service principal that holds a built-in role, and its object id.
    pub(crate) async fn holder_of(&self, role: &str, scope: &str) -> (String, String) {
        let certificate = TestCertificate::new();
        let credential = certificate.credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff");
        let body = json!({ "displayName": "holder", "keyCredentials": [credential] });
        let client_id = self.post("/v1.0/applications", body).await.text("/appId");
        let principal = self.service_principal(&client_id).await;
        assert_eq!(self.assign(scope, role, &principal).await.status, 201);
        let token =
            certificate.sign_in(self, &client_id, "https://management.azure.com/.default").await;
        (token, principal)
    }

    /// Assigns a role under a name of its own.
    pub(crate) async fn assign(&self, scope: &str, role: &str, principal: &str) -> Answer {
        let name = uuid::Uuid::new_v4();
        let body = json!({ "properties": {
            "roleDefinitionId": format!("/{ROLES}/{role}"),
            "principalId": principal,
            "principalType": "ServicePrincipal",
        } });
        self.put(&format!("{scope}/{ASSIGNMENTS}/{name}?api-version=2022-04-01"), body).await
    }

    /// The object id of Microsoft Graph's service principal.
    pub(crate) async fn graph_principal(&self) -> String {
        self.get(&format!("/v1.0/servicePrincipals(appId='{GRAPH}')?$select=id")).await.text("/id")
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        self.body
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer}: {self:?}"))
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn list(&self, pointer: &str) -> Vec<Value> {
        self.body
            .pointer(pointer)
            .and_then(Value::as_array)
            .unwrap_or_else(|| panic!("{pointer}: {self:?}"))
            .clone()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A refusal with this status, code and part of the message.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str, message: &str) {
        assert_eq!((self.status, self.text("/error/code").as_str()), (status, code), "{self:?}");
        assert!(self.text("/error/message").contains(message), "{self:?}");
    }

    /// A refusal to sign in.
    #[track_caller]
    pub(crate) fn is_login_error(&self, status: u16, error: &str, code: u32, description: &str) {
        assert_eq!((self.status, self.text("/error").as_str()), (status, error), "{self:?}");
        assert_eq!(self.body["error_codes"], json!([code]), "{self:?}");
        let start = format!("AADSTS{code}: ");
        let text = self.text("/error_description");
        assert!(text.starts_with(&start) && text.contains(description), "{text}");
    }
}

pub(crate) fn options(directory: &Path, clock: &Arc<Mutex<OffsetDateTime>>) -> Options {
    let clock = Arc::clone(clock);
    Options {
        clock: Clock::from(move || *clock.lock().unwrap()),
        ..Options::in_directory(directory)
    }
}

/// A client that trusts the sandbox's authority.
pub(crate) fn client_builder(ca_file: &Path) -> ClientBuilder {
    let ca = Certificate::from_pem(&std::fs::read(ca_file).unwrap()).unwrap();
    Client::builder().tls_certs_merge([ca])
}

/// A directory with a seeded tenant. The keys are generated once for all tests, which is the slow
/// part of a start.
pub(crate) fn fresh_directory() -> TempDir {
    static SEEDED: LazyLock<TempDir> = LazyLock::new(|| {
        let directory = TempDir::new().unwrap();
        let path = directory.path().to_owned();
        let seed = async move {
            let clock = Arc::new(Mutex::new(now()));
            Sandbox::start(options(&path, &clock)).await.unwrap().stop().await;
        };
        std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(seed))
            .join()
            .unwrap();
        directory
    });
    let directory = TempDir::new().unwrap();
    for file in std::fs::read_dir(SEEDED.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), directory.path().join(file.file_name())).unwrap();
    }
    directory
}
