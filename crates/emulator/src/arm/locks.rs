use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arm::error::{ArmError, at};
use crate::arm::{Call, existence, protection};
use crate::filter::Condition;
use crate::http::Reply;
use crate::model::lock::{Lock, LockProperties, lock_id};
use crate::model::scope::Scope;
use crate::store::{Answer, Change};

const READ: &str = "Microsoft.Authorization/locks/read";
const WRITE: &str = "Microsoft.Authorization/locks/write";
const DELETE: &str = "Microsoft.Authorization/locks/delete";

/// At the scope and below it (observed); those above it are a guess. `atScope()` leaves out those
/// below.
pub(super) fn list(call: &Call<'_>, scope: &Scope) -> Result<Answer, ArmError> {
    call.require(READ, scope, scope.as_str())?;
    existence::require(call.state, scope)?;
    let parts = call
        .filter(at_scope)
        .ok_or_else(|| ArmError::unsupported_filter(call.filter_text(), "'atScope()'"))?;
    let above = scope.enclosing();
    let beneath = format!("{}/", scope.key());
    let related = |lock: &&Lock| {
        let at = lock.scope.to_ascii_lowercase();
        above.contains(&at) || (parts.is_empty() && at.starts_with(&beneath))
    };
    call.page_of(call.state.locks.values().filter(related).collect(), render)
}

fn at_scope(condition: Condition) -> Option<()> {
    match condition {
        Condition::Function(name, arguments) if name == "atscope" && arguments.is_empty() => {
            Some(())
        }
        _ => None,
    }
}

/// No lock keeps anybody from writing or removing locks.
pub(super) fn one(call: &Call<'_>, scope: &Scope, name: &str) -> Result<Answer, ArmError> {
    let action = match call.request.method {
        Method::GET => READ,
        Method::PUT => WRITE,
        Method::DELETE => DELETE,
        _ => return Err(ArmError::method_not_allowed(&call.request.method)),
    };
    call.require_right(action, scope, &at(scope, "locks", name))?;
    existence::require(call.state, scope)?;
    let existing = call.state.locks.get(&lock_id(scope.as_str(), name).to_ascii_lowercase());
    match (action, existing) {
        (WRITE, _) => put(call, scope, name, existing),
        (READ, Some(lock)) => Ok(Reply::json(StatusCode::OK, render(lock)).into()),
        (READ, None) => {
            // The words are a guess.
            let message = format!("The lock '{name}' could not be found.");
            Err(ArmError::not_found("LockNotFound", message))
        }
        (_, Some(lock)) => Ok(Answer::with_changes(
            Reply::empty(StatusCode::OK),
            vec![Change::LockRemoved(lock.id())],
        )),
        (_, None) => Ok(Reply::empty(StatusCode::NO_CONTENT).into()),
    }
}

#[derive(Deserialize)]
struct Body {
    properties: LockProperties,
}

/// 201 for a new one, then 200 (observed).
fn put(
    call: &Call<'_>,
    scope: &Scope,
    name: &str,
    existing: Option<&Lock>,
) -> Result<Answer, ArmError> {
    protection::refuse_read_only_subscription(call, scope)?;
    let Body { properties } = call.request.json()?;
    if properties.notes.as_ref().is_some_and(|notes| notes.chars().count() > 512) {
        // The limit is documented, the words are a guess.
        let message = "The notes of a lock have at most 512 characters.";
        return Err(ArmError::bad_request("LockNotesTooLong", message));
    }
    let lock = match existing {
        Some(existing) => Lock { properties, ..existing.clone() },
        None => Lock { scope: scope.as_str().to_owned(), name: name.to_owned(), properties },
    };
    let status = if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let reply = Reply::json(status, render(&lock));
    Ok(Answer::with_changes(reply, vec![Change::Lock(lock)]))
}

fn render(lock: &Lock) -> Value {
    json!({
        "properties": lock.properties,
        "id": lock.id(),
        "type": "Microsoft.Authorization/locks",
        "name": lock.name,
    })
}
