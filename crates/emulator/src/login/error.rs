//! The errors of the token endpoint, with the codes and texts that clients match.

use axum::http::{Method, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::login::audience::GRAPH_APP_ID;
use crate::login::jwt::Jwt;
use crate::store::WriteFailed;
use crate::timestamps::{spaced, ticks};

pub(super) struct LoginError {
    status: StatusCode,
    error: &'static str,
    code: u32,
    message: String,
}

impl LoginError {
    pub(super) fn reply(&self, request: &Request, url: &str, now: OffsetDateTime) -> Reply {
        let Self { status, error, code, message } = self;
        let (trace, at) = (Uuid::new_v4(), spaced(now));
        let correlation = request
            .header("client-request-id")
            .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
        let body = json!({
            "error": error,
            "error_description":
                format!("AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}"),
            "error_codes": [code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{url}/error?code={code}"),
        });
        Reply::json(*status, body).with_header("cache-control", "no-store, no-cache")
    }

    fn invalid_client(code: u32, message: String) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", code, message }
    }

    fn bad_request(error: &'static str, code: u32, message: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, code, message }
    }
}

impl From<WriteFailed> for LoginError {
    fn from(error: WriteFailed) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self { status, error: "server_error", code: 90033, message: error.to_string() }
    }
}

/// What the service is to blame for.
pub(super) fn refused(status: StatusCode) -> LoginError {
    let (error, code, message) = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            ("temporarily_unavailable", 90055, "The request has been throttled.")
        }
        _ => {
            ("temporarily_unavailable", 90033, "A transient error has occurred. Please try again.")
        }
    };
    LoginError { status, error, code, message: message.to_owned() }
}

pub(super) fn wrong_method(method: &Method) -> LoginError {
    let message = format!("The endpoint only accepts POST requests. Received a {method} request.");
    LoginError::bad_request("invalid_request", 900_561, message)
}

pub(super) fn unknown_endpoint() -> LoginError {
    let message = "The sandbox serves no such sign-in endpoint.".to_owned();
    LoginError { status: StatusCode::NOT_FOUND, error: "invalid_request", code: 90023, message }
}

pub(super) fn tenant_not_found(name: &str) -> LoginError {
    let message = format!(
        "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are \
         signing into the correct cloud. Check with your subscription administrator, this may \
         happen if there are no active subscriptions for the tenant."
    );
    LoginError::bad_request("invalid_request", 90002, message)
}

pub(super) fn missing_parameter(name: &str) -> LoginError {
    let message = format!("The request body must contain the following parameter: '{name}'.");
    LoginError::bad_request("invalid_request", 900_144, message)
}

pub(super) fn missing_credential() -> LoginError {
    let parameters = "'client_assertion' or 'client_secret'";
    let message = format!("The request body must contain the following parameter: {parameters}.");
    LoginError::invalid_client(7_000_218, message)
}

pub(super) fn unsupported_grant(name: &str) -> LoginError {
    LoginError::bad_request(
        "unsupported_grant_type",
        70003,
        format!("The app requested an unsupported grant type '{name}'."),
    )
}

pub(super) fn invalid_scope(scope: &str) -> LoginError {
    let message = format!(
        "The provided value for scope {scope} is not valid. Client credential flows must have a \
         scope value with /.default suffixed to the resource identifier (application ID URI)."
    );
    LoginError::bad_request("invalid_scope", 1_002_012, message)
}

pub(super) fn unknown_resource(name: &str, tenant: &str) -> LoginError {
    let message = format!(
        "The resource principal named {name} was not found in the tenant named {tenant}. This can \
         happen if the application has not been installed by the administrator of the tenant or \
         consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
    );
    LoginError::bad_request("invalid_resource", 500_011, message)
}

pub(super) fn application_not_found(client: &str, tenant: &str) -> LoginError {
    let message = format!(
        "Application with identifier '{client}' was not found in the directory '{tenant}'. This \
         can happen if the application has not been installed by the administrator of the tenant \
         or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
    );
    LoginError::bad_request("unauthorized_client", 700_016, message)
}

pub(super) fn missing_service_principal(client: Uuid, tenant: Uuid) -> LoginError {
    let message = format!(
        "The client application {client} is missing service principal in the tenant {tenant}."
    );
    LoginError::invalid_client(7_000_229, message)
}

pub(super) fn disabled(client: Uuid, name: &str) -> LoginError {
    LoginError::bad_request(
        "unauthorized_client",
        7_000_112,
        format!("Application '{client}'({name}) is disabled."),
    )
}

pub(super) fn wrong_secret(client: Uuid) -> LoginError {
    let message = format!(
        "Invalid client secret provided. Ensure the secret being sent in the request is the \
         client secret value, not the client secret ID, for a secret added to app '{client}'."
    );
    LoginError::invalid_client(7_000_215, message)
}

pub(super) fn expired_secret(client: Uuid) -> LoginError {
    let message = format!(
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal \
         to create new keys for your app: https://aka.ms/NewClientSecret, or consider using \
         certificate credentials for added security: https://aka.ms/certCreds."
    );
    LoginError::invalid_client(7_000_222, message)
}

