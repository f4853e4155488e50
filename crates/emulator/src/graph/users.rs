use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::collection::{Selection, USER};
use crate::graph::error::GraphError;
use crate::graph::{Call, entity, render};
use crate::model::user::User;
use crate::store::Answer;

pub(super) fn get(call: &Call<'_>, key: &str) -> Result<Answer, GraphError> {
    let object = render::user(find(call, key)?);
    let selection = Selection::of(call.request, &USER)?;
    let object = match call.request.query("$select") {
        Some(_) => selection.apply(object),
        None => by_default(object),
    };
    let context = format!("users{}/$entity", selection.context());
    Ok(entity(call, StatusCode::OK, &context, object).into())
}

/// By id, or by user principal name in any case.
pub(super) fn find<'a>(call: &Call<'a>, key: &str) -> Result<&'a User, GraphError> {
    let id = Uuid::try_parse(key).ok();
    let user = call
        .state
        .users
        .values()
        .find(|one| Some(one.id) == id || one.principal_name.eq_ignore_ascii_case(key));
    user.ok_or_else(|| GraphError::not_found(key))
}

/// Some properties are only returned when they are selected (documented).
pub(super) fn by_default(mut object: Map<String, Value>) -> Map<String, Value> {
    const SELECTED_ONLY: [&str; 2] = ["accountEnabled", "userType"];
    object.retain(|name, _| !SELECTED_ONLY.contains(&name.as_str()));
    object
}
