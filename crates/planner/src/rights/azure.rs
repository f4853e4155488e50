//! Rights of Azure: actions, wildcards and exclusions.

use super::{AzureRight, Held, PermissionSet, Place, Standing};
use crate::Seen;
use crate::directory::scope_of;

pub(super) fn judge(right: AzureRight, place: &Place, held: &Held) -> Standing {
    let path = place.path.to_lowercase();
    // Whatever is allowed above is allowed here.
    let above = scope_of(&path).map(|(scope, _)| scope.to_string().to_lowercase());
    let mut unknown = None;
    let mut is_refused = false;
    for place in [above, Some(path)].into_iter().flatten() {
        match held.access.get(&place) {
            Some(Seen::Read(access)) if allows(&access.sets, right) => {
                return match &access.conditional {
                    Some(why) if right.is_limited_by_conditions() => {
                        Standing::CannotTell { why: why.0.clone() }
                    }
                    Some(_) | None => Standing::Held,
                };
            }
            Some(Seen::Read(_)) => is_refused = true,
            Some(Seen::Unreadable(why)) => unknown = Some(why.0.clone()),
            None => {}
        }
    }
    match unknown {
        None if is_refused => Standing::Missing { ask_for: least(right, place) },
        why => {
            let why = why.unwrap_or_else(|| "it was not looked at".to_owned());
            Standing::CannotTell { why }
        }
    }
}

/// Whether some one set allows the action: exclusions of one set do not touch another.
pub fn allows(sets: &[PermissionSet], right: AzureRight) -> bool {
    let action = right.action().to_lowercase();
    sets.iter().any(|set| {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, &action));
        any(&set.actions) && !any(&set.not_actions)
    })
}

/// `*` stands for any text, slashes too. `action` is in lower case.
fn matches(pattern: &str, action: &str) -> bool {
    let pattern = pattern.to_lowercase();
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

/// The role to ask for.
pub(super) fn least(right: AzureRight, place: &Place) -> String {
    format!("{} at {}", right.least_role(), place.name)
}

impl AzureRight {
    /// The built-in role with the least rights besides.
    pub(super) fn least_role(self) -> &'static str {
        match self {
            AzureRight::Read => "Reader",
            AzureRight::AssignRole | AzureRight::UnassignRole => {
                "Role Based Access Control Administrator"
            }
            AzureRight::DefineRole => "User Access Administrator",
            AzureRight::WriteAccessPolicy => "Key Vault Contributor",
        }
    }

    /// Conditions on role assignments limit which roles their holder may give and take.
    pub fn is_limited_by_conditions(self) -> bool {
        match self {
            AzureRight::AssignRole | AzureRight::UnassignRole => true,
            AzureRight::Read | AzureRight::DefineRole | AzureRight::WriteAccessPolicy => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(actions: &[&str], not_actions: &[&str]) -> PermissionSet {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        PermissionSet { actions: owned(actions), not_actions: owned(not_actions) }
    }

    #[test]
    fn wildcards_match_any_text_and_case_does_not_matter() {
        let action = "microsoft.authorization/roleassignments/write";
        for pattern in [
            "*",
            "*/write",
            "Microsoft.Authorization/*",
            "Microsoft.Authorization/*/write",
            "Microsoft.Authorization/roleAssignments/write",
            "microsoft.authorization/role*/w*e",
        ] {
            assert!(matches(pattern, action), "{pattern}");
        }
        for pattern in [
            "*/read",
            "Microsoft.Authorization",
            "Microsoft.Authorization/*/delete",
            "Microsoft.Authorization/roleAssignments/writes",
            "Authorization/*",
            "",
        ] {
            assert!(!matches(pattern, action), "{pattern}");
        }
    }

    #[test]
    fn an_exclusion_counts_in_its_own_set_alone() {
        let contributor = set(&["*"], &["Microsoft.Authorization/*/Write"]);
        assert!(!allows(std::slice::from_ref(&contributor), AzureRight::AssignRole));
        assert!(allows(std::slice::from_ref(&contributor), AzureRight::WriteAccessPolicy));
        let assigner = set(&["Microsoft.Authorization/roleAssignments/*"], &[]);
        let both = [contributor, assigner];
        assert!(allows(&both, AzureRight::AssignRole));
        assert!(!allows(&both, AzureRight::DefineRole));
        assert!(!allows(&[], AzureRight::Read));
    }
}
