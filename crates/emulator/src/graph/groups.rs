use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::graph::collection::{DIRECTORY_OBJECT, GROUP, Selection, list};
use crate::graph::directory_objects;
use crate::graph::error::GraphError;
use crate::graph::{Call, entity};
use crate::model::group::Group;
use crate::store::Answer;
use crate::timestamps::seconds;

pub(super) fn list_of(call: &Call<'_>) -> Result<Answer, GraphError> {
    let objects = call.state.groups.values().map(|group| render(call, group));
    Ok(list(call, &GROUP, "groups", objects)?.into())
}

pub(super) fn get(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let selection = Selection::of(call.request, &GROUP)?;
    let object = selection.apply(render(call, find(call, id)?));
    let context = format!("groups{}/$entity", selection.context());
    Ok(entity(call, StatusCode::OK, &context, object).into())
}

/// Direct members.
pub(super) fn members(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let members = &find(call, id)?.members;
    let objects = members.iter().filter_map(|id| directory_objects::typed(call, call.state, *id));
    Ok(list(call, &DIRECTORY_OBJECT, "directoryObjects", objects)?.into())
}

pub(super) fn render(call: &Call<'_>, group: &Group) -> Map<String, Value> {
    let mut object = (**GROUP.defaults).clone();
    let created = seconds(call.state.tenant.created);
    let typed = [
        ("id", json!(group.id)),
        ("createdDateTime", json!(created)),
        ("renewedDateTime", json!(created)),
        ("displayName", json!(group.display_name)),
        ("isAssignableToRole", json!(group.assignable_to_role)),
        ("mailNickname", json!(group.id.simple().to_string()[..10])),
    ];
    object.extend(typed.map(|(name, value)| (name.to_owned(), value)));
    object
}

fn find<'a>(call: &Call<'a>, id: Uuid) -> Result<&'a Group, GraphError> {
    call.state.groups.get(&id).ok_or_else(|| GraphError::not_found(id))
}
