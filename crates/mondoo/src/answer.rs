//! What the platform answers: data, GraphQL's errors with gRPC's words in them, or something else.

use azure_core::http::RawResponse;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::time::parse_rfc7231;
use serde::Deserialize;
use serde_json::Value;
use time::{Duration, OffsetDateTime};

use crate::Error;

/// GraphQL's envelope.
#[derive(Deserialize)]
pub(crate) struct Reply {
    #[serde(default)]
    data: Value,
    errors: Option<Vec<ReplyError>>,
}

#[derive(Deserialize)]
struct ReplyError {
    message: Option<String>,
    #[serde(default)]
    extensions: Value,
}

/// One refusal, by gRPC's name of its kind where there is one.
struct Refusal {
    code: Option<String>,
    message: String,
}

/// What errors of an answer are about.
pub(crate) struct Asked {
    /// The field at the top of the query, which is also what the request is called.
    pub root: &'static str,
    /// Whether the proof of who calls depends on this machine's clock.
    pub by_clock: bool,
}

impl Reply {
    pub(crate) fn parse(body: &[u8]) -> Option<Reply> {
        let reply: Reply = serde_json::from_slice(body).ok()?;
        (reply.errors().next().is_some() || reply.data.is_object()).then_some(reply)
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        self.errors().any(|error| error.refusal().is(code))
    }

    fn errors(&self) -> impl Iterator<Item = &ReplyError> {
        self.errors.iter().flatten()
    }

    /// What is wrong with it, the gravest first: that something does not exist is only so if nothing
    /// else went wrong.
    fn refusal(&self, root: &str) -> Option<Refusal> {
        let mut refusals: Vec<_> = self.errors().map(ReplyError::refusal).collect();
        refusals.extend(in_place_of(&self.data[root]));
        let gravest = refusals.iter().position(|refusal| !refusal.is("NotFound")).unwrap_or(0);
        (!refusals.is_empty()).then(|| refusals.swap_remove(gravest))
    }
}

impl ReplyError {
    fn refusal(&self) -> Refusal {
        let (code, message) = of_grpc(self.message.as_deref().unwrap_or_default());
        let code = code.or_else(|| self.extensions["code"].as_str());
        Refusal { code: code.map(str::to_owned), message: presentable(message) }
    }
}

impl Refusal {
    /// Compares regardless of spelling: `NotFound`, `NOT_FOUND`, `NotFoundError`.
    fn is(&self, code: &str) -> bool {
        let plain = |code: &str| code.replace('_', "").to_ascii_lowercase();
        self.code.as_ref().is_some_and(|own| plain(own) == plain(code))
    }
}

/// The errors that some fields answer in their own place.
fn in_place_of(root: &Value) -> Option<Refusal> {
    let code = match root["__typename"].as_str()? {
        "NotFoundError" => "NotFound",
        "AuthenticationRequired" => "Unauthenticated",
        "RequestError" => root["code"].as_str().unwrap_or("RequestError"),
        _ => return None,
    };
    let message = presentable(root["message"].as_str().unwrap_or_default());
    Some(Refusal { code: Some(code.to_owned()), message })
}

/// Code and description of `rpc error: code = NotFound desc = …`. One that only wraps another
/// such error is as good as that.
fn of_grpc(text: &str) -> (Option<&str>, &str) {
    let parsed = text
        .split_once("rpc error: code = ")
        .and_then(|(_, rest)| rest.split_once(" desc = "))
        .filter(|(code, _)| !code.contains(' '));
    match parsed {
        Some((_, inner)) if inner.starts_with("rpc error: code = ") => of_grpc(inner),
        Some((code, description)) => (Some(code), description),
        None => (None, text),
    }
}

/// One line of moderate length that quotes no key.
fn presentable(text: &str) -> String {
    const LONGEST: usize = 400;
    if text.contains("PRIVATE KEY") {
        return "the reason is left out: it quotes a private key".to_owned();
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None if line.is_empty() => "no reason was given".to_owned(),
        None => line,
    }
}

/// The data of an answer without errors.
pub(crate) fn data(response: &RawResponse, asked: &Asked) -> Result<Value, Error> {
    let request = asked.root;
    let (status, headers) = (u16::from(response.status()), response.headers());
    if is_web_page(headers) {
        return Err(Error::Senseless {
            request,
            reason: format!("a web page with status {status}"),
        });
    }
    let reply = Reply::parse(response.body());
    if let Some(reply) = reply {
        return match reply.refusal(request) {
            Some(refusal) => {
                let root = &reply.data[request];
                let is_absent = root.is_null() || in_place_of(root).is_some();
                Err(error(refusal, is_absent, status, headers, asked))
            }
            None => Ok(reply.data),
        };
    }
    if (200..300).contains(&status) {
        return Err(Error::Senseless {
            request,
            reason: "it is no answer of GraphQL's".to_owned(),
        });
    }
    let message = presentable(&String::from_utf8_lossy(response.body()));
    Err(error(Refusal { code: None, message }, false, status, headers, asked))
}

/// `is_absent`: whether what was asked for is missing from the answer.
fn error(
    refusal: Refusal,
    is_absent: bool,
    status: u16,
    headers: &Headers,
    asked: &Asked,
) -> Error {
    let request = asked.root;
    let by_status = |code| refusal.code.is_none() && status == code;
    if refusal.is("Unauthenticated") || by_status(401) {
        let ahead = clock_ahead(headers, OffsetDateTime::now_utc());
        let clock_ahead = ahead.filter(|_| asked.by_clock);
        return Error::NotSignedIn { request, reason: refusal.message, clock_ahead };
    }
    if refusal.is("PermissionDenied") || refusal.is("Forbidden") || by_status(403) {
        return Error::NotPermitted { request, reason: refusal.message };
    }
    if refusal.is("NotFound") && is_absent {
        return Error::NotFound { request, reason: refusal.message };
    }
    let code = refusal.code.unwrap_or_else(|| format!("status {status}"));
    Error::Refused { request, code, message: refusal.message }
}

/// How far our clock is ahead of the answer's, where that is more than a request may take.
fn clock_ahead(headers: &Headers, now: OffsetDateTime) -> Option<Duration> {
    let date = headers.get_optional_str(&HeaderName::from_static("date"))?;
    let ahead = now - parse_rfc7231(date).ok()?;
    (ahead.abs() > Duration::seconds(30)).then_some(ahead)
}

/// What proxies and gateways answer in the platform's place.
fn is_web_page(headers: &Headers) -> bool {
    let kind = headers.get_optional_str(&HeaderName::from_static("content-type"));
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}
