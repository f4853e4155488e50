use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::encoding::base64url;
use crate::model::certificate::Certificate;
use crate::model::vault::{Vault, VaultProperties};
use crate::model::vault_item::{ItemKind, ItemVersion, SecretProperties, VaultItem};
use crate::service::Call;

/// What items of one vault have in common.
pub(super) struct Place {
    /// The vault's address, which ids of items begin with: the one that the client used.
    pub(super) base: String,
    /// How what is deleted can be had back, and for how many days.
    recovery: (&'static str, u8),
}

impl Place {
    pub(super) fn of(call: &Call<'_>, vault: &Vault) -> Self {
        let asked = call.request.vault_address.clone();
        let base = asked.unwrap_or_else(|| format!("{}/vaults/{}", call.url, vault.name));
        Self { base, recovery: recovery(&vault.properties) }
    }
}

/// Those of a vault with its own retention are recorded, those with protection documented.
fn recovery(vault: &VaultProperties) -> (&'static str, u8) {
    let days = vault.soft_delete_retention_in_days;
    let is_protected = vault.enable_purge_protection == Some(true);
    match (vault.enable_soft_delete, days, is_protected) {
        (false, ..) => ("Purgeable", 0),
        (true, 90.., false) => ("Recoverable+Purgeable", days),
        (true, 90.., true) => ("Recoverable", days),
        (true, _, false) => ("CustomizedRecoverable+Purgeable", days),
        (true, _, true) => ("CustomizedRecoverable", days),
    }
}

/// An item or one of its versions in a list; a secret also where it was changed (recorded).
pub(super) fn listed(
    place: &Place,
    item: &VaultItem,
    version: &ItemVersion,
    with_version: bool,
) -> Value {
    let mut id = id(place, item.kind, item);
    if with_version {
        id = format!("{id}/{}", version.id);
    }
    let mut body = described(item, version);
    body["attributes"] = attributes(place, item, version);
    match item.kind {
        ItemKind::Key => body["kid"] = id.into(),
        ItemKind::Secret => body["id"] = id.into(),
        ItemKind::Certificate => {
            body["id"] = id.into();
            body["x5t"] = thumbprint(version).into();
            body["subject"] = "".into();
        }
    }
    if item.managed {
        body["managed"] = true.into();
    }
    body
}

/// One item: a key's public half, a secret's value, a certificate (recorded shapes, made-up
/// numbers).
pub(super) fn whole(place: &Place, item: &VaultItem, version: &ItemVersion) -> Value {
    let at = |kind| format!("{}/{}", id(place, kind, item), version.id);
    let attributes = attributes(place, item, version);
    let mut body = match item.kind {
        ItemKind::Key => json!({
            "key": {
                "kid": at(ItemKind::Key),
                "kty": "EC",
                "key_ops": ["sign", "verify"],
                "crv": "P-256",
                "x": "_D4BmlDYiHHUGQBv_Gk9aSsdFZb509UoLvfdWqc_4mA",
                "y": "dtNENPdhYFpTWb4C-1jRXfDC2f5FSlM_l5VchU7LdiA",
            },
            "attributes": attributes,
        }),
        ItemKind::Secret => {
            let mut body = described(item, version);
            body["value"] = version.value.clone().into();
            body["id"] = at(ItemKind::Secret).into();
            body["attributes"] = attributes;
            if item.managed {
                body["kid"] = at(ItemKind::Key).into();
            }
            body
        }
        ItemKind::Certificate => json!({
            "id": at(ItemKind::Certificate),
            "kid": at(ItemKind::Key),
            "sid": at(ItemKind::Secret),
            "x5t": thumbprint(version),
            "cer": version.cer,
            "attributes": of_certificate(place, attributes, version),
        }),
    };
    if item.managed {
        body["managed"] = true.into();
    }
    body
}

/// How the certificate was made (recorded shape, less what nobody reads).
pub(super) fn policy(place: &Place, item: &VaultItem, version: &ItemVersion) -> Value {
    let created = version.created.unix_timestamp();
    json!({
        "id": format!("{}/policy", id(place, ItemKind::Certificate, item)),
        "key_props": {
            "exportable": item.policy.exportable, "kty": "RSA", "key_size": 2048, "reuse_key": false,
        },
        "secret_props": { "contentType": item.policy.content_type.name() },
        "x509_props": {
            "subject": format!("CN={}", item.name),
            "sans": {},
            "key_usage": ["digitalSignature"],
            "validity_months": 12,
            "basic_constraints": { "ca": false },
        },
        "issuer": { "name": "Self" },
        "attributes": { "enabled": true, "created": created, "updated": created },
    })
}

/// SHA-1 of the certificate; until it is made, that of a recorded one.
fn thumbprint(version: &ItemVersion) -> String {
    let made = version.cer.as_deref().and_then(Certificate::from_key);
    made.map_or_else(|| THUMBPRINT.to_owned(), |made| base64url(&made.sha1()))
}

fn of_certificate(place: &Place, mut attributes: Value, version: &ItemVersion) -> Value {
    if let Some(made) = version.cer.as_deref().and_then(Certificate::from_key) {
        attributes["nbf"] = made.not_before.unix_timestamp().into();
        attributes["exp"] = made.not_after.unix_timestamp().into();
    }
    with_recovery(place, attributes)
}

const THUMBPRINT: &str = "rp2yMf0nHxvbIxGDzEXewyfz_NA";

fn id(place: &Place, kind: ItemKind, item: &VaultItem) -> String {
    format!("{}/{}/{}", place.base, kind.collection(), item.name)
}

/// A deleted secret, in a list without its version (recorded).
pub(super) fn deleted(
    place: &Place,
    item: &VaultItem,
    version: &ItemVersion,
    (at, until): (OffsetDateTime, OffsetDateTime),
    with_version: bool,
) -> Value {
    let mut body = listed(place, item, version, with_version);
    body["recoveryId"] = format!("{}/deletedsecrets/{}", place.base, item.name).into();
    body["deletedDate"] = at.unix_timestamp().into();
    body["scheduledPurgeDate"] = until.unix_timestamp().into();
    body
}

/// Of a secret: what kind of value it has, and tags where there are some (recorded).
fn described(item: &VaultItem, version: &ItemVersion) -> Value {
    let SecretProperties { content_type, tags, .. } = &version.properties;
    let mut body = json!({});
    if item.managed && item.kind == ItemKind::Secret {
        body["contentType"] = item.policy.content_type.name().into();
    } else if let Some(content_type) = content_type {
        body["contentType"] = content_type.as_str().into();
    }
    if !tags.is_empty() {
        body["tags"] = tags.clone().into();
    }
    body
}

/// Lists of certificates do not tell how deleted ones can be recovered (recorded).
fn attributes(place: &Place, item: &VaultItem, version: &ItemVersion) -> Value {
    let SecretProperties { enabled, not_before, expires, changed, .. } = &version.properties;
    let updated = changed.unwrap_or(version.created).unix_timestamp();
    let created = version.created.unix_timestamp();
    let mut attributes = json!({ "enabled": enabled, "created": created, "updated": updated });
    if let Some(time) = not_before {
        attributes["nbf"] = (*time).into();
    }
    if let Some(time) = expires {
        attributes["exp"] = (*time).into();
    }
    match item.kind {
        ItemKind::Certificate => attributes,
        ItemKind::Key | ItemKind::Secret => with_recovery(place, attributes),
    }
}

fn with_recovery(place: &Place, mut attributes: Value) -> Value {
    let (level, days) = place.recovery;
    attributes["recoveryLevel"] = level.into();
    attributes["recoverableDays"] = days.into();
    attributes
}
