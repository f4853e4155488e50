//! Who may do what in a vault.

use uuid::Uuid;

use crate::key_vault::error::VaultError;
use crate::key_vault::route::Route;
use crate::model::scope::Scope;
use crate::model::vault::{AccessPolicy, Vault};
use crate::model::vault_item::ItemKind;
use crate::service::Call;

/// The network first, whatever the rights are; then the vault's own model of rights, and no other
/// (documented).
pub(super) fn check(call: &Call<'_>, vault: &Vault, route: &Route) -> Result<(), VaultError> {
    if vault.properties.public_network_access.eq_ignore_ascii_case("Disabled") {
        return Err(VaultError::no_public_network(call, vault));
    }
    if denies_by_default(vault) {
        return Err(VaultError::firewall(call, vault));
    }
    let needed = Needed::of(route);
    if vault.properties.enable_rbac_authorization == Some(true) {
        by_role(call, vault, &needed)
    } else {
        by_policy(call, vault, &needed)
    }
}

/// Rules for single networks and addresses are not looked at: loopback is none of them.
fn denies_by_default(vault: &Vault) -> bool {
    let rules = vault.properties.network_acls.as_ref();
    let action = rules.and_then(|rules| rules["defaultAction"].as_str());
    action.is_some_and(|action| action.eq_ignore_ascii_case("Deny"))
}

/// What a request needs under either model.
struct Needed<'a> {
    kind: ItemKind,
    permission: &'static str,
    data_action: String,
    /// None for a whole collection.
    item: Option<&'a str>,
}

impl<'a> Needed<'a> {
    /// Names of the operations as the provider lists them (documented).
    fn of(route: &'a Route) -> Self {
        let (kind, permission, action, item) = match route {
            Route::Items(kind) => (*kind, "list", listing(*kind), None),
            Route::Versions(kind, name) => (*kind, "list", listing(*kind), Some(name)),
            Route::Item(kind, name, _) => (*kind, "get", reading(*kind), Some(name)),
            Route::RotationPolicy(name) => {
                (ItemKind::Key, "getrotationpolicy", "keyrotationpolicies/read", Some(name))
            }
            Route::SetSecret(name) => secret("set", "secrets/setSecret/action", name),
            // Changing takes the permission to set (documented).
            Route::UpdateSecret(name, _) => secret("set", "secrets/update/action", name),
            Route::DeleteSecret(name) => secret("delete", "secrets/delete", name),
            Route::DeletedSecrets => {
                (ItemKind::Secret, "list", "secrets/readMetadata/action", None)
            }
            Route::DeletedSecret(name) => secret("get", "secrets/readMetadata/action", name),
            Route::RecoverSecret(name) => secret("recover", "secrets/recover/action", name),
            Route::PurgeSecret(name) => secret("purge", "secrets/purge/action", name),
        };
        let data_action = format!("Microsoft.KeyVault/vaults/{action}");
        Self { kind, permission, data_action, item: item.map(String::as_str) }
    }
}

type Parts<'a> = (ItemKind, &'static str, &'static str, Option<&'a String>);

fn secret<'a>(permission: &'static str, action: &'static str, name: &'a String) -> Parts<'a> {
    (ItemKind::Secret, permission, action, Some(name))
}

fn listing(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Secret => "secrets/readMetadata/action",
        ItemKind::Key | ItemKind::Certificate => reading(kind),
    }
}

fn reading(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Key => "keys/read",
        ItemKind::Secret => "secrets/getSecret/action",
        ItemKind::Certificate => "certificates/read",
    }
}

/// Roles reach down to single items (documented).
fn by_role(call: &Call<'_>, vault: &Vault, needed: &Needed<'_>) -> Result<(), VaultError> {
    let id = vault.id();
    let collection = needed.kind.collection();
    let resource = needed.item.map_or(id.clone(), |item| format!("{id}/{collection}/{item}"));
    let allowed = Scope::parse(&resource).is_some_and(|scope| {
        call.held(&scope).any(|(_, role)| role.allows_data(&needed.data_action))
    });
    let refused = || VaultError::by_role(call, vault, &needed.data_action, &resource);
    allowed.then_some(()).ok_or_else(refused)
}

/// Entries for the caller and for its groups count, not those for it through another application.
fn by_policy(call: &Call<'_>, vault: &Vault, needed: &Needed<'_>) -> Result<(), VaultError> {
    let caller = call.caller.oid;
    let groups = call.referable.groups_of(caller);
    let is_meant = |id: Uuid| id == caller || groups.contains(&id);
    let entries: Vec<&AccessPolicy> = vault
        .properties
        .access_policies
        .iter()
        .filter(|entry| Uuid::try_parse(&entry.object_id).is_ok_and(is_meant))
        .filter(|entry| entry.application_id.is_none())
        .collect();
    if entries.is_empty() {
        return Err(VaultError::not_on_any_policy(call, vault));
    }
    let given = entries.iter().flat_map(|entry| {
        let permissions = &entry.permissions;
        let of_kind = match needed.kind {
            ItemKind::Key => &permissions.keys,
            ItemKind::Secret => &permissions.secrets,
            ItemKind::Certificate => &permissions.certificates,
        };
        of_kind.iter().flatten()
    });
    let allows = |one: &String| {
        one.eq_ignore_ascii_case(needed.permission) || one.eq_ignore_ascii_case("all")
    };
    let mut given = given;
    let refused =
        || VaultError::by_policy(call, vault, needed.kind.collection(), needed.permission);
    given.any(allows).then_some(()).ok_or_else(refused)
}
