//! Creating and deleting groups takes time: the client is given two addresses to ask at.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::management_groups::{kind, properties};
use crate::arm::versions::api_version;
use crate::behaviour::luck;
use crate::http::Reply;
use crate::model::group_operation::{GroupOperation, OperationKind};
use crate::model::hierarchy::management_group_id;
use crate::store::{Answer, Change};

/// Which of the two addresses is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::arm) enum Polled {
    /// That of the header `Azure-AsyncOperation`.
    Status,
    /// That of the header `Location`.
    Result,
}

/// 202, with the group as it is about to be. What fails later is accepted like the rest (observed).
pub(super) fn begin(
    call: &Call<'_>,
    kind: OperationKind,
    group: &str,
    failure: Option<&str>,
) -> Result<Answer, ArmError> {
    let drawn_for = format!("{} {group} {}", kind.name(), call.now);
    let runs = call.behaviour.operations.at(luck(call.behaviour.seed, &drawn_for));
    let operation = GroupOperation {
        kind,
        group: group.to_owned(),
        ends: call.now + runs,
        failure: failure.map(str::to_owned),
    };
    let reply = Reply::json(StatusCode::ACCEPTED, of_group(call, group, "NotStarted")?);
    let reply = with_addresses(call, reply, &operation)?;
    Ok(Answer::with_changes(reply, vec![Change::GroupOperation(operation)]))
}

/// Whether the group cannot be read yet.
pub(super) fn is_being_created(call: &Call<'_>, group: &str) -> bool {
    call.state
        .group_operation(OperationKind::Create, group)
        .is_some_and(|operation| call.now < operation.ends)
}

/// How far an operation is. A failed one is answered with 200 (observed).
pub(in crate::arm) fn operation(
    call: &Call<'_>,
    kind: OperationKind,
    group: &str,
    polled: Polled,
) -> Result<Answer, ArmError> {
    let operation = call.state.group_operation(kind, group).ok_or_else(|| {
        let message = format!("There is no operation on the management group '{group}'.");
        ArmError::not_found("NotFound", message)
    })?;
    let status = match &operation.failure {
        _ if call.now < operation.ends => "Running",
        Some(_) => "Failed",
        None => "Succeeded",
    };
    let mut body = match polled {
        Polled::Status => json!({
            "id": status_path(operation),
            "name": operation.group,
            "status": status,
        }),
        Polled::Result => of_group(call, &operation.group, status)?,
    };
    if status == "Running" {
        let code = if polled == Polled::Status { StatusCode::OK } else { StatusCode::ACCEPTED };
        return Ok(with_addresses(call, Reply::json(code, body), operation)?.into());
    }
    match (&operation.failure, operation.kind) {
        (Some(reason), _) => {
            body["error"] = json!({ "code": "BadRequest", "message": reason, "details": null });
        }
        (None, OperationKind::Create) => {
            let created = call.state.management_group(group);
            body["properties"] = created.map_or(Value::Null, |group| properties(call, group));
            if polled == Polled::Status
                && let Some(details) = body["properties"]["details"].as_object_mut()
            {
                details.remove("parent");
            }
        }
        (None, OperationKind::Delete) => {}
    }
    Ok(Reply::json(StatusCode::OK, body).into())
}

fn of_group(call: &Call<'_>, group: &str, status: &str) -> Result<Value, ArmError> {
    Ok(json!({
        "id": management_group_id(group),
        "type": kind(call)?,
        "name": group,
        "status": status,
    }))
}

fn with_addresses(
    call: &Call<'_>,
    reply: Reply,
    operation: &GroupOperation,
) -> Result<Reply, ArmError> {
    let GroupOperation { kind, group, .. } = operation;
    // The addresses have a version of their own (observed).
    let version = match api_version(call.request)? {
        first @ "2018-03-01-preview" => first,
        _ => "2022-09-01",
    };
    let address = |path: &str| format!("{}{path}?api-version={version}", call.url);
    let result = format!("{RESULTS}/{}/managementGroups/{group}", kind.name());
    Ok(reply
        .with_header("azure-asyncoperation", address(&status_path(operation)))
        .with_header("location", address(&result)))
}

const RESULTS: &str = "/providers/Microsoft.Management/operationResults";

fn status_path(operation: &GroupOperation) -> String {
    let GroupOperation { kind, group, .. } = operation;
    format!("{RESULTS}/{}/asyncOperation/status/managementGroups/{group}", kind.name())
}
