//! Vaults that were deleted, until they are recovered or purged.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::operations::{DURATION, Operation};
use crate::arm::route::{DeletedVaultPath, VaultPath};
use crate::arm::{Call, existence, resource_group_scope, subscription_scope, vaults};
use crate::http::Reply;
use crate::model::vault::{DeletedVault, Vault};
use crate::store::{Answer, Change};
use crate::timestamps::{seconds, spaced};

const LIST: &str = "Microsoft.KeyVault/deletedVaults/read";
const READ: &str = "Microsoft.KeyVault/locations/deletedVaults/read";
const PURGE: &str = "Microsoft.KeyVault/locations/deletedVaults/purge/action";
const OPERATION: &str = "Microsoft.KeyVault/locations/operationResults/read";

/// 200 without a body (observed). Role assignments at the vault are lost, also if it is recovered
/// (documented).
pub(super) fn delete(call: &Call<'_>, path: &VaultPath) -> Result<Answer, ArmError> {
    let VaultPath { subscription, group, name } = path;
    existence::require(call.state, &resource_group_scope(*subscription, group)?)?;
    let Some(vault) = call.state.vault(*subscription, group, name) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT).into());
    };
    vaults::refuse_overlapping(call, vault)?;
    let mut changes = gone(call, vault);
    changes.extend(call.state.extensions_of(&vault.id()));
    Ok(Answer::with_changes(Reply::empty(StatusCode::OK), changes))
}

/// What becomes of a vault when it, or its resource group, is deleted.
pub(super) fn gone(call: &Call<'_>, vault: &Vault) -> Vec<Change> {
    let deleted = vault.properties.enable_soft_delete.then(|| {
        let kept = time::Duration::days(vault.properties.soft_delete_retention_in_days.into());
        let deleted =
            DeletedVault { vault: vault.clone(), deleted: call.now, purged: call.now + kept };
        Change::DeletedVault(Box::new(deleted))
    });
    std::iter::once(Change::VaultRemoved(vault.id())).chain(deleted).collect()
}

/// With the properties that it had (observed), to the resource group that it was in.
pub(super) fn recover(call: &Call<'_>, path: &VaultPath) -> Result<Answer, ArmError> {
    let is_meant = |one: &&DeletedVault| {
        one.vault.subscription == path.subscription
            && one.vault.resource_group.eq_ignore_ascii_case(&path.group)
    };
    let deleted = call.state.deleted_vault(&path.name, call.now).filter(is_meant);
    let deleted = deleted.ok_or_else(|| not_found(&path.name))?;
    let vault = vaults::touched(call, deleted.vault.clone());
    let reply = Reply::json(StatusCode::OK, vaults::render(call, &vault));
    let removed = Change::DeletedVaultRemoved(vault.name.clone());
    Ok(Answer::with_changes(reply, vec![removed, vault.into()]))
}

pub(super) fn list(call: &Call<'_>, subscription: Uuid) -> Result<Answer, ArmError> {
    let scope = subscription_scope(subscription);
    call.require(LIST, &scope, scope.as_str())?;
    existence::require(call.state, &scope)?;
    let all = call.state.deleted_vaults.values().filter(|one| one.purged > call.now);
    call.page_of(all.filter(|one| one.vault.subscription == subscription).collect(), render)
}

pub(super) fn get(call: &Call<'_>, path: &DeletedVaultPath) -> Result<Answer, ArmError> {
    let deleted = find(call, path, READ)?;
    Ok(Reply::json(StatusCode::OK, render(deleted)).into())
}

/// The name is free when the operation has finished.
pub(super) fn purge(call: &Call<'_>, path: &DeletedVaultPath) -> Result<Answer, ArmError> {
    let deleted = find(call, path, PURGE)?;
    if deleted.vault.properties.enable_purge_protection == Some(true) {
        // Code and text are observed in issues, the status is a guess.
        return Err(ArmError::denied_method("Operation 'DeletedVaultPurge' is not allowed."));
    }
    let operation = Operation { started: call.now };
    let reply = Reply::empty(StatusCode::ACCEPTED).with_header(
        "location",
        operation.location(call, &operations(path.subscription, &path.location))?,
    );
    let purging = DeletedVault { purged: call.now + DURATION, ..deleted.clone() };
    Ok(Answer::with_changes(reply, vec![Change::DeletedVault(Box::new(purging))]))
}

/// 202 with the next address to ask at, then 200 (observed).
pub(super) fn operation(
    call: &Call<'_>,
    subscription: Uuid,
    location: &str,
    id: &str,
) -> Result<Answer, ArmError> {
    call.require(OPERATION, &subscription_scope(subscription), &call.request.path())?;
    let operation = Operation::at(call, id)?;
    let started = spaced(operation.started);
    if operation.is_finished(call.now) {
        let body = json!({
            "createdDateTime": started,
            "lastActionDateTime": spaced(operation.started + DURATION),
            "status": "Succeeded",
        });
        return Ok(Reply::json(StatusCode::OK, body).into());
    }
    let body = json!({ "createdDateTime": started, "status": "NotStarted" });
    let next = operation.location(call, &operations(subscription, location))?;
    Ok(Reply::json(StatusCode::ACCEPTED, body).with_header("location", next).into())
}

fn operations(subscription: Uuid, location: &str) -> String {
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/operationResults"
    )
}

fn find<'a>(
    call: &Call<'a>,
    path: &DeletedVaultPath,
    action: &str,
) -> Result<&'a DeletedVault, ArmError> {
    let DeletedVaultPath { subscription, location, name } = path;
    call.require(action, &subscription_scope(*subscription), &call.request.path())?;
    let is_meant = |one: &&DeletedVault| {
        one.vault.subscription == *subscription && one.vault.location.eq_ignore_ascii_case(location)
    };
    let deleted = call.state.deleted_vault(name, call.now).filter(is_meant);
    deleted.ok_or_else(|| not_found(name))
}

fn not_found(name: &str) -> ArmError {
    let message = format!(
        "The specified deleted vault '{name}' does not exist. Ensure that the vault was indeed \
         deleted and that it is in recoverable state. If soft delete was not enabled then the \
         vault is permanently deleted. Follow this link for more information: https://go.microsoft.com/fwlink/?linkid=2149745"
    );
    ArmError::not_found("DeletedVaultNotFound", message)
}

fn render(deleted: &DeletedVault) -> Value {
    let Vault { subscription, name, location, tags, properties, .. } = &deleted.vault;
    let mut shown = json!({
        "vaultId": deleted.vault.id(),
        "location": location,
        "tags": tags,
        "deletionDate": seconds(deleted.deleted),
        "scheduledPurgeDate": seconds(deleted.purged),
    });
    if properties.enable_purge_protection == Some(true) {
        shown["purgeProtectionEnabled"] = true.into();
    }
    json!({
        "id": format!(
            "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}"
        ),
        "name": name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": shown,
    })
}
