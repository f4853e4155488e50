//! The way to the platform: a pipeline for each kind of call, and what every try passes.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{
    AsyncRawResponse, ClientOptions, Context, Method, Pipeline, PipelineSendOptions, RawResponse,
    Request, StatusCode, Url,
};
use serde_json::Value;
use time::OffsetDateTime;

use crate::answer::Reply;
use crate::service_account::KeyAccount;
use crate::{Error, Secret, Silence};

/// Where Mondoo's platform is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    Us,
    Eu,
}

impl Region {
    pub fn endpoint(self) -> Url {
        let text = match self {
            Region::Us => "https://us.api.mondoo.com/query",
            Region::Eu => "https://eu.api.mondoo.com/query",
        };
        Url::parse(text).expect("the URL is a constant")
    }
}

/// How requests travel: connections, retries and logs, by what a request does.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Requests that change nothing.
    pub reading: ClientOptions,
    /// Requests that may be repeated, and hold secrets.
    pub writing: ClientOptions,
    /// Requests that may be repeated only if they have not begun, and hold secrets.
    pub creating: ClientOptions,
}

/// By which of them a request travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
    Create,
}

/// The pipelines to one caller's platform.
#[derive(Clone, Debug)]
pub(crate) struct Pipelines {
    reading: Pipeline,
    writing: Pipeline,
    creating: Pipeline,
}

/// What proves who calls.
#[derive(Clone)]
pub(crate) enum Proof {
    /// For whoever has yet to get one.
    None,
    Token(Secret),
    Key(KeyAccount),
}

impl Pipelines {
    pub(crate) fn new(transport: Transport, proof: &Proof) -> Pipelines {
        let pipeline = |options| {
            let each_try: Vec<Arc<dyn Policy>> =
                vec![Arc::new(Authorize(proof.clone())), Arc::new(StatusOfErrors)];
            Pipeline::new(None, None, options, Vec::new(), each_try, None)
        };
        Pipelines {
            reading: pipeline(transport.reading),
            writing: pipeline(transport.writing),
            creating: pipeline(transport.creating),
        }
    }

    /// Sends JSON and gives back whatever was answered.
    pub(crate) async fn post(
        &self,
        url: &Url,
        body: &Value,
        purpose: Purpose,
        request: &'static str,
    ) -> Result<RawResponse, Error> {
        let pipeline = match purpose {
            Purpose::Read => &self.reading,
            Purpose::Write => &self.writing,
            Purpose::Create => &self.creating,
        };
        let mut post = Request::new(url.clone(), Method::Post);
        post.insert_header("content-type", "application/json");
        post.insert_header("accept", "application/json");
        post.set_body(body.to_string());
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let answer = pipeline.send(&Context::new(), &mut post, Some(options)).await;
        answer.map_err(|error| Error::NoAnswer { request, reason: silence(&error) })
    }
}

/// Proves who calls, at each try anew: a service account's token is valid for a minute.
#[derive(Debug)]
struct Authorize(Proof);

#[async_trait]
impl Policy for Authorize {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let token = match &self.0 {
            Proof::None => None,
            Proof::Token(token) => Some(token.expose().to_owned()),
            Proof::Key(account) => {
                let token = account.token(OffsetDateTime::now_utc());
                Some(token.map_err(|why| azure_core::Error::with_message(ErrorKind::Other, why))?)
            }
        };
        if let Some(token) = token {
            request.insert_header("authorization", format!("Bearer {token}"));
        }
        next[0].send(context, request, &next[1..]).await
    }
}

/// GraphQL says 200 to everything, also where a service behind it is overloaded or away. Retries go
/// by the status, so such an answer gets the one that it would have had without GraphQL.
#[derive(Debug)]
struct StatusOfErrors;

#[async_trait]
impl Policy for StatusOfErrors {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let response = next[0].send(context, request, &next[1..]).await?;
        let response = response.try_into_raw_response().await?;
        let (status, headers, body) = response.deconstruct();
        let status = match Reply::parse(&body) {
            Some(reply) if reply.has_code("ResourceExhausted") => StatusCode::TooManyRequests,
            Some(reply) if reply.has_code("Unavailable") => StatusCode::ServiceUnavailable,
            Some(_) | None => status,
        };
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Proof::None => "None",
            Proof::Token(_) => "Token",
            Proof::Key(_) => "Key",
        })
    }
}

/// Why there was no answer: the innermost cause and the host, instead of every layer's words.
fn silence(error: &azure_core::Error) -> Silence {
    let mut cause: &(dyn StdError + 'static) = error;
    let mut host = None;
    loop {
        if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
            host = error.url().and_then(Url::host_str).map(str::to_owned).or(host);
        }
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let hidden = wrapped.map(|inner| inner as &(dyn StdError + 'static));
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
