//! Which names a vault can have.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::{Call, subscription_scope};
use crate::http::Reply;
use crate::store::Answer;

const CHECK: &str = "Microsoft.KeyVault/checkNameAvailability/read";

#[derive(Deserialize)]
struct Body {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

pub(super) fn check(call: &Call<'_>, subscription: Uuid) -> Result<Answer, ArmError> {
    let scope = subscription_scope(subscription);
    call.require_right(CHECK, &scope, scope.as_str())?;
    let Body { name, kind } = call.request.json()?;
    if !kind.eq_ignore_ascii_case("Microsoft.KeyVault/vaults") {
        let message = "An invalid value was provided for 'type'.";
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let reasons = [
        (!is_valid(&name), "AccountNameInvalid", invalid(&name)),
        (is_taken(call, &name), "AlreadyExists", taken(&name)),
    ];
    let body = match reasons.into_iter().find(|(applies, ..)| *applies) {
        Some((_, reason, message)) => {
            json!({ "nameAvailable": false, "reason": reason, "message": message })
        }
        None => json!({ "nameAvailable": true }),
    };
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// Names are taken by every vault that there is, deleted ones included.
pub(super) fn require_free(call: &Call<'_>, name: &str) -> Result<(), ArmError> {
    if !is_valid(name) {
        return Err(ArmError::bad_request("VaultNameNotValid", invalid(name)));
    }
    if is_taken(call, name) {
        return Err(ArmError::conflict("VaultAlreadyExists", taken(name)));
    }
    Ok(())
}

fn is_taken(call: &Call<'_>, name: &str) -> bool {
    call.state.vaults.values().any(|vault| vault.name.eq_ignore_ascii_case(name))
        || call.state.deleted_vault(name, call.now).is_some()
}

fn is_valid(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
}

fn invalid(name: &str) -> String {
    format!(
        "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric \
         characters. The name must begin with a letter, end with a letter or digit, and not \
         contain consecutive hyphens. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147742"
    )
}

fn taken(name: &str) -> String {
    format!(
        "The vault name '{name}' is already in use. Vault names are globaly unique so it is \
         possible that the name is already taken. If you are sure that the vault name was not \
         taken then it is possible that a vault with the same name was recently deleted but not \
         purged after being placed in a recoverable state. If the vault is in a recoverable state \
         then the vault will need to be purged before reusing the name. For more information on \
         soft delete and purging a vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740."
    )
}
