use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::{Reply, Request};
use crate::key_vault::error::VaultError;
use crate::key_vault::render::Place;
use crate::key_vault::{material, render};
use crate::model::vault::Vault;
use crate::model::vault_item::{ItemKind, ItemVersion, VaultItem};
use crate::paging::page;
use crate::service::Call;
use crate::store::Answer;

/// Items as lists show them: no values.
pub(super) fn list(call: &Call<'_>, vault: &Vault, kind: ItemKind) -> Result<Answer, VaultError> {
    let place = Place::of(call, vault);
    let items = vault.items.iter().filter(|item| item.kind == kind && item.is_here(call.now));
    listed(call, items.map(|item| render::listed(&place, item, newest(item), false)).collect())
}

pub(super) fn versions(
    call: &Call<'_>,
    vault: &Vault,
    kind: ItemKind,
    name: &str,
) -> Result<Answer, VaultError> {
    let place = Place::of(call, vault);
    // Of what is not there, there are no versions either (observed for secrets).
    let item = find(call, vault, kind, name);
    let versions = item.into_iter().flat_map(|item| item.versions.iter().map(move |v| (item, v)));
    listed(call, versions.map(|(item, v)| render::listed(&place, item, v, true)).collect())
}

/// Links are null on the last page (recorded); at most 25 on a page (documented).
pub(super) fn listed(call: &Call<'_>, items: Vec<Value>) -> Result<Answer, VaultError> {
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
    let item = find(call, vault, kind, name).ok_or_else(missing)?;
    let is_newest = version.is_none();
    let version = match version {
        None => newest(item),
        Some(id) => item.versions.iter().find(|one| one.id == id).ok_or_else(missing)?,
    };
    if kind == ItemKind::Secret && !version.properties.enabled {
        return Err(VaultError::disabled_secret());
    }
    let place = Place::of(call, vault);
    let mut body = render::whole(&place, item, version);
    // Of a version that is named, the policy is left out (recorded).
    if kind == ItemKind::Certificate && is_newest {
        body["policy"] = render::policy(&place, item, version);
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
    let key =
        find(call, vault, ItemKind::Key, name).ok_or_else(|| VaultError::not_found("Key", name))?;
    let body = json!({
        "id": format!("{}/keys/{}/rotationpolicy", Place::of(call, vault).base, key.name),
        "lifetimeActions": [
            { "trigger": { "timeBeforeExpiry": "P30D" }, "action": { "type": "Notify" } },
        ],
        "attributes": {},
    });
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// Names are compared in any case.
fn find<'a>(
    call: &Call<'_>,
    vault: &'a Vault,
    kind: ItemKind,
    name: &str,
) -> Option<&'a VaultItem> {
    let is_meant = |item: &&VaultItem| item.kind == kind && item.name.eq_ignore_ascii_case(name);
    vault.items.iter().find(is_meant).filter(|item| item.is_here(call.now))
}

pub(super) fn newest(item: &VaultItem) -> &ItemVersion {
    item.versions.last().expect("an item is made with its first version")
}

fn noun(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Key => "Key",
        ItemKind::Secret => "Secret",
        ItemKind::Certificate => "Certificate",
    }
}
