use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::route::{PolicyOperation, VaultPath};
use crate::arm::{Call, vaults};
use crate::http::Reply;
use crate::model::vault::{
    AccessPolicy, Permissions, Vault, VaultProperties, add, remove, replace,
};
use crate::store::Answer;

const WRITE: &str = "Microsoft.KeyVault/vaults/accessPolicies/write";

/// A vault holds at most this many entries (documented).
const MOST: usize = 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    access_policies: Vec<AccessPolicy>,
}

/// Changes the named entries and no others. The reply repeats what was sent (observed), not what
/// the vault now holds.
pub(super) fn update(
    call: &Call<'_>,
    path: &VaultPath,
    operation: PolicyOperation,
) -> Result<Answer, ArmError> {
    let scope = path.scope()?;
    call.require(WRITE, &scope, &call.request.path())?;
    let vault = path.find(call)?;
    vaults::refuse_overlapping(call, vault)?;
    let Body { properties: Properties { access_policies: sent } } = call.request.json()?;
    let change = match operation {
        PolicyOperation::Add => add,
        PolicyOperation::Replace => replace,
        PolicyOperation::Remove => remove,
    };
    let unchanged = vault.properties.access_policies.clone();
    let access_policies = sent.iter().fold(unchanged, |policies, entry| change(&policies, entry));
    let properties = VaultProperties { access_policies, ..vault.properties.clone() };
    validate(call, &properties)?;
    validate_entries(call, &sent)?;
    let vault = vaults::touched(call, Vault { properties, ..vault.clone() });
    let reply = Reply::json(
        StatusCode::OK,
        json!({
            "id": format!("{}/accessPolicies/", vault.id()),
            "type": "Microsoft.KeyVault/vaults/accessPolicies",
            "properties": { "accessPolicies": sent },
        }),
    );
    Ok(Answer::with_changes(reply, vec![vault.into()]))
}

pub(super) fn validate(call: &Call<'_>, properties: &VaultProperties) -> Result<(), ArmError> {
    if !is_tenant(call, &properties.tenant_id) {
        return Err(invalid("tenantId"));
    }
    if !(7..=90).contains(&properties.soft_delete_retention_in_days) {
        return Err(invalid("softDeleteRetentionInDays"));
    }
    if properties.access_policies.len() > MOST {
        return Err(invalid("accessPolicies"));
    }
    validate_entries(call, &properties.access_policies)
}

/// Entries name objects of the vault's own tenant and permissions that exist, in whatever case.
fn validate_entries(call: &Call<'_>, entries: &[AccessPolicy]) -> Result<(), ArmError> {
    let is_id = |text: &String| Uuid::try_parse(text).is_ok();
    let valid = entries.iter().all(|entry| {
        is_tenant(call, &entry.tenant_id)
            && is_id(&entry.object_id)
            && entry.application_id.as_ref().is_none_or(is_id)
            && exist(&entry.permissions)
    });
    if valid { Ok(()) } else { Err(invalid("accessPolicies")) }
}

fn is_tenant(call: &Call<'_>, text: &str) -> bool {
    Uuid::try_parse(text) == Ok(call.state.tenant.id)
}

fn exist(permissions: &Permissions) -> bool {
    let kinds = [
        (&permissions.keys, KEYS),
        (&permissions.secrets, SECRETS),
        (&permissions.certificates, CERTIFICATES),
        (&permissions.storage, STORAGE),
    ];
    kinds.iter().all(|(given, known)| {
        let mut given = given.iter().flatten();
        given.all(|one| known.split(' ').any(|known| known.eq_ignore_ascii_case(one)))
    })
}

/// The recorded answer to any fault in a property.
fn invalid(property: &str) -> ArmError {
    ArmError::bad_request("BadRequest", format!("An invalid value was provided for '{property}'."))
}

const KEYS: &str = "all backup create decrypt delete encrypt get getrotationpolicy import list \
    purge recover release restore rotate setrotationpolicy sign unwrapKey update verify wrapKey";
const SECRETS: &str = "all backup delete get list purge recover restore set";
const CERTIFICATES: &str = "all backup create delete deleteissuers get getissuers import list \
    listissuers managecontacts manageissuers purge recover restore setissuers update";
const STORAGE: &str = "all backup delete deletesas get getsas list listsas purge recover \
    regeneratekey restore set setsas update";
