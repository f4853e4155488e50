//! Step B: each application permission of Microsoft Graph is requested and consented.

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppRoleId, Caution, PrincipalId, Spec};

use crate::{Field, Finding, FindingCode, Object, Observed as All, Plan, Verb};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// By name: ids are the tenant's own to tell.
    pub permissions: Vec<String>,
    pub retired: Vec<String>,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let lines = &spec.profile.graph_permissions;
        let retired = lines.iter().filter(|line| line.caution == Some(Caution::Retired));
        Desired {
            permissions: lines.iter().map(|line| line.name.clone()).collect(),
            retired: retired.map(|line| line.name.clone()).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// The tenant's service principal of Microsoft Graph, which holds the grants.
    pub graph: PrincipalId,
    /// Enabled application permissions that it offers, by name.
    pub offered: BTreeMap<String, AppRoleId>,
    /// Declared on the application, which grants nothing.
    pub requested: BTreeSet<AppRoleId>,
    /// App role assignments of our principal.
    pub granted: BTreeSet<AppRoleId>,
}

/// Requests a permission on the application and consents to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub graph: PrincipalId,
    pub permission: String,
    pub role: AppRoleId,
    /// Consented already; only the request is missing.
    pub granted: bool,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { graph, offered, requested, granted } = &observed.graph_permissions;
    let Desired { permissions, retired } = &desired.graph_permissions;
    for permission in permissions {
        let Some(&role) = offered.get(permission) else {
            let message =
                format!("{permission} is not offered by this tenant's Microsoft Graph: left out");
            plan.find(Finding::warning(FindingCode::PermissionNotOffered, message));
            continue;
        };
        let granted = granted.contains(&role);
        if granted && requested.contains(&role) {
            plan.keep();
        } else {
            let permission = permission.clone();
            plan.push(Action { graph: *graph, permission, role, granted }, &[]);
        }
    }
    for permission in retired.iter().filter(|permission| offered.contains_key(*permission)) {
        let message =
            format!("{permission} reaches no Graph API any more; the manual still lists it");
        plan.find(Finding::note(FindingCode::PermissionRetired, message));
    }
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        if self.granted { Verb::Update } else { Verb::Create }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let what = if self.granted { "request" } else { "consent" };
        (what.to_owned(), self.permission.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Action { graph, permission: _, role, granted: _ } = self;
        vec![Field::set("resourceId", graph.to_string()), Field::set("appRoleId", role.to_string())]
    }

    pub(crate) fn object(&self) -> Object {
        Object::Consent(self.role)
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::GraphPermission(action)
    }
}
