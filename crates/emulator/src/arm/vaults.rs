use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::route::VaultPath;
use crate::arm::versions::api_version;
use crate::arm::{Call, existence, resource_group_scope, subscription_scope};
use crate::arm::{access_policies, deleted_vaults, network_acls, vault_names};
use crate::http::Reply;
use crate::model::scope::Scope;
use crate::model::vault::{Vault, VaultProperties, vault_id};
use crate::store::Answer;
use crate::timestamps::milliseconds;

const READ: &str = "Microsoft.KeyVault/vaults/read";
const WRITE: &str = "Microsoft.KeyVault/vaults/write";
const DELETE: &str = "Microsoft.KeyVault/vaults/delete";

/// Whole vaults, access policies included.
pub(super) fn list(
    call: &Call<'_>,
    subscription: Uuid,
    group: Option<&str>,
) -> Result<Answer, ArmError> {
    let scope = place(subscription, group)?;
    call.require(READ, &scope, scope.as_str())?;
    existence::require(call.state, &scope)?;
    let vaults = call.state.vaults_in(&scope.key());
    call.page_of(vaults.collect(), |vault| render(call, vault))
}

/// There are none here.
pub(super) fn managed_hsms(
    call: &Call<'_>,
    subscription: Uuid,
    group: Option<&str>,
) -> Result<Answer, ArmError> {
    let scope = place(subscription, group)?;
    call.require("Microsoft.KeyVault/managedHSMs/read", &scope, scope.as_str())?;
    existence::require(call.state, &scope)?;
    call.page(Vec::new())
}

fn place(subscription: Uuid, group: Option<&str>) -> Result<Scope, ArmError> {
    match group {
        Some(group) => resource_group_scope(subscription, group),
        None => Ok(subscription_scope(subscription)),
    }
}

pub(super) fn one(call: &Call<'_>, path: &VaultPath) -> Result<Answer, ArmError> {
    let scope = path.scope()?;
    let action = match call.request.method {
        Method::GET => READ,
        Method::PUT | Method::PATCH => WRITE,
        Method::DELETE => DELETE,
        _ => return Err(ArmError::method_not_allowed(&call.request.method)),
    };
    call.require(action, &scope, scope.as_str())?;
    match call.request.method {
        Method::PUT => put(call, path),
        Method::PATCH => patch(call, path.find(call)?),
        Method::DELETE => deleted_vaults::delete(call, path),
        _ => Ok(Reply::json(StatusCode::OK, render(call, path.find(call)?)).into()),
    }
}

impl VaultPath {
    pub(super) fn scope(&self) -> Result<Scope, ArmError> {
        let id = vault_id(self.subscription, &self.group, &self.name);
        Scope::parse(&id).ok_or_else(|| ArmError::malformed_scope(&id))
    }

    pub(super) fn find<'a>(&self, call: &Call<'a>) -> Result<&'a Vault, ArmError> {
        existence::require(call.state, &self.scope()?)?;
        let Self { subscription, group, name } = self;
        let missing =
            || ArmError::resource_not_found(&format!("Microsoft.KeyVault/vaults/{name}"), group);
        call.state.vault(*subscription, group, name).ok_or_else(missing)
    }
}

#[derive(Deserialize)]
struct Body {
    location: String,
    #[serde(default)]
    tags: Map<String, Value>,
    properties: Written,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    create_mode: Option<String>,
    #[serde(flatten)]
    properties: VaultProperties,
}

impl Written {
    fn recovers(&self) -> bool {
        self.create_mode.as_ref().is_some_and(|mode| mode.eq_ignore_ascii_case("recover"))
    }
}

/// Creates a vault or replaces all of it, the access policies too; 200 for both (observed).
fn put(call: &Call<'_>, path: &VaultPath) -> Result<Answer, ArmError> {
    existence::require(call.state, &resource_group_scope(path.subscription, &path.group)?)?;
    let Body { location, tags, properties: written } = call.request.json()?;
    access_policies::validate(call, &written.properties)?;
    let existing = call.state.vault(path.subscription, &path.group, &path.name);
    // Said about a vault that is there, it changes nothing (observed).
    if existing.is_none() && written.recovers() {
        return deleted_vaults::recover(call, path);
    }
    let properties = with_protection(existing, written.properties)?;
    match existing {
        Some(existing) => {
            refuse_overlapping(call, existing)?;
            refuse_other_model(call, existing, &properties)?;
        }
        None => vault_names::require_free(call, &path.name)?,
    }
    let mut vault = Vault {
        subscription: path.subscription,
        resource_group: existing.map_or(&path.group, |existing| &existing.resource_group).clone(),
        name: existing.map_or(&path.name, |existing| &existing.name).clone(),
        location,
        tags,
        properties,
        created_by: existing.map_or(call.caller.oid, |existing| existing.created_by),
        created_at: existing.map_or(call.now, |existing| existing.created_at),
        modified_by: call.caller.oid,
        modified_at: call.now,
        items: existing.map_or_else(Vec::new, |existing| existing.items.clone()),
    };
    if existing.is_none() {
        set_defaults(&mut vault.properties, api_version(call.request)?);
    }
    let body = match existing {
        Some(_) => render(call, &vault),
        None => render_new(call, &vault),
    };
    Ok(Answer::with_changes(Reply::json(StatusCode::OK, body), vec![vault.into()]))
}

/// What a new vault has that does not say otherwise.
fn set_defaults(properties: &mut VaultProperties, version: &str) {
    // Role-based access since this version (documented).
    if version >= "2026-02-01" {
        properties.enable_rbac_authorization.get_or_insert(true);
    }
    // Written out since the middle of 2025, whatever the version (observed).
    properties.enabled_for_disk_encryption.get_or_insert(false);
    properties.enabled_for_template_deployment.get_or_insert(false);
}

