//! Who owns an application or a service principal.

use axum::http::StatusCode;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use crate::graph::collection::{DIRECTORY_OBJECT, list};
use crate::graph::error::GraphError;
use crate::graph::holder::Holder;
use crate::graph::route::HolderKey;
use crate::graph::{Call, directory_objects};
use crate::http::Reply;
use crate::store::{Answer, State};

/// Nobody owns what an application created, until somebody is added.
pub(super) fn list_of(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    let typed = |id: &Uuid| directory_objects::typed(call, call.state, *id);
    let objects = holder.owners().iter().filter_map(typed);
    Ok(list(call, &DIRECTORY_OBJECT, "directoryObjects", objects)?.into())
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "@odata.id")]
    url: String,
}

pub(super) fn add(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    let Reference { url } = call.request.json()?;
    let id = Target::of(&url, call.url).ok_or_else(GraphError::malformed_reference)?;
    let id = id.find(call.state)?;
    if holder.owners().contains(&id) {
        return Err(GraphError::reference_exists("owners"));
    }
    let owners = holder.owners().iter().copied().chain([id]).collect();
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    Ok(Answer::with_changes(reply, vec![holder.with_owners(owners)]))
}

/// The last owner may go too: what nobody owns is managed by administrators.
pub(super) fn remove(call: &Call<'_>, key: &HolderKey, id: Uuid) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    if !holder.owners().contains(&id) {
        return Err(GraphError::not_found(id));
    }
    let owners = holder.owners().iter().copied().filter(|owner| *owner != id).collect();
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    Ok(Answer::with_changes(reply, vec![holder.with_owners(owners)]))
}

/// What a reference names.
enum Target {
    Any(Uuid),
    User(Uuid),
    ServicePrincipal(Uuid),
}

impl Target {
    /// An absolute address at Graph, or at the sandbox in its stead.
    fn of(text: &str, sandbox: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bases = [sandbox, "https://graph.microsoft.com"];
        if !bases
            .iter()
            .any(|base| Url::parse(base).is_ok_and(|base| base.origin() == url.origin()))
        {
            return None;
        }
        let segments: Vec<&str> = url.path_segments()?.collect();
        let ["v1.0" | "beta", collection, id] = segments.as_slice() else { return None };
        let id = Uuid::try_parse(id).ok()?;
        match collection.to_ascii_lowercase().as_str() {
            "directoryobjects" => Some(Self::Any(id)),
            "users" => Some(Self::User(id)),
            "serviceprincipals" => Some(Self::ServicePrincipal(id)),
            _ => None,
        }
    }

    /// Users and service principals can own something, applications cannot.
    fn find(&self, state: &State) -> Result<Uuid, GraphError> {
        let is_user = |id| state.users.contains_key(id);
        let is_principal = |id: &Uuid| state.live_service_principal(*id).is_some();
        match self {
            Self::Any(id) if state.live_applications().any(|one| one.id == *id) => {
                Err(GraphError::invalid_reference_target("Application", *id, "owners"))
            }
            Self::Any(id) if is_user(id) || is_principal(id) => Ok(*id),
            Self::User(id) if is_user(id) => Ok(*id),
            Self::ServicePrincipal(id) if is_principal(id) => Ok(*id),
            Self::Any(id) | Self::User(id) | Self::ServicePrincipal(id) => {
                Err(GraphError::not_found(id))
            }
        }
    }
}
