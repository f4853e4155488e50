use axum::http::StatusCode;
use uuid::{Uuid, uuid};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::encoding::uuid_of;
use crate::http::Reply;
use crate::model::directory_role::DirectoryRole;
use crate::model::role::{Audit, RoleAssignment};
use crate::store::{Answer, Change};

const USER_ACCESS_ADMINISTRATOR: Uuid = uuid!("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9");

/// Makes a Global Administrator User Access Administrator of everything (documented). That elevating
/// twice changes nothing is a guess.
pub(super) fn elevate(call: &Call<'_>) -> Result<Answer, ArmError> {
    if !call.caller.is_in(DirectoryRole::GlobalAdministrator) {
        let action = "Microsoft.Authorization/elevateAccess/action";
        return Err(ArmError::forbidden(call.caller, action, "/"));
    }
    let principal = call.caller.oid;
    let assignment = RoleAssignment {
        name: uuid_of(&format!("elevated access of {principal}")),
        scope: "/".to_owned(),
        principal,
        principal_type: if call.caller.is_delegated() { "User" } else { "ServicePrincipal" }
            .to_owned(),
        role: USER_ACCESS_ADMINISTRATOR,
        description: None,
        condition: None,
        condition_version: None,
        audit: Audit::new(Some(principal), call.now),
    };
    let changes = vec![Change::RoleAssignment(assignment)];
    Ok(Answer::with_changes(Reply::empty(StatusCode::OK), changes))
}
