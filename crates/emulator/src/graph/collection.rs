//! Collections and single objects in the shapes of `OData`: `$filter`, `$select`, `$top` and pages.

use std::sync::LazyLock;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::graph::Call;
use crate::graph::error::GraphError;
use crate::graph::query::{Level, Query};
use crate::http::{Reply, Request};
use crate::paging::{SKIP_TOKEN, page};

/// A type of object: what it is called where, and which properties queries may use.
pub(super) struct Kind {
    /// In `microsoft.graph.…`.
    pub(super) name: &'static str,
    /// In the directory's own messages.
    pub(super) resource: &'static str,
    pub(super) equal: &'static [&'static str],
    pub(super) starts_with: &'static [&'static str],
    /// Collections, or members of their objects.
    pub(super) any: &'static [&'static str],
    /// Times that can be compared and sorted by, without an advanced query.
    pub(super) ordered: &'static [&'static str],
    /// Whether its objects may have properties that the type does not name.
    pub(super) open: bool,
    /// Every property, with what an object has that was never told otherwise.
    pub(super) defaults: &'static LazyLock<Map<String, Value>>,
}

pub(super) static APPLICATION: Kind = Kind {
    name: "application",
    resource: "Application",
    equal: &["id", "appId", "displayName", "publisherDomain", "signInAudience"],
    starts_with: &["displayName"],
    any: &["identifierUris", "tags"],
    ordered: &[],
    open: false,
    defaults: &APPLICATION_DEFAULTS,
};

pub(super) static SERVICE_PRINCIPAL: Kind = Kind {
    name: "servicePrincipal",
    resource: "ServicePrincipal",
    equal: &["id", "appId", "displayName", "accountEnabled", "servicePrincipalType"],
    starts_with: &["displayName"],
    any: &["servicePrincipalNames", "tags"],
    ordered: &[],
    open: false,
    defaults: &SERVICE_PRINCIPAL_DEFAULTS,
};

pub(super) static GRANT: Kind = Kind {
    name: "appRoleAssignment",
    resource: "AppRoleAssignment",
    equal: &["principalDisplayName", "resourceId"],
    starts_with: &["principalDisplayName"],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &GRANT_DEFAULTS,
};

pub(super) static DELEGATED_GRANT: Kind = Kind {
    name: "oAuth2PermissionGrant",
    resource: "OAuth2PermissionGrant",
    equal: &["clientId", "consentType", "principalId", "resourceId"],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &DELEGATED_GRANT_DEFAULTS,
};

pub(super) static ORGANIZATION: Kind = Kind {
    name: "organization",
    resource: "Company",
    equal: &[],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &ORGANIZATION_DEFAULTS,
};

pub(super) static FEDERATED_CREDENTIAL: Kind = Kind {
    name: "federatedIdentityCredential",
    resource: "FederatedIdentityCredential",
    equal: &["name", "subject"],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &FEDERATED_CREDENTIAL_DEFAULTS,
};

pub(super) static USER: Kind = Kind {
    name: "user",
    resource: "User",
    equal: &[],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &USER_DEFAULTS,
};

pub(super) static GROUP: Kind = Kind {
    name: "group",
    resource: "Group",
    equal: &["id", "displayName", "securityEnabled", "isAssignableToRole"],
    starts_with: &["displayName"],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &GROUP_DEFAULTS,
};

pub(super) static DIRECTORY_ROLE: Kind = Kind {
    name: "directoryRole",
    resource: "DirectoryRole",
    equal: &["displayName", "roleTemplateId"],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &DIRECTORY_ROLE_DEFAULTS,
};

pub(super) static DIRECTORY_ROLE_ASSIGNMENT: Kind = Kind {
    name: "unifiedRoleAssignment",
    resource: "UnifiedRoleAssignment",
    equal: &["id", "principalId", "roleDefinitionId", "directoryScopeId"],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: false,
    defaults: &DIRECTORY_ROLE_ASSIGNMENT_DEFAULTS,
};

/// Owners and members are of several types.
pub(super) static DIRECTORY_OBJECT: Kind = Kind {
    name: "directoryObject",
    resource: "DirectoryObject",
    equal: &[],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: true,
    defaults: &DIRECTORY_OBJECT_DEFAULTS,
};

pub(super) static SIGN_IN_ACTIVITY: Kind = Kind {
    name: "servicePrincipalSignInActivity",
    resource: "ServicePrincipalSignInActivity",
    equal: &["appId"],
    starts_with: &[],
    any: &[],
    ordered: &[],
    open: true,
    defaults: &DIRECTORY_OBJECT_DEFAULTS,
};

