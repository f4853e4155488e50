use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::arm::{Call, existence};
use crate::model::role::Permission;
use crate::model::scope::Scope;
use crate::store::Answer;

/// What the caller's own roles at the scope allow: an entry for each permission of each assignment,
/// repeated ones included (observed). It takes no right. That it is served at management groups is a
/// guess, and so is that conditions do not show.
pub(super) fn list(call: &Call<'_>, scope: &Scope) -> Result<Answer, ArmError> {
    existence::require(call.state, scope)?;
    let with_data = api_version(call.request)? >= "2018";
    let permissions = call.held(scope).flat_map(|(_, role)| &role.permissions);
    call.page(permissions.map(|one| render(one, with_data)).collect())
}

/// Data actions show in versions that know of them (observed).
fn render(permission: &Permission, with_data: bool) -> Value {
    if with_data {
        return json!(permission);
    }
    json!({ "actions": permission.actions, "notActions": permission.not_actions })
}
