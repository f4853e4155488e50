//! One request over HTTP: who calls, a document that fits the schema, and its execution.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::parser::Parser;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::{DiagnosticList, Valid};
use axum::http::{Method, StatusCode};
use serde::Deserialize;

use crate::behaviour::Refusal;
use crate::http::{Reply, Request};
use crate::mondoo::caller::Caller;
use crate::mondoo::error::Refused;
use crate::mondoo::{Api, exchange, execution};
use crate::service::Service;

/// How deep a document may nest and how long it may be; guesses that no sensible one comes near.
const DEEPEST: usize = 64;
const MOST_TOKENS: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Document {
    query: String,
    #[serde(default)]
    pub(super) operation_name: Option<String>,
    #[serde(default)]
    pub(super) variables: Option<JsonMap>,
}

pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let reply = match path.as_slice() {
        ["SecureTokenService", "ExchangeExternalToken"] => exchange::answer(service, request),
        ["query"] => respond(service, request),
        _ => Err(Refused::Status(StatusCode::NOT_FOUND)),
    };
    reply.unwrap_or_else(Refused::reply)
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(refusal: &Refusal) -> Reply {
    refusal.stamp(Refused::Status(refusal.status).reply())
}

fn respond(service: &Service, request: &Request) -> Result<Reply, Refused> {
    let now = service.clock.now();
    let caller = Caller::of(&service.mondoo.accounts, request, now)?;
    if request.method != Method::POST {
        return Err(Refused::NotPost);
    }
    let asked: Document = request.json()?;
    let document = document(&service.mondoo, &asked.query)?;
    service
        .store
        .transact(now, |views| execution::run(service, views, &caller, &document, &asked, now))
}

/// The texts of what is wrong are the library's own.
fn document(api: &Api, text: &str) -> Result<Valid<ExecutableDocument>, Refused> {
    let mut parser = Parser::new().recursion_limit(DEEPEST).token_limit(MOST_TOKENS);
    let document = parser
        .parse_executable(&api.schema, text, "query.graphql")
        .map_err(|failed| invalid(&failed.errors, "GRAPHQL_PARSE_FAILED"))?;
    document
        .validate(&api.schema)
        .map_err(|failed| invalid(&failed.errors, "GRAPHQL_VALIDATION_FAILED"))
}

fn invalid(errors: &DiagnosticList, code: &'static str) -> Refused {
    let errors = errors.iter().map(|error| error.to_json()).collect();
    Refused::Invalid { errors, code }
}
