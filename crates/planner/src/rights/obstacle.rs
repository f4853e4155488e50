//! What is in the way of somebody who has every right: locks, and the tenant's rules.

use time::Duration;

use super::{AppManagementPolicy, Held, Lock, LockLevel};
use crate::steps::{c_role_assignments, d_custom_role, e_key_vault_access, f_certificate};
use crate::{Action, Desired, Observed, Plan, Step, Verb};

#[derive(Clone, Debug, PartialEq)]
pub struct Obstacle {
    pub step: Step,
    /// A change will fail; otherwise something is to be known.
    pub blocks: bool,
    pub message: String,
}

/// Each once, in the order of the plan.
pub fn obstacles(
    plan: &Plan,
    desired: &Desired,
    observed: &Observed,
    held: &Held,
) -> Vec<Obstacle> {
    let mut found: Vec<Obstacle> = Vec::new();
    for action in plan.actions() {
        let locked = held.locks.iter().filter(|lock| stops(lock, action));
        let locks = locked.map(|lock| (true, describe(lock)));
        let policy = held
            .certificate_policy
            .iter()
            .filter_map(|policy| Some((true, too_long(action, policy, observed)?)));
        for (blocks, message) in locks.chain(policy).collect::<Vec<_>>() {
            let obstacle = Obstacle { step: action.step(), blocks, message };
            if !found.contains(&obstacle) {
                found.push(obstacle);
            }
        }
    }
    let firewall = desired.only.has(Step::E).then(|| firewalls(desired, observed)).flatten();
    found.extend(firewall);
    found
}

fn describe(lock: &Lock) -> String {
    let Lock { name, scope, level } = lock;
    let level = match level {
        LockLevel::ReadOnly => "nothing can be written there",
        LockLevel::CanNotDelete => "nothing can be deleted there",
    };
    format!("lock {name} on {scope}: {level}; have it removed for as long as this takes")
}

fn stops(lock: &Lock, action: &Action) -> bool {
    let is_stopped = lock.level == LockLevel::ReadOnly || deletes(action);
    is_stopped && target(action).is_some_and(|path| is_within(&path, &lock.scope))
}

/// An entry of a vault goes by an update of the vault.
fn deletes(action: &Action) -> bool {
    match action {
        Action::RoleAssignment(_) | Action::CustomRole(_) => action.verb() == Verb::Delete,
        Action::Application(_)
        | Action::GraphPermission(_)
        | Action::KeyVaultAccess(_)
        | Action::Certificate(_)
        | Action::Integration(_) => false,
    }
}

/// The ARM path through which something is written.
fn target(action: &Action) -> Option<String> {
    match action {
        Action::RoleAssignment(c_role_assignments::Action::Assign(assignment))
        | Action::CustomRole(d_custom_role::Action::Assign(assignment)) => {
            Some(assignment.scope.to_string())
        }
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
        | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => {
            Some(removal.scope().to_owned())
        }
        Action::CustomRole(
            d_custom_role::Action::Define { at, .. } | d_custom_role::Action::Redefine { at, .. },
        ) => Some(at.to_string()),
        Action::CustomRole(d_custom_role::Action::Delete { definition: _, at }) => Some(at.clone()),
        Action::KeyVaultAccess(action) => Some(action.vault.to_string()),
        Action::Application(_)
        | Action::GraphPermission(_)
        | Action::Certificate(_)
        | Action::Integration(_) => None,
    }
}

/// Whether an ARM path is at or below another one.
fn is_within(path: &str, scope: &str) -> bool {
    let (path, scope) = (path.to_lowercase(), scope.trim_end_matches('/').to_lowercase());
    path.strip_prefix(&scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// That the tenant admits no certificate which lasts as long as this one.
fn too_long(action: &Action, policy: &AppManagementPolicy, observed: &Observed) -> Option<String> {
    let AppManagementPolicy { longest, for_applications_after } = policy;
    let created = observed.application.application.as_ref().and_then(|live| live.created);
    // One that is yet to be made is newer than any rule.
    if let (Some(after), Some(created)) = (for_applications_after, created)
        && created < *after
    {
        return None;
    }
    let (lifetime, mend) = match action {
        Action::Certificate(f_certificate::Action::Make {
            maker: f_certificate::Maker::Generate(new),
            beside: _,
            lasts: _,
        }) => {
            let days = i64::from(new.validity_days.get());
            (Duration::days(days), "set certificate.source.generate.validityDays")
        }
        Action::Certificate(f_certificate::Action::Trust { marker: _, held: Some(held) }) => {
            (held.not_after - held.not_before, "use a certificate that ends sooner")
        }
        _ => return None,
    };
    (lifetime > *longest).then(|| {
        format!(
            "the tenant lets certificates of applications last {} days, and this one lasts {}: \
             {mend}, or ask for an exemption",
            longest.whole_days(),
            lifetime.whole_days()
        )
    })
}

const NAMED: usize = 3;

/// Nothing here reaches into a vault, but the scanner does.
fn firewalls(desired: &Desired, observed: &Observed) -> Option<Obstacle> {
    let wanted = e_key_vault_access::wanted(desired, observed);
    let closed: Vec<_> = wanted.filter(|vault| vault.has_firewall).map(|v| v.id.name()).collect();
    let named = closed.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = closed.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!(
        "vaults behind a firewall: {named}{more}; the set-up works, but the scanner cannot look into \
         them unless its addresses are let in"
    );
    (!closed.is_empty()).then_some(Obstacle { step: Step::E, blocks: false, message })
}
