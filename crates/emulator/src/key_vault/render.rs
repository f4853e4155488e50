use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::model::certificate::Certificate;
use crate::model::vault::Vault;
use crate::model::vault_item::{ItemKind, ItemVersion, VaultItem};
use crate::service::Call;

/// The vault's address, which ids of items begin with.
pub(super) fn base(call: &Call<'_>, vault: &Vault) -> String {
    format!("{}/vaults/{}", call.url, vault.name)
}

/// An item or one of its versions in a list (recorded).
pub(super) fn listed(
    base: &str,
    item: &VaultItem,
    version: &ItemVersion,
    with_version: bool,
) -> Value {
    let mut id = id(base, item.kind, item);
    if with_version {
        id = format!("{id}/{}", version.id);
    }
    let mut body = json!({ "attributes": attributes(item, version) });
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
pub(super) fn whole(base: &str, item: &VaultItem, version: &ItemVersion) -> Value {
    let at = |kind| format!("{}/{}", id(base, kind, item), version.id);
    let attributes = attributes(item, version);
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
        ItemKind::Secret if item.managed => json!({
            "value": version.value,
            "contentType": item.policy.content_type.name(),
            "id": at(ItemKind::Secret),
            "kid": at(ItemKind::Key),
            "attributes": attributes,
        }),
        ItemKind::Secret => json!({
            "value": version.value, "id": at(ItemKind::Secret), "attributes": attributes,
        }),
        ItemKind::Certificate => json!({
            "id": at(ItemKind::Certificate),
            "kid": at(ItemKind::Key),
            "sid": at(ItemKind::Secret),
            "x5t": thumbprint(version),
            "cer": version.cer,
            "attributes": of_certificate(attributes, version),
        }),
    };
    if item.managed {
        body["managed"] = true.into();
    }
    body
}

/// How the certificate was made (recorded shape, less what nobody reads).
pub(super) fn policy(base: &str, item: &VaultItem, version: &ItemVersion) -> Value {
    let created = version.created.unix_timestamp();
    json!({
        "id": format!("{}/policy", id(base, ItemKind::Certificate, item)),
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

fn of_certificate(mut attributes: Value, version: &ItemVersion) -> Value {
    if let Some(made) = version.cer.as_deref().and_then(Certificate::from_key) {
        attributes["nbf"] = made.not_before.unix_timestamp().into();
        attributes["exp"] = made.not_after.unix_timestamp().into();
    }
    attributes["recoveryLevel"] = "Recoverable+Purgeable".into();
    attributes["recoverableDays"] = 90.into();
    attributes
}

const THUMBPRINT: &str = "rp2yMf0nHxvbIxGDzEXewyfz_NA";

fn id(base: &str, kind: ItemKind, item: &VaultItem) -> String {
    format!("{base}/{}/{}", kind.collection(), item.name)
}

/// Lists of certificates do not tell how deleted ones can be recovered (recorded).
fn attributes(item: &VaultItem, version: &ItemVersion) -> Value {
    let created = version.created.unix_timestamp();
    let mut attributes = json!({ "enabled": true, "created": created, "updated": created });
    if item.kind != ItemKind::Certificate {
        attributes["recoveryLevel"] = "Recoverable+Purgeable".into();
        attributes["recoverableDays"] = 90.into();
    }
    attributes
}
