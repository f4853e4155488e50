//! Actions of roles: wildcards and exclusions.

use crate::steps::d_custom_role::Permissions;

/// Exclusions of one set do not touch another. A pattern is allowed where a broader one is.
pub(crate) fn allows(set: &Permissions, action: &str) -> bool {
    covers(&set.actions, &set.not_actions, action)
}

pub(crate) fn covers(patterns: &[String], exclusions: &[String], action: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_match_any_text_and_case_does_not_matter() {
        let action = "Microsoft.Authorization/roleAssignments/write";
        for pattern in [
            "*",
            "*/write",
            "Microsoft.Authorization/*",
            "Microsoft.Authorization/*/Write",
            "microsoft.authorization/roleassignments/write",
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
}