static APPLICATION_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/application.json")));
static SERVICE_PRINCIPAL_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/service_principal.json")));
static GRANT_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/app_role_assignment.json")));
static DELEGATED_GRANT_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/delegated_permission_grant.json")));
static ORGANIZATION_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/organization.json")));
static FEDERATED_CREDENTIAL_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/federated_identity_credential.json")));
static USER_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/user.json")));
static GROUP_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(include_str!("data/group.json")));
static DIRECTORY_ROLE_DEFAULTS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(
        r#"{ "id": null, "deletedDateTime": null, "description": null, "displayName": null,
             "roleTemplateId": null }"#,
    )
});
static DIRECTORY_ROLE_ASSIGNMENT_DEFAULTS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    object(
        r#"{ "id": null, "principalId": null, "directoryScopeId": null, "roleDefinitionId": null }"#,
    )
});
static DIRECTORY_OBJECT_DEFAULTS: LazyLock<Map<String, Value>> =
    LazyLock::new(|| object(r#"{ "id": null, "deletedDateTime": null }"#));

fn object(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).expect("the file is part of this crate and an object")
}

impl Kind {
    pub(super) fn has(&self, property: &str) -> bool {
        self.open || self.defaults.contains_key(property)
    }
}

/// One page of what the query asks for. `context` names the collection in the metadata.
pub(super) fn list(
    call: &Call<'_>,
    kind: &Kind,
    context: &str,
    objects: impl Iterator<Item = Map<String, Value>>,
) -> Result<Reply, GraphError> {
    let query = Query::of(call.request, kind)?;
    let selection = Selection::of(call.request, kind)?;
    let size = page_size(call)?;
    let found = query.find(objects);
    let count = found.len();
    let items = found.into_iter().map(|object| Value::Object(selection.apply(object))).collect();
    let page = page(call.request, call.url, size, items)?;
    let context = format!("{}/v1.0/$metadata#{context}{}", call.url, selection.context());
    let mut body = json!({ "@odata.context": context, "value": page.items });
    if query.counts && call.request.query(SKIP_TOKEN).is_none() {
        // On the first page only (documented).
        body["@odata.count"] = count.into();
    }
    if let Some(link) = page.next_link {
        body["@odata.nextLink"] = link.into();
    }
    Ok(Reply::json(StatusCode::OK, body))
}

/// How many objects there are, as plain text.
pub(super) fn count(
    call: &Call<'_>,
    kind: &Kind,
    objects: impl Iterator<Item = Map<String, Value>>,
) -> Result<Reply, GraphError> {
    Level::of(call.request).allow_raw_count()?;
    let count = Query::of(call.request, kind)?.find(objects).len();
    Ok(Reply::json(StatusCode::OK, count.into()).with_header("content-type", "text/plain"))
}

/// The properties that `$select` names; all without it.
pub(super) struct Selection(Option<Vec<String>>);

impl Selection {
    pub(super) fn of(request: &Request, kind: &Kind) -> Result<Self, GraphError> {
        let Some(text) = request.query("$select") else { return Ok(Self(None)) };
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(name) = names.iter().find(|name| !kind.has(name)) {
            let kind = kind.name;
            let message = format!(
                "Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
            );
            return Err(GraphError::malformed(format!(
                "Parsing OData Select and Expand failed: {message}"
            )));
        }
        Ok(Self(Some(names)))
    }

    pub(super) fn names(&self, property: &str) -> bool {
        self.0.as_ref().is_some_and(|names| names.iter().any(|name| name == property))
    }

    pub(super) fn apply(&self, mut object: Map<String, Value>) -> Map<String, Value> {
        if self.0.is_some() {
            object.retain(|name, _| name.starts_with('@') || self.names(name));
        }
        object
    }

    pub(super) fn context(&self) -> String {
        self.0.as_ref().map_or_else(String::new, |names| format!("({})", names.join(",")))
    }
}

/// The figures of directory objects: a hundred when nothing is asked, at most 999 (documented).
fn page_size(call: &Call<'_>) -> Result<usize, GraphError> {
    let Some(top) = call.request.query("$top") else {
        return Ok(call.behaviour.page_size.unwrap_or(100).max(1));
    };
    top.parse().ok().filter(|size| (1..=999).contains(size)).ok_or_else(|| {
        GraphError::bad_request(format!(
            "Invalid page size specified: '{top}'. Must be between 1 and 999 inclusive."
        ))
    })
}
