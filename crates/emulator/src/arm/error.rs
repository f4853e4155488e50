//! The errors of Azure Resource Manager and its providers, with the codes and texts that clients
//! match.

use axum::http::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{BodyFault, Reply};
use crate::login::{AccessToken, TokenFault, issuer};
use crate::model::scope::Scope;
use crate::paging::UnknownSkipToken;
use crate::store::WriteFailed;
use crate::timestamps::american;

#[derive(Debug)]
pub(super) struct ArmError {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Whether Resource Manager refused it itself, before the provider saw it.
    gateway: bool,
    challenge: Option<&'static str>,
    /// What the error has besides, by name.
    more: Option<Value>,
}

impl ArmError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), gateway: false, challenge: None, more: None }
    }

    pub(super) fn gateway(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self { gateway: true, ..Self::new(status, code, message) }
    }

    /// `more` is an object.
    pub(super) fn with(self, more: Value) -> Self {
        Self { more: Some(more), ..self }
    }

    /// What the service is to blame for; recorded codes, and a general one for other statuses.
    pub(super) fn refused(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => {
                ("InvalidAuthenticationToken", "The access token is invalid.")
            }
            StatusCode::TOO_MANY_REQUESTS => (
                "TooManyRequests",
                "The request is being throttled as the limit has been reached for operation type.",
            ),
            StatusCode::CONFLICT => ("Conflict", "The request conflicts with another one."),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("ServerUnavailable", "The server is busy. Please try again later.")
            }
            StatusCode::GATEWAY_TIMEOUT => (
                "GatewayTimeout",
                "The gateway did not receive a response within the specified time period.",
            ),
            _ => ("InternalServerError", "Encountered internal server error."),
        };
        Self::new(status, code, message)
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn with_details(self, details: &[Value]) -> Self {
        if details.is_empty() { self } else { self.with(json!({ "details": details })) }
    }

    pub(super) fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    pub(super) fn denied(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn denied_method(message: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
    }

    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    pub(super) fn unauthenticated(fault: &TokenFault, tenant: Uuid, now: OffsetDateTime) -> Self {
        let (code, message, challenge) = match fault {
            TokenFault::Missing => (
                "AuthenticationFailed",
                "Authentication failed. The 'Authorization' header is missing.".to_owned(),
                "The authentication failed because of missing 'Authorization' header.",
            ),
            TokenFault::Malformed | TokenFault::WrongSignature => (
                "InvalidAuthenticationToken",
                "The access token is invalid.".to_owned(),
                "The access token is invalid.",
            ),
            TokenFault::WrongTenant(issuer) => (
                "InvalidAuthenticationTokenTenant",
                wrong_tenant(issuer, tenant),
                "The access token is from the wrong issuer.",
            ),
            TokenFault::WrongAudience(audience) => (
                "InvalidAuthenticationTokenAudience",
                wrong_audience(audience),
                "The access token is from the wrong audience or resource.",
            ),
            TokenFault::Expired(expiry) => (
                "ExpiredAuthenticationToken",
                format!(
                    "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                    american(*expiry),
                    american(now)
                ),
                "The access token has expired.",
            ),
        };
        Self {
            challenge: Some(challenge),
            ..Self::gateway(StatusCode::UNAUTHORIZED, code, message)
        }
    }

    pub(super) fn missing_api_version() -> Self {
        let message =
            "The api-version query parameter (?api-version=) is required for all requests.";
        Self::gateway(StatusCode::BAD_REQUEST, "MissingApiVersionParameter", message)
    }

    pub(super) fn unsupported_media_type(kind: &str) -> Self {
        let message = format!(
            "The content media type '{kind}' is not supported. Only 'application/json' is supported."
        );
        Self::gateway(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(super) fn unknown_route(path: &str) -> Self {
        let message = format!("The resource type could not be found for the path '{path}'.");
        Self::gateway(StatusCode::NOT_FOUND, "InvalidResourceType", message)
    }

    pub(super) fn method_not_allowed(method: &axum::http::Method) -> Self {
        let message = format!("The requested resource does not support http method '{method}'.");
        Self::gateway(StatusCode::METHOD_NOT_ALLOWED, "HttpMethodNotSupported", message)
    }

    /// Also the answer for scopes that do not exist: what nobody was granted anything at, nobody
    /// may touch.
    pub(super) fn forbidden(caller: &AccessToken, action: &str, scope: &str) -> Self {
        let (name, oid) = (caller.name(), caller.oid);
        let message = format!(
            "The client '{name}' with object id '{oid}' does not have authorization to perform \
             action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your credentials."
        );
        Self::gateway(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
    }

    /// The caller's role would do, but not under the condition that it was given with (documented).
    pub(super) fn condition_unfulfilled(caller: &AccessToken, action: &str, scope: &str) -> Self {
        let (name, oid) = (caller.name(), caller.oid);
        let message = format!(
            "The client '{name}' with object id '{oid}' does not have authorization or an ABAC \
             condition not fulfilled to perform action '{action}' over scope '{scope}' or the \
             scope is invalid. If access was recently granted, please refresh your credentials."
        );
        Self::gateway(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
    }

    /// The recorded refusal of the list of management groups, which has no second half.
    pub(super) fn forbidden_groups(caller: &AccessToken, action: &str) -> Self {
        let (name, oid) = (caller.name(), caller.oid);
        let message = format!(
            "The client '{name}' with object id '{oid}' does not have authorization to perform \
             action '{action}' over scope '/providers/Microsoft.Management'."
        );
        Self::gateway(StatusCode::FORBIDDEN, "AuthorizationFailed", message)
    }

    /// The caller may act where it asked to, but not on everything that the request mentions.
    pub(super) fn linked_forbidden(
        caller: &AccessToken,
        action: &str,
        scope: &str,
        linked: &[String],
    ) -> Self {
        let (name, oid) = (caller.name(), caller.oid);
        let linked = linked.join(",");
        let message = format!(
            "The client '{name}' with object id '{oid}' has permission to perform action \
             '{action}' on scope '{scope}'; however, it does not have permission to perform \
             action '{action}' on the linked scope(s)'{linked}' or the linked scope(s)are invalid."
        );
        Self::gateway(StatusCode::FORBIDDEN, "LinkedAuthorizationFailed", message)
    }

    pub(super) fn subscription_not_found(id: Uuid) -> Self {
        let message = format!("The subscription '{id}' could not be found.");
        Self::gateway(StatusCode::NOT_FOUND, "SubscriptionNotFound", message)
    }

    pub(super) fn disabled_subscription(id: Uuid) -> Self {
        let message = format!(
            "The subscription '{id}' is disabled and therefore marked as read only. You cannot \
             perform any write actions on this subscription until it is re-enabled."
        );
        Self::gateway(StatusCode::CONFLICT, "ReadOnlyDisabledSubscription", message)
    }

    pub(super) fn resource_group_not_found(name: &str) -> Self {
        let message = format!("Resource group '{name}' could not be found.");
        Self::gateway(StatusCode::NOT_FOUND, "ResourceGroupNotFound", message)
    }

    /// `name` begins with the type: `Microsoft.KeyVault/vaults/kv`.
    pub(super) fn resource_not_found(name: &str, group: &str) -> Self {
        let message = format!(
            "The Resource '{name}' under resource group '{group}' was not found. For more details \
             please go to https://aka.ms/ARMResourceNotFoundFix"
        );
        Self::gateway(StatusCode::NOT_FOUND, "ResourceNotFound", message)
    }

    /// The id is shown without dashes (observed).
    pub(super) fn principal_not_found(id: Uuid, tenant: Uuid) -> Self {
        let id = id.simple();
        Self::bad_request(
            "PrincipalNotFound",
            format!(
                "Principal {id} does not exist in the directory {tenant}. Check that you have the \
                 correct principal ID. If you are creating this principal and then immediately \
                 assigning a role, this error might be related to a replication delay. In this \
                 case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"
            ),
        )
    }

    pub(super) fn role_definition_not_found(status: StatusCode, id: &str) -> Self {
        let message = format!("The specified role definition with ID '{id}' does not exist.");
        Self::new(status, "RoleDefinitionDoesNotExist", message)
    }

    /// `forms` are those that the list has.
    pub(super) fn unsupported_filter(text: &str, forms: &str) -> Self {
        let message =
            format!("The filter '{text}' is not supported. Supported filters are either {forms}.");
        Self::bad_request("UnsupportedQuery", message)
    }

    pub(super) fn malformed_scope(id: &str) -> Self {
        let message = format!("The scope '{id}' is not valid.");
        Self::bad_request("LinkedInvalidPropertyId", message)
    }

    pub(super) fn reply(&self, authority: &Authority<'_>) -> Reply {
        let mut error = json!({ "code": self.code, "message": self.message });
        for (name, value) in self.more.iter().filter_map(Value::as_object).flatten() {
            error[name] = value.clone();
        }
        let mut reply = Reply::json(self.status, json!({ "error": error }));
        if self.gateway {
            reply = reply.with_header("x-ms-failure-cause", "gateway");
        }
        if let Some(description) = self.challenge {
            let Authority { url, tenant } = authority;
            let challenge = format!(
                r#"Bearer authorization_uri="{url}/{tenant}", error="invalid_token", error_description="{description}""#
            );
            reply = reply.with_header("www-authenticate", challenge);
        }
        reply
    }
}

fn wrong_audience(audience: &str) -> String {
    format!(
        "The access token has been obtained for wrong audience or resource '{audience}'. It should \
         exactly match with one of the allowed audiences 'https://management.core.windows.net/',\
         'https://management.core.windows.net','https://management.azure.com/',\
         'https://management.azure.com'."
    )
}

/// Tells which tenant is the right one (observed).
fn wrong_tenant(wrong: &str, tenant: Uuid) -> String {
    format!(
        "The access token is from the wrong issuer '{wrong}'. It must match the tenant '{}' \
         associated with this subscription. Please use the authority (URL) \
         'https://login.windows.net/{tenant}' to get the token. Note, if the subscription is \
         transferred to another tenant there is no impact to the services, but information about \
         new tenant could take time to propagate (up to an hour). If you just transferred your \
         subscription and see this error message, please try back later.",
        issuer(tenant)
    )
}

/// Where a refused client is sent to sign in.
pub(super) struct Authority<'a> {
    pub(super) url: &'a str,
    pub(super) tenant: Uuid,
}

impl From<BodyFault> for ArmError {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Malformed(reason) => Self::gateway(
                StatusCode::BAD_REQUEST,
                "InvalidRequestContent",
                format!(
                    "The request content was invalid and could not be deserialized: '{reason}'."
                ),
            ),
            BodyFault::TooLarge => Self::gateway(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestContentTooLarge",
                "The request content size exceeds the maximum size of 4 MB.",
            ),
        }
    }
}

impl From<UnknownSkipToken> for ArmError {
    fn from(_: UnknownSkipToken) -> Self {
        Self::bad_request("InvalidSkipToken", "The skip token of the request is not valid.")
    }
}

impl From<WriteFailed> for ArmError {
    fn from(error: WriteFailed) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", error.to_string())
    }
}

/// The scope that a refusal names for something at `scope`.
pub(super) fn at(scope: &Scope, kind: &str, name: &str) -> String {
    scope.child(&format!("providers/Microsoft.Authorization/{kind}/{name}"))
}
