use axum::http::Method;
use uuid::Uuid;

use crate::behaviour::Look;
use crate::graph::error::GraphError;
use crate::graph::posture::Posture;
use crate::graph::query::Level;
use crate::http::Request;

/// What a path names. Collections are recognised in any case (observed).
#[derive(Debug, Clone)]
pub(super) enum Route {
    Batch,
    Organization,
    DefaultAppManagementPolicy,
    Applications,
    ApplicationCount,
    Application(ApplicationKey),
    FederatedCredentials(ApplicationKey),
    /// By id or name.
    FederatedCredential(ApplicationKey, String),
    ServicePrincipals,
    ServicePrincipalCount,
    ServicePrincipal(ServicePrincipalKey),
    Owners(HolderKey),
    OwnerReferences(HolderKey),
    OwnerReference(HolderKey, Uuid),
    AddKey(HolderKey),
    RemoveKey(HolderKey),
    AddPassword(HolderKey),
    RemovePassword(HolderKey),
    DirectoryObject(Uuid),
    DirectoryObjectsByIds,
    /// The signed-in user.
    Me,
    /// By id or user principal name.
    User(String),
    /// What somebody is in, directly or through groups.
    MemberOf(Member, Option<Cast>),
    Groups,
    Group(Uuid),
    GroupMembers(Uuid),
    DirectoryRoles,
    DirectoryRoleAssignments,
    DirectoryRoleAssignment(String),
    /// The grants that the service principal holds or gives.
    Grants(Side, ServicePrincipalKey),
    Grant(Side, ServicePrincipalKey, String),
    DelegatedGrants,
    DelegatedGrant(String),
    /// Those in which the service principal is the client.
    DelegatedGrantsOf(ServicePrincipalKey),
    DeletedItems(DeletedKind),
    DeletedItem(Uuid),
    DeletedItemRestore(Uuid),
    Posture(Posture),
}

#[derive(Debug, Clone)]
pub(super) enum ApplicationKey {
    Id(Uuid),
    AppId(Uuid),
    UniqueName(String),
}

#[derive(Debug, Clone)]
pub(super) enum ServicePrincipalKey {
    Id(Uuid),
    AppId(Uuid),
}

/// An object that has owners and secrets.
#[derive(Debug, Clone)]
pub(super) enum HolderKey {
    Application(ApplicationKey),
    ServicePrincipal(ServicePrincipalKey),
}

#[derive(Debug, Clone)]
pub(super) enum Member {
    Me,
    User(String),
    ServicePrincipal(ServicePrincipalKey),
}

/// The one type that a collection of several is cut down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cast {
    DirectoryRole,
    Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// `appRoleAssignments`: the service principal is the client.
    Principal,
    /// `appRoleAssignedTo`: the service principal is the API.
    Resource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeletedKind {
    Application,
    ServicePrincipal,
}

impl Route {
    pub(super) fn parse(request: &Request) -> Result<Self, GraphError> {
        let (version, path) = request
            .segments
            .split_first()
            .ok_or_else(|| GraphError::malformed("Invalid version."))?;
        if !matches!(version.as_str(), "v1.0" | "beta") {
            return Err(GraphError::malformed(format!("Invalid version: {version}")));
        }
        let segments: Vec<Segment<'_>> =
            path.iter().map(|segment| Segment::parse(segment)).collect();
        let names: Vec<&str> = segments.iter().map(|segment| segment.name.as_str()).collect();
        match Posture::parse(version, &names) {
            Some(posture) => return Ok(Self::Posture(posture)),
            // Of the beta version only what the first one does not have.
            None if version == "beta" => {
                return Err(GraphError::unknown_segment(path.last().map_or("", String::as_str)));
            }
            None => {}
        }
        Self::named(&segments, names.get(1..).unwrap_or_default())
    }

