//! The errors of Microsoft Graph, with the codes and texts that clients match.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::behaviour::{Behaviour, Variant};
use crate::graph::request_ids::RequestIds;
use crate::http::{BodyFault, Reply};
use crate::login::{GRAPH_APP_ID, TokenFault};
use crate::model::settings::SettingFault;
use crate::paging::UnknownSkipToken;
use crate::service::Service;
use crate::store::WriteFailed;
use crate::timestamps::without_zone;

#[derive(Debug)]
pub(super) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Vec<Value>,
    challenge: bool,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: Vec::new(), challenge: false }
    }

    /// What the service is to blame for; documented codes, and the status's own name for others.
    pub(super) fn refused(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => {
                ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
            }
            StatusCode::TOO_MANY_REQUESTS => ("TooManyRequests", "Too many requests."),
            StatusCode::CONFLICT => (
                "Directory_ConcurrencyViolation",
                "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
            ),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("ServiceUnavailable", "The service is temporarily unavailable.")
            }
            StatusCode::GATEWAY_TIMEOUT => {
                ("UnknownError", "The server did not respond within the specified time.")
            }
            _ => ("UnknownError", ""),
        };
        Self::new(status, code, message)
    }

    /// The code of most refusals of directory objects.
    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// What the gateway refuses before the directory sees it.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// Observed for a body without content type.
    pub(super) fn missing_content_type() -> Self {
        Self::malformed(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        )
    }

    /// Observed for bodies of other types.
    pub(super) fn foreign_content_type() -> Self {
        Self::malformed("Entity only allows writes with a JSON Content-Type header.")
    }

    pub(super) fn unsupported_query(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_UnsupportedQuery", message)
    }

    pub(super) fn unsupported_property(name: &str, resource: &str) -> Self {
        Self::unsupported_query(format!(
            "Unsupported or invalid query filter clause specified for property '{name}' of \
             resource '{resource}'."
        ))
    }

    /// `key` is the id or the alternate key that the request used.
    pub(super) fn not_found(key: impl std::fmt::Display) -> Self {
        let rest =
            "does not exist or one of its queried reference-property objects are not present.";
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!("Resource '{key}' {rest}"),
        )
    }

    pub(super) fn denied() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    /// The words are a guess.
    pub(super) fn not_licensed() -> Self {
        let message = "Your tenant is not licensed for this feature.";
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    /// Observed for callers that are no user.
    pub(super) fn not_delegated() -> Self {
        Self::malformed("/me request is only valid with delegated authentication flow.")
    }

    /// What a caller with nothing but `Application.ReadWrite.OwnedBy` is told of an application that
    /// is not there (yet); observed, with its slip of grammar.
    pub(super) fn backing_application_elsewhere() -> Self {
        let message = "When using this permission, the backing application of the service principal being created must in the local tenant";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    pub(super) fn method_not_allowed() -> Self {
        let message = "Specified HTTP method is not allowed for the request target.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "Request_BadRequest", message)
    }

    pub(super) fn unknown_segment(segment: &str) -> Self {
        Self::malformed(format!("Resource not found for the segment '{segment}'."))
    }

    pub(super) fn unknown_property(name: &str, kind: &str) -> Self {
        let advice = "Make sure to only use property names that are defined by the type.";
        Self::malformed(format!(
            "The property '{name}' does not exist on type 'microsoft.graph.{kind}'. {advice}"
        ))
    }

    pub(super) fn read_only(name: &str) -> Self {
        Self::bad_request(format!("Property '{name}' is read-only and cannot be set."))
    }

    pub(super) fn foreign_display_name() -> Self {
        Self::bad_request(
            "Property displayName on the service principal does not match the application object.",
        )
    }

    pub(super) fn invalid_value(name: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "Invalid value specified for property '{name}' of resource '{resource}'."
        ))
    }

    pub(super) fn missing_value(name: &str, resource: &str) -> Self {
        Self::bad_request(format!(
            "A value is required for property '{name}' of resource '{resource}'."
        ))
    }

    pub(super) fn duplicate_values() -> Self {
        Self::bad_request("Request contains a property with duplicate values.")
    }

    pub(super) fn unique_name_taken() -> Self {
        Self::bad_request(
            "Another object with the same value for property uniqueName already exists.",
        )
    }

    pub(super) fn key_credential_start() -> Self {
        let message = "Key credential start date is invalid.";
        Self::new(StatusCode::BAD_REQUEST, "KeyCredentialsInvalidStartDate", message)
    }

    pub(super) fn key_credential_end() -> Self {
        let message = "Key credential end date is invalid.";
        Self::new(StatusCode::BAD_REQUEST, "KeyCredentialsInvalidEndDate", message)
    }

    /// Observed for secrets, whose details call the property the same.
    pub(super) fn credential_lifetime(policy: Uuid) -> Self {
        let message = format!(
            "Credential lifetime exceeds the max value allowed as per assigned policy '{policy}'."
        );
        let detail =
            json!({ "code": "InvalidKeyEndDate", "message": message, "target": "EndDate" });
        let code = "CredentialInvalidLifetimeAsPerAppPolicy";
        Self { details: vec![detail], ..Self::new(StatusCode::BAD_REQUEST, code, message) }
    }

    /// The code is observed, the text a guess.
    pub(super) fn credential_type_not_allowed(policy: Uuid) -> Self {
        let message = format!("Credential type not allowed as per assigned policy '{policy}'.");
        let code = "CredentialTypeNotAllowedAsPerAppPolicy";
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// Observed for a repeated assignment; the often quoted other text was found second-hand only.
    pub(super) fn grant_exists(behaviour: &Behaviour) -> Self {
        if behaviour.is(Variant::GrantExistsPlainly) {
            return Self::bad_request("Permission being assigned already exists on the object");
        }
        let code = "Request_MultipleObjectsWithSameKeyValue";
        Self::new(StatusCode::BAD_REQUEST, code, "EntitlementGrant entry already exists.")
    }

    /// Observed, with this status.
    pub(super) fn delegated_grant_exists() -> Self {
        let code = "Request_MultipleObjectsWithSameKeyValue";
        Self::new(StatusCode::CONFLICT, code, "Permission entry already exists.")
    }

    /// Recorded for owners of groups.
    pub(super) fn reference_exists(property: &str) -> Self {
        Self::bad_request(format!(
            "One or more added object references already exist for the following modified \
             properties: '{property}'."
        ))
    }

    pub(super) fn invalid_reference_target(kind: &str, id: Uuid, property: &str) -> Self {
        Self::bad_request(format!(
            "The reference target '{kind}_{id}' of type '{kind}' is invalid for the '{property}' \
             reference."
        ))
    }

    /// The text is a guess.
    pub(super) fn malformed_reference() -> Self {
        Self::bad_request("Invalid URL format specified in payload.")
    }

    /// For a proof that proves nothing; observed.
    pub(super) fn unproven() -> Self {
        let code = "Authentication_MissingOrMalformed";
        Self::new(StatusCode::UNAUTHORIZED, code, "Access Token missing or malformed.")
    }

    pub(super) fn federated_credential_exists(name: &str) -> Self {
        let message = format!("FederatedIdentityCredential with name {name} already exists.");
        Self::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message)
    }

    /// In the form that was observed for issuer and subject.
    pub(super) fn federated_credential(message: &str, property: &str, value: &str) -> Self {
        let message = format!(
            "{message} paramName: FederatedIdentityCredential.{property}, paramValue: {value}, \
             objectType: Microsoft.Online.DirectoryServices.Application"
        );
        Self::new(StatusCode::BAD_REQUEST, "InvalidFederatedIdentityCredentialValue", message)
    }

    pub(super) fn service_principal_exists(app_id: Uuid) -> Self {
        let message = format!(
            "The service principal cannot be created, updated, or restored because the service \
             principal name {app_id} is already in use."
        );
        Self::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message)
    }

    /// The specific code is among the details, not on top (observed).
    pub(super) fn no_backing_application(app_id: &str, behaviour: &Behaviour) -> Self {
        if behaviour.is(Variant::BackingApplicationForbidden) {
            return Self::backing_application_elsewhere();
        }
        let message = format!(
            "The appId '{app_id}' of the service principal does not reference a valid application object."
        );
        let detail =
            json!({ "code": "NoBackingApplicationObject", "message": message, "target": "appId" });
        Self { details: vec![detail], ..Self::bad_request(message) }
    }

    pub(super) fn reply(&self, ids: &RequestIds, service: &Service) -> Reply {
        let mut error = json!({ "code": self.code, "message": self.message });
        let lower = service.behaviour.is(Variant::LowerCaseInnerError);
        error[if lower { "innererror" } else { "innerError" }] = json!({
            "date": without_zone(service.clock.now()),
            "request-id": ids.request,
            "client-request-id": ids.client,
        });
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        let reply = Reply::json(self.status, json!({ "error": error }))
            .with_header("content-type", "application/json");
        if !self.challenge {
            return reply;
        }
        let authorize = format!("{}/common/oauth2/authorize", service.url);
        let challenge = format!(
            r#"Bearer realm="", authorization_uri="{authorize}", client_id="{GRAPH_APP_ID}""#
        );
        reply.with_header("www-authenticate", challenge)
    }
}

