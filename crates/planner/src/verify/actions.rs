//! Actions of roles: wildcards and exclusions.

use crate::steps::d_custom_role::Permissions;

/// Those of `wanted` that no set allows.
pub(super) fn missing(wanted: &[String], sets: &[Permissions]) -> Vec<String> {
    wanted.iter().filter(|action| !sets.iter().any(|set| allows(set, action))).cloned().collect()
}

/// The same of what is done to data.
pub(super) fn missing_data(wanted: &[String], sets: &[Permissions]) -> Vec<String> {
    let allowed = |action: &str| {
        sets.iter().any(|set| covers(&set.data_actions, &set.not_data_actions, action))
    };
    wanted.iter().filter(|action| !allowed(action)).cloned().collect()
}

/// Exclusions of one set do not touch another. A pattern is allowed where a broader one is.
pub(super) fn allows(set: &Permissions, action: &str) -> bool {
    covers(&set.actions, &set.not_actions, action)
}

fn covers(patterns: &[String], exclusions: &[String], action: &str) -> bool {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, action));
    any(patterns) && !any(exclusions)
}

/// `*` stands for any text, slashes too; case does not matter.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Lists the settings of web apps, which Reader may not.
pub(super) fn is_settings(action: &str) -> bool {
    action.eq_ignore_ascii_case("Microsoft.Web/sites/config/list/action")
}

/// Runs code on virtual machines, or prepares it.
pub(super) fn is_run_command(action: &str) -> bool {
    action.to_lowercase().starts_with("microsoft.compute/virtualmachines/runcommand")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(actions: &[&str], not_actions: &[&str]) -> Permissions {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (actions, not_actions) = (owned(actions), owned(not_actions));
        Permissions { actions, not_actions, ..Permissions::default() }
    }

    #[test]
    fn wildcards_cover_actions_and_narrower_patterns() {
        let reader = [set(&["*/read"], &[])];
        let wanted = ["Microsoft.Web/sites/READ", "Microsoft.KeyVault/vaults/*/read", "A/b/action"]
            .map(str::to_owned);
        assert_eq!(missing(&wanted, &reader), ["A/b/action"]);
        let wanted = ["Microsoft.Support/*".to_owned()];
        assert_eq!(missing(&wanted, &[set(&["Microsoft.Support/*"], &[])]), [""; 0]);
        assert_eq!(missing(&wanted, &[set(&["Microsoft.Support/*/read"], &[])]), wanted);
    }

    #[test]
    fn an_exclusion_counts_in_its_own_set_alone() {
        let wanted = ["Microsoft.Web/sites/config/list/action".to_owned()];
        let contributor = set(&["*"], &["Microsoft.Web/*"]);
        assert_eq!(missing(&wanted, std::slice::from_ref(&contributor)), wanted);
        let other = set(&["Microsoft.Web/sites/config/*"], &[]);
        assert_eq!(missing(&wanted, &[contributor, other]), [""; 0]);
    }

    #[test]
    fn rights_to_data_are_their_own() {
        let wanted = ["Microsoft.KeyVault/vaults/*/read".to_owned()];
        assert_eq!(missing_data(&wanted, &[set(&["*"], &[])]), wanted);
        let set = Permissions { data_actions: wanted.to_vec(), ..Permissions::default() };
        assert_eq!(missing_data(&wanted, &[set]), [""; 0]);
    }
}
