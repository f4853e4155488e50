//! What goes over the wire, as it went: traced, and kept where somebody wants to read it later.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use azure_core::time::OffsetDateTime;

use crate::HttpLog;
use crate::http_log::{Exchange, Outcome};
use crate::transport::silence;

/// Whether bodies may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bodies {
    Kept,
    /// They hold tokens or values of secrets.
    LeftOut,
}

/// The last policy: each try passes it, with all headers.
#[derive(Debug)]
pub(crate) struct Wire {
    pub log: Option<HttpLog>,
    pub bodies: Bodies,
}

#[async_trait]
impl Policy for Wire {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let (started, began) = (OffsetDateTime::now_utc(), Instant::now());
        let result = next[0].send(context, request, &next[1..]).await;
        let result = match result {
            Ok(response) => response.try_into_raw_response().await,
            Err(error) => Err(error),
        };
        let took = began.elapsed();
        let (method, url) = (request.method(), request.url());
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        let milliseconds = took.as_millis();
        let outcome = match &result {
            Ok(response) => {
                let (status, id) = (u16::from(response.status()), request_id(response.headers()));
                let id = id.unwrap_or_else(|| "none".to_owned());
                tracing::debug!(
                    "{method} {host}{path} {status} {milliseconds} ms, request id {id}"
                );
                Outcome::Answered {
                    status,
                    headers: response.headers().clone(),
                    body: response.body().as_ref().to_vec(),
                }
            }
            Err(error) => {
                let reason = silence(error).to_string();
                tracing::debug!("{method} {host}{path} no answer, {milliseconds} ms: {reason}");
                Outcome::NoAnswer(reason)
            }
        };
        if let Some(log) = &self.log {
            let body = match request.body() {
                Body::Bytes(bytes) => bytes.to_vec(),
                Body::SeekableStream(_) => Vec::new(),
            };
            let headers = request.headers().clone();
            let (url, bodies) = (url.clone(), self.bodies);
            log.add(&Exchange { started, took, method, url, headers, body, bodies, outcome });
        }
        let (status, headers, body) = result?.deconstruct();
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

/// What Microsoft's support asks for: Graph's own name of it, or that of all others.
pub(crate) fn request_id(headers: &Headers) -> Option<String> {
    let header = |name| headers.get_optional_string(&HeaderName::from_static(name));
    header("request-id").or_else(|| header("x-ms-request-id"))
}
