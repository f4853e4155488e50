//! Bodies of requests that several languages send, as JSON.

use planner::key_id;
use planner::steps::d_custom_role::{Definition, Permissions};
use planner::steps::e_key_vault_access::Permissions as VaultPermissions;
use planner::steps::f_certificate::{Certificate, EXCHANGE_AUDIENCE};
use planner::steps::g_integration::Federation;
use serde_json::{Map, Value, json};
use spec::Cloud;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

pub(super) fn object<'n, 'v>(properties: impl Iterator<Item = (&'n str, &'v str)>) -> Value {
    let properties = properties.map(|(name, value)| (name.to_owned(), value.into()));
    Value::Object(properties.collect::<Map<_, _>>())
}

pub(super) fn role_permissions(permissions: &Permissions) -> Value {
    let Permissions { actions, not_actions, data_actions, not_data_actions } = permissions;
    json!({
        "actions": actions,
        "notActions": not_actions,
        "dataActions": data_actions,
        "notDataActions": not_data_actions,
    })
}

pub(super) fn role_definition(definition: &Definition) -> Value {
    let Definition { id: _, name, description, permissions, assignable_scopes } = definition;
    json!({ "properties": {
        "roleName": name,
        "description": description,
        "type": "CustomRole",
        "permissions": [role_permissions(permissions)],
        "assignableScopes": assignable_scopes,
    }})
}

/// Kinds without any permission are left out.
pub(super) fn vault_permissions(permissions: &VaultPermissions) -> Value {
    let kinds = vault_kinds(permissions).into_iter().filter(|(_, names)| !names.is_empty());
    Value::Object(kinds.map(|(kind, names)| (kind.to_owned(), json!(names))).collect())
}

pub(super) fn vault_kinds(permissions: &VaultPermissions) -> [(&'static str, &[String]); 4] {
    let VaultPermissions { keys, secrets, certificates, storage } = permissions;
    [("keys", keys), ("secrets", secrets), ("certificates", certificates), ("storage", storage)]
}

pub(super) fn federated_credential(name: Option<&str>, federation: &Federation) -> Value {
    let Federation { issuer, subject } = federation;
    let mut body =
        json!({ "issuer": issuer, "subject": subject, "audiences": [EXCHANGE_AUDIENCE] });
    if let Some(name) = name {
        body["name"] = name.into();
    }
    body
}

/// Entra ID takes dates that lie inside the certificate's own.
pub(super) fn dates(held: &Certificate) -> (String, String) {
    let date = |date: OffsetDateTime| date.format(&Rfc3339).unwrap_or_default();
    (date(held.not_before + Duration::SECOND), date(held.not_after - Duration::SECOND))
}

/// `key` is the certificate in base64.
pub(super) fn key_credential(marker: &str, held: &Certificate, key: &str) -> Value {
    let (start, end) = dates(held);
    json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "keyId": key_id(&held.sha256),
        "displayName": format!("{marker} until {}", held.not_after.date()),
        "startDateTime": start,
        "endDateTime": end,
        "key": key,
    })
}

pub(super) fn graph_url(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Public => "https://graph.microsoft.com",
        Cloud::UsGovernment => "https://graph.microsoft.us",
        Cloud::UsGovernmentDod => "https://dod-graph.microsoft.us",
        Cloud::China => "https://microsoftgraph.chinacloudapi.cn",
    }
}
