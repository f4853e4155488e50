//! What became of a plan, as text.

use std::collections::BTreeMap;

use applier::{ApplyError, Outcome, Status};
use planner::{Plan, Step, Verb};

use crate::advice::mondoo_failure;

/// The last line of an apply. The wording is an interface: scripts read it.
pub(crate) fn summary(outcome: &Outcome, blocked_lines: usize) -> String {
    let created = outcome.applied_count(Verb::Create);
    let updated = outcome.applied_count(Verb::Update);
    let restored = outcome.applied_count(Verb::Restore);
    let deleted = outcome.applied_count(Verb::Delete);
    let failed = outcome.failed_count();
    let skipped = outcome.skipped_count() + blocked_lines;
    format!(
        "Apply complete: {created} created, {updated} updated, {restored} restored, \
         {deleted} deleted, {failed} failed, {skipped} skipped.\n"
    )
}

/// What failed for one reason, and what to do about it.
pub(crate) struct Reason {
    pub message: String,
    pub hint: String,
}

/// Each reason once: a batch of consents is often refused as one.
pub(crate) fn reasons(outcome: &Outcome, plan: &Plan) -> Vec<Reason> {
    let mut reasons: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (id, status) in outcome.statuses() {
        let (Status::Failed(error) | Status::Postponed(error)) = status else { continue };
        let action = &plan.change(id).action;
        let (what, target) = action.line();
        let hint = match error {
            ApplyError::Mondoo(error) => mondoo_failure(error).hint.unwrap_or_default(),
            other => advice(action.step(), other).to_owned(),
        };
        let reason = (error.to_string(), hint);
        reasons.entry(reason).or_default().push(format!("{what} {target}"));
    }
    let reason = |((error, hint), failed): ((String, String), Vec<String>)| {
        let message = match failed.as_slice() {
            [] => error,
            [only] => format!("{only}: {error}"),
            [first, others @ ..] => format!("{first} and {} more: {error}", others.len()),
        };
        Reason { message, hint }
    };
    reasons.into_iter().map(reason).collect()
}

fn advice(step: Step, error: &ApplyError) -> &'static str {
    let has = |code| matches!(error, ApplyError::Azure(error) if error.has_code(code));
    if has("ScopeLocked") {
        return "a lock is in the way: remove it, or ask who set it";
    }
    if has("RequestDisallowedByPolicy") {
        return "an Azure Policy forbids it: ask for an exemption";
    }
    if has("RoleDefinitionHasAssignments") {
        return "somebody else holds this role: plan again, which tells who uses it";
    }
    if has("ReadOnlyDisabledSubscription") {
        return "a subscription that it names is disabled: enable it, or take it out of the spec";
    }
    if has("PrincipalNotFound") {
        return "is the service principal's object id right, and of this tenant?";
    }
    if error.is_not_permitted() {
        return needed_right(step);
    }
    match error {
        ApplyError::Azure(_) | ApplyError::Mondoo(_) | ApplyError::NoFederation => {
            "what is done stays done: run apply again"
        }
        ApplyError::NoMondooAccess => {
            "set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md)"
        }
        ApplyError::NotProven { .. } => {
            "run apply again in some minutes; verify tells what is still missing"
        }
        ApplyError::NameHeld { .. } | ApplyError::RoleNameTaken { .. } => "then run apply again",
        ApplyError::InvalidAction { .. } => {
            "take it out of roles.custom.addActions, or add it to removeActions where the profile has it"
        }
        ApplyError::Changed { .. } => "run apply again, and look at what it shows",
        ApplyError::Contended { .. } => "see who else edits the application",
        ApplyError::ShortLived { .. } => {
            "have certificates issued that last longer, or lower certificate.renewBefore"
        }
        ApplyError::Certificate(_) | ApplyError::File { .. } => {
            "correct certificate.source in the spec, and run apply again"
        }
    }
}

/// What the operator lacks.
fn needed_right(step: Step) -> &'static str {
    match step {
        Step::A | Step::F => {
            "it needs Application.ReadWrite.All, or as a person the role Application Administrator"
        }
        Step::B => {
            "it needs AppRoleAssignment.ReadWrite.All, or as a person the role Privileged Role \
             Administrator"
        }
        Step::C | Step::D => "it needs Owner or User Access Administrator at the scope",
        Step::E => "it needs Owner, Contributor or Key Vault Contributor at the vault",
        Step::G => "it needs an account with the role Editor or Owner in the Mondoo space",
    }
}
