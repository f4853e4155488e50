//! What a reader of the plan should know of the custom role.

use std::collections::BTreeSet;

use spec::Caution;

use super::{Definition, Desired};
use crate::{Finding, FindingCode, Observed as All, Plan, Subject};

/// Azure changes no definition while one of its scopes takes no writes.
pub(super) fn frozen(after: &Definition, observed: &All) -> Option<Finding> {
    let (scope, (code, why)) = after
        .assignable_scopes
        .iter()
        .find_map(|scope| Some((scope, observed.directory.frozen(scope)?)))?;
    let place = observed.directory.describe_path(scope);
    let message = format!(
        "role definition {} cannot be changed while it is assignable at {place}, which {why}",
        after.name
    );
    Some(Finding::blocks(code, message).about(Subject::Role(after.id)))
}

/// A role of ours that can be assigned where this operator sees nothing may be assigned there.
pub(super) fn unseen(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let marked = observed.custom_role.marked(&desired.marker);
    let scopes: BTreeSet<_> = marked.flat_map(|live| &live.assignable_scopes).collect();
    for scope in scopes.into_iter().filter(|scope| !observed.directory.sees(scope)) {
        let message = format!(
            "our role can be assigned at {}, which this sign-in does not see: what we hold there is \
             not known",
            observed.directory.describe_path(scope)
        );
        plan.find(Finding::note(FindingCode::NotLookedAt, message));
    }
}

pub(super) fn caution(caution: Caution, actions: &[String], wanted: &Desired) -> Finding {
    let actions = actions.join(", ");
    let (code, message) = match caution {
        Caution::RunsCode if wanted.scan_vms => (
            FindingCode::GrantsCodeExecution,
            "may run any code on virtual machines: scanVms is on".to_owned(),
        ),
        Caution::RunsCode => (
            FindingCode::GrantsCodeExecution,
            format!("may run any code on virtual machines although scanVms is off: {actions}"),
        ),
        Caution::AppSettings => (
            FindingCode::GrantsAppSettings,
            "reads settings and connection strings of web apps, which often hold secrets"
                .to_owned(),
        ),
        Caution::Writes => (
            FindingCode::GrantsWrites,
            format!("may change things, though a scan only reads: {actions}"),
        ),
        Caution::SecretValues => {
            (FindingCode::GrantsSecretValues, format!("reads secret values: {actions}"))
        }
        Caution::Retired => {
            (FindingCode::PermissionRetired, format!("has actions that are retired: {actions}"))
        }
    };
    Finding::warning(code, format!("{} {message}", wanted.role_name))
}
