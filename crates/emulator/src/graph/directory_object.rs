use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::collection::{GROUP, SERVICE_PRINCIPAL, USER};
use crate::graph::render::{self, Keys};
use crate::graph::rights::may_read_users;
use crate::graph::{Call, groups, users};

/// A member or an owner with its type; of users that the caller may not read, the id only
/// (documented). None while it is deleted.
pub(super) fn typed(call: &Call<'_>, id: Uuid) -> Option<Map<String, Value>> {
    let principal = call.state.live_service_principal(id).map(|one| {
        (SERVICE_PRINCIPAL.name, render::service_principal(call.state, one, Keys::Hidden))
    });
    let user = call.state.users.get(&id).map(|one| {
        let mut object = users::by_default(render::user(one));
        if !may_read_users(call) {
            for (_, value) in object.iter_mut().filter(|(name, _)| *name != "id") {
                *value = Value::Null;
            }
        }
        (USER.name, object)
    });
    let group = call.state.groups.get(&id).map(|one| (GROUP.name, groups::render(call, one)));
    let (kind, mut object) = principal.or(user).or(group)?;
    object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{kind}").into());
    Some(object)
}
