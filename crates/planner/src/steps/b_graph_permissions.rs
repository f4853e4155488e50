//! Step B: each application permission of Microsoft Graph is requested and consented.

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppRoleId, Caution, PrincipalId, Spec};

use crate::privileged::{self, only_reads};
use crate::{Field, Finding, FindingCode, Object, Observed as All, Plan, Verb, extras};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// By name: ids are the tenant's own to tell.
    pub permissions: Vec<Permission>,
    pub retired: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    pub name: String,
    /// By the spec, not the profile.
    pub added: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let lines = &spec.rights.graph_permissions;
        let permissions =
            lines.iter().map(|line| Permission { name: line.name.clone(), added: line.added });
        let retired = lines.iter().filter(|line| line.caution == Some(Caution::Retired));
        Desired {
            permissions: permissions.collect(),
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
    /// Names of all its application permissions, those that are disabled too.
    pub names: BTreeMap<AppRoleId, String>,
    /// Declared on the application, which grants nothing.
    pub requested: BTreeSet<AppRoleId>,
    /// App role assignments of our principal on Microsoft Graph, each with its id.
    pub granted: BTreeMap<AppRoleId, String>,
    /// Names of other APIs on which our principal holds app roles.
    pub elsewhere: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Consent(Consent),
    Revoke { graph: PrincipalId, permission: String, role: AppRoleId, assignment: String },
}

/// Requests a permission on the application and consents to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    pub graph: PrincipalId,
    pub permission: String,
    pub role: AppRoleId,
    /// Consented already; only the request is missing.
    pub granted: bool,
    /// Requested already; only the consent is missing.
    pub requested: bool,
    pub privileged: bool,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { offered, .. } = &observed.graph_permissions;
    let Desired { permissions, retired } = &desired.graph_permissions;
    for permission in permissions {
        plan_permission(permission, desired, observed, plan);
    }
    for permission in retired.iter().filter(|permission| offered.contains_key(*permission)) {
        let message =
            format!("{permission} reaches no Graph API any more; the manual still lists it");
        plan.find(Finding::note(FindingCode::PermissionRetired, message));
    }
    plan_extras(desired, observed, plan);
}

fn plan_permission(wanted: &Permission, desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { graph, offered, names: _, requested, granted, elsewhere: _ } =
        &observed.graph_permissions;
    let Permission { name, added } = wanted;
    let privileged = !only_reads(name);
    if privileged {
        privileged::check("permission", name, desired, plan);
    }
    let Some((name, &role)) = offered.iter().find(|(live, _)| live.eq_ignore_ascii_case(name))
    else {
        return plan.find(not_offered(name, *added));
    };
    let (granted, requested) = (granted.contains_key(&role), requested.contains(&role));
    if granted && requested {
        return plan.keep();
    }
    let permission = name.clone();
    let consent = Consent { graph: *graph, permission, role, granted, requested, privileged };
    plan.push(Action::Consent(consent), &[]);
}

/// Names of the permissions that the application holds once the plan is applied, as Graph spells
/// them.
pub(crate) fn afterwards(desired: &crate::Desired, observed: &All) -> BTreeSet<String> {
    let offered = observed.graph_permissions.offered.keys();
    let wanted = &desired.graph_permissions.permissions;
    let is_wanted =
        |name: &&String| wanted.iter().any(|wanted| wanted.name.eq_ignore_ascii_case(name));
    offered.filter(is_wanted).cloned().collect()
}

/// What the profile asks for may be gone; what the spec adds was meant.
fn not_offered(permission: &str, added: bool) -> Finding {
    let message = format!("{permission} is not offered by this tenant's Microsoft Graph");
    if added {
        let message = format!("{message}: correct graphPermissions.add");
        Finding::blocks(FindingCode::PermissionNotOffered, message)
    } else {
        Finding::warning(FindingCode::PermissionNotOffered, format!("{message}: left out"))
    }
}

fn plan_extras(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { graph, offered: _, names, requested: _, granted, elsewhere } =
        &observed.graph_permissions;
    let permissions = &desired.graph_permissions.permissions;
    for (&role, assignment) in granted {
        let permission = names.get(&role).cloned().unwrap_or_else(|| role.to_string());
        if permissions.iter().any(|wanted| wanted.name.eq_ignore_ascii_case(&permission)) {
            continue;
        }
        let shown = privileged::shown(&permission, !only_reads(&permission));
        let sentence = format!("{shown} is consented");
        let object = Object::Consent(role);
        if extras::remove(&permission, &sentence, object, desired, observed, plan) {
            let assignment = assignment.clone();
            plan.push(Action::Revoke { graph: *graph, permission, role, assignment }, &[]);
        }
    }
    for api in elsewhere.iter().filter(|api| !desired.keep.has(api)) {
        let message = format!(
            "the application holds permissions of {api}, which no scan needs: look who gave them; \
             they are never removed here, and keep: [{api}] hides this"
        );
        plan.find(Finding::warning(FindingCode::Extra, message));
    }
}

impl Observed {
    /// A permission by its name where that is known, marked where it does more than read.
    pub(crate) fn shown(&self, role: AppRoleId) -> String {
        let name = self.names.get(&role).cloned().unwrap_or_else(|| role.to_string());
        privileged::shown(&name, !only_reads(&name))
    }
}

impl Action {
    pub(crate) fn is_privileged(&self) -> bool {
        match self {
            Action::Consent(consent) => consent.privileged,
            Action::Revoke { .. } => false,
        }
    }

    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::Consent(consent) if consent.granted => Verb::Update,
            Action::Consent(_) => Verb::Create,
            Action::Revoke { .. } => Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        match self {
            Action::Consent(consent) => {
                let what = if consent.granted { "request" } else { "consent" };
                (what.to_owned(), privileged::shown(&consent.permission, consent.privileged))
            }
            Action::Revoke { graph: _, permission, role: _, assignment: _ } => {
                ("consent".to_owned(), privileged::shown(permission, !only_reads(permission)))
            }
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Consent(Consent {
                graph,
                permission: _,
                role,
                granted: _,
                requested: _,
                privileged: _,
            }) => vec![
                Field::set("resourceId", graph.to_string()),
                Field::set("appRoleId", role.to_string()),
            ],
            Action::Revoke { graph: _, permission: _, role, assignment } => vec![
                Field::unset("appRoleId", role.to_string()),
                Field::unset("id", assignment.clone()),
            ],
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Consent(Consent { role, .. }) | Action::Revoke { role, .. } => {
                Object::Consent(*role)
            }
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::GraphPermission(action)
    }
}
