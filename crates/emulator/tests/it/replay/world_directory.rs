//! Applications, service principals, people and what hangs on them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::recording::{Interaction, Session};
use super::world::{World, list, moment, uncut};
use super::world_resources::assignment_properties;

/// What a read shows.
pub(super) fn shown(world: &mut World, interaction: &Interaction, object: &Value) {
    let path = interaction.path().to_ascii_lowercase();
    if !path.starts_with("/v1.0/") {
        return;
    }
    let segments: Vec<&str> = path.split('/').skip(2).collect();
    match segments.as_slice() {
        ["applications"] | ["applications", _] => application(world, object),
        ["serviceprincipals"] | ["serviceprincipals", _] => service_principal(world, object),
        ["serviceprincipals", _, "approleassignments"] => grant(world, object),
        ["directoryobjects", "getbyids"] => directory_object(world, object),
        _ => {}
    }
}

/// What a request takes for granted.
pub(super) fn mentioned(world: &mut World, interaction: &Interaction, session: &Session) {
    let path = interaction.path().to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let request = &interaction.request;
    if interaction.succeeded() {
        match segments.as_slice() {
            ["v1.0", "applications", id, ..] => application(world, &json!({ "id": id })),
            ["v1.0", "serviceprincipals", id, ..] => service_principal(world, &json!({ "id": id })),
            ["v1.0", "serviceprincipals"] if request.method == "POST" => {
                application(
                    world,
                    &json!({ "id": Uuid::new_v4(), "appId": request.body["appId"] }),
                );
            }
            _ => {}
        }
    }
    if request.method == "PUT" && path.contains("/roleassignments/") {
        principal(world, interaction, session);
    }
}

/// The principal of a role assignment, of the type that the service found it to have.
fn principal(world: &mut World, interaction: &Interaction, session: &Session) {
    let body = interaction.request_body().unwrap_or_default();
    let properties = assignment_properties(&body);
    let Some(id) = properties["principalId"].as_str().filter(|id| Uuid::try_parse(id).is_ok())
    else {
        return;
    };
    if is_unknown_at_first(session, id) {
        return;
    }
    let found = interaction.response.body["properties"]["principalType"].as_str();
    let told = interaction.message().and_then(|text| text.split("has type '").nth(1));
    let told = told.and_then(|text| text.split('\'').next());
    let kind = found.or(told).or(properties["principalType"].as_str());
    if kind == Some("User") {
        world.add(id, || user(id));
    } else if kind != Some("Group") {
        service_principal(world, &json!({ "id": id }));
    }
}

/// Whether the first assignment to the principal did not find it.
pub(super) fn is_unknown_at_first(session: &Session, principal: &str) -> bool {
    let mut about_it = session.iter().filter(|one| {
        one.request.method == "PUT" && one.request.body.to_string().contains(principal)
    });
    about_it.next().is_some_and(|one| one.code() == Some("PrincipalNotFound"))
}

fn directory_object(world: &mut World, object: &Value) {
    let Some(id) = object["id"].as_str() else { return };
    match object["@odata.type"].as_str().unwrap_or_default() {
        "#microsoft.graph.user" => world.add(id, || user(id)),
        "#microsoft.graph.group" => world.add(id, || {
            json!({ "Group": {
                "id": id, "display_name": object["displayName"].as_str().unwrap_or("Recorded"),
                "assignable_to_role": false, "members": [],
            } })
        }),
        "#microsoft.graph.servicePrincipal" => service_principal(world, object),
        "#microsoft.graph.application" => application(world, object),
        _ => {}
    }
}

fn user(id: &str) -> Value {
    json!({ "User": {
        "id": id, "given_name": "Recorded", "surname": "Person", "principal_name": format!("{id}@contoso.com"),
    } })
}

fn application(world: &mut World, object: &Value) {
    let Some(id) = object["id"].as_str().filter(|id| Uuid::try_parse(id).is_ok()) else { return };
    let app_id = object["appId"].as_str().map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    if world.makes(&app_id) {
        return;
    }
    let defaults = include_str!("../../../src/graph/data/application.json");
    world.add(id, || {
        json!({ "Application": {
            "id": id,
            "app_id": app_id,
            "display_name": object["displayName"].as_str().unwrap_or("Recorded"),
            "unique_name": object["uniqueName"],
            "sign_in_audience": object["signInAudience"].as_str().unwrap_or("AzureADMyOrg"),
            "created_by": null,
            "created": moment(&object["createdDateTime"]),
            "deleted": null,
            "tags": list(&object["tags"]),
            "required_resource_access": list(&object["requiredResourceAccess"]),
            "key_credentials": keys(object),
            "password_credentials": passwords(object),
            "settings": settings(object, defaults),
        } })
    });
}

