//! What the services' own logs tell of writes: derived from the request and its changes, in one place.
//!
//! Refused writes and those that change nothing are in no log here, which is less than the services
//! keep.

mod directory;
mod management;

use axum::http::Method;
use uuid::Uuid;

use crate::behaviour::luck;
use crate::model::audit::{Actor, AuditEvent, Record};
use crate::model::user::User;
use crate::service::Call;
use crate::store::{Answer, Change, State};

/// Adds the log's entries to the changes of a write in the directory.
pub(crate) fn of_directory(call: &Call<'_>, answer: Answer) -> Answer {
    let records = directory::records(call.state, &answer.changes);
    recorded(call, answer, records.into_iter().map(Record::Directory))
}

/// Adds the log's entry to the changes of a write in Azure.
pub(crate) fn of_management(call: &Call<'_>, answer: Answer) -> Answer {
    let written = call.request.method != Method::GET && !answer.changes.is_empty();
    let record = written.then(|| management::record(call.request, &answer.reply));
    recorded(call, answer, record.into_iter().map(Record::Management))
}

fn recorded(call: &Call<'_>, answer: Answer, records: impl Iterator<Item = Record>) -> Answer {
    let Answer { reply, mut changes } = answer;
    let numbers = call.state.next_audit_number()..;
    let events = numbers.zip(records).map(|(number, record)| AuditEvent {
        number,
        id: Uuid::new_v4(),
        at: call.now,
        actor: actor(call),
        record,
    });
    changes.extend(events.map(|event| Change::Audit(Box::new(event))));
    Answer::with_changes(reply, changes)
}

fn actor(call: &Call<'_>) -> Actor {
    let caller = call.caller;
    let principal_name = caller.is_delegated().then(|| caller.name());
    let user = call.state.users.get(&caller.oid).map(User::display_name);
    let name = user.or_else(|| principal_name_of(call.state, caller.oid));
    Actor {
        object: caller.oid,
        application: caller.appid,
        name: name.unwrap_or_else(|| caller.appid.to_string()),
        principal_name,
    }
}

/// The name of a service principal: its application's, while that is in this tenant.
fn principal_name_of(state: &State, id: Uuid) -> Option<String> {
    let principal = state.service_principals.get(&id)?;
    let application = state.application_of(principal.app_id).map(|one| one.display_name.clone());
    Some(application.unwrap_or_else(|| principal.display_name.clone()))
}

/// What can be read of the log by now, the newest first: entries show up late, and not for ever.
pub(crate) fn readable<'a>(
    call: &'a Call<'_>,
    kept: time::Duration,
) -> impl Iterator<Item = &'a AuditEvent> {
    let from = call.now - kept;
    let is_there = move |event: &&AuditEvent| {
        let behaviour = call.behaviour;
        let luck = luck(behaviour.seed, &format!("audit event {}", event.number));
        event.at >= from && event.at + behaviour.audit_delay.at(luck) <= call.now
    };
    call.state.audit_events().rev().filter(is_there)
}
