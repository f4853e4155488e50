use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::collection::{APPLICATION, Selection, count, list};
use crate::graph::error::GraphError;
use crate::graph::render::{self, Keys};
use crate::graph::route::ApplicationKey;
use crate::graph::{Call, application_properties, created, creates_if_missing, entity, rights};
use crate::http::Reply;
use crate::model::application::Application;
use crate::store::{Answer, Change, State};
use crate::timestamps::ticks;

pub(super) fn collection(call: &Call<'_>) -> Result<Answer, GraphError> {
    match call.request.method {
        Method::GET => Ok(list(call, &APPLICATION, "applications", all(call))?.into()),
        Method::POST => create(call, &call.request.json()?, None),
        _ => Err(GraphError::method_not_allowed()),
    }
}

pub(super) fn count_all(call: &Call<'_>) -> Result<Answer, GraphError> {
    Ok(count(call, &APPLICATION, all(call))?.into())
}

fn all(call: &Call<'_>) -> impl Iterator<Item = Map<String, Value>> {
    let applications = call.state.live_applications();
    applications.map(|application| render::application(call.state, application, Keys::Hidden))
}

pub(super) fn one(call: &Call<'_>, key: &ApplicationKey) -> Result<Answer, GraphError> {
    let upserts = creates_if_missing(call.request);
    let found = if upserts { find(call.state, key) } else { reach(call, key) };
    match (&call.request.method, found) {
        (&Method::GET, Ok(application)) => get(call, application),
        (&Method::PATCH, Ok(application)) => update(call, application),
        (&Method::PATCH, Err(missing)) => match key {
            ApplicationKey::UniqueName(name) if upserts => {
                create(call, &call.request.json()?, Some(name))
            }
            _ => Err(missing),
        },
        (&Method::DELETE, Ok(application)) => Ok(delete(call, application)),
        (&Method::GET | &Method::DELETE, Err(missing)) => Err(missing),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// An application that can be found by now, as the request has to see it.
pub(super) fn reach<'a>(
    call: &Call<'a>,
    key: &ApplicationKey,
) -> Result<&'a Application, GraphError> {
    find(call.found, key)?;
    find(call.state, key)
}

pub(super) fn find<'a>(
    state: &'a State,
    key: &ApplicationKey,
) -> Result<&'a Application, GraphError> {
    let (found, shown) = match key {
        ApplicationKey::Id(id) => {
            (state.live_applications().find(|one| one.id == *id), id.to_string())
        }
        ApplicationKey::AppId(id) => (state.application_of(*id), id.to_string()),
        ApplicationKey::UniqueName(name) => (
            state.live_applications().find(|one| one.unique_name.as_ref() == Some(name)),
            name.clone(),
        ),
    };
    found.ok_or_else(|| GraphError::not_found(shown))
}

fn get(call: &Call<'_>, application: &Application) -> Result<Answer, GraphError> {
    let selection = Selection::of(call.request, &APPLICATION)?;
    let keys = if selection.names("keyCredentials") { Keys::Shown } else { Keys::Hidden };
    let object = selection.apply(render::application(call.state, application, keys));
    let context = format!("applications{}/$entity", selection.context());
    Ok(entity(call, StatusCode::OK, &context, object).into())
}

/// `unique_name` is the key of an upsert; a body may name it too, but not another one.
fn create(
    call: &Call<'_>,
    body: &Map<String, Value>,
    unique_name: Option<&String>,
) -> Result<Answer, GraphError> {
    let mut application = Application::new(Uuid::new_v4(), Uuid::new_v4(), "", call.now);
    application.created_by = Some(call.caller.appid);
    application.owners = rights::first_owner(call);
    application.unique_name = unique_name.cloned();
    application_properties::apply(call, &mut application, body)?;
    if application.display_name.is_empty() {
        return Err(GraphError::missing_value("displayName", APPLICATION.resource));
    }
    refuse_taken_name(call, &application)?;

    let mut object = render::application(call.state, &application, Keys::Hidden);
    object.insert("createdDateTime".to_owned(), ticks(call.now).into());
    let reply = entity(call, StatusCode::CREATED, "applications/$entity", object);
    let reply = created(call, reply, application.id, "Application");
    Ok(Answer::with_changes(reply, vec![application.into()]))
}

fn update(call: &Call<'_>, application: &Application) -> Result<Answer, GraphError> {
    let mut changed = application.clone();
    application_properties::apply(call, &mut changed, &call.request.json()?)?;
    refuse_taken_name(call, &changed)?;
    Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![changed.into()]))
}

/// Deleted applications keep their name until they are gone for good (observed).
fn refuse_taken_name(call: &Call<'_>, application: &Application) -> Result<(), GraphError> {
    let deleted = call.state.deleted_applications(call.now);
    let taken = call.state.live_applications().chain(deleted).any(|other| {
        other.id != application.id
            && other.unique_name.is_some()
            && other.unique_name == application.unique_name
    });
    if taken { Err(GraphError::unique_name_taken()) } else { Ok(()) }
}

/// A soft delete; the service principal goes along, and with it what it was granted.
fn delete(call: &Call<'_>, application: &Application) -> Answer {
    let mut changes = vec![Application { deleted: Some(call.now), ..application.clone() }.into()];
    if let Some(principal) = call.state.service_principal_of(application.app_id) {
        changes.extend(super::service_principals::deletion(call, principal));
    }
    Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), changes)
}

/// An application out of the deleted items; its service principal has to be restored on its own.
pub(super) fn restored(application: &Application) -> Change {
    Application { deleted: None, ..application.clone() }.into()
}
