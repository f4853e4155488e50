//! One HTTP client for everything, and the pipeline in front of it.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::policies::Policy;
use azure_core::http::policies::auth::BearerTokenAuthorizationPolicy;
use azure_core::http::{ClientOptions, Pipeline, RetryOptions, Url, UserAgentOptions};

use crate::RequestCounter;
use crate::retry::Retry;

/// Which certificate authorities a server's certificate may come from.
#[derive(Clone, Debug)]
pub enum Roots {
    /// The machine's own.
    System,
    /// The machine's own and this one, in PEM.
    SystemAnd(Vec<u8>),
    /// This one alone, in PEM.
    Only(Vec<u8>),
}

#[derive(Debug, thiserror::Error)]
#[error("no HTTPS client could be made: {0}")]
pub struct TransportError(String);

const NO_CA: &str = "the file of certificate authorities holds no certificate";

/// Connections, shared by every pipeline so that each host is greeted once.
#[derive(Clone, Debug)]
pub struct Transport {
    inner: azure_core::http::Transport,
    pub(crate) requests: RequestCounter,
}

impl Transport {
    pub fn new(roots: &Roots) -> Result<Transport, TransportError> {
        let failed = |error: reqwest::Error| TransportError(error.to_string());
        let parse = |pem: &[u8]| match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(none) if none.is_empty() => Err(TransportError(NO_CA.to_owned())),
            other => other.map_err(failed),
        };
        let builder = reqwest::Client::builder()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(100));
        let builder = match roots {
            Roots::System => builder,
            Roots::SystemAnd(pem) => builder.tls_certs_merge(parse(pem)?),
            Roots::Only(pem) => builder.tls_certs_only(parse(pem)?),
        };
        let client = Arc::new(builder.build().map_err(failed)?);
        let inner = azure_core::http::Transport::new(client);
        Ok(Transport { inner, requests: RequestCounter::default() })
    }

    /// A transport whose answers come from `policy` instead of a network, for tests.
    pub fn answered_by(policy: Arc<dyn Policy>) -> Transport {
        let inner = azure_core::http::Transport::with_policy(policy);
        Transport { inner, requests: RequestCounter::default() }
    }

    /// Options under which any pipeline uses these connections and our retries. `first` runs before
    /// them, once per call.
    pub(crate) fn options(&self, first: Option<Arc<dyn Policy>>, retry: Retry) -> ClientOptions {
        let retry: Arc<dyn Policy> = Arc::new(retry);
        let user_agent = format!("mondoo-azure-{}", env!("CARGO_PKG_VERSION"));
        ClientOptions {
            per_call_policies: first.into_iter().chain([retry]).collect(),
            per_try_policies: vec![Arc::new(self.requests.clone())],
            retry: RetryOptions::none(),
            transport: Some(self.inner.clone()),
            user_agent: UserAgentOptions { application_id: Some(user_agent) },
            ..ClientOptions::default()
        }
    }

    /// A pipeline that authorizes with tokens of one scope.
    pub(crate) fn pipeline(&self, credential: Arc<dyn TokenCredential>, scope: String) -> Pipeline {
        let authorize = BearerTokenAuthorizationPolicy::new(credential, [scope]);
        Pipeline::new(
            None,
            None,
            self.options(None, Retry::ByMethod),
            Vec::new(),
            vec![Arc::new(authorize)],
            None,
        )
    }

    /// The body at a public URL.
    pub(crate) async fn get(&self, url: &Url) -> Result<Vec<u8>, String> {
        let pipeline = Pipeline::new(
            None,
            None,
            self.options(None, Retry::ByMethod),
            Vec::new(),
            Vec::new(),
            None,
        );
        let mut request =
            azure_core::http::Request::new(url.clone(), azure_core::http::Method::Get);
        let context = azure_core::http::Context::new();
        let answer = pipeline.send(&context, &mut request, None).await;
        answer.map(|answer| answer.into_body().to_vec()).map_err(|error| error_chain(&error))
    }
}

/// An error with its causes, which alone often says nothing.
pub(crate) fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
