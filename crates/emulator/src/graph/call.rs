use axum::http::StatusCode;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::http::{Reply, Request};

pub(super) use crate::service::Call;

/// A directory object with the context that says what it is.
pub(super) fn entity(
    call: &Call<'_>,
    status: StatusCode,
    context: &str,
    mut object: Map<String, Value>,
) -> Reply {
    let context = format!("{}/v1.0/$metadata#{context}", call.url);
    object.insert("@odata.context".to_owned(), context.into());
    Reply::json(status, Value::Object(object))
}

/// Where a new object lies, in the form that recorded replies have.
pub(super) fn created(call: &Call<'_>, reply: Reply, id: Uuid, class: &str) -> Reply {
    let (url, tenant) = (call.url, call.state.tenant.id);
    let location =
        format!("{url}/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{class}");
    reply.with_header("location", location)
}

pub(super) fn creates_if_missing(request: &Request) -> bool {
    let preferences = request.header("prefer").unwrap_or_default();
    preferences.split(',').any(|one| one.trim().eq_ignore_ascii_case("create-if-missing"))
}