    /// `rest` are the names after the first one.
    fn named(segments: &[Segment<'_>], rest: &[&str]) -> Result<Self, GraphError> {
        let Some(first) = segments.first() else { return Err(GraphError::unknown_segment("")) };
        match (first.name.as_str(), rest) {
            ("$batch", []) => Ok(Self::Batch),
            ("organization", []) => Ok(Self::Organization),
            ("policies", ["defaultappmanagementpolicy"]) => Ok(Self::DefaultAppManagementPolicy),
            ("applications", ["$count"]) if first.key.is_none() => Ok(Self::ApplicationCount),
            ("serviceprincipals", ["$count"]) if first.key.is_none() => {
                Ok(Self::ServicePrincipalCount)
            }
            ("applications", _) => application(segments),
            ("serviceprincipals", _) => service_principal(segments),
            ("directoryobjects", ["getbyids" | "microsoft.graph.getbyids"]) => {
                Ok(Self::DirectoryObjectsByIds)
            }
            ("directoryobjects", [id]) => Ok(Self::DirectoryObject(guid(id)?)),
            ("me", rest) => me(rest),
            ("users", _) => user(segments),
            ("groups", _) => group(segments),
            ("oauth2permissiongrants", _) => delegated_grants(segments),
            ("directoryroles", []) => Ok(Self::DirectoryRoles),
            ("rolemanagement", ["directory", "roleassignments"]) => {
                Ok(Self::DirectoryRoleAssignments)
            }
            ("rolemanagement", ["directory", "roleassignments", _]) => {
                Ok(Self::DirectoryRoleAssignment(segments[3].text.to_owned()))
            }
            ("directory", ["deleteditems", rest @ ..]) => deleted_items(rest),
            _ => Err(GraphError::unknown_segment(segments[segments.len() - 1].text)),
        }
    }
}

impl Route {
    pub(super) fn look(&self, request: &Request) -> Look {
        match self {
            Self::Applications
            | Self::ApplicationCount
            | Self::ServicePrincipalCount
            | Self::FederatedCredentials(_)
            | Self::ServicePrincipals
            | Self::Owners(_)
            | Self::Grants(..)
            | Self::DelegatedGrants
            | Self::DelegatedGrantsOf(_)
            | Self::MemberOf(..)
            | Self::Groups
            | Self::GroupMembers(_)
            | Self::DirectoryRoles
            | Self::DirectoryRoleAssignments
            | Self::DeletedItems(_)
                if request.method == Method::GET =>
            {
                if Level::of(request).eventual {
                    Look::Index
                } else {
                    Look::List
                }
            }
            _ => Look::Read,
        }
    }
}

/// `name`, `name(key='value')`, `name('value')`, or an id.
struct Segment<'a> {
    /// In lower case, for comparing.
    name: String,
    text: &'a str,
    key: Option<(&'a str, String)>,
}

impl<'a> Segment<'a> {
    fn parse(text: &'a str) -> Self {
        let Some((name, key)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            return Self { name: text.to_ascii_lowercase(), text, key: None };
        };
        let (key, value) = key.split_once('=').unwrap_or(("id", key));
        let value = value.trim_matches('\'').replace("''", "'");
        Self { name: name.to_ascii_lowercase(), text, key: Some((key, value)) }
    }
}

/// Splits `/collection/key/rest` and `/collection(key)/rest` alike. None: the whole collection is
/// meant.
fn keyed<'s>(segments: &'s [Segment<'_>]) -> (Option<(&'s str, &'s str)>, &'s [Segment<'s>]) {
    match segments {
        [Segment { key: Some((key, value)), .. }, rest @ ..] => (Some((key, value)), rest),
        [_, id, rest @ ..] => (Some(("id", id.text)), rest),
        _ => (None, &[]),
    }
}

fn application(segments: &[Segment<'_>]) -> Result<Route, GraphError> {
    let (key, rest) = keyed(segments);
    let Some((key, value)) = key else { return Ok(Route::Applications) };
    let key = match key.to_ascii_lowercase().as_str() {
        "id" => ApplicationKey::Id(guid(value)?),
        "appid" => ApplicationKey::AppId(guid(value)?),
        "uniquename" => ApplicationKey::UniqueName(value.to_owned()),
        _ => return Err(GraphError::unknown_segment(segments[0].text)),
    };
    match rest {
        [] => Ok(Route::Application(key)),
        [credentials, ..] if credentials.name == "federatedidentitycredentials" => {
            federated_credentials(key, rest)
        }
        _ => holder(HolderKey::Application(key), rest),
    }
}

fn federated_credentials(key: ApplicationKey, rest: &[Segment<'_>]) -> Result<Route, GraphError> {
    match keyed(rest) {
        (None, _) => Ok(Route::FederatedCredentials(key)),
        (Some(("id" | "name", credential)), []) => {
            Ok(Route::FederatedCredential(key, credential.to_owned()))
        }
        _ => Err(GraphError::unknown_segment(rest[rest.len() - 1].text)),
    }
}

/// Owners and secrets. Actions go by their bare name too (recorded).
fn holder(key: HolderKey, rest: &[Segment<'_>]) -> Result<Route, GraphError> {
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    match names.as_slice() {
        ["owners"] => Ok(Route::Owners(key)),
        ["owners", "$ref"] => Ok(Route::OwnerReferences(key)),
        ["owners", _, "$ref"] => Ok(Route::OwnerReference(key, guid(rest[1].text)?)),
        ["addkey" | "microsoft.graph.addkey"] => Ok(Route::AddKey(key)),
        ["removekey" | "microsoft.graph.removekey"] => Ok(Route::RemoveKey(key)),
        ["addpassword" | "microsoft.graph.addpassword"] => Ok(Route::AddPassword(key)),
        ["removepassword" | "microsoft.graph.removepassword"] => Ok(Route::RemovePassword(key)),
        _ => Err(GraphError::unknown_segment(rest[rest.len() - 1].text)),
    }
}

fn me(rest: &[&str]) -> Result<Route, GraphError> {
    match rest {
        [] => Ok(Route::Me),
        ["transitivememberof", cast @ ..] => Ok(Route::MemberOf(Member::Me, Cast::parse(cast)?)),
        _ => Err(GraphError::unknown_segment(rest[rest.len() - 1])),
    }
}

impl Cast {
    fn parse(rest: &[&str]) -> Result<Option<Self>, GraphError> {
        match rest {
            [] => Ok(None),
            ["microsoft.graph.directoryrole"] => Ok(Some(Self::DirectoryRole)),
            ["microsoft.graph.group"] => Ok(Some(Self::Group)),
            _ => Err(GraphError::unknown_segment(rest[rest.len() - 1])),
        }
    }
}

fn group(segments: &[Segment<'_>]) -> Result<Route, GraphError> {
    match keyed(segments) {
        (None, _) => Ok(Route::Groups),
        (Some(("id", id)), []) => Ok(Route::Group(guid(id)?)),
        (Some(("id", id)), [members]) if members.name == "members" => {
            Ok(Route::GroupMembers(guid(id)?))
        }
        _ => Err(GraphError::unknown_segment(segments[segments.len() - 1].text)),
    }
}

fn user(segments: &[Segment<'_>]) -> Result<Route, GraphError> {
    match keyed(segments) {
        (Some(("id", key)), []) => Ok(Route::User(key.to_owned())),
        (Some(("id", key)), [first, cast @ ..]) if first.name == "transitivememberof" => {
            let cast: Vec<&str> = cast.iter().map(|segment| segment.name.as_str()).collect();
            Ok(Route::MemberOf(Member::User(key.to_owned()), Cast::parse(&cast)?))
        }
        _ => Err(GraphError::unknown_segment(segments[segments.len() - 1].text)),
    }
}

fn delegated_grants(segments: &[Segment<'_>]) -> Result<Route, GraphError> {
    match keyed(segments) {
        (None, _) => Ok(Route::DelegatedGrants),
        (Some(("id", id)), []) => Ok(Route::DelegatedGrant(id.to_owned())),
        _ => Err(GraphError::unknown_segment(segments[segments.len() - 1].text)),
    }
}

fn service_principal(segments: &[Segment<'_>]) -> Result<Route, GraphError> {
    let (key, rest) = keyed(segments);
    let Some((key, value)) = key else { return Ok(Route::ServicePrincipals) };
    let key = match key.to_ascii_lowercase().as_str() {
        "id" => ServicePrincipalKey::Id(guid(value)?),
        "appid" => ServicePrincipalKey::AppId(guid(value)?),
        _ => return Err(GraphError::unknown_segment(segments[0].text)),
    };
    let names: Vec<&str> = rest.iter().map(|segment| segment.name.as_str()).collect();
    match names.as_slice() {
        [] => Ok(Route::ServicePrincipal(key)),
        ["transitivememberof", cast @ ..] => {
            Ok(Route::MemberOf(Member::ServicePrincipal(key), Cast::parse(cast)?))
        }
        ["approleassignments"] => Ok(Route::Grants(Side::Principal, key)),
        ["approleassignedto"] => Ok(Route::Grants(Side::Resource, key)),
        ["oauth2permissiongrants"] => Ok(Route::DelegatedGrantsOf(key)),
        ["approleassignments", _] => {
            Ok(Route::Grant(Side::Principal, key, rest[1].text.to_owned()))
        }
        ["approleassignedto", _] => Ok(Route::Grant(Side::Resource, key, rest[1].text.to_owned())),
        _ => holder(HolderKey::ServicePrincipal(key), rest),
    }
}

fn deleted_items(rest: &[&str]) -> Result<Route, GraphError> {
    match rest {
        ["microsoft.graph.application"] => Ok(Route::DeletedItems(DeletedKind::Application)),
        ["microsoft.graph.serviceprincipal"] => {
            Ok(Route::DeletedItems(DeletedKind::ServicePrincipal))
        }
        [id] => Ok(Route::DeletedItem(guid(id)?)),
        [id, "restore"] => Ok(Route::DeletedItemRestore(guid(id)?)),
        _ => Err(GraphError::unknown_segment(rest.last().unwrap_or(&"deletedItems"))),
    }
}

/// Text that is no GUID names no object: a 404, as recorded for any unknown id.
fn guid(text: &str) -> Result<Uuid, GraphError> {
    Uuid::try_parse(text).map_err(|_| GraphError::not_found(text))
}
