//! Refusals: those of the API's operations, which say so in a reply of status 200, and those of
//! whole requests.

use std::fmt;

use apollo_compiler::response::GraphQLError;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::{BodyFault, Reply};
use crate::store::WriteFailed;

/// A refusal by the service behind the API: its text has the form of gRPC (documented), and what
/// follows `desc` is a guess.
#[derive(Debug)]
pub(super) struct RpcError {
    code: Code,
    description: String,
}

#[derive(Debug)]
enum Code {
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unimplemented,
}

impl RpcError {
    pub(super) fn invalid(description: impl Into<String>) -> Self {
        Self { code: Code::InvalidArgument, description: description.into() }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self { code: Code::NotFound, description: format!("{what} not found") }
    }

    pub(super) fn permission_denied() -> Self {
        let description = "request permission unauthorized".to_owned();
        Self { code: Code::PermissionDenied, description }
    }

    pub(super) fn unimplemented(description: impl Into<String>) -> Self {
        Self { code: Code::Unimplemented, description: description.into() }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "rpc error: code = {:?} desc = {}", self.code, self.description)
    }
}

/// Why a request was not executed at all. Statuses and shapes are guesses, but for this: a reply of
/// another status than 200 can be plain text (documented).
pub(super) enum Refused {
    Unauthenticated,
    Status(StatusCode),
    NotPost,
    Unreadable(String),
    /// As the common server library for Go answers documents that do not fit the schema.
    Invalid {
        errors: Vec<GraphQLError>,
        code: &'static str,
    },
}

impl Refused {
    pub(super) fn reply(self) -> Reply {
        match self {
            Self::Unauthenticated => text(StatusCode::UNAUTHORIZED, "unauthenticated"),
            Self::Status(status) => {
                text(status, status.canonical_reason().unwrap_or("unknown status"))
            }
            Self::NotPost => error(StatusCode::BAD_REQUEST, "transport not supported"),
            Self::Unreadable(reason) => {
                let message = format!("json request body could not be decoded: {reason}");
                error(StatusCode::BAD_REQUEST, &message)
            }
            Self::Invalid { errors, code } => {
                let errors = errors.into_iter().map(|error| with_code(&error, code));
                let body = json!({ "errors": errors.collect::<Vec<_>>(), "data": null });
                Reply::json(StatusCode::UNPROCESSABLE_ENTITY, body)
            }
        }
    }
}

fn with_code(error: &GraphQLError, code: &str) -> Value {
    let mut error = json!(error);
    error["extensions"] = json!({ "code": code });
    error
}

fn error(status: StatusCode, message: &str) -> Reply {
    Reply::json(status, json!({ "errors": [{ "message": message }], "data": null }))
}

fn text(status: StatusCode, text: &str) -> Reply {
    Reply::json(status, text.into())
}

impl From<BodyFault> for Refused {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Malformed(reason) => Self::Unreadable(reason),
            BodyFault::TooLarge => Self::Unreadable("the body is too large".to_owned()),
        }
    }
}

impl From<WriteFailed> for Refused {
    fn from(_: WriteFailed) -> Self {
        Self::Status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
