//! Step C: the built-in roles are assigned at every scope.

use spec::{PrincipalId, RoleAssignmentId, RoleDefinitionId, ScopeId, Spec};

use crate::{
    Field, Finding, FindingCode, Marker, Object, Observed as All, Plan, Subject,
    marked_description, role_assignment_id,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub roles: Vec<Role>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    pub name: String,
    pub id: RoleDefinitionId,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let roles = spec.profile.built_in_roles.iter();
        let roles = roles.map(|role| Role { name: role.name.clone(), id: role.id });
        Desired { roles: roles.collect() }
    }
}

/// Assignments of our principal at the spec's scopes, ours and foreign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub assignments: Vec<Existing>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Existing {
    pub scope: ScopeId,
    pub role: RoleDefinitionId,
    /// Limits what it grants.
    pub has_condition: bool,
}

/// Assigns a role at a scope. Also how Step D assigns the custom role.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    pub scope: ScopeId,
    /// The scope with its name, for display.
    pub place: String,
    pub role: RoleDefinitionId,
    pub role_name: String,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Assign(Assignment),
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    for scope in observed.directory.writable(&desired.scopes) {
        for role in &desired.role_assignments.roles {
            match missing(role, scope, &desired.marker, observed) {
                Ok(None) => plan.keep(),
                Ok(Some(assignment)) => {
                    plan.push(Action::Assign(assignment), &[]);
                }
                Err(finding) => plan.find(finding),
            }
        }
    }
}

/// The assignment that our principal lacks to hold `role` at `scope`, or what is in its way.
pub(crate) fn missing(
    role: &Role,
    scope: &ScopeId,
    marker: &Marker,
    observed: &All,
) -> Result<Option<Assignment>, Finding> {
    let Role { name, id } = role;
    let place = observed.directory.describe(scope);
    let mut existing = observed.role_assignments.assignments.iter();
    match existing.find(|existing| existing.scope == *scope && existing.role == *id) {
        Some(Existing { scope: _, role: _, has_condition: false }) => Ok(None),
        Some(Existing { scope: _, role: _, has_condition: true }) => {
            let message = format!(
                "{name} is assigned at {place} under a condition, which Azure counts as \
                 assigned: remove that assignment or its condition"
            );
            let finding = Finding::blocks(FindingCode::ConditionedAssignment, message);
            Err(finding.about(Subject::Scope(scope.clone())))
        }
        None => Ok(Some(Assignment {
            scope: scope.clone(),
            place,
            role: *id,
            role_name: name.clone(),
            description: marked_description("Lets Mondoo scan", marker),
        })),
    }
}

impl Assignment {
    /// The assignment's id for the principal it is given to.
    pub fn id(&self, principal: PrincipalId) -> RoleAssignmentId {
        role_assignment_id(&self.scope, principal, self.role)
    }

    pub(crate) fn line(&self) -> (String, String) {
        (self.role_name.clone(), self.place.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Assignment { scope, place: _, role, role_name: _, description } = self;
        vec![
            Field::set("scope", scope.to_string()),
            Field::set("roleDefinitionId", role.to_string()),
            Field::after_apply("principalId"),
            Field::set("description", description.clone()),
        ]
    }

    pub(crate) fn object(&self) -> Object {
        Object::RoleAssignment(self.scope.clone(), self.role)
    }
}

impl Action {
    pub fn assignment(&self) -> &Assignment {
        match self {
            Action::Assign(assignment) => assignment,
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::RoleAssignment(action)
    }
}
