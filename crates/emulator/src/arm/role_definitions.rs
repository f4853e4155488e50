use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::{ArmError, at};
use crate::arm::role_definition_checks::{self as checks, Body};
use crate::arm::{Call, existence, protection};
use crate::filter::Condition;
use crate::http::Reply;
use crate::model::role::{Audit, RoleDefinition};
use crate::model::scope::{Scope, ScopeKind};
use crate::store::{Answer, Change, State};
use crate::timestamps::ticks;

const READ: &str = "Microsoft.Authorization/roleDefinitions/read";
const WRITE: &str = "Microsoft.Authorization/roleDefinitions/write";
const DELETE: &str = "Microsoft.Authorization/roleDefinitions/delete";

/// As the refusal of any other names them.
const FILTERS: &str = "'atScopeAndBelow()', 'roleName eq '{value}'' or 'type eq '{value}''";

/// Roles that can be used at the scope; with `atScopeAndBelow()` also those of scopes beneath it.
pub(super) fn list(call: &Call<'_>, scope: &Scope) -> Result<Answer, ArmError> {
    require_read(call, scope, scope.as_str())?;
    existence::require(call.state, scope)?;
    let parts = call
        .filter(Part::of)
        .ok_or_else(|| ArmError::unsupported_filter(call.filter_text(), FILTERS))?;
    let below = parts.iter().any(|part| matches!(part, Part::AtScopeAndBelow));
    let definitions =
        call.state.role_definitions.values().filter(|one| visible(call, one, scope, below));
    let wanted = definitions.filter(|one| parts.iter().all(|part| part.accepts(one)));
    call.page_of(wanted.collect(), |one| render(one, scope))
}

pub(super) fn one(call: &Call<'_>, scope: &Scope, name: &str) -> Result<Answer, ArmError> {
    let shown = at(scope, "roleDefinitions", name);
    match call.request.method {
        Method::GET => {
            require_read(call, scope, &shown)?;
            existence::require(call.state, scope)?;
            let found = find(call.state, name).filter(|one| visible(call, one, scope, false));
            let found = found
                .ok_or_else(|| ArmError::role_definition_not_found(StatusCode::NOT_FOUND, name))?;
            Ok(Reply::json(StatusCode::OK, render(found, scope)).into())
        }
        Method::PUT => {
            call.require(WRITE, scope, &shown)?;
            existence::require(call.state, scope)?;
            put(call, scope, name)
        }
        Method::DELETE => {
            call.require(DELETE, scope, &shown)?;
            delete(call, scope, name)
        }
        _ => Err(ArmError::method_not_allowed(&call.request.method)),
    }
}

/// The role that a name in a path means, wherever it is defined.
pub(super) fn find<'a>(state: &'a State, name: &str) -> Option<&'a RoleDefinition> {
    state.role_definitions.get(&Uuid::try_parse(name).ok()?)
}

/// Whether the role may be assigned at the scope: built in, or a scope at or above it is
/// assignable.
pub(super) fn is_assignable(state: &State, definition: &RoleDefinition, scope: &Scope) -> bool {
    let lineage = state.lineage(scope);
    definition.built_in || assignable(definition).any(|at| lineage.contains(&at.key()))
}

/// Through a subscription the id begins with it, elsewhere it has no scope at all (observed).
pub(super) fn definition_id(name: Uuid, through: &Scope) -> String {
    let id = format!("/providers/Microsoft.Authorization/roleDefinitions/{name}");
    through
        .subscription()
        .map_or(id.clone(), |subscription| format!("/subscriptions/{subscription}{id}"))
}

/// Creates and updates, 201 for both (observed).
fn put(call: &Call<'_>, scope: &Scope, name: &str) -> Result<Answer, ArmError> {
    let name = checks::name(name)?;
    let Body { properties } = call.request.json()?;
    let existing = call.state.role_definitions.get(&name);
    checks::validate(&properties)?;
    if existing.is_some_and(|one| one.built_in) {
        return Err(ArmError::conflict(
            "RoleDefinitionExists",
            "The role definition already exists.",
        ));
    }
    let definition = RoleDefinition {
        name,
        role_name: properties.role_name.unwrap_or_default(),
        built_in: false,
        description: properties.description,
        permissions: properties.permissions,
        assignable_scopes: properties.assignable_scopes,
        audit: existing.map_or_else(
            || Audit::new(Some(call.caller.oid), call.now),
            |existing| existing.audit.updated(call.caller.oid, call.now),
        ),
    };
    require_linked(call, scope, std::iter::once(&definition).chain(existing))?;
    checks::refuse_taken_name(call.state, &definition)?;
    if existing.is_none() {
        checks::refuse_too_many(call.state, call.behaviour.limits.custom_roles)?;
    }
    checks::refuse_orphans(call.state, &definition)?;

    // The reply of a write names no creator and gives the moment of the write twice (observed).
    let mut body = render(&definition, scope);
    body["properties"]["createdBy"] = Value::Null;
    body["properties"]["createdOn"] = body["properties"]["updatedOn"].clone();
    Ok(Answer::with_changes(
        Reply::json(StatusCode::CREATED, body),
        vec![Change::RoleDefinition(definition)],
    ))
}

