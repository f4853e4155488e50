//! Verdicts of key vaults.

use spec::SubscriptionId;

use super::outstanding::unless_granted;
use super::questions::probes_vault;
use super::{
    APPLY, Answer, AzureAnswers, Contents, Failure, Outstanding, Probe, VaultAnswers, Verdict,
};
use crate::steps::e_key_vault_access::{Model, Permissions, Vault};
use crate::{Desired, Directory, Step};
use spec::ScopeId;

/// Each vault in scope: its own list of entries where it has one, and then what the vault says.
pub(super) fn judge(
    desired: &Desired,
    azure: &AzureAnswers,
    seen: Option<&Outstanding>,
) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (subscription, answer) in &azure.vaults {
        match answer {
            Ok(vaults) => {
                let meant =
                    vaults.iter().filter(|one| probes_vault(desired, *subscription, &one.vault));
                probes.extend(meant.map(|one| vault(one, *subscription, desired, azure, seen)));
            }
            Err(failure) => {
                let place = azure.directory.describe(&ScopeId::Subscription(*subscription));
                let verdict = Verdict::Unreadable { why: failure.words().to_owned() };
                probes.push(Probe::new(Step::E, format!("vaults of {place}"), verdict));
            }
        }
    }
    probes
}

fn vault(
    answers: &VaultAnswers,
    subscription: SubscriptionId,
    desired: &Desired,
    azure: &AzureAnswers,
    seen: Option<&Outstanding>,
) -> Probe {
    let VaultAnswers { vault, contents } = answers;
    let wanted = &desired.key_vault_access.permissions;
    let verdict = by_entry(vault, wanted, &azure.directory).unwrap_or_else(|| match contents {
        None => Verdict::not_applicable("nobody is signed in to Key Vault: see step A"),
        Some(contents) => {
            by_calls(vault, contents, wanted, || has_role(subscription, desired, azure))
        }
    });
    let verdict = match verdict {
        Verdict::Missing { .. } => unless_granted(verdict, seen, |one| one.has_vault(&vault.id)),
        verdict => verdict,
    };
    let rotation = contents.as_ref().and_then(|contents| contents.rotation_policy.as_ref());
    let note = match rotation {
        Some(Err(failure)) if failure.is_denied() => Some(
            "rotation policies of its keys cannot be read, so the scanner takes them for off; \
             keyVaults.permissions.keys: [get, list, getrotationpolicy] grants it"
                .to_owned(),
        ),
        Some(_) | None => None,
    };
    Probe::new(Step::E, format!("vault {}", vault.id.name()), verdict).noting(note)
}

/// What can be said without the vault's own answers: its entry is there for all to read.
fn by_entry(vault: &Vault, wanted: &Permissions, directory: &Directory) -> Option<Verdict> {
    if vault.tenant != directory.tenant.id {
        let why = format!("it belongs to tenant {}", vault.tenant);
        return Some(Verdict::not_applicable(why));
    }
    let ours = match &vault.model {
        Model::Rbac => return None,
        Model::AccessPolicies { ours, entries: _ } => ours.clone().unwrap_or_default(),
    };
    let lacking = ours.missing(wanted);
    (!lacking.is_empty())
        .then(|| Verdict::missing(format!("its access policies lack {lacking}"), APPLY))
}

/// `has_role`: a role that reads vaults is assigned, so that a refusal will pass.
fn by_calls(
    vault: &Vault,
    contents: &Contents,
    wanted: &Permissions,
    has_role: impl Fn() -> bool,
) -> Verdict {
    let Contents { keys, secrets, certificates, rotation_policy: _ } = contents;
    let is_rbac = vault.model == Model::Rbac;
    let lists =
        |names: &[String]| is_rbac || names.iter().any(|one| one.eq_ignore_ascii_case("list"));
    let calls: [(&str, &Answer<()>, bool); 3] = [
        ("keys", keys, lists(&wanted.keys)),
        ("secrets", secrets, lists(&wanted.secrets)),
        ("certificates", certificates, lists(&wanted.certificates)),
    ];
    let failed: Vec<_> = calls
        .into_iter()
        .filter(|(_, _, is_wanted)| *is_wanted)
        .filter_map(|(kind, call, _)| Some((kind, call.as_ref().err()?)))
        .collect();
    let Some((_, first)) = failed.first() else { return Verdict::Proven };
    if failed.iter().any(|(_, failure)| failure.is_network()) {
        return Verdict::NetworkBlocked { what: first_line(first) };
    }
    let kinds: Vec<_> = failed.iter().map(|(kind, _)| *kind).collect();
    let kinds = kinds.join(", ");
    if !failed.iter().all(|(_, failure)| failure.is_denied()) {
        return Verdict::Unreadable { why: format!("{kinds}: {}", first_line(first)) };
    }
    if !is_rbac || has_role() {
        return Verdict::NotYet { what: format!("access is granted, and {kinds} are refused yet") };
    }
    Verdict::Unreadable { why: format!("{kinds} take Key Vault Reader: see step C") }
}

/// Vaults explain themselves in many lines.
fn first_line(failure: &Failure) -> String {
    failure.words().lines().next().unwrap_or_default().trim().to_owned()
}

/// Whether Key Vault Reader reaches a subscription by some scope of the spec.
fn has_role(subscription: SubscriptionId, desired: &Desired, azure: &AzureAnswers) -> bool {
    let mut roles = desired.role_assignments.roles.iter();
    let Some(role) = roles.find(|role| role.name == "Key Vault Reader") else { return false };
    azure.places.iter().any(|(scope, place)| {
        let covers = azure.directory.covered(std::slice::from_ref(scope)).contains(&subscription);
        let assignments = place.assignments.as_deref().unwrap_or_default();
        covers && assignments.iter().any(|one| one.role == role.id && !one.has_condition)
    })
}
