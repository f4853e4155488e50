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
    fn of(route: &'a Route) -> Self {
        let (kind, permission, item) = match route {
            Route::Items(kind) => (*kind, "list", None),
            Route::Versions(kind, name) => (*kind, "list", Some(name.as_str())),
            Route::Item(kind, name, _) => (*kind, "get", Some(name.as_str())),
            Route::RotationPolicy(name) => {
                (ItemKind::Key, "getrotationpolicy", Some(name.as_str()))
            }
            Route::SetSecret(name) => (ItemKind::Secret, "set", Some(name.as_str())),
        };
        // Names of the operations as the provider lists them (documented).
        let action = match (kind, permission) {
            (ItemKind::Key, "getrotationpolicy") => "keyrotationpolicies/read",
            (ItemKind::Key, _) => "keys/read",
            (ItemKind::Secret, "list") => "secrets/readMetadata/action",
            (ItemKind::Secret, "set") => "secrets/setSecret/action",
            (ItemKind::Secret, _) => "secrets/getSecret/action",
            (ItemKind::Certificate, _) => "certificates/read",
        };
        let data_action = format!("Microsoft.KeyVault/vaults/{action}");
        Self { kind, permission, data_action, item }
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
