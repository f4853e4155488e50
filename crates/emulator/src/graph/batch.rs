//! `$batch`: up to twenty requests in one, each with rights, errors and headers of its own.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::graph::error::GraphError;
use crate::graph::route::Route;
use crate::http::{Body, Reply, Request};
use crate::service::Service;

const MOST: usize = 20;

/// Runs the requests one after the other. The replies come in another order than the requests, as
/// documented, so that a client has to match them by id.
pub(super) fn answer(service: &Service, outer: &Request) -> Result<Reply, GraphError> {
    if outer.method != Method::POST {
        return Err(GraphError::method_not_allowed());
    }
    let Batch { requests } = outer.json()?;
    check(&requests)?;
    let mut statuses: HashMap<String, StatusCode> = HashMap::new();
    let mut responses = Vec::with_capacity(requests.len());
    for request in requests {
        let failed = request
            .depends_on
            .iter()
            .any(|id| statuses.get(&key(id)).is_none_or(|status| !status.is_success()));
        let reply = if failed { failed_dependency() } else { run(service, outer, &request) };
        statuses.insert(key(&request.id), reply.status);
        responses.push(response(&request.id, reply));
    }
    responses.reverse();
    Ok(Reply::json(StatusCode::OK, json!({ "responses": responses })))
}

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Inner>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

fn check(requests: &[Inner]) -> Result<(), GraphError> {
    if requests.is_empty() || requests.len() > MOST {
        let message = format!("A batch holds at least one and at most {MOST} requests.");
        return Err(GraphError::malformed(message));
    }
    for (index, request) in requests.iter().enumerate() {
        let earlier = |id: &String| requests[..index].iter().any(|other| key(&other.id) == key(id));
        if earlier(&request.id) {
            return Err(GraphError::malformed("Request Id values must be unique within a batch."));
        }
        check_write(request)?;
        if !request.depends_on.iter().all(earlier) {
            return Err(GraphError::malformed(
                "A request can only depend on requests that stand before it.",
            ));
        }
    }
    Ok(())
}

/// One write without body or content type spoils the whole batch (observed, in these two wordings).
fn check_write(request: &Inner) -> Result<(), GraphError> {
    let Inner { id, method, headers, body, .. } = request;
    let writes = ["POST", "PATCH", "PUT"].iter().any(|one| one.eq_ignore_ascii_case(method));
    let typed = headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
    match (writes, typed, body) {
        (false, _, _) | (true, true, Some(_)) => Ok(()),
        (true, false, Some(_)) => Err(GraphError::malformed(format!(
            "Write request with id '{id}' does not contain a Content-Type header."
        ))),
        (true, _, None) => Err(GraphError::malformed(format!(
            "Write request id : {id} does not contain Content-Type header or body."
        ))),
    }
}

fn run(service: &Service, outer: &Request, inner: &Inner) -> Reply {
    let Some(request) = request(outer, inner) else {
        return refusal(StatusCode::BAD_REQUEST, "BadRequest", "Invalid batch request step.");
    };
    match Route::parse(&request) {
        Ok(Route::Batch) => {
            refusal(StatusCode::BAD_REQUEST, "BadRequest", "A batch cannot hold another batch.")
        }
        _ => match service.refusal(&request) {
            Some(refusal) => super::refuse(service, &request, &refusal),
            None => super::answer(service, &request),
        },
    }
}

/// None when the method or a header is unreadable. The caller is that of the
/// outer request.
fn request(outer: &Request, inner: &Inner) -> Option<Request> {
    let mut headers = HeaderMap::new();
    for (name, value) in &inner.headers {
        headers
            .insert(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.as_str()?).ok()?);
    }
    if let Some(authorization) = outer.headers.get("authorization") {
        headers.insert("authorization", authorization.clone());
    }
    let method = Method::from_bytes(inner.method.to_ascii_uppercase().as_bytes()).ok()?;
    let body = inner.body.as_ref().map(Value::to_string).unwrap_or_default();
    let target = format!("/v1.0/{}", inner.url.trim_start_matches('/'));
    Some(Request::new(method, &target, headers, Body::Whole(Bytes::from(body))))
}

fn response(id: &str, reply: Reply) -> Value {
    let headers: Map<String, Value> =
        reply.headers.into_iter().map(|(name, value)| (title_case(name), value.into())).collect();
    let mut response = json!({ "id": id, "status": reply.status.as_u16(), "headers": headers });
    if let Some(body) = reply.body {
        response["body"] = body;
    }
    response
}

fn failed_dependency() -> Reply {
    refusal(
        StatusCode::FAILED_DEPENDENCY,
        "FailedDependency",
        "A request that this one depends on has failed.",
    )
}

fn refusal(status: StatusCode, code: &str, message: &str) -> Reply {
    Reply::json(status, json!({ "error": { "code": code, "message": message } }))
        .with_header("content-type", "application/json")
}

/// Inner headers keep the casing that HTTP/1.1 services write: `Content-Type`, `Retry-After`.
fn title_case(name: &str) -> String {
    let words = name.split('-').map(|word| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => String::new(),
    });
    words.collect::<Vec<_>>().join("-")
}

/// Ids are compared without regard to case (documented).
fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}
