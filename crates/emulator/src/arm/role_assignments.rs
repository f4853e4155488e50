use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::{ArmError, at};
use crate::arm::role_definitions::{self, definition_id, is_assignable};
use crate::arm::{Call, conditions, existence, subscription_scope};
use crate::behaviour::Variant;
use crate::filter::Condition;
use crate::http::Reply;
use crate::model::role::{Audit, RoleAssignment, RoleDefinition};
use crate::model::scope::{Scope, ScopeKind};
use crate::store::{Answer, Change, State};
use crate::timestamps::ticks;

const READ: &str = "Microsoft.Authorization/roleAssignments/read";
pub(super) const WRITE: &str = "Microsoft.Authorization/roleAssignments/write";
pub(super) const DELETE: &str = "Microsoft.Authorization/roleAssignments/delete";

/// As the refusal of any other names them.
const FILTERS: &str = "'atScope()' or 'principalId eq '{value}' or assignedTo('{value}')'";

/// At the scope, above and below it; inherited rows keep the scope that they were made at
/// (observed).
pub(super) fn list(call: &Call<'_>, scope: &Scope) -> Result<Answer, ArmError> {
    call.require(READ, scope, scope.as_str())?;
    existence::require(call.state, scope)?;
    let parts = call
        .filter(Part::of)
        .ok_or_else(|| ArmError::unsupported_filter(call.filter_text(), FILTERS))?;
    let with_those_below = !parts.iter().any(|part| matches!(part, Part::AtScope));
    let above = call.state.lineage(scope);
    let related = |one: &&RoleAssignment| {
        above.contains(&one.scope.to_ascii_lowercase())
            || (with_those_below && is_below(call, one, scope))
    };
    let principals: Vec<Vec<Uuid>> =
        parts.iter().filter_map(|part| part.principals(call)).collect();
    let wanted = |one: &&RoleAssignment| principals.iter().all(|ids| ids.contains(&one.principal));
    // A principal holds few of the assignments that there are.
    let assignments: Vec<&RoleAssignment> = match principals.first() {
        Some(ids) => {
            let held = ids.iter().flat_map(|id| call.state.assignments_of(*id));
            held.filter(wanted).filter(related).collect()
        }
        None => call.state.role_assignments.values().filter(wanted).filter(related).collect(),
    };
    call.page_of(assignments, |one| render(one, scope))
}

pub(super) fn one(call: &Call<'_>, scope: &Scope, name: &str) -> Result<Answer, ArmError> {
    let shown = at(scope, "roleAssignments", name);
    let action = match call.request.method {
        Method::GET => READ,
        Method::PUT => WRITE,
        Method::DELETE => DELETE,
        _ => return Err(ArmError::method_not_allowed(&call.request.method)),
    };
    call.require(action, scope, &shown)?;
    existence::require(call.state, scope)?;
    let found = find(call, scope, name);
    match (action, found) {
        (WRITE, _) => put(call, scope, name, &shown),
        (READ, Some(assignment)) => {
            Ok(Reply::json(StatusCode::OK, render(assignment, scope)).into())
        }
        (READ, None) => {
            let message = format!("The role assignment '{name}' is not found.");
            Err(ArmError::not_found("RoleAssignmentNotFound", message))
        }
        (_, Some(assignment)) => {
            conditions::check_removal(call, scope, &shown, assignment)?;
            let reply = Reply::json(StatusCode::OK, render(assignment, scope));
            Ok(Answer::with_changes(reply, vec![Change::RoleAssignmentRemoved(assignment.name)]))
        }
        (_, None) => Ok(Reply::empty(StatusCode::NO_CONTENT).into()),
    }
}

#[derive(Deserialize)]
struct Body {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    role_definition_id: String,
    principal_id: String,
    principal_type: Option<String>,
    description: Option<String>,
    condition: Option<String>,
    condition_version: Option<String>,
}

/// Creates, or updates description and condition in place: 201 for both (observed).
fn put(call: &Call<'_>, scope: &Scope, name: &str, shown: &str) -> Result<Answer, ArmError> {
    let name = assignment_name(name)?;
    let Body { properties } = call.request.json()?;
    refuse_long(&properties)?;
    let Properties { role_definition_id, principal_id, principal_type, .. } = &properties;
    let (wanted, kind) = (last_part(role_definition_id), principal_type.as_deref());
    conditions::check_write(call, scope, shown, wanted, principal_id, kind)?;
    let role = role(call, scope, &properties.role_definition_id)?;
    let (principal, principal_type) = principal(call, &properties)?;
    let existing = call.state.role_assignments.get(&name);
    let assignment = RoleAssignment {
        name,
        scope: existing
            .map_or_else(|| scope.as_str().to_owned(), |existing| existing.scope.clone()),
        principal,
        principal_type,
        role: role.name,
        description: properties.description,
        condition: properties.condition,
        condition_version: properties.condition_version,
        audit: existing.map_or_else(
            || Audit::new(Some(call.caller.oid), call.now),
            |existing| existing.audit.updated(call.caller.oid, call.now),
        ),
    };
    if let Some(existing) = existing {
        refuse_other_identity(existing, &assignment, scope)?;
    } else {
        refuse_duplicate(call, &assignment)?;
        refuse_too_many(call, scope)?;
    }
    let mut body = render(&assignment, scope);
    body["properties"]["createdBy"] = Value::Null;
    Ok(Answer::with_changes(
        Reply::json(StatusCode::CREATED, body),
        vec![Change::RoleAssignment(assignment)],
    ))
}

