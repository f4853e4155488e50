//! Secrets that are set, changed, deleted and had back.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use time::Duration;
use uuid::Uuid;

use crate::http::Reply;
use crate::key_vault::error::VaultError;
use crate::key_vault::items::{listed, newest};
use crate::key_vault::render::{self, Place};
use crate::model::vault::Vault;
use crate::model::vault_item::{
    CertificatePolicy, ItemKind, ItemVersion, Life, SecretProperties, Stage, VaultItem,
};
use crate::service::Call;
use crate::store::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    value: Option<String>,
    content_type: Option<String>,
    tags: Option<Map<String, Value>>,
    attributes: Option<Attributes>,
}

#[derive(Deserialize)]
struct Attributes {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
}

impl Written {
    /// What is left out stays as it was (documented).
    fn over(self, old: SecretProperties) -> SecretProperties {
        let attributes = self.attributes.as_ref();
        SecretProperties {
            enabled: attributes.and_then(|it| it.enabled).unwrap_or(old.enabled),
            not_before: attributes.and_then(|it| it.nbf).or(old.not_before),
            expires: attributes.and_then(|it| it.exp).or(old.expires),
            content_type: self.content_type.or(old.content_type),
            tags: self.tags.unwrap_or(old.tags),
            changed: old.changed,
        }
    }
}

/// A new version, also of what is there already.
pub(super) fn set(call: &Call<'_>, vault: &Vault, name: &str) -> Result<Answer, VaultError> {
    check_name(name)?;
    let mut written: Written = call.request.json()?;
    // The text is a guess.
    let value =
        written.value.take().ok_or_else(|| VaultError::bad_parameter("value is required"))?;
    let version = ItemVersion {
        id: Uuid::new_v4().simple().to_string(),
        created: call.now,
        value: Some(value),
        cer: None,
        properties: written.over(SecretProperties::default()),
    };
    let mut item = match find(vault, name) {
        Some(item) => match item.stage(call.now) {
            Stage::Here => unmanaged(item)?.clone(),
            Stage::Gone => fresh(name),
            stage @ (Stage::BeingDeleted | Stage::Deleted { .. } | Stage::BeingRecovered) => {
                return Err(VaultError::name_in_use(&item.name, stage));
            }
        },
        None => fresh(name),
    };
    item.versions.push(version.clone());
    let body = render::whole(&Place::of(call, vault), &item, &version);
    Ok(changed(vault, item, Reply::json(StatusCode::OK, body)))
}

/// Anything but the value; of the newest version where none is named.
pub(super) fn update(
    call: &Call<'_>,
    vault: &Vault,
    name: &str,
    version: Option<&str>,
) -> Result<Answer, VaultError> {
    let mut item = unmanaged(here(call, vault, name)?)?.clone();
    let written: Written = call.request.json()?;
    let id = version.unwrap_or(&newest(&item).id).to_owned();
    let version = item.versions.iter_mut().find(|one| one.id == id);
    let version = version.ok_or_else(|| VaultError::not_found("Secret", name))?;
    version.properties = written.over(version.properties.clone());
    version.properties.changed = Some(call.now);
    let version = version.clone();
    let body = render::listed(&Place::of(call, vault), &item, &version, true);
    Ok(changed(vault, item, Reply::json(StatusCode::OK, body)))
}

/// All versions at once. Where nothing is kept, there is no address to have it back from (recorded).
pub(super) fn delete(call: &Call<'_>, vault: &Vault, name: &str) -> Result<Answer, VaultError> {
    let mut item = unmanaged(here(call, vault, name)?)?.clone();
    let (place, version) = (Place::of(call, vault), newest(&item).clone());
    let body = if vault.properties.enable_soft_delete {
        let kept = Duration::days(vault.properties.soft_delete_retention_in_days.into());
        let (at, until) = (call.now, call.now + kept);
        item.life = Life::Deleted { at, until };
        render::deleted(&place, &item, &version, (at, until), true)
    } else {
        item.life = Life::Purged { at: call.now };
        render::listed(&place, &item, &version, true)
    };
    Ok(changed(vault, item, Reply::json(StatusCode::OK, body)))
}

