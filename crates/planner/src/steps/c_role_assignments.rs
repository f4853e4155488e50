//! Step C: the built-in roles are assigned at every scope, and what is assigned beyond the spec is
//! known.

use spec::{PrincipalId, RoleAssignmentId, RoleDefinitionId, ScopeId, Spec, SubscriptionId};

use super::d_custom_role::{self, Permissions};
use crate::privileged;
use crate::{
    Field, Finding, FindingCode, Marker, Object, Observed as All, Plan, Reason, Subject, extras,
    is_marked, is_of_an_installation, marked_description, role_assignment_id,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub roles: Vec<Role>,
    /// Added by the spec, by name or id, and not vetted as those of a profile are.
    pub added: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    pub name: String,
    pub id: RoleDefinitionId,
    pub privileged: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let (added, of_profile): (Vec<_>, Vec<_>) =
            spec.rights.built_in_roles.iter().partition(|role| role.added);
        let roles = of_profile.into_iter().filter_map(|role| {
            Some(Role { name: role.name.clone(), id: role.id?, privileged: false })
        });
        Desired {
            roles: roles.collect(),
            added: added.into_iter().map(|role| role.name.clone()).collect(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Assignments of our principal in every subscription that was looked at and above, ours and
    /// foreign, and those with our mark that a vanished principal left behind, each once.
    pub assignments: Vec<Existing>,
    /// Built-in roles that the spec adds.
    pub built_in: Vec<BuiltIn>,
    /// Where assignments could not be read.
    pub unreadable: Vec<(SubscriptionId, Reason)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct BuiltIn {
    pub id: RoleDefinitionId,
    pub name: String,
    pub permissions: Permissions,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    /// Its ARM path.
    pub id: String,
    /// The ARM path of where it is.
    pub scope: String,
    pub role: RoleDefinitionId,
    pub description: String,
    /// Limits what it grants.
    pub has_condition: bool,
    /// The principal that held it, where that is gone; else ours holds it.
    pub orphan_of: Option<PrincipalId>,
}

impl Existing {
    /// Whether it gives our principal `role` at one of `scopes`, which are ARM paths.
    pub(crate) fn gives(&self, role: RoleDefinitionId, scopes: &[String]) -> bool {
        self.role == role
            && self.orphan_of.is_none()
            && scopes.iter().any(|scope| self.scope.eq_ignore_ascii_case(scope))
    }
}

/// Assigns a role at a scope. Also how Step D assigns the custom role.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    pub scope: ScopeId,
    /// The scope with its name, for display.
    pub place: String,
    pub role: RoleDefinitionId,
    pub role_name: String,
    pub privileged: bool,
    pub description: String,
}

/// Between a scope and the name of an assignment there.
const ASSIGNMENTS: &str = "/providers/Microsoft.Authorization/roleAssignments/";

/// Takes a role away. Also how Step D takes the custom role away.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// ARM path of the assignment.
    pub id: String,
    pub role: RoleDefinitionId,
    pub role_name: String,
    pub place: String,
    /// The vanished principal that held it; else ours does.
    pub orphan_of: Option<PrincipalId>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Assign(Assignment),
    Remove(Removal),
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let scopes = observed.directory.scopes(&desired.scopes);
    let roles = roles(desired, observed, plan);
    for scope in observed.directory.writable(&scopes) {
        for role in &roles {
            match missing(role, &scope, &desired.marker, observed) {
                Ok(None) => plan.keep(),
                Ok(Some(assignment)) => {
                    plan.push(Action::Assign(assignment), &[]);
                }
                Err(finding) => plan.find(finding),
            }
        }
    }
    let paths: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    let custom = d_custom_role::ours(desired, observed);
    for existing in &observed.role_assignments.assignments {
        let is_wanted = roles.iter().any(|role| existing.gives(role.id, &paths));
        if !is_wanted
            && !custom.contains(&existing.role)
            && let Some(removal) = leftover(existing, desired, observed, plan)
        {
            plan.push(Action::Remove(removal), &[]);
        }
    }
    for (subscription, reason) in &observed.role_assignments.unreadable {
        let place = observed.directory.describe(&ScopeId::Subscription(*subscription));
        let message = format!("what else we hold in {place} could not be read: {}", reason.0);
        plan.find(Finding::note(FindingCode::NotLookedAt, message));
    }
}

/// The roles of the profile and those that the spec adds, as far as the tenant knows them.
fn roles(desired: &crate::Desired, observed: &All, plan: &mut Plan) -> Vec<Role> {
    let mut roles = desired.role_assignments.roles.clone();
    for added in &desired.role_assignments.added {
        let is_meant = |live: &&BuiltIn| {
            live.name.eq_ignore_ascii_case(added) || live.id.to_string() == added.to_lowercase()
        };
        let Some(live) = observed.role_assignments.built_in.iter().find(is_meant) else {
            let message = format!("no role is called {added}: correct roles.builtIn.add");
            plan.find(Finding::blocks(FindingCode::RoleUnknown, message));
            continue;
        };
        let BuiltIn { id, name, permissions } = live;
        let privileged = !permissions.only_read();
        if privileged && !desired.allow_privileged.has(added) {
            privileged::check("role", name, desired, plan);
        }
        roles.push(Role { name: name.clone(), id: *id, privileged });
    }
    roles
}

/// The assignment that our principal lacks to hold `role` at `scope`, or what is in its way.
pub(crate) fn missing(
    role: &Role,
    scope: &ScopeId,
    marker: &Marker,
    observed: &All,
) -> Result<Option<Assignment>, Finding> {
    let Role { name, id, privileged } = role;
    let place = observed.directory.describe(scope);
    let path = [scope.to_string()];
    let mut existing = observed.role_assignments.assignments.iter();
    match existing.find(|existing| existing.gives(*id, &path)) {
        Some(existing) if existing.has_condition => {
            let message = format!(
                "{name} is assigned at {place} under a condition, which Azure counts as \
                 assigned: remove that assignment or its condition"
            );
            let finding = Finding::blocks(FindingCode::ConditionedAssignment, message);
            Err(finding.about(Subject::Scope(scope.clone())))
        }
        Some(_) => Ok(None),
        None => Ok(Some(Assignment {
            scope: scope.clone(),
            place,
            role: *id,
            role_name: name.clone(),
            privileged: *privileged,
            description: marked_description("Lets Mondoo scan", marker),
        })),
    }
}

/// How to delete an assignment that the spec does not want: ours at once, a foreign one as an extra.
pub(crate) fn leftover(
    existing: &Existing,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<Removal> {
    let Existing { id, scope, role, description, has_condition: _, orphan_of } = existing;
    let place = observed.directory.describe_path(scope);
    let gone = if orphan_of.is_some() { ", of a service principal that is gone" } else { "" };
    let place = format!("{place}{gone}");
    let role_name = role_name(*role, desired, observed);
    let sentence = format!("{role_name} at {place}");
    // The path is as long as the spec is wide: its last part is a GUID, and enough.
    let name = id.rsplit('/').next().unwrap_or(id);
    let object = Object::RoleAssignment(id.to_lowercase(), *role);
    let told = format!("{sentence} is assigned");
    let remove = is_marked(description, &desired.marker)
        || (!desired.keep.has(id)
            && !is_of_an_installation(description)
            && extras::remove(name, &told, object, desired, observed, plan));
    if !remove {
        return None;
    }
    if let Some((code, why)) = observed.directory.frozen(scope) {
        plan.find(Finding::note(code, format!("{sentence} stays: the subscription {why}")));
        return None;
    }
    if let Some((_, reason)) = observed.role_assignments.unreadable.first() {
        extras::postponed(&sentence, &reason.0, plan);
        return None;
    }
    Some(Removal { id: id.clone(), role: *role, role_name, place, orphan_of: *orphan_of })
}

/// A role's name where it is known, else its id. Marked where it does more than read and is
/// neither of a profile nor ours.
pub(crate) fn role_name(
    role: RoleDefinitionId,
    desired: &crate::Desired,
    observed: &All,
) -> String {
    if let Some(known) = desired.role_assignments.roles.iter().find(|known| known.id == role) {
        return known.name.clone();
    }
    if let Some(live) = observed.custom_role.definitions.iter().find(|live| live.id == role) {
        let is_ours = is_marked(&live.description, &desired.marker);
        return privileged::shown(&live.name, !is_ours && !live.permissions.only_read());
    }
    let mut named = observed.role_assignments.built_in.iter();
    match named.find(|live| live.id == role) {
        Some(live) => privileged::shown(&live.name, !live.permissions.only_read()),
        None => format!("role {role}"),
    }
}

impl Assignment {
    /// The assignment's id for the principal it is given to.
    pub fn id(&self, principal: PrincipalId) -> RoleAssignmentId {
        role_assignment_id(&self.scope, principal, self.role)
    }

    pub(crate) fn line(&self) -> (String, String) {
        (privileged::shown(&self.role_name, self.privileged), self.place.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Assignment { scope, place: _, role, role_name: _, privileged: _, description } = self;
        vec![
            Field::set("scope", scope.to_string()),
            Field::set("roleDefinitionId", role.to_string()),
            Field::after_apply("principalId"),
            Field::set("description", description.clone()),
        ]
    }

    pub(crate) fn object(&self) -> Object {
        Object::RoleAssignment(self.scope.to_string(), self.role)
    }
}

impl Removal {
    /// The ARM path of where it is assigned.
    pub(crate) fn scope(&self) -> &str {
        let (scope, _) = self.id.rsplit_once(ASSIGNMENTS).unwrap_or((&self.id, ""));
        if scope.is_empty() { "/" } else { scope }
    }

    pub(crate) fn line(&self) -> (String, String) {
        (self.role_name.clone(), self.place.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Removal { id, role, role_name: _, place: _, orphan_of } = self;
        let holder = orphan_of.map(|id| Field::unset("principalId", id.to_string()));
        let assignment =
            [Field::unset("id", id.clone()), Field::unset("roleDefinitionId", role.to_string())];
        assignment.into_iter().chain(holder).collect()
    }

    pub(crate) fn object(&self) -> Object {
        Object::RoleAssignment(self.id.to_lowercase(), self.role)
    }
}

impl Action {
    pub(crate) fn is_privileged(&self) -> bool {
        match self {
            Action::Assign(assignment) => assignment.privileged,
            Action::Remove(_) => false,
        }
    }

    pub(crate) fn verb(&self) -> crate::Verb {
        match self {
            Action::Assign(_) => crate::Verb::Create,
            Action::Remove(_) => crate::Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        match self {
            Action::Assign(assignment) => assignment.line(),
            Action::Remove(removal) => removal.line(),
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Assign(assignment) => assignment.fields(),
            Action::Remove(removal) => removal.fields(),
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Assign(assignment) => assignment.object(),
            Action::Remove(removal) => removal.object(),
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::RoleAssignment(action)
    }
}
