//! The errors of the data plane: an envelope of its own, with the reason of a refusal inside.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::{BodyFault, Reply};
use crate::login::TokenFault;
use crate::model::vault::Vault;
use crate::model::vault_item::Stage;
use crate::paging::UnknownSkipToken;
use crate::service::Call;
use crate::store::WriteFailed;

#[derive(Debug)]
pub(super) struct VaultError {
    status: StatusCode,
    code: &'static str,
    message: String,
    reason: Option<&'static str>,
}

impl VaultError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), reason: None }
    }

    fn forbidden(reason: &'static str, message: String) -> Self {
        Self { reason: Some(reason), ..Self::new(StatusCode::FORBIDDEN, "Forbidden", message) }
    }

    /// What the service is to blame for; codes and texts but for 401 are guesses.
    pub(super) fn refused(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::UNAUTHORIZED => ("Unauthorized", MISSING_TOKEN),
            StatusCode::TOO_MANY_REQUESTS => {
                ("Throttled", "Request was not processed because too many requests were received.")
            }
            _ => ("InternalServerError", "Internal server error."),
        };
        Self::new(status, code, message)
    }

    /// The texts of missing tokens (recorded) and of wrong audiences (observed); the others are
    /// guesses.
    pub(super) fn unauthenticated(fault: &TokenFault) -> Self {
        let message = match fault {
            TokenFault::Missing => MISSING_TOKEN.to_owned(),
            TokenFault::Malformed => "AKV10001: Error validating token: malformed.".to_owned(),
            TokenFault::WrongSignature => {
                "AKV10015: Error validating token: signature validation failed.".to_owned()
            }
            TokenFault::Expired(_) => {
                "AKV10014: Error validating token: the token is expired.".to_owned()
            }
            TokenFault::WrongTenant(found) => {
                format!(
                    "AKV10032: Invalid issuer. Expected one of the vault's tenant, found {found}."
                )
            }
            TokenFault::WrongAudience(found) => {
                format!("AKV10022: Invalid audience. Expected {AUDIENCE}, found: {found}.")
            }
        };
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", message)
    }

    /// In Azure there is no host of that name; the answer is a guess.
    pub(super) fn no_vault(name: &str) -> Self {
        let message = format!("There is no vault named '{name}'.");
        Self::new(StatusCode::NOT_FOUND, "VaultNotFound", message)
    }

    pub(super) fn no_public_network(call: &Call<'_>, vault: &Vault) -> Self {
        let message = format!(
            "Public network access is disabled and request is not from a trusted service nor via \
             an approved private link.\r\n{}\r\n{}",
            caller(call),
            place(vault)
        );
        Self::forbidden("ForbiddenByConnection", message)
    }

    pub(super) fn firewall(call: &Call<'_>, vault: &Vault) -> Self {
        let message = format!(
            "Client address is not authorized and caller is not a trusted service.\r\nClient \
             address: 127.0.0.1\r\n{}\r\n{}",
            caller(call),
            place(vault)
        );
        Self::forbidden("ForbiddenByFirewall", message)
    }

    pub(super) fn not_on_any_policy(call: &Call<'_>, vault: &Vault) -> Self {
        let message = format!(
            "Access denied. Caller was not found on any access policy.\r\n{}\r\n{}",
            caller(call),
            place(vault)
        );
        Self::forbidden("AccessDenied", message)
    }

    pub(super) fn by_policy(call: &Call<'_>, vault: &Vault, kind: &str, permission: &str) -> Self {
        let Vault { name, location, .. } = vault;
        let message = format!(
            "The user, group or application '{}' does not have {kind} {permission} permission on \
             key vault '{name};location={location}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287",
            caller(call).trim_start_matches("Caller: ")
        );
        Self::forbidden("ForbiddenByPolicy", message)
    }

    /// The resource is shown in lower case (recorded).
    pub(super) fn by_role(call: &Call<'_>, vault: &Vault, action: &str, resource: &str) -> Self {
        let message = format!(
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny \
             assignments or role definitions were changed recently, please observe propagation \
             time.\r\n{}\r\nAction: '{action}'\r\nResource: '{}'\r\nAssignment: (not found)\r\n\
             DenyAssignmentId: null\r\nDecisionReason: null \r\n{}\r\n",
            caller(call),
            resource.to_ascii_lowercase(),
            place(vault)
        );
        Self::forbidden("ForbiddenByRbac", message)
    }

    /// The text is observed in public issues of 2023; a recorded one of 2017 is shorter.
    pub(super) fn not_found(kind: &str, name: &str) -> Self {
        let code = match kind {
            "Key" => "KeyNotFound",
            "Secret" => "SecretNotFound",
            _ => "CertificateNotFound",
        };
        let noun = kind.to_ascii_lowercase();
        let message = format!(
            "A {noun} with (name/id) {name} was not found in this key vault. If you recently \
             deleted this {noun} you may be able to recover it using the correct recovery command. \
             For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
        );
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// Observed in public issues.
    pub(super) fn not_deleted(name: &str) -> Self {
        let message = format!("Deleted Secret not found: {name}");
        Self::new(StatusCode::NOT_FOUND, "SecretNotFound", message)
    }

    /// Observed in public code.
    pub(super) fn disabled_secret() -> Self {
        let message = "Operation get is not allowed on a disabled secret.";
        Self::forbidden("SecretDisabled", message.to_owned())
    }

    /// A guess.
    pub(super) fn managed(name: &str) -> Self {
        let message = format!("Secret {name} is managed by a certificate and cannot be changed.");
        Self::forbidden("SecretManagementNotAllowed", message)
    }

    /// Status and code are documented, the rest is a guess.
    pub(super) fn purge_protection() -> Self {
        let message = "Operation \"purge\" is not allowed because purge protection is enabled for \
                       this vault.";
        Self::forbidden("ForbiddenByPolicy", message.to_owned())
    }

    fn conflict(reason: &'static str, message: String) -> Self {
        Self { reason: Some(reason), ..Self::new(StatusCode::CONFLICT, "Conflict", message) }
    }

    /// The recorded words name the secret when it is recovered, and not when it is purged.
    pub(super) fn being_deleted(what: &str) -> Self {
        Self::conflict("ObjectIsBeingDeleted", format!("{what} is currently being deleted."))
    }

    /// Why a secret cannot be set whose name is taken (recorded; of recovering: observed in public
    /// issues).
    pub(super) fn name_in_use(name: &str, stage: Stage) -> Self {
        match stage {
            Stage::Deleted { .. } => Self::conflict(
                "ObjectIsDeletedButRecoverable",
                format!(
                    "Secret {name} is currently in a deleted but recoverable state, and its name \
                     cannot be reused; in this state, the secret can only be recovered or purged."
                ),
            ),
            Stage::BeingRecovered => Self::conflict(
                "ObjectIsBeingRecovered",
                format!(
                    "Secret {name} is currently being recovered and cannot be re-created; retry \
                     later."
                ),
            ),
            Stage::BeingDeleted | Stage::Here | Stage::Gone => Self::conflict(
                "ObjectIsBeingDeleted",
                format!(
                    "Secret {name} is currently being deleted and cannot be re-created; retry \
                     later."
                ),
            ),
        }
    }

    /// Recorded.
    pub(super) fn exists_already(name: &str) -> Self {
        let message = format!("Secret exists already: {name}");
        Self {
            reason: Some("RequestNotAllowedOnNonDeletedObject"),
            ..Self::new(StatusCode::BAD_REQUEST, "MethodNotAllowed", message)
        }
    }

    /// A guess; it takes a broken library to see it.
    pub(super) fn no_material() -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "InternalServerError", "The certificate could not be made.")
    }

    pub(super) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadParameter", message)
    }

    /// A guess.
    pub(super) fn unknown_route(method: &Method, path: &[String]) -> Self {
        let message = format!("Method {method} is not allowed for '/{}'.", path.join("/"));
        Self::bad_parameter(message)
    }

    /// Whoever has no token for vaults is told where to get one (recorded).
    pub(super) fn reply(&self, url: &str, tenant: Uuid) -> Reply {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(reason) = self.reason {
            error["innererror"] = json!({ "code": reason });
        }
        let reply = Reply::json(self.status, Value::from_iter([("error", error)]));
        if self.status != StatusCode::UNAUTHORIZED {
            return reply;
        }
        let challenge = format!(r#"Bearer authorization="{url}/{tenant}", resource="{AUDIENCE}""#);
        reply.with_header("www-authenticate", challenge)
    }
}

const AUDIENCE: &str = "https://vault.azure.net";
const MISSING_TOKEN: &str = "AKV10000: Request is missing a Bearer or PoP token.";

fn caller(call: &Call<'_>) -> String {
    let (caller, tenant) = (call.caller, call.state.tenant.id);
    let (appid, oid) = (caller.appid, caller.oid);
    format!("Caller: appid={appid};oid={oid};iss=https://sts.windows.net/{tenant}/")
}

fn place(vault: &Vault) -> String {
    format!("Vault: {};location={}", vault.name, vault.location)
}

impl From<BodyFault> for VaultError {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::Malformed(reason) => Self::bad_parameter(reason),
            BodyFault::TooLarge => Self::bad_parameter("The request body is too large."),
        }
    }
}

impl From<UnknownSkipToken> for VaultError {
    fn from(_: UnknownSkipToken) -> Self {
        Self::bad_parameter("Invalid skiptoken")
    }
}

impl From<WriteFailed> for VaultError {
    fn from(error: WriteFailed) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", error.to_string())
    }
}
