//! Subscriptions, resource groups, vaults, roles and assignments.

use serde_json::{Value, json};
use uuid::Uuid;

use super::recording::{Interaction, Session};
use super::world::{World, list, moment, uncut};

/// What a read shows.
pub(super) fn shown(world: &mut World, interaction: &Interaction, object: &Value) {
    let Some(id) = object["id"].as_str() else { return };
    let kind = object["type"].as_str().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "microsoft.keyvault/vaults" => world.add(id, || vault(id, object)),
        "microsoft.authorization/roledefinitions" => {
            role_definition(world, object);
        }
        "microsoft.authorization/roleassignments" => role_assignment(world, object),
        "microsoft.management/managementgroups"
        | "/providers/microsoft.management/managementgroups" => {
            management_group(world, object);
        }
        _ => {}
    }
    surroundings(world, id, "");
    let _ = interaction;
}

/// What a request takes for granted.
pub(super) fn mentioned(world: &mut World, interaction: &Interaction, session: &Session) {
    let path = decoded(interaction.path());
    let missing = interaction.code().unwrap_or_default();
    surroundings(world, &path, missing);
    if missing == "AuthenticationFailed" {
        return;
    }
    let lower = path.to_ascii_lowercase();
    if let Some(at) = lower.rfind("/providers/microsoft.authorization/") {
        resource(world, &path[..at], missing, session);
    }
    if let Some(at) = lower.find("/accesspolicies/") {
        let id = &path[..at];
        world.add(id, || vault(id, &json!({ "properties": {} })));
    }
    let is_vault = lower.contains("/providers/microsoft.keyvault/vaults/");
    if is_vault && interaction.request.method == "PATCH" && interaction.succeeded() {
        world.add(&path, || vault(&path, &interaction.response.body));
    }
    if missing == "VaultAlreadyExists" {
        let elsewhere = path.replacen(path.split('/').nth(4).unwrap_or_default(), "elsewhere", 1);
        world.add(&elsewhere, || vault(&elsewhere, &json!({ "properties": {} })));
    }
    match interaction.request.method.as_str() {
        "PUT" if lower.contains("/roleassignments/") => assigned(world, interaction),
        "DELETE" if interaction.response.status == 200 && lower.contains("/role") => {
            let body = &interaction.response.body;
            if lower.contains("/roleassignments/") {
                role_assignment(world, body);
            } else {
                role_definition(world, body);
            }
        }
        _ => {}
    }
}

fn surroundings(world: &mut World, path: &str, missing: &str) {
    let segments: Vec<&str> = path.split('/').collect();
    let lower: Vec<String> = segments.iter().map(|one| one.to_ascii_lowercase()).collect();
    let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
    let ["", "subscriptions", id, rest @ ..] = lower.as_slice() else { return };
    let Ok(subscription) = Uuid::try_parse(id) else { return };
    if missing == "SubscriptionNotFound" {
        return;
    }
    world.add(&format!("/subscriptions/{subscription}"), || {
        json!({ "Subscription": {
            "id": subscription, "display_name": "Recorded", "state": "Enabled", "parent": "platform",
        } })
    });
    if let ["resourcegroups", _, ..] = rest
        && missing != "ResourceGroupNotFound"
    {
        let name = segments[4];
        world.add(
            &format!("/subscriptions/{subscription}/resourcegroups/{name}"),
            || json!({ "ResourceGroup": { "subscription": subscription, "name": name } }),
        );
    }
}

/// A resource that something is attached to, of whatever type.
fn resource(world: &mut World, id: &str, missing: &str, session: &Session) {
    let lower = id.to_ascii_lowercase();
    let made_here = session
        .iter()
        .any(|one| one.request.method == "PUT" && decoded(one.path()).eq_ignore_ascii_case(id));
    if !lower.contains("/providers/") || missing == "ResourceNotFound" || made_here {
        return;
    }
    let name = id.rsplit('/').next().unwrap_or_default();
    world.add(&format!("resource {id}"), || {
        json!({ "Resource": {
            "id": id, "name": name, "type": "Contoso.Recorded/resources", "location": "westus",
        } })
    });
}