fn service_principal(world: &mut World, object: &Value) {
    let Some(id) = object["id"].as_str().filter(|id| Uuid::try_parse(id).is_ok()) else { return };
    let app_id = object["appId"].as_str().map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    if world.makes(&app_id) {
        return;
    }
    let defaults = include_str!("../../../src/graph/data/service_principal.json");
    world.add(id, || {
        json!({ "ServicePrincipal": {
            "id": id,
            "app_id": app_id,
            "display_name": object["displayName"].as_str().unwrap_or("Recorded"),
            "owner_tenant": object["appOwnerOrganizationId"].as_str().unwrap_or(crate::support::TENANT),
            "account_enabled": object["accountEnabled"].as_bool().unwrap_or(true),
            "created": moment(&object["createdDateTime"]),
            "deleted": null,
            "names": list(&object["servicePrincipalNames"]),
            "tags": list(&object["tags"]),
            "app_roles": app_roles(object),
            "key_credentials": keys(object),
            "password_credentials": passwords(object),
            "settings": settings(object, defaults),
        } })
    });
}

fn grant(world: &mut World, object: &Value) {
    let Some(id) = object["id"].as_str() else { return };
    for end in ["principalId", "resourceId"] {
        service_principal(world, &json!({ "id": object[end] }));
    }
    world.add(id, || {
        json!({ "Grant": {
            "id": id,
            "principal": object["principalId"],
            "resource": object["resourceId"],
            "role": object["appRoleId"],
            "created": moment(&object["createdDateTime"]),
        } })
    });
}

/// Those that are not of the recorder's making.
fn app_roles(object: &Value) -> Value {
    let mut roles = list(&object["appRoles"]);
    if let Value::Array(roles) = &mut roles {
        roles.retain(|role| role["value"].is_string() && role["origin"].is_string());
    }
    roles
}

fn keys(object: &Value) -> Value {
    let credentials = object["keyCredentials"].as_array().cloned().unwrap_or_default();
    let stored = credentials.iter().map(|credential| {
        json!({
            "key_id": credential["keyId"],
            "display_name": credential["displayName"],
            "custom_key_identifier": credential["customKeyIdentifier"].as_str().unwrap_or_default(),
            "start": moment(&credential["startDateTime"]),
            "end": moment(&credential["endDateTime"]),
            "usage": credential["usage"],
            "kind": credential["type"],
            "key": "",
        })
    });
    stored.collect()
}

fn passwords(object: &Value) -> Value {
    let credentials = object["passwordCredentials"].as_array().cloned().unwrap_or_default();
    let stored = credentials.iter().map(|credential| {
        json!({
            "key_id": credential["keyId"],
            "display_name": credential["displayName"],
            "hint": credential["hint"],
            "start": moment(&credential["startDateTime"]),
            "end": moment(&credential["endDateTime"]),
            "digest": "",
        })
    });
    stored.collect()
}

/// The recorded values of the properties that the emulator knows: what it does not know must not
/// come back just because it was put in.
fn settings(object: &Value, defaults: &str) -> Map<String, Value> {
    const KEPT_APART: [&str; 8] = [
        "id",
        "appId",
        "tags",
        "appRoles",
        "keyCredentials",
        "passwordCredentials",
        "requiredResourceAccess",
        "servicePrincipalNames",
    ];
    let defaults: Map<String, Value> = serde_json::from_str(defaults).unwrap();
    let recorded = object.as_object().into_iter().flatten();
    recorded
        .filter(|(name, _)| !KEPT_APART.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.clone(), known(value, defaults.get(name)?))))
        .collect()
}

fn known(recorded: &Value, default: &Value) -> Value {
    match (recorded, default) {
        (Value::Object(recorded), Value::Object(default)) => {
            let known_fields = default.iter().map(|(name, default)| {
                let value =
                    recorded.get(name).map_or(default.clone(), |value| known(value, default));
                (name.clone(), value)
            });
            known_fields.collect()
        }
        (recorded, _) => uncut(recorded.clone()),
    }
}