pub(super) fn wrong_password() -> LoginError {
    let message = "Error validating credentials due to invalid username or password.".to_owned();
    LoginError::bad_request("invalid_grant", 50126, message)
}

pub(super) fn user_not_found(tenant: Uuid) -> LoginError {
    let message = format!(
        "The user account {{EUII Hidden}} does not exist in the {tenant} directory. To sign into \
         this application, the account must be added to the directory."
    );
    LoginError::bad_request("invalid_grant", 50034, message)
}

/// Microsoft's own clients cannot ask for consent to more than they were given.
pub(super) fn not_preauthorized(client: Uuid) -> LoginError {
    let message = format!(
        "Consent between first party application '{client}' and first party resource \
         '{GRAPH_APP_ID}' must be configured via preauthorization - applications owned and \
         operated by Microsoft must get approval from the API owner before requesting tokens for that API."
    );
    LoginError::bad_request("invalid_grant", 65002, message)
}

pub(super) fn several_resources(scope: &str) -> LoginError {
    let message = format!(
        "Provided value for the input parameter scope is not valid because it contains more than \
         one resource. Scope {scope} is not valid."
    );
    LoginError::bad_request("invalid_scope", 28000, message)
}

pub(super) fn malformed_assertion() -> LoginError {
    LoginError::invalid_client(50027, "JWT token is invalid or malformed.".to_owned())
}

pub(super) fn unsupported_algorithm(algorithm: &str) -> LoginError {
    let message =
        format!("Invalid JWT token. '{algorithm}' is not a supported signature algorithm.");
    LoginError::invalid_client(5_002_738, message)
}

/// `part` is the reason's own text, from "The key was not found." on.
pub(super) fn certificate_not_accepted(state: &str, part: &str, client: Uuid) -> LoginError {
    let message = format!(
        "The certificate with identifier used to sign the client assertion is {state} on \
         application. [Reason - {part}, Please visit the Azure Portal, Graph Explorer or directly \
         use MS Graph to see configured keys for app Id '{client}'.]"
    );
    LoginError::invalid_client(700_027, message)
}

pub(super) fn wrong_signature(client: Uuid) -> LoginError {
    let message = format!(
        "Client assertion contains an invalid signature. [Reason - The key was found, but the \
         signature could not be verified with it., App Id '{client}'.]"
    );
    LoginError::invalid_client(700_027, message)
}

pub(super) fn wrong_assertion_client() -> LoginError {
    let message =
        "Client assertion application identifier doesn't match 'client_id' parameter.".to_owned();
    LoginError::invalid_client(700_021, message)
}

pub(super) fn wrong_assertion_audience() -> LoginError {
    LoginError::invalid_client(
        700_023,
        "Client assertion audience claim does not match Realm issuer.".to_owned(),
    )
}

/// The text is observed in public issues.
pub(super) fn assertion_out_of_time(jwt: &Jwt<'_>, now: OffsetDateTime) -> LoginError {
    let message = format!(
        "Client assertion is not within its valid time range. Current time: {}, assertion valid \
         from {}, expiry time of assertion {}. Review the documentation at \
         https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
        ticks(now),
        ticks(jwt.moment("nbf")),
        ticks(jwt.moment("exp"))
    );
    LoginError::invalid_client(700_024, message)
}

/// The texts of the next three are public (issues of the clients that meet them).
pub(super) fn unknown_federated_issuer(issuer: &str) -> LoginError {
    no_federated_record(700_211, "issuer", issuer, "")
}

pub(super) fn unknown_federated_audience(audience: &str) -> LoginError {
    no_federated_record(700_212, "audience", audience, "")
}

/// Subjects are compared letter by letter; one that differs by case has a code of its own.
pub(super) fn unknown_federated_subject(subject: &str, matches_without_case: bool) -> LoginError {
    if matches_without_case {
        let hint = " The subject matches with case-insensitive comparison, but not with \
                    case-sensitive comparison.";
        return no_federated_record(7_002_138, "subject", subject, hint);
    }
    no_federated_record(700_213, "subject", subject, "")
}

fn no_federated_record(code: u32, what: &str, value: &str, hint: &str) -> LoginError {
    let message = format!(
        "No matching federated identity record found for presented assertion {what} '{value}'.{hint} \
         Check your federated identity credential Subject, Audience and Issuer against the presented \
         assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
    );
    LoginError::invalid_client(code, message)
}

/// The sandbox asks no other machine for an issuer's keys. The text is a guess.
pub(super) fn issuer_out_of_reach() -> LoginError {
    LoginError::bad_request(
        "invalid_request",
        50166,
        "Request to External OIDC endpoint failed.".to_owned(),
    )
}

/// The code is documented for assertions, the text is a guess.
pub(super) fn wrong_federated_signature() -> LoginError {
    LoginError::invalid_client(50013, "Assertion failed signature validation.".to_owned())
}
