//! The log of who changed what in the directory.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};
use time::Duration;

use crate::audit;
use crate::behaviour::Variant;
use crate::graph::Call;
use crate::graph::collection::{Kind, list};
use crate::graph::error::GraphError;
use crate::model::audit::{Actor, AuditEvent, DirectoryRecord, Modified, Record, Target};
use crate::store::Answer;
use crate::timestamps::ticks;

static DIRECTORY_AUDIT: Kind = Kind {
    name: "directoryAudit",
    resource: "DirectoryAudit",
    equal: &["activityDateTime", "activityDisplayName", "correlationId", "id", "loggedByService"],
    starts_with: &["activityDisplayName"],
    any: &["targetResources/displayName", "targetResources/id"],
    ordered: &["activityDateTime"],
    open: false,
    defaults: &DEFAULTS,
};

static DEFAULTS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    const PROPERTIES: [&str; 12] = [
        "id",
        "category",
        "correlationId",
        "result",
        "resultReason",
        "activityDisplayName",
        "activityDateTime",
        "loggedByService",
        "operationType",
        "initiatedBy",
        "targetResources",
        "additionalDetails",
    ];
    PROPERTIES.map(|name| (name.to_owned(), Value::Null)).into_iter().collect()
});

/// The newest first. Kept for thirty days, without a licence for seven (documented).
pub(super) fn list_of(call: &Call<'_>, context: &str) -> Result<Answer, GraphError> {
    let days = if call.behaviour.is(Variant::NoPremiumLicence) { 7 } else { 30 };
    let events =
        audit::readable(call, Duration::days(days)).filter_map(|event| match &event.record {
            Record::Directory(record) => Some(render(event, record)),
            Record::Management(_) => None,
        });
    Ok(list(call, &DIRECTORY_AUDIT, context, events)?.into())
}

fn render(event: &AuditEvent, record: &DirectoryRecord) -> Map<String, Value> {
    let DirectoryRecord { activity, category, operation, targets } = record;
    let rendered = json!({
        "id": format!("Directory_{}_{}", event.id, event.number),
        "category": category,
        "correlationId": event.id,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": activity,
        "activityDateTime": ticks(event.at),
        "loggedByService": "Core Directory",
        "operationType": operation,
        "initiatedBy": initiator(&event.actor),
        "targetResources": targets.iter().map(target).collect::<Vec<_>>(),
        "additionalDetails": [],
    });
    rendered.as_object().cloned().unwrap_or_default()
}

/// Of an application, the client id is left out (quoted from logs), and of a user the name.
fn initiator(actor: &Actor) -> Value {
    match &actor.principal_name {
        Some(name) => json!({
            "app": null,
            "user": {
                "id": actor.object,
                "displayName": null,
                "userPrincipalName": name,
                "ipAddress": "127.0.0.1",
                "userType": null,
                "homeTenantId": null,
                "homeTenantName": null,
            },
        }),
        None => json!({
            "user": null,
            "app": {
                "appId": null,
                "displayName": actor.name,
                "servicePrincipalId": actor.object,
                "servicePrincipalName": null,
            },
        }),
    }
}

/// A user is shown by the principal name alone.
fn target(target: &Target) -> Value {
    let Target { id, kind, name, modified } = target;
    let is_user = kind == "User";
    let properties = modified.iter().map(|Modified { name, old, new }| {
        json!({ "displayName": name, "oldValue": old, "newValue": new })
    });
    json!({
        "id": id,
        "displayName": name.as_ref().filter(|_| !is_user),
        "type": kind,
        "userPrincipalName": name.as_ref().filter(|_| is_user),
        "groupType": null,
        "modifiedProperties": properties.collect::<Vec<_>>(),
    })
}
