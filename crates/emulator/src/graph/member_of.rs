//! The groups and directory roles that somebody is in, directly or through groups.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::collection::{DIRECTORY_OBJECT, DIRECTORY_ROLE, GROUP, list};
use crate::graph::error::GraphError;
use crate::graph::query::Level;
use crate::graph::route::{Cast, Member};
use crate::graph::{Call, directory_roles, groups, service_principals, users};
use crate::store::Answer;

pub(super) fn list_of(
    call: &Call<'_>,
    member: &Member,
    cast: Option<Cast>,
) -> Result<Answer, GraphError> {
    refuse_plain_cast(call, member, cast)?;
    let id = find(call, member)?;
    let roles = call.state.directory_roles_of(id).into_iter();
    let roles = roles.map(|role| directory_roles::render(call, role));
    let in_groups = call.state.groups_of(id).into_iter();
    let in_groups = in_groups.filter_map(|id| call.state.groups.get(&id));
    let in_groups = in_groups.map(|group| groups::render(call, group));
    let reply = match cast {
        // The context is recorded.
        Some(Cast::DirectoryRole) => list(call, &DIRECTORY_ROLE, "directoryRoles", roles)?,
        Some(Cast::Group) => list(call, &GROUP, "groups", in_groups)?,
        None => {
            let roles = roles.map(|one| typed(one, DIRECTORY_ROLE.name));
            let all = roles.chain(in_groups.map(|one| typed(one, GROUP.name)));
            list(call, &DIRECTORY_OBJECT, "directoryObjects", all)?
        }
    };
    Ok(reply.into())
}

/// A cast is an advanced query (documented for people; recorded otherwise for service principals).
/// The text is a guess.
fn refuse_plain_cast(
    call: &Call<'_>,
    member: &Member,
    cast: Option<Cast>,
) -> Result<(), GraphError> {
    match member {
        Member::Me | Member::User(_)
            if cast.is_some() && !Level::of(call.request).is_advanced() =>
        {
            Err(GraphError::unsupported_query("Unsupported Query."))
        }
        Member::Me | Member::User(_) | Member::ServicePrincipal(_) => Ok(()),
    }
}

fn find(call: &Call<'_>, member: &Member) -> Result<Uuid, GraphError> {
    match member {
        Member::Me => users::find(call, &call.caller.oid.to_string()).map(|user| user.id),
        Member::User(key) => users::find(call, key).map(|user| user.id),
        Member::ServicePrincipal(key) => {
            service_principals::reach(call, key).map(|principal| principal.id)
        }
    }
}

fn typed(mut object: Map<String, Value>, kind: &str) -> Map<String, Value> {
    object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{kind}").into());
    object
}
