//! Which rights do more than read. They are granted only when the spec says so twice.

use crate::{Desired, Finding, FindingCode, Plan};

/// Whether a Graph permission only reads, by its name: `Resource.Read…` and nothing that writes
/// besides, as `Directory.ReadWrite.All` does.
pub fn only_reads(permission: &str) -> bool {
    let operation = permission.split('.').nth(1).unwrap_or_default();
    operation.starts_with("Read") && !operation.contains("Write")
}

/// Whether an action of a role only reads.
pub(crate) fn action_only_reads(action: &str) -> bool {
    action.to_ascii_lowercase().ends_with("/read")
}

/// Whether a permission in a vault neither changes anything nor uses a key.
pub(crate) fn vault_permission_only_reads(permission: &str) -> bool {
    let reading = ["get", "list", "getrotationpolicy", "getissuers", "listissuers"];
    reading.iter().any(|name| name.eq_ignore_ascii_case(permission))
}

/// Marks a privileged right wherever it is shown.
pub(crate) fn shown(name: &str, privileged: bool) -> String {
    if privileged { format!("{name} PRIVILEGED") } else { name.to_owned() }
}

/// Blocks what is privileged, unless the spec allows it by name.
pub(crate) fn check(what: &str, name: &str, desired: &Desired, plan: &mut Plan) {
    if !desired.allow_privileged.has(name) {
        let message = format!(
            "{what} {name} is PRIVILEGED: by its name it does more than read; leave it out, or add \
             allowPrivileged: [\"{name}\"]"
        );
        plan.find(Finding::blocks(FindingCode::PrivilegedRight, message));
    }
}
