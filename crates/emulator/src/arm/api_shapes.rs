//! What older API versions leave out of what newer ones show (all of it observed).

use serde_json::{Map, Value};

use crate::arm::route::Route;

/// Takes out of a reply what the version does not know.
pub(super) fn adapt(route: &Route, version: &str, body: &mut Value) {
    let adapt: fn(&str, &mut Value) = match route {
        Route::RoleAssignments(_) | Route::RoleAssignment(..) => role_assignment,
        Route::RoleDefinitions(_) | Route::RoleDefinition(..) => role_definition,
        Route::Vaults(..) | Route::Vault(_) => vault,
        _ => return,
    };
    match body.get_mut("value").and_then(Value::as_array_mut) {
        Some(objects) => objects.iter_mut().for_each(|object| adapt(version, object)),
        None => adapt(version, body),
    }
}

fn role_assignment(version: &str, assignment: &mut Value) {
    let conditions =
        ["condition", "conditionVersion", "delegatedManagedIdentityResourceId", "description"];
    until(version, "2020-03", properties(assignment), &conditions);
    until(version, "2018", properties(assignment), &["principalType"]);
}

fn role_definition(version: &str, definition: &mut Value) {
    let permissions =
        definition.pointer_mut("/properties/permissions").and_then(Value::as_array_mut);
    for permission in permissions.into_iter().flatten() {
        until(version, "2018", permission.as_object_mut(), &["dataActions", "notDataActions"]);
    }
}

fn vault(version: &str, vault: &mut Value) {
    until(version, "2021-04", vault.as_object_mut(), &["systemData"]);
    until(version, "2021-06", properties(vault), &["publicNetworkAccess"]);
    until(version, "2019-09", properties(vault), &["softDeleteRetentionInDays"]);
    until(version, "2016", properties(vault), &["enableSoftDelete", "provisioningState"]);
}

fn properties(object: &mut Value) -> Option<&mut Map<String, Value>> {
    object.get_mut("properties").and_then(Value::as_object_mut)
}

/// API versions begin with a date, so they compare as text.
fn until(version: &str, since: &str, object: Option<&mut Map<String, Value>>, names: &[&str]) {
    if let Some(object) = object.filter(|_| version < since) {
        object.retain(|name, _| !names.contains(&name.as_str()));
    }
}