fn assignment_name(text: &str) -> Result<Uuid, ArmError> {
    Uuid::try_parse(text).map_err(|_| {
        let message = format!(
            "The role assignment ID '{text}' is not valid. The role assignment ID must be a GUID."
        );
        ArmError::bad_request("InvalidRoleAssignmentId", message)
    })
}

/// Both limits are documented, the words are a guess.
fn refuse_long(properties: &Properties) -> Result<(), ArmError> {
    let Properties { description, condition, .. } = properties;
    for (name, text, most) in [("description", description, 2048), ("condition", condition, 8192)] {
        if text.as_ref().is_some_and(|text| text.len() > most) {
            let message = format!("The {name} of a role assignment has at most {most} bytes.");
            return Err(ArmError::bad_request("InvalidCreateRoleAssignmentRequest", message));
        }
    }
    Ok(())
}

/// The id counts by its last part. A role that cannot be used at the scope does not exist there.
fn role<'a>(call: &Call<'a>, scope: &Scope, id: &str) -> Result<&'a RoleDefinition, ArmError> {
    let name = last_part(id);
    let found = role_definitions::find(call.referable, name)
        .filter(|role| is_assignable(call.state, role, scope));
    let role =
        found.ok_or_else(|| ArmError::role_definition_not_found(StatusCode::BAD_REQUEST, name))?;
    let at_group = matches!(scope.kind, ScopeKind::ManagementGroup { .. });
    if at_group && !role.built_in && role.has_data_actions() {
        let message = "Role assignments to Management Groups can not be made to custom role definitions with DataActions";
        return Err(ArmError::bad_request("InvalidCreateRoleAssignmentRequest", message));
    }
    Ok(role)
}

/// Principals are service principals, users and groups of the tenant. Unknown ones are refused whatever type the body
/// claims: that is the stricter reading of the sources, and it catches an application's id in place
/// of the object's.
fn principal(call: &Call<'_>, properties: &Properties) -> Result<(Uuid, String), ArmError> {
    let text = &properties.principal_id;
    let id = Uuid::try_parse(text).map_err(|_| {
        let message =
            format!("The Principal ID '{text}' is not valid. Principal ID must be a GUID.");
        ArmError::bad_request("InvalidPrincipalId", message)
    })?;
    // A claimed type spares the look-up that new principals fail (documented).
    let claimed = properties.principal_type.is_some();
    let known = if claimed { call.state } else { call.referable };
    let kind = kind_of(known, id)
        .ok_or_else(|| ArmError::principal_not_found(id, call.state.tenant.id))?;
    match &properties.principal_type {
        Some(claimed) if !claimed.eq_ignore_ascii_case(kind) => Err(ArmError::bad_request(
            "UnmatchedPrincipalType",
            // The misspelling is the service's own, and clients may match it.
            format!(
                "The PrincipalId '{}' has type '{kind}' , which is different from specified \
                 PrinciaplType '{claimed}'.",
                id.simple()
            ),
        )),
        _ => Ok((id, kind.to_owned())),
    }
}

pub(super) fn kind_of(state: &State, principal: Uuid) -> Option<&'static str> {
    if state.live_service_principal(principal).is_some() {
        Some("ServicePrincipal")
    } else if state.users.contains_key(&principal) {
        Some("User")
    } else {
        state.groups.contains_key(&principal).then_some("Group")
    }
}

fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

/// A name is unique in the tenant and stays with its principal, role and scope.
fn refuse_other_identity(
    existing: &RoleAssignment,
    new: &RoleAssignment,
    scope: &Scope,
) -> Result<(), ArmError> {
    let same = (existing.principal, existing.role) == (new.principal, new.role)
        && existing.scope.eq_ignore_ascii_case(scope.as_str());
    if same {
        return Ok(());
    }
    let message =
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
    Err(ArmError::bad_request("RoleAssignmentUpdateNotPermitted", message))
}

