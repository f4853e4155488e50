//! Which vaults on the access-policy model are opened to the application.

use super::lists::Names;
use super::problems::Problems;
use crate::document;
use crate::texts::ExcludedText;
use crate::{AccessPolicies, Excluded, KeyVaults, VaultId, VaultRef};

pub(super) fn read(
    written: Option<&document::KeyVaults>,
    problems: &mut Problems<'_>,
) -> KeyVaults {
    let Some(written) = written else {
        return KeyVaults { policies: AccessPolicies::Discover, exclude: Vec::new() };
    };
    let document::KeyVaults { access_policies, include, exclude, permissions } = written;
    let given = [
        ("/keyVaults/include", !include.is_empty()),
        ("/keyVaults/exclude", !exclude.is_empty()),
        ("/keyVaults/permissions", permissions.is_some()),
    ];
    let policies = match access_policies.unwrap_or(document::AccessPolicies::Discover) {
        document::AccessPolicies::Discover => {
            useless(&given[..1], "`accessPolicies` is not `listed`", problems);
            AccessPolicies::Discover
        }
        document::AccessPolicies::Listed => {
            if include.is_empty() {
                let message = "`listed` without a list: `include` names no vault";
                let hint = "name the vaults in `keyVaults.include`";
                problems.at_value("/keyVaults/accessPolicies", message, hint);
            }
            AccessPolicies::Listed(include.iter().map(|vault| vault_ref(&vault.0)).collect())
        }
        document::AccessPolicies::None => {
            useless(&given, "`accessPolicies` is `none`", problems);
            AccessPolicies::None
        }
    };
    Names::new("/keyVaults/include", include.iter().map(|vault| &vault.0)).each_once(problems);
    Names::new("/keyVaults/exclude", exclude.iter().map(|one| &one.0)).each_once(problems);
    KeyVaults { policies, exclude: exclude.iter().map(excluded).collect() }
}

/// Those keys of `keys` that are given do nothing.
fn useless(keys: &[(&str, bool)], why: &str, problems: &mut Problems<'_>) {
    for (pointer, _) in keys.iter().filter(|(_, given)| *given) {
        let key = pointer.trim_start_matches('/').replace('/', ".");
        let message = format!("`{key}` does nothing: {why}");
        problems.at_key(pointer, message, "leave it out, or change `keyVaults.accessPolicies`");
    }
}

fn vault_ref(written: &str) -> VaultRef {
    if written.starts_with('/') {
        VaultRef::Id(VaultId::new(written.to_owned()))
    } else {
        VaultRef::Name(written.to_owned())
    }
}

fn excluded(ExcludedText(written): &ExcludedText) -> Excluded {
    let id = written.strip_prefix("/subscriptions/").unwrap_or(written);
    id.parse().map_or_else(|_| Excluded::Vault(vault_ref(written)), Excluded::Subscription)
}
