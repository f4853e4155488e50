use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::key_vault::error::VaultError;
use crate::key_vault::{material, render};
use crate::model::vault::Vault;
use crate::model::vault_item::{CertificatePolicy, ItemKind, ItemVersion, VaultItem};
use crate::paging::page;
use crate::service::Call;
use crate::store::Answer;

/// Items as lists show them: no values.
pub(super) fn list(call: &Call<'_>, vault: &Vault, kind: ItemKind) -> Result<Answer, VaultError> {
    let base = render::base(call, vault);
    let items = vault.items.iter().filter(|item| item.kind == kind);
    listed(call, items.map(|item| render::listed(&base, item, newest(item), false)).collect())
}

pub(super) fn versions(
    call: &Call<'_>,
    vault: &Vault,
    kind: ItemKind,
    name: &str,
) -> Result<Answer, VaultError> {
    let base = render::base(call, vault);
    // Of what is not there, there are no versions either (observed for secrets).
    let item = find(vault, kind, name);
    let versions = item.into_iter().flat_map(|item| item.versions.iter().map(move |v| (item, v)));
    listed(call, versions.map(|(item, v)| render::listed(&base, item, v, true)).collect())
}

/// Links are null on the last page (recorded); at most 25 on a page (documented).
fn listed(call: &Call<'_>, items: Vec<Value>) -> Result<Answer, VaultError> {
    let page = page(call.request, call.url, page_size(call.request)?, items)?;
    let body = json!({ "value": page.items, "nextLink": page.next_link });
    Ok(Reply::json(StatusCode::OK, body).into())
}

fn page_size(request: &Request) -> Result<usize, VaultError> {
    let Some(asked) = request.query("maxresults") else { return Ok(25) };
    asked
        .parse()
        .ok()
        .filter(|size| (1..=25).contains(size))
        .ok_or_else(|| VaultError::bad_parameter(format!("Invalid value for maxresults: {asked}")))
}

pub(super) fn get(
    call: &Call<'_>,
    vault: &Vault,
    kind: ItemKind,
    name: &str,
    version: Option<&str>,
) -> Result<Answer, VaultError> {
    let missing = || VaultError::not_found(noun(kind), name);
    let made = material::made(vault, name, call.now)?;
    let vault = made.as_ref().unwrap_or(vault);
    let item = find(vault, kind, name).ok_or_else(missing)?;
    let is_newest = version.is_none();
    let version = match version {
        None => newest(item),
        Some(id) => item.versions.iter().find(|one| one.id == id).ok_or_else(missing)?,
    };
    let mut body = render::whole(&render::base(call, vault), item, version);
    // Of a version that is named, the policy is left out (recorded).
    if kind == ItemKind::Certificate && is_newest {
        body["policy"] = render::policy(&render::base(call, vault), item, version);
    }
    let reply = Reply::json(StatusCode::OK, body);
    let changes = made.into_iter().map(Into::into).collect();
    Ok(Answer::with_changes(reply, changes))
}

/// A key without a policy of its own has the service's: a notice 30 days before expiry (documented).
pub(super) fn rotation_policy(
    call: &Call<'_>,
    vault: &Vault,
    name: &str,
) -> Result<Answer, VaultError> {
    let key = find(vault, ItemKind::Key, name).ok_or_else(|| VaultError::not_found("Key", name))?;
    let body = json!({
        "id": format!("{}/keys/{}/rotationpolicy", render::base(call, vault), key.name),
        "lifetimeActions": [
            { "trigger": { "timeBeforeExpiry": "P30D" }, "action": { "type": "Notify" } },
        ],
        "attributes": {},
    });
    Ok(Reply::json(StatusCode::OK, body).into())
}

#[derive(Deserialize)]
struct Set {
    value: String,
}

pub(super) fn set_secret(call: &Call<'_>, vault: &Vault, name: &str) -> Result<Answer, VaultError> {
    let Set { value } = call.request.json()?;
    let mut vault = vault.clone();
    let version = ItemVersion {
        id: Uuid::new_v4().simple().to_string(),
        created: call.now,
        value: Some(value),
        cer: None,
    };
    let base = render::base(call, &vault);
    let existing = vault
        .items
        .iter_mut()
        .find(|item| item.kind == ItemKind::Secret && item.name.eq_ignore_ascii_case(name));
    let body = if let Some(item) = existing {
        item.versions.push(version.clone());
        render::whole(&base, item, &version)
    } else {
        let item = VaultItem {
            kind: ItemKind::Secret,
            name: name.to_owned(),
            versions: vec![version.clone()],
            managed: false,
            policy: CertificatePolicy::default(),
        };
        let body = render::whole(&base, &item, &version);
        vault.items.push(item);
        body
    };
    Ok(Answer::with_changes(Reply::json(StatusCode::OK, body), vec![vault.into()]))
}

fn find<'a>(vault: &'a Vault, kind: ItemKind, name: &str) -> Option<&'a VaultItem> {
    vault.items.iter().find(|item| item.kind == kind && item.name.eq_ignore_ascii_case(name))
}

fn newest(item: &VaultItem) -> &ItemVersion {
    item.versions.last().expect("an item is made with its first version")
}

fn noun(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Key => "Key",
        ItemKind::Secret => "Secret",
        ItemKind::Certificate => "Certificate",
    }
}
