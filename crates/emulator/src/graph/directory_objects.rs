//! Directory objects of any type, by nothing but their id.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::graph::collection::{APPLICATION, DIRECTORY_OBJECT, Kind, SERVICE_PRINCIPAL, USER};
use crate::graph::error::GraphError;
use crate::graph::render::{self, Keys};
use crate::graph::rights::may_read_users;
use crate::graph::{Call, entity, users};
use crate::http::Reply;
use crate::store::{Answer, State};

pub(super) fn get(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let (_, object) = find(call, call.state, id).ok_or_else(|| GraphError::not_found(id))?;
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
    let is_wanted = |kind: &Kind| {
        let named = |name: &String| {
            [kind.name, DIRECTORY_OBJECT.name].iter().any(|one| one.eq_ignore_ascii_case(name))
        };
        types.is_empty() || types.iter().any(named)
    };
    let found = ids.into_iter().filter_map(|id| find(call, call.found, id));
    let objects: Vec<_> =
        found.filter(|(kind, _)| is_wanted(kind)).map(|(_, object)| object).collect();
    let context = format!("{}/v1.0/$metadata#directoryObjects", call.url);
    let reply = Reply::json(StatusCode::OK, json!({ "@odata.context": context, "value": objects }));
    // The service's own address (recorded).
    Ok(reply.with_header("location", call.url).into())
}

/// An object that is not deleted, as it stands among objects of other types.
pub(super) fn find(
    call: &Call<'_>,
    state: &State,
    id: Uuid,
) -> Option<(&'static Kind, Map<String, Value>)> {
    let application = || {
        let application = state.live_applications().find(|one| one.id == id)?;
        Some((&APPLICATION, render::application(state, application, Keys::Hidden)))
    };
    let principal = || {
        let principal = state.live_service_principal(id)?;
        Some((&SERVICE_PRINCIPAL, render::service_principal(state, principal, Keys::Hidden)))
    };
    let user = || {
        let mut object = users::by_default(render::user(state.users.get(&id)?));
        if !may_read_users(&call.caller.roles) {
            let others = object.iter_mut().filter(|(name, _)| *name != "id");
            others.for_each(|(_, value)| *value = Value::Null);
        }
        Some((&USER, object))
    };
    let (kind, mut object) = principal().or_else(user).or_else(application)?;
    object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{}", kind.name).into());
    Some((kind, object))
}