pub(super) fn list_deleted(call: &Call<'_>, vault: &Vault) -> Result<Answer, VaultError> {
    let place = Place::of(call, vault);
    let deleted = vault.items.iter().filter(|item| item.kind == ItemKind::Secret);
    let rows = deleted.filter_map(|item| match item.stage(call.now) {
        Stage::Deleted { at, until } => {
            Some(render::deleted(&place, item, newest(item), (at, until), false))
        }
        Stage::Here | Stage::BeingDeleted | Stage::BeingRecovered | Stage::Gone => None,
    });
    listed(call, rows.collect())
}

pub(super) fn get_deleted(
    call: &Call<'_>,
    vault: &Vault,
    name: &str,
) -> Result<Answer, VaultError> {
    let item = find(vault, name).ok_or_else(|| VaultError::not_deleted(name))?;
    let Stage::Deleted { at, until } = item.stage(call.now) else {
        return Err(VaultError::not_deleted(name));
    };
    let body = render::deleted(&Place::of(call, vault), item, newest(item), (at, until), true);
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// Found again when it is done (documented).
pub(super) fn recover(call: &Call<'_>, vault: &Vault, name: &str) -> Result<Answer, VaultError> {
    let item = find(vault, name).ok_or_else(|| VaultError::not_deleted(name))?;
    match item.stage(call.now) {
        Stage::Deleted { .. } => {
            let item = VaultItem { life: Life::Recovered { at: call.now }, ..item.clone() };
            let body = render::listed(&Place::of(call, vault), &item, newest(&item), true);
            Ok(changed(vault, item, Reply::json(StatusCode::OK, body)))
        }
        Stage::BeingDeleted => Err(VaultError::being_deleted(&format!("Secret {}", item.name))),
        // Right after it was begun, too: ten seconds later is recorded.
        Stage::Here | Stage::BeingRecovered => Err(VaultError::exists_already(&item.name)),
        Stage::Gone => Err(VaultError::not_deleted(name)),
    }
}

pub(super) fn purge(call: &Call<'_>, vault: &Vault, name: &str) -> Result<Answer, VaultError> {
    let item = find(vault, name).ok_or_else(|| VaultError::not_deleted(name))?;
    match item.stage(call.now) {
        Stage::Deleted { .. } if vault.properties.enable_purge_protection == Some(true) => {
            Err(VaultError::purge_protection())
        }
        Stage::Deleted { .. } => {
            let item = VaultItem { life: Life::Purged { at: call.now }, ..item.clone() };
            Ok(changed(vault, item, Reply::empty(StatusCode::NO_CONTENT)))
        }
        Stage::BeingDeleted => Err(VaultError::being_deleted("Secret")),
        Stage::Here | Stage::BeingRecovered | Stage::Gone => Err(VaultError::not_deleted(name)),
    }
}

/// The text is observed in public issues.
fn check_name(name: &str) -> Result<(), VaultError> {
    let is_good = (1..=127).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let message = || format!("The request URI contains an invalid name: {name}");
    is_good.then_some(()).ok_or_else(|| VaultError::bad_parameter(message()))
}

fn find<'a>(vault: &'a Vault, name: &str) -> Option<&'a VaultItem> {
    let is_meant = |item: &&VaultItem| item.name.eq_ignore_ascii_case(name);
    vault.items.iter().filter(|item| item.kind == ItemKind::Secret).find(is_meant)
}

fn here<'a>(call: &Call<'_>, vault: &'a Vault, name: &str) -> Result<&'a VaultItem, VaultError> {
    let item = find(vault, name).filter(|item| item.is_here(call.now));
    item.ok_or_else(|| VaultError::not_found("Secret", name))
}

/// A certificate's secret is changed by way of the certificate (documented).
fn unmanaged(item: &VaultItem) -> Result<&VaultItem, VaultError> {
    if item.managed { Err(VaultError::managed(&item.name)) } else { Ok(item) }
}

fn fresh(name: &str) -> VaultItem {
    VaultItem {
        kind: ItemKind::Secret,
        name: name.to_owned(),
        versions: Vec::new(),
        managed: false,
        policy: CertificatePolicy::default(),
        life: Life::Kept,
    }
}

fn changed(vault: &Vault, item: VaultItem, reply: Reply) -> Answer {
    let mut vault = vault.clone();
    match vault.items.iter_mut().find(|one| one.kind == item.kind && one.name == item.name) {
        Some(old) => *old = item,
        None => vault.items.push(item),
    }
    Answer::with_changes(reply, vec![vault.into()])
}