fn delete(call: &Call<'_>, scope: &Scope, name: &str) -> Result<Answer, ArmError> {
    let Some(definition) = find(call.state, name).filter(|one| visible(call, one, scope, true))
    else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT).into());
    };
    if definition.built_in {
        let message = "Built-in roles cannot be deleted.";
        return Err(ArmError::bad_request("RoleDefinitionCannotBeDeleted", message));
    }
    require_linked(call, scope, [definition])?;
    checks::refuse_while_assigned(call.state, definition)?;
    let reply = Reply::json(StatusCode::OK, render(definition, scope));
    Ok(Answer::with_changes(reply, vec![Change::RoleDefinitionRemoved(definition.name)]))
}

/// Writing a role takes the right to write roles at each of its assignable scopes, and none of them
/// may be in a disabled subscription (documented; the code for the latter is a guess). Management
/// groups that do not exist are let through, as the service does not look.
fn require_linked<'a>(
    call: &Call<'_>,
    scope: &Scope,
    definitions: impl IntoIterator<Item = &'a RoleDefinition>,
) -> Result<(), ArmError> {
    let unknown = |at: &Scope| match &at.kind {
        ScopeKind::ManagementGroup { name } => call.state.management_group(name).is_none(),
        _ => false,
    };
    let scopes: Vec<Scope> = definitions.into_iter().flat_map(assignable).collect();
    scopes.iter().try_for_each(|at| protection::refuse_read_only_subscription(call, at))?;
    let refused = scopes.iter().filter(|at| !unknown(at) && !call.may(WRITE, at));
    let refused: Vec<String> = refused.map(|at| at.as_str().to_owned()).collect();
    if refused.is_empty() {
        return Ok(());
    }
    Err(ArmError::linked_forbidden(call.caller, WRITE, scope.as_str(), &refused))
}

/// Anybody in the tenant may look up roles at tenant level.
fn require_read(call: &Call<'_>, scope: &Scope, shown: &str) -> Result<(), ArmError> {
    match scope.kind {
        ScopeKind::Root => Ok(()),
        _ => call.require(READ, scope, shown),
    }
}

fn visible(call: &Call<'_>, definition: &RoleDefinition, scope: &Scope, below: bool) -> bool {
    let readable_somewhere = || assignable(definition).any(|at| call.may(READ, &at));
    let beneath =
        || assignable(definition).any(|at| call.state.lineage(&at).contains(&scope.key()));
    is_assignable(call.state, definition, scope)
        || (scope.kind == ScopeKind::Root && readable_somewhere())
        || (below && beneath())
}

fn assignable(definition: &RoleDefinition) -> impl Iterator<Item = Scope> {
    definition.assignable_scopes.iter().filter_map(|scope| Scope::parse(scope))
}

/// What a list may be cut down to.
enum Part {
    RoleName(String),
    Type(String),
    AtScopeAndBelow,
}

impl Part {
    fn of(condition: Condition) -> Option<Self> {
        match condition {
            Condition::Equal(name, Value::String(value)) => {
                match name.to_ascii_lowercase().as_str() {
                    "rolename" => Some(Self::RoleName(value)),
                    "type" => Some(Self::Type(value)),
                    _ => None,
                }
            }
            Condition::Function(name, arguments)
                if name == "atscopeandbelow" && arguments.is_empty() =>
            {
                Some(Self::AtScopeAndBelow)
            }
            _ => None,
        }
    }

    fn accepts(&self, definition: &RoleDefinition) -> bool {
        match self {
            Self::RoleName(name) => definition.role_name.eq_ignore_ascii_case(name),
            Self::Type(name) => kind(definition).eq_ignore_ascii_case(name),
            Self::AtScopeAndBelow => true,
        }
    }
}

fn kind(definition: &RoleDefinition) -> &'static str {
    if definition.built_in { "BuiltInRole" } else { "CustomRole" }
}

fn render(definition: &RoleDefinition, through: &Scope) -> Value {
    let Audit { created_on, updated_on, created_by, updated_by } = &definition.audit;
    json!({
        "properties": {
            "roleName": definition.role_name,
            "type": kind(definition),
            "description": definition.description,
            "assignableScopes": definition.assignable_scopes,
            "permissions": definition.permissions,
            "createdOn": ticks(*created_on),
            "updatedOn": ticks(*updated_on),
            "createdBy": created_by,
            "updatedBy": updated_by,
        },
        "id": definition_id(definition.name, through),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": definition.name,
    })
}
