//! Directory objects of any type, by nothing but their id.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::graph::collection::{APPLICATION, DIRECTORY_OBJECT, GROUP, SERVICE_PRINCIPAL, USER};
use crate::graph::error::GraphError;
use crate::graph::render::{self, Keys};
use crate::graph::rights::may_read_users;
use crate::graph::{Call, entity, groups, users};
use crate::http::Reply;
use crate::store::{Answer, State};

const TYPE: &str = "#microsoft.graph.";

pub(super) fn get(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let object = typed(call, call.state, id).ok_or_else(|| GraphError::not_found(id))?;
    Ok(entity(call, StatusCode::OK, "directoryObjects/$entity", object).into())
}

#[derive(Deserialize)]
struct Wanted {
    ids: Vec<Uuid>,
    /// All when there are none.
    #[serde(default)]
    types: Vec<String>,
}

/// Whoever is not there is left out; at most a thousand can be asked for (documented).
pub(super) fn get_by_ids(call: &Call<'_>) -> Result<Answer, GraphError> {
    let body: Value = call.request.json()?;
    let wanted: Option<Wanted> = serde_json::from_value(body).ok();
    let Some(Wanted { mut ids, types }) = wanted.filter(|wanted| wanted.ids.len() <= 1000) else {
        return Err(GraphError::invalid_value("ids", DIRECTORY_OBJECT.resource));
    };
    // In an order of their own (recorded).
    ids.sort_unstable();
    ids.dedup();
    let is_wanted = |object: &Map<String, Value>| {
        let kind = object["@odata.type"].as_str().and_then(|name| name.strip_prefix(TYPE));
        let accepted = [kind, Some(DIRECTORY_OBJECT.name)];
        let accepts = |name: &String| {
            accepted.into_iter().flatten().any(|one| one.eq_ignore_ascii_case(name))
        };
        types.is_empty() || types.iter().any(accepts)
    };
    let found = ids.into_iter().filter_map(|id| typed(call, call.found, id));
    let objects: Vec<_> = found.filter(is_wanted).collect();
    let context = format!("{}/v1.0/$metadata#directoryObjects", call.url);
    let reply = Reply::json(StatusCode::OK, json!({ "@odata.context": context, "value": objects }));
    // The service's own address (recorded).
    Ok(reply.with_header("location", call.url).into())
}

/// An object that is not deleted, as it stands among objects of other types; of users that the
/// caller may not read, the id only (documented).
pub(super) fn typed(call: &Call<'_>, state: &State, id: Uuid) -> Option<Map<String, Value>> {
    let application = || {
        let application = state.live_applications().find(|one| one.id == id)?;
        Some((APPLICATION.name, render::application(state, application, Keys::Hidden)))
    };
    let principal = || {
        let principal = state.live_service_principal(id)?;
        Some((SERVICE_PRINCIPAL.name, render::service_principal(state, principal, Keys::Hidden)))
    };
    let group = || Some((GROUP.name, groups::render(call, state.groups.get(&id)?)));
    let user = || {
        let mut object = users::by_default(render::user(state.users.get(&id)?));
        if !may_read_users(call) {
            for (_, value) in object.iter_mut().filter(|(name, _)| *name != "id") {
                *value = Value::Null;
            }
        }
        Some((USER.name, object))
    };
    let (kind, mut object) = principal().or_else(user).or_else(group).or_else(application)?;
    object.insert("@odata.type".to_owned(), format!("{TYPE}{kind}").into());
    Some(object)
}