/// The role and the principal of an assignment, and the same assignment where the service found it.
fn assigned(world: &mut World, interaction: &Interaction) {
    let body = interaction.request_body().unwrap_or_default();
    let properties = assignment_properties(&body);
    let role = properties["roleDefinitionId"].as_str().unwrap_or_default();
    let role = role.rsplit('/').next().and_then(|name| Uuid::try_parse(name).ok());
    if let Some(name) = role {
        let body = json!({ "name": name, "properties": { "type": "BuiltInRole" } });
        role_definition(world, &body);
    }
    let scope = interaction.path().to_ascii_lowercase();
    let scope = scope.split("/providers/microsoft.authorization/").next().unwrap_or_default();
    if interaction.code() == Some("RoleAssignmentExists") {
        let body = json!({ "name": Uuid::new_v4(), "properties": {
            "scope": scope, "principalId": properties["principalId"], "principalType": "ServicePrincipal",
            "roleDefinitionId": properties["roleDefinitionId"],
        } });
        role_assignment(world, &body);
    }
}

/// Some clients begin the name with a capital.
pub(super) fn assignment_properties(body: &Value) -> &Value {
    if body["properties"].is_null() { &body["Properties"] } else { &body["properties"] }
}

fn role_definition(world: &mut World, object: &Value) {
    let properties = &object["properties"];
    let Some(name) = object["name"].as_str().and_then(|name| Uuid::try_parse(name).ok()) else {
        return;
    };
    // Those that the sandbox has are as Azure has them.
    if include_str!("../../../src/seed/data/built_in_roles.json").contains(&name.to_string()) {
        return;
    }
    let built_in = properties["type"].as_str() == Some("BuiltInRole");
    world.add(&name.to_string(), || {
        json!({ "RoleDefinition": {
            "name": name,
            "role_name": properties["roleName"].as_str().unwrap_or("Recorded"),
            "built_in": built_in,
            "description": properties["description"].as_str(),
            "permissions": list(&properties["permissions"]),
            "assignable_scopes": list(&properties["assignableScopes"]),
            "audit": audit(properties),
        } })
    });
}

fn role_assignment(world: &mut World, object: &Value) {
    let properties = &object["properties"];
    let guid = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        Uuid::try_parse(text.rsplit('/').next().unwrap_or_default()).ok()
    };
    let (name, principal) = (guid(&object["name"]), guid(&properties["principalId"]));
    let (Some(name), Some(principal), Some(role)) =
        (name, principal, guid(&properties["roleDefinitionId"]))
    else {
        return;
    };
    world.add(&name.to_string(), || {
        json!({ "RoleAssignment": {
            "name": name,
            "scope": properties["scope"],
            "principal": principal,
            "principal_type": properties["principalType"].as_str().unwrap_or("ServicePrincipal"),
            "role": role,
            "description": properties["description"],
            "condition": properties["condition"],
            "condition_version": properties["conditionVersion"],
            "audit": audit(properties),
        } })
    });
}

fn audit(properties: &Value) -> Value {
    let by = |name: &str| properties[name].as_str().and_then(|text| Uuid::try_parse(text).ok());
    json!({
        "created_on": moment(&properties["createdOn"]),
        "updated_on": moment(&properties["updatedOn"]),
        "created_by": by("createdBy"),
        "updated_by": by("updatedBy"),
    })
}

fn vault(id: &str, object: &Value) -> Value {
    let segments: Vec<&str> = id.split('/').collect();
    let mut properties = uncut(object["properties"].clone());
    for (name, default) in [
        ("sku", json!({ "family": "A", "name": "standard" })),
        ("tenantId", json!(crate::support::TENANT)),
        ("accessPolicies", json!([])),
    ] {
        if properties[name].is_null() {
            properties[name] = default;
        }
    }
    json!({ "Vault": {
        "subscription": segments.get(2),
        "resource_group": segments.get(4),
        "name": segments.get(8),
        "location": object["location"].as_str().unwrap_or("westus"),
        "tags": object["tags"].as_object().cloned().unwrap_or_default(),
        "properties": properties,
        "created_by": Uuid::nil(),
        "created_at": moment(&Value::Null),
        "modified_by": Uuid::nil(),
        "modified_at": moment(&Value::Null),
    } })
}

fn management_group(world: &mut World, object: &Value) {
    let Some(name) = object["name"].as_str() else { return };
    world.add(&format!("management group {name}"), || {
        json!({ "ManagementGroup": {
            "name": name,
            "display_name": object["properties"]["displayName"].as_str().unwrap_or(name),
            "parent": crate::support::TENANT,
        } })
    });
}

fn decoded(path: &str) -> String {
    let text = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    text.replacen("//", "/", 1)
}
