use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::collection::{APPLICATION, SERVICE_PRINCIPAL, list};
use crate::graph::error::GraphError;
use crate::graph::render::{self, Keys};
use crate::graph::route::DeletedKind;
use crate::graph::{Call, applications, entity, service_principals};
use crate::http::Reply;
use crate::model::application::Application;
use crate::model::service_principal::ServicePrincipal;
use crate::store::{Answer, Change};

pub(super) fn list_of(call: &Call<'_>, kind: DeletedKind) -> Result<Answer, GraphError> {
    let state = call.state;
    let reply = match kind {
        DeletedKind::Application => {
            let deleted = state.deleted_applications(call.now);
            let objects = deleted.map(|one| render::application(state, one, Keys::Hidden));
            list(call, &APPLICATION, "applications", objects)?
        }
        DeletedKind::ServicePrincipal => {
            let deleted = state.deleted_service_principals(call.now);
            let objects = deleted.map(|one| render::service_principal(state, one, Keys::Hidden));
            list(call, &SERVICE_PRINCIPAL, "servicePrincipals", objects)?
        }
    };
    Ok(reply.into())
}

pub(super) fn one(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let item = Item::find(call, id)?;
    match call.request.method {
        Method::GET => Ok(item_reply(call, &item).into()),
        Method::DELETE => {
            let removed = match item {
                Item::Application(one) => Change::ApplicationRemoved(one.id),
                Item::ServicePrincipal(one) => Change::ServicePrincipalRemoved(one.id),
            };
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![removed]))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

pub(super) fn restore(call: &Call<'_>, id: Uuid) -> Result<Answer, GraphError> {
    let item = Item::find(call, id)?;
    let change = match item {
        Item::Application(one) => applications::restored(one),
        Item::ServicePrincipal(one) => service_principals::restored(call, one)?,
    };
    Ok(Answer::with_changes(item_reply(call, &item), vec![change]))
}

/// Among the deleted items; what is alive is not found there.
enum Item<'a> {
    Application(&'a Application),
    ServicePrincipal(&'a ServicePrincipal),
}

impl<'a> Item<'a> {
    fn find(call: &Call<'a>, id: Uuid) -> Result<Self, GraphError> {
        let application = call.state.deleted_applications(call.now).find(|one| one.id == id);
        let principal = || call.state.deleted_service_principals(call.now).find(|one| one.id == id);
        application
            .map(Self::Application)
            .or_else(|| principal().map(Self::ServicePrincipal))
            .ok_or_else(|| GraphError::not_found(id))
    }
}

fn item_reply(call: &Call<'_>, item: &Item<'_>) -> Reply {
    let (kind, mut object): (_, Map<String, Value>) = match item {
        Item::Application(one) => {
            (&APPLICATION, render::application(call.state, one, Keys::Hidden))
        }
        Item::ServicePrincipal(one) => {
            (&SERVICE_PRINCIPAL, render::service_principal(call.state, one, Keys::Hidden))
        }
    };
    object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{}", kind.name).into());
    entity(call, StatusCode::OK, "directoryObjects/$entity", object)
}
