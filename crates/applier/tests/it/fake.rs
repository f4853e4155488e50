//! A tenant that answers by a function, and a run of changes against it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use applier::{Clients, Options, Outcome, Products, apply};
use async_trait::async_trait;
use azure::{Cloud, Credential, Reader, Transport, Writer};
use azure_core::http::headers::Headers;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use certificate::Held;
use planner::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};
use planner::{Desired, Directory, Observed, Plan, Tenant};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use tokio::sync::watch;

/// The time of every run.
pub const NOW: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);

/// Gets `METHOD path` and the body; gives status and body.
type Answer = dyn FnMut(&str, &Value) -> (u16, Value) + Send;

pub struct Fake {
    answer: Mutex<Box<Answer>>,
    seen: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

impl Fake {
    pub fn new(answer: impl FnMut(&str, &Value) -> (u16, Value) + Send + 'static) -> Arc<Fake> {
        Arc::new(Fake { answer: Mutex::new(Box::new(answer)), seen: Mutex::default() })
    }

    /// How many requests began with `start`.
    pub fn count(&self, start: &str) -> usize {
        self.seen.lock().unwrap().iter().filter(|line| line.starts_with(start)).count()
    }

    /// Applies `plan` in a tenant whose application and principal were made so long ago.
    pub async fn apply(self: &Arc<Self>, plan: &Plan, age: Duration) -> Outcome {
        let (_sender, interrupted) = watch::channel(false);
        self.run(plan, age, certificate(NOW), interrupted).await
    }

    /// Applies `plan` with that certificate in hand.
    pub async fn apply_holding(self: &Arc<Self>, plan: &Plan, held: Held) -> Outcome {
        let (_sender, interrupted) = watch::channel(false);
        self.run(plan, Duration::ZERO, held, interrupted).await
    }

    /// The same, in a tenant as young as can be, with an interruption soon after the start.
    pub async fn apply_interrupted(self: &Arc<Self>, plan: &Plan) -> Outcome {
        let (sender, interrupted) = watch::channel(false);
        let signal = async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            sender.send_replace(true);
        };
        let run = self.run(plan, Duration::ZERO, certificate(NOW), interrupted);
        let (outcome, ()) = tokio::join!(run, signal);
        outcome
    }

    async fn run(
        self: &Arc<Self>,
        plan: &Plan,
        age: Duration,
        held: Held,
        interrupted: watch::Receiver<bool>,
    ) -> Outcome {
        let transport = Transport::answered_by(Arc::clone(self) as Arc<dyn Policy>);
        let credential = Credential::ClientSecret { client_id: "x".to_owned(), secret: "y".into() };
        let cloud = Cloud::public();
        let reader = Reader::sign_in("contoso.com", credential, &cloud, &transport).await.unwrap();
        let now = NOW;
        let observed = observed(now, now - age);
        let products = Products::found(&desired(), &observed, plan, Some(held));
        let options = Options { parallelism: 10, directory: PathBuf::new(), now, interrupted };
        let clients = Clients { writer: Writer::new(reader), mondoo: None };
        apply(&clients, plan, &products, options, &|_| {}).await
    }
}

#[async_trait]
impl Policy for Fake {
    async fn send(
        &self,
        _: &Context,
        request: &mut Request,
        _: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let url = request.url();
        let Body::Bytes(bytes) = request.body() else { panic!("no request is a stream") };
        let is_sign_in = url.host_str() == Some("login.microsoftonline.com");
        // Operators are always let in.
        let by_secret = String::from_utf8_lossy(bytes).contains("client_secret=");
        let (status, body) = if is_sign_in && by_secret {
            (200, json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t" }))
        } else {
            let line = format!("{} {}", request.method(), url.path());
            self.seen.lock().unwrap().push(line.clone());
            let body = serde_json::from_slice(bytes).unwrap_or_default();
            (self.answer.lock().unwrap())(&line, &body)
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Ok(AsyncRawResponse::from_bytes(status.into(), Headers::new(), body))
    }
}

fn desired() -> Desired {
    let yaml = "version: 1\nname: x\ntenant: contoso.com\nscopes: [{ tenantRoot: true }]\n\
                certificate: { source: { file: x.pem } }";
    Desired::new(&spec::Spec::parse(yaml).unwrap(), f_certificate::Source::Federated)
}

fn observed(now: OffsetDateTime, created: OffsetDateTime) -> Observed {
    let tenant = Tenant { id: spec::TenantId::derived(&["t"]), name: None };
    let (subscriptions, groups) = (BTreeMap::new(), BTreeMap::new());
    Observed {
        now,
        directory: Directory { tenant, subscriptions, groups },
        application: a_application::Observed {
            application: Some(a_application::Application {
                id: spec::ApplicationId::derived(&["application"]),
                app_id: spec::AppId::derived(&["app"]),
                unique_name: None,
                display_name: "x".to_owned(),
                sign_in_audience: String::new(),
                notes: None,
                service_management_reference: None,
                tags: BTreeSet::new(),
                created: Some(created),
                standing: a_application::Standing::Live,
            }),
            principal: Some(a_application::Principal {
                id: spec::PrincipalId::derived(&["principal"]),
                tags: BTreeSet::new(),
                created: Some(created),
                standing: a_application::Standing::Live,
            }),
            ..a_application::Observed::default()
        },
        graph_permissions: b_graph_permissions::Observed {
            graph: spec::PrincipalId::derived(&["graph"]),
            offered: BTreeMap::new(),
            names: BTreeMap::new(),
            requested: BTreeSet::new(),
            granted: BTreeMap::new(),
            elsewhere: BTreeSet::new(),
        },
        role_assignments: c_role_assignments::Observed::default(),
        custom_role: d_custom_role::Observed::default(),
        key_vault_access: e_key_vault_access::Observed::default(),
        certificate: f_certificate::Observed::default(),
        integration: None,
    }
}

fn certificate(now: OffsetDateTime) -> certificate::Held {
    certificate::Held::Alone(certificate::Certificate {
        der: b"der".to_vec(),
        subject: "CN=x".to_owned(),
        rsa_bits: Some(4096),
        not_before: now,
        not_after: now + Duration::days(365),
    })
}

/// A refusal in the shape of both services.
pub fn refusal(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}