/// The address is not in the DNS yet, and is shown without its slash (observed).
fn render_new(call: &Call<'_>, vault: &Vault) -> Value {
    let mut body = render(call, vault);
    body["properties"]["provisioningState"] = "RegisteringDns".into();
    body["properties"]["vaultUri"] = uri(call, vault).trim_end_matches('/').into();
    body
}

#[derive(Deserialize)]
struct Patch {
    tags: Option<Map<String, Value>>,
    #[serde(default)]
    properties: Map<String, Value>,
}

/// Replaces the properties that the body names, each as a whole: access policies are not merged.
fn patch(call: &Call<'_>, vault: &Vault) -> Result<Answer, ArmError> {
    refuse_overlapping(call, vault)?;
    let Patch { tags, properties } = call.request.json()?;
    let invalid = |error: serde_json::Error| ArmError::bad_request("BadRequest", error.to_string());
    let mut merged = serde_json::to_value(&vault.properties).map_err(invalid)?;
    for (name, value) in properties {
        merged[name] = value;
    }
    let properties: VaultProperties = serde_json::from_value(merged).map_err(invalid)?;
    let properties = with_protection(Some(vault), properties)?;
    refuse_other_model(call, vault, &properties)?;
    access_policies::validate(call, &properties)?;
    let tags = tags.unwrap_or_else(|| vault.tags.clone());
    let vault = touched(call, Vault { tags, properties, ..vault.clone() });
    let reply = Reply::json(StatusCode::OK, render(call, &vault));
    Ok(Answer::with_changes(reply, vec![vault.into()]))
}

/// The vault as changed by the caller, now.
pub(super) fn touched(call: &Call<'_>, vault: Vault) -> Vault {
    Vault { modified_by: call.caller.oid, modified_at: call.now, ..vault }
}

/// One write at a time: of two that overlap, the later one fails (documented).
pub(super) fn refuse_overlapping(call: &Call<'_>, vault: &Vault) -> Result<(), ArmError> {
    if !call.state.vault_written_since(vault, call.request.began) {
        return Ok(());
    }
    let name = &vault.name;
    let message = format!(
        "A conflict occurred that prevented the operation from completing. The operation failed \
         because the Key Vault '{name}' changed from the point the operation began. This can happen \
         if parallel operations are being performed on the Key Vault. To prevent this error, \
         serialize the operations so that only one operation is performed on the Key Vault at a \
         time. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2147741"
    );
    Err(ArmError::conflict("ConflictError", message))
}

/// Protection against deletion is never taken away again (documented); one that a whole write leaves
/// out stays, which is a guess.
fn with_protection(
    existing: Option<&Vault>,
    new: VaultProperties,
) -> Result<VaultProperties, ArmError> {
    if new.enable_purge_protection == Some(false) {
        let message = "The property \"enablePurgeProtection\" cannot be set to false. Enabling the \
            purge protection for a vault is an irreversible action.";
        return Err(ArmError::bad_request("BadRequest", message));
    }
    if !new.enable_soft_delete && existing.is_some_and(|one| one.properties.enable_soft_delete) {
        let message = "The property \"enableSoftDelete\" can be set to false only for creating new \
            vault. Enabling the 'soft delete' functionality is an irreversible action.";
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let held = existing.and_then(|one| one.properties.enable_purge_protection);
    let enable_purge_protection = new.enable_purge_protection.or(held);
    Ok(VaultProperties { enable_purge_protection, ..new })
}

/// Who switches between access policies and role-based access decides who gets in, so writing vaults
/// is not enough for it (documented; text and code observed, the status a guess).
fn refuse_other_model(
    call: &Call<'_>,
    vault: &Vault,
    new: &VaultProperties,
) -> Result<(), ArmError> {
    const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";
    let (id, is_role_based) =
        (vault.id(), |one: &VaultProperties| one.enable_rbac_authorization == Some(true));
    let allowed = Scope::parse(&id).is_some_and(|scope| call.may(ASSIGN, &scope));
    if allowed || is_role_based(&vault.properties) == is_role_based(new) {
        return Ok(());
    }
    let message = format!(
        "Caller is not allowed to change permission model. For more information on how to change \
         the permissions model follow this link: https://go.microsoft.com/fwlink/?linkid=2155160. \
         Details: oid={}; action={ASSIGN}; resource={id}; decision=NotAllowed; ",
        call.caller.oid
    );
    Err(ArmError::denied("InsufficientPermissions", message))
}

fn uri(call: &Call<'_>, vault: &Vault) -> String {
    format!("{}/vaults/{}/", call.url, vault.name)
}

fn author_type(call: &Call<'_>, author: Uuid) -> &'static str {
    if call.state.users.contains_key(&author) { "User" } else { "Application" }
}

pub(super) fn properties(call: &Call<'_>, vault: &Vault) -> Value {
    let mut properties = json!(vault.properties);
    network_acls::show(&mut properties);
    properties["vaultUri"] = uri(call, vault).into();
    properties["provisioningState"] = "Succeeded".into();
    properties
}

pub(super) fn render(call: &Call<'_>, vault: &Vault) -> Value {
    json!({
        "id": vault.id(),
        "name": vault.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": vault.location,
        "tags": vault.tags,
        "systemData": {
            "createdBy": vault.created_by,
            "createdByType": author_type(call, vault.created_by),
            "createdAt": milliseconds(vault.created_at),
            "lastModifiedBy": vault.modified_by,
            "lastModifiedByType": author_type(call, vault.modified_by),
            "lastModifiedAt": milliseconds(vault.modified_at),
        },
        "properties": properties(call, vault),
    })
}
