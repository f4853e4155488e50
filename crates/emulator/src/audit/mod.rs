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

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use crate::model::audit::{Actor, AuditEvent, ManagementRecord, Record};
    use crate::model::tenant::Tenant;
    use crate::store::{Change, State};

    fn event(number: u64) -> Change {
        let actor = Actor {
            object: Uuid::nil(),
            application: Uuid::nil(),
            name: "somebody".to_owned(),
            principal_name: None,
        };
        let record = Record::Management(ManagementRecord {
            operation: "x/y/write".to_owned(),
            resource: "/x".to_owned(),
            method: "PUT".to_owned(),
            status: 200,
            response: None,
        });
        let at = OffsetDateTime::UNIX_EPOCH;
        Change::Audit(Box::new(AuditEvent { number, id: Uuid::nil(), at, actor, record }))
    }

    #[test]
    fn only_the_newest_ten_thousand_are_kept() {
        let tenant = Tenant {
            id: Uuid::nil(),
            display_name: String::new(),
            domains: Vec::new(),
            created: OffsetDateTime::UNIX_EPOCH,
        };
        let state = State::new(tenant.clone(), (0..10_005).map(event));
        let numbers =
            |state: &State| state.audit_events().map(|one| one.number).collect::<Vec<_>>();
        assert_eq!(numbers(&state), (5..10_005).collect::<Vec<_>>());
        assert_eq!(state.next_audit_number(), 10_005);
        // And so they are once the log was compacted.
        assert_eq!(numbers(&State::new(tenant, state.to_changes())), numbers(&state));
    }
}
