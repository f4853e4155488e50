//! One HTTP client for everything, and the pipeline in front of it.

use std::sync::Arc;
use std::time::Duration;

use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::Policy;
use azure_core::http::{ClientOptions, Pipeline, RetryOptions, Url, UserAgentOptions};

use crate::error::Silence;
use crate::retry::Retry;
use crate::wire::{Bodies, Wire};
use crate::{HttpLog, RequestCounter, SignInError};

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
    /// What is asked instead of this machine's own services, in tests.
    local: Option<azure_core::http::Transport>,
    pub(crate) requests: RequestCounter,
    log: Option<HttpLog>,
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
        Ok(Transport { inner, local: None, requests: RequestCounter::default(), log: None })
    }

    /// A transport whose answers come from `policy` instead of a network, for tests.
    pub fn answered_by(policy: Arc<dyn Policy>) -> Transport {
        let inner = azure_core::http::Transport::with_policy(policy);
        let local = Some(inner.clone());
        Transport { inner, local, requests: RequestCounter::default(), log: None }
    }

    /// Keeps every request in `log`, too.
    #[must_use]
    pub fn logged(self, log: HttpLog) -> Transport {
        Transport { log: Some(log), ..self }
    }

    /// Options under which another service's pipeline uses these connections, is counted and logged,
    /// and repeats: requests that change nothing.
    pub fn reading(&self) -> ClientOptions {
        self.options(None, Retry::Always, Bodies::Kept)
    }

    /// As for reading: requests that are the same done twice, and hold secrets.
    pub fn writing(&self) -> ClientOptions {
        self.options(None, Retry::Always, Bodies::LeftOut)
    }

    /// As for reading: requests that may be repeated only if they have not begun, and hold secrets.
    pub fn creating(&self) -> ClientOptions {
        self.options(None, Retry::ByMethod, Bodies::LeftOut)
    }

    /// Options under which any pipeline uses these connections and our retries. `first` runs before
    /// them, once per call.
    pub(crate) fn options(
        &self,
        first: Option<Arc<dyn Policy>>,
        retry: Retry,
        bodies: Bodies,
    ) -> ClientOptions {
        let retry: Arc<dyn Policy> = Arc::new(retry);
        let per_call = first.into_iter().chain([retry]).collect();
        self.options_on(self.inner.clone(), per_call, bodies)
    }

    /// Options for the services of this very machine, which speak HTTP and are never behind a proxy.
    /// Their clients know when to try again.
    pub(crate) fn local_options(&self, bodies: Bodies) -> Result<ClientOptions, SignInError> {
        let inner = match &self.local {
            Some(local) => local.clone(),
            None => local_transport()?,
        };
        Ok(self.options_on(inner, Vec::new(), bodies))
    }

    fn options_on(
        &self,
        inner: azure_core::http::Transport,
        per_call_policies: Vec<Arc<dyn Policy>>,
        bodies: Bodies,
    ) -> ClientOptions {
        let wire = Wire { log: self.log.clone(), bodies };
        let user_agent = format!("mondoo-azure-{}", env!("CARGO_PKG_VERSION"));
        ClientOptions {
            per_call_policies,
            per_try_policies: vec![Arc::new(self.requests.clone()), Arc::new(wire)],
            retry: RetryOptions::none(),
            transport: Some(inner),
            user_agent: UserAgentOptions { application_id: Some(user_agent) },
            ..ClientOptions::default()
        }
    }

    /// A pipeline, with what authorizes its requests.
    pub(crate) fn pipeline(
        &self,
        retry: Retry,
        bodies: Bodies,
        authorize: Option<Arc<dyn Policy>>,
    ) -> Pipeline {
        let options = self.options(None, retry, bodies);
        Pipeline::new(None, None, options, Vec::new(), authorize.into_iter().collect(), None)
    }

    /// The body at a public URL.
    pub(crate) async fn get(&self, url: &Url) -> Result<Vec<u8>, Fetch> {
        let pipeline = self.pipeline(Retry::ByMethod, Bodies::Kept, None);
        let mut request =
            azure_core::http::Request::new(url.clone(), azure_core::http::Method::Get);
        let context = azure_core::http::Context::new();
        let options = azure_core::http::PipelineSendOptions {
            skip_checks: true,
            ..azure_core::http::PipelineSendOptions::default()
        };
        let answer = pipeline.send(&context, &mut request, Some(options)).await;
        let answer = answer.map_err(|error| Fetch::NoAnswer(silence(&error)))?;
        let status = u16::from(answer.status());
        match (status, is_web_page(answer.headers())) {
            (200, false) => Ok(answer.into_body().to_vec()),
            (_, true) => Err(Fetch::Senseless(format!("a web page with status {status}"))),
            (_, false) => Err(Fetch::Senseless(format!("status {status}"))),
        }
    }
}

pub(crate) enum Fetch {
    NoAnswer(Silence),
    Senseless(String),
}

fn local_transport() -> Result<azure_core::http::Transport, SignInError> {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(10));
    match builder.build() {
        Ok(client) => Ok(azure_core::http::Transport::new(Arc::new(client))),
        Err(error) => Err(SignInError::Unavailable { reason: error.to_string() }),
    }
}

/// What proxies and gateways answer in a service's place.
pub(crate) fn is_web_page(headers: &Headers) -> bool {
    let kind = headers.get_optional_str(&HeaderName::from_static("content-type"));
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

/// Why there was no answer: the innermost cause and the host, instead of every layer's words.
pub(crate) fn silence(error: &azure_core::Error) -> Silence {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    let mut host = None;
    loop {
        if let Some(error) = cause.downcast_ref::<reqwest::Error>()
            && let Some(url) = error.url()
        {
            host = url.host_str().map(str::to_owned);
        }
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let hidden = wrapped.map(|inner| inner as &(dyn std::error::Error + 'static));
        match hidden.or_else(|| cause.source()) {
            Some(inner) => cause = inner,
            None => break,
        }
    }
    let reason = match host {
        Some(host) => format!("{host}: {cause}"),
        None => cause.to_string(),
    };
    match cause.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(_)) => Silence::Untrusted(reason),
        Some(_) | None => Silence::Broken(reason),
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
