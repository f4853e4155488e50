//! Subscriptions, resource groups, vaults, roles and assignments.

use serde_json::{Value, json};
use uuid::Uuid;

use super::recording::{Interaction, Session};
use super::world::{World, list, moment, uncut};

/// What a read shows.
pub(super) fn shown(world: &mut World, object: &Value) {
    let Some(id) = object["id"].as_str() else { return };
    let kind = object["type"].as_str().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "microsoft.keyvault/deletedvaults" => deleted_vault(world, object),
        "microsoft.authorization/locks" => lock(world, id, object),
        "microsoft.keyvault/vaults" => world.add(id, || vault(id, object)),
        "microsoft.authorization/roledefinitions" => {
            role_definition(world, object);
        }
        "microsoft.authorization/roleassignments" => role_assignment(world, object),
        "microsoft.management/managementgroups"
        | "/providers/microsoft.management/managementgroups" => {
            management_group(world, object, crate::support::TENANT);
        }
        _ => {}
    }
    surroundings(world, id, "");
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
    if interaction.succeeded() {
        taken_for_granted(world, interaction, session);
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

/// What is changed or deleted was there.
fn taken_for_granted(world: &mut World, interaction: &Interaction, session: &Session) {
    let path = &decoded(interaction.path());
    let lower = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let method = interaction.request.method.as_str();
    let deletes = method == "DELETE" && interaction.response.status != 204;
    let changes = deletes || method == "PATCH" || updates(interaction);
    if changes && lower.contains("/providers/microsoft.keyvault/vaults/") && deletes {
        let location = location(session, name);
        world.add(path, || vault(path, &json!({ "location": location, "properties": {} })));
    }
    if let Some((_, id)) =
        lower.split_once("/subscriptions/").filter(|(at, _)| at.contains("/managementgroups/"))
    {
        surroundings(world, &format!("/subscriptions/{id}"), "");
    } else if changes && lower.contains("/microsoft.management/managementgroups/") {
        management_group(world, &json!({ "name": name, "properties": {} }), crate::support::TENANT);
    }
    if changes && lower.contains("/microsoft.authorization/locks/") {
        lock(world, path, &json!({ "name": name, "properties": { "level": "CanNotDelete" } }));
    }
}

/// Where a vault is, as the address of the deleted one says.
fn location<'a>(session: &'a Session, vault: &str) -> Option<&'a str> {
    session.iter().find_map(|one| {
        let (before, after) = one.path().split_once("/deletedVaults/")?;
        let location = before.rsplit('/').next();
        location.filter(|_| after.split('/').next() == Some(vault))
    })
}

/// Whether a write says by its status that the object was there. (Vaults and roles do not.)
pub(super) fn updates(interaction: &Interaction) -> bool {
    let path = interaction.path().to_ascii_lowercase();
    let tells =
        path.contains("/microsoft.management/managementgroups/") || path.contains("/locks/");
    interaction.request.method == "PUT" && interaction.response.status == 200 && tells
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

fn management_group(world: &mut World, object: &Value, parent: &str) {
    let Some(name) = object["name"].as_str() else { return };
    world.add(&format!("/providers/microsoft.management/managementgroups/{name}"), || {
        json!({ "ManagementGroup": {
            "name": name,
            "display_name": object["properties"]["displayName"].as_str().unwrap_or(name),
            "parent": parent,
        } })
    });
    for child in object["properties"]["children"].as_array().into_iter().flatten() {
        let id = child["id"].as_str().unwrap_or_default();
        match id.split('/').nth(2).and_then(|id| Uuid::try_parse(id).ok()) {
            Some(subscription) => world.add(id, || subscription_in(subscription, name)),
            None => management_group(world, child, name),
        }
    }
    for child in object["children"].as_array().into_iter().flatten() {
        management_group(world, child, name);
    }
}

fn subscription_in(id: Uuid, group: &str) -> Value {
    json!({ "Subscription": {
        "id": id, "display_name": "Recorded", "state": "Enabled", "parent": group,
    } })
}

fn lock(world: &mut World, id: &str, object: &Value) {
    let at = id.to_ascii_lowercase().find("/providers/microsoft.authorization/locks");
    let Some(scope) = at.map(|at| &id[..at]) else { return };
    world.add(id, || {
        json!({ "Lock": { "scope": scope, "name": object["name"], "properties": object["properties"] } })
    });
}

fn deleted_vault(world: &mut World, object: &Value) {
    let properties = &object["properties"];
    let Some(id) = properties["vaultId"].as_str().map(str::to_owned) else { return };
    if world.makes(&id) {
        return;
    }
    world.add(&format!("deleted {id}"), || {
        let protected = properties["purgeProtectionEnabled"].as_bool();
        let body = json!({
            "location": properties["location"],
            "tags": properties["tags"],
            "properties": { "enablePurgeProtection": protected },
        });
        json!({ "DeletedVault": {
            "vault": vault(&id, &body)["Vault"],
            "deleted": moment(&properties["deletionDate"]),
            "purged": "2099-01-01T00:00:00Z",
        } })
    });
}

/// What a purge or a recovery takes for granted.
pub(super) fn deleted(world: &mut World, interaction: &Interaction) {
    let path = decoded(interaction.path());
    let segments: Vec<&str> = path.split('/').collect();
    let recovers =
        interaction.request.body.pointer("/properties/createMode") == Some(&json!("recover"));
    let tail = |name: &str| format!("/providers/microsoft.keyvault/vaults/{name}");
    let id = match segments.as_slice() {
        [.., "deletedVaults", name, "purge"] if world.makes_one_that_ends(&tail(name)) => return,
        ["", "subscriptions", id, .., "deletedVaults", name, "purge"] => {
            format!(
                "/subscriptions/{id}/resourceGroups/recorded/providers/Microsoft.KeyVault/vaults/{name}"
            )
        }
        _ if recovers => path.clone(),
        _ => return,
    };
    let location = segments.iter().position(|one| *one == "locations").map(|at| segments[at + 1]);
    let location = location.or(interaction.request.body["location"].as_str());
    let object = json!({ "properties": { "vaultId": id, "location": location } });
    deleted_vault(world, &object);
}

fn decoded(path: &str) -> String {
    let text = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    text.replacen("//", "/", 1)
}