fn refuse_duplicate(call: &Call<'_>, new: &RoleAssignment) -> Result<(), ArmError> {
    let same = |other: &&RoleAssignment| {
        (other.principal, other.role) == (new.principal, new.role)
            && other.scope.eq_ignore_ascii_case(&new.scope)
    };
    match call.state.assignments_of(new.principal).find(same) {
        Some(other) => {
            let id = other.name.simple();
            let message = if call.behaviour.is(Variant::ExistingAssignmentUnnamed) {
                "The role assignment already exists.".to_owned()
            } else {
                format!(
                    "The role assignment already exists. The ID of the existing role assignment is {id}."
                )
            };
            Err(ArmError::conflict("RoleAssignmentExists", message))
        }
        None => Ok(()),
    }
}

/// A subscription counts what is assigned at it and below, a management group what is assigned at
/// it (documented; the status is a guess).
fn refuse_too_many(call: &Call<'_>, scope: &Scope) -> Result<(), ArmError> {
    let limits = &call.behaviour.limits;
    let (counted, most) = match (&scope.kind, scope.subscription()) {
        (_, Some(id)) => (subscription_scope(id), limits.role_assignments_per_subscription),
        (_, None) => (scope.clone(), limits.role_assignments_per_management_group),
    };
    let counts = |one: &&RoleAssignment| {
        one.scope.eq_ignore_ascii_case(counted.as_str())
            || (counted.subscription().is_some() && is_below(call, one, &counted))
    };
    if call.state.role_assignments.values().filter(counts).count() < most {
        return Ok(());
    }
    let message = "No more role assignments can be created.";
    Err(ArmError::bad_request("RoleAssignmentLimitExceeded", message))
}

fn find<'a>(call: &Call<'a>, scope: &Scope, name: &str) -> Option<&'a RoleAssignment> {
    let assignment = call.state.role_assignments.get(&Uuid::try_parse(name).ok()?)?;
    assignment.scope.eq_ignore_ascii_case(scope.as_str()).then_some(assignment)
}

fn is_below(call: &Call<'_>, assignment: &RoleAssignment, scope: &Scope) -> bool {
    let key = scope.key();
    match scope.kind {
        ScopeKind::Root => true,
        ScopeKind::ManagementGroup { .. } => {
            Scope::parse(&assignment.scope).is_some_and(|at| call.state.lineage(&at).contains(&key))
        }
        ScopeKind::Subscription { .. }
        | ScopeKind::ResourceGroup { .. }
        | ScopeKind::Resource { .. } => {
            let at = assignment.scope.to_ascii_lowercase();
            at.strip_prefix(&key).is_some_and(|rest| rest.starts_with('/'))
        }
    }
}

/// What a list may be cut down to.
enum Part {
    /// Leaves out what lies below; despite its name it includes what is inherited (documented).
    AtScope,
    Principal(Uuid),
    /// To the principal, or to a group that it is in (documented).
    AssignedTo(Uuid),
}

impl Part {
    fn of(condition: Condition) -> Option<Self> {
        match condition {
            Condition::Equal(name, Value::String(id))
                if name.eq_ignore_ascii_case("principalId") =>
            {
                Some(Self::Principal(id_of(&id)))
            }
            Condition::Function(name, arguments) => match (name.as_str(), arguments.as_slice()) {
                ("atscope", []) => Some(Self::AtScope),
                ("assignedto", [Value::String(id)]) => Some(Self::AssignedTo(id_of(id))),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whose assignments it leaves; none: everybody's.
    fn principals(&self, call: &Call<'_>) -> Option<Vec<Uuid>> {
        match self {
            Self::AtScope => None,
            Self::Principal(id) => Some(vec![*id]),
            Self::AssignedTo(id) => {
                Some(std::iter::once(*id).chain(call.referable.groups_of(*id)).collect())
            }
        }
    }
}

/// What is no id is nobody's.
fn id_of(text: &str) -> Uuid {
    Uuid::try_parse(text).unwrap_or_default()
}

/// Nulls are written out; the role's id follows the subscription that was asked through (observed).
fn render(assignment: &RoleAssignment, through: &Scope) -> Value {
    let Audit { created_on, updated_on, created_by, updated_by } = &assignment.audit;
    json!({
        "properties": {
            "roleDefinitionId": definition_id(assignment.role, through),
            "principalId": assignment.principal,
            "principalType": assignment.principal_type,
            "scope": assignment.scope,
            "condition": assignment.condition,
            "conditionVersion": assignment.condition_version,
            "createdOn": ticks(*created_on),
            "updatedOn": ticks(*updated_on),
            "createdBy": created_by,
            "updatedBy": updated_by,
            "delegatedManagedIdentityResourceId": null,
            "description": assignment.description,
        },
        "id": assignment.id(),
        "type": "Microsoft.Authorization/roleAssignments",
        "name": assignment.name,
    })
}