impl From<TokenFault> for GraphError {
    fn from(fault: TokenFault) -> Self {
        let message = match fault {
            TokenFault::Missing => "Access token is empty.",
            TokenFault::Malformed => "CompactToken parsing failed with error code: 80049217",
            TokenFault::WrongSignature | TokenFault::WrongTenant(_) => {
                "Access token validation failure."
            }
            TokenFault::WrongAudience(_) => "Access token validation failure. Invalid audience.",
            TokenFault::Expired(_) => "Lifetime validation failed, the token is expired.",
        };
        Self {
            challenge: true,
            ..Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
        }
    }
}

impl From<BodyFault> for GraphError {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Malformed(_) => Self::malformed(
                "Unable to read JSON request payload. Please ensure Content-Type header is set \
                 and payload is of valid JSON format.",
            ),
            BodyFault::TooLarge => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                "The request body is larger than 4 MB.",
            ),
        }
    }
}

impl From<UnknownSkipToken> for GraphError {
    fn from(_: UnknownSkipToken) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "Directory_ExpiredPageToken",
            "The specified page token value has expired.",
        )
    }
}

impl From<WriteFailed> for GraphError {
    fn from(error: WriteFailed) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Service_InternalServerError",
            error.to_string(),
        )
    }
}

impl SettingFault {
    pub(super) fn of(self, name: &str, kind: &str, resource: &str) -> GraphError {
        match self {
            Self::Unknown => GraphError::unknown_property(name, kind),
            Self::Invalid => GraphError::invalid_value(name, resource),
        }
    }
}
