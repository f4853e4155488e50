//! The least rights that a spec takes, without asking any service.

use std::fmt;

use spec::{AccessPolicies, ManagementGroupId, ScopeId, ScopeRef, TenantRef};

use super::{AzureRight, EntraRight, MONDOO_ROLE, Place, Right, entra};
use crate::{Desired, Step};

/// One right, and the least that gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Least {
    pub phase: Phase,
    pub step: Step,
    pub right: Right,
    /// Permissions of Microsoft Graph, all of them; none in Azure.
    pub permissions: Vec<&'static str>,
    /// A role of the directory or of Azure that gives it, too.
    pub role: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// To see what is there.
    Plan,
    /// To make it what the spec says, besides.
    Apply,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Plan => "plan",
            Phase::Apply => "apply",
        })
    }
}

/// What a first set-up by this spec takes, in the order of the steps; later runs take no more.
pub fn least(desired: &Desired) -> Vec<Least> {
    let steps = desired.only.iter().filter(|step| is_ours(*step, desired));
    steps.flat_map(|step| of_step(step, desired)).collect()
}

fn is_ours(step: Step, desired: &Desired) -> bool {
    match step {
        Step::A | Step::B | Step::F => desired.application.given.is_none(),
        Step::C | Step::D | Step::E => true,
        Step::G => desired.integration.is_some(),
    }
}

fn of_step(step: Step, desired: &Desired) -> Vec<Least> {
    if step == Step::G {
        return vec![Least::mondoo(Phase::Plan), Least::mondoo(Phase::Apply)];
    }
    let mut all = Vec::new();
    let reads = Least::entra(Phase::Plan, step, EntraRight::Read, desired);
    if desired.application.given.is_none() {
        all.push(reads);
    }
    let writes: &[EntraRight] = match step {
        Step::A => &[EntraRight::CreateApplications, EntraRight::CreatePrincipal],
        Step::B => &[EntraRight::WriteApplication, EntraRight::Consent],
        Step::F => &[EntraRight::WriteApplication],
        Step::C | Step::D | Step::E | Step::G => &[],
    };
    let owners = (step == Step::A && !desired.application.owners.is_empty())
        .then_some(EntraRight::AddOwners);
    let writes = writes.iter().copied().chain(owners);
    all.extend(writes.map(|right| Least::entra(Phase::Apply, step, right, desired)));
    if step.is_in_azure() {
        for scope in &desired.scopes {
            let place = place(&scope.place, desired);
            all.push(Least::azure(Phase::Plan, step, AzureRight::Read, place.clone()));
            let writes = of_azure_step(step, desired).iter();
            all.extend(writes.map(|right| Least::azure(Phase::Apply, step, *right, place.clone())));
        }
    }
    all
}

fn of_azure_step(step: Step, desired: &Desired) -> &'static [AzureRight] {
    match step {
        Step::C => &[AzureRight::AssignRole],
        Step::D => &[AzureRight::DefineRole, AzureRight::AssignRole],
        Step::E if desired.key_vault_access.policies == AccessPolicies::None => &[],
        Step::E => &[AzureRight::WriteAccessPolicy],
        Step::A | Step::B | Step::F | Step::G => &[],
    }
}

/// As the spec writes it, without a path where a service would have to be asked for it.
fn place(scope: &ScopeRef, desired: &Desired) -> Place {
    let (path, name) = match scope {
        ScopeRef::Id(id @ ScopeId::Subscription(subscription)) => {
            (id.to_string(), format!("subscription {subscription}"))
        }
        ScopeRef::Id(id @ ScopeId::ManagementGroup(group)) => {
            (id.to_string(), format!("management group {group}"))
        }
        ScopeRef::SubscriptionNamed(name) => (String::new(), format!("subscription {name}")),
        ScopeRef::TenantRoot => {
            let root = match desired.tenant {
                TenantRef::Id(id) => {
                    ScopeId::ManagementGroup(ManagementGroupId::new(id.to_string())).to_string()
                }
                TenantRef::Domain(_) => String::new(),
            };
            (root, "tenant root group".to_owned())
        }
    };
    Place { path, name }
}

impl Least {
    fn entra(phase: Phase, step: Step, right: EntraRight, desired: &Desired) -> Least {
        let permissions = match right {
            // Whoever makes it owns it.
            EntraRight::WriteApplication | EntraRight::CreatePrincipal => {
                entra::least_permissions(EntraRight::CreateApplications).to_vec()
            }
            EntraRight::AddOwners => vec!["Application.ReadWrite.OwnedBy", "Directory.Read.All"],
            EntraRight::Read if names_owners(desired) => {
                [entra::least_permissions(right), &["User.Read.All"]].concat()
            }
            EntraRight::Read
            | EntraRight::CreateApplications
            | EntraRight::WritePrincipal
            | EntraRight::HandleDeleted
            | EntraRight::Consent
            | EntraRight::Revoke => entra::least_permissions(right).to_vec(),
        };
        let role = match right {
            EntraRight::WriteApplication | EntraRight::CreatePrincipal | EntraRight::AddOwners => {
                entra::least_role(EntraRight::CreateApplications)
            }
            EntraRight::Read
            | EntraRight::CreateApplications
            | EntraRight::WritePrincipal
            | EntraRight::HandleDeleted
            | EntraRight::Consent
            | EntraRight::Revoke => entra::least_role(right),
        };
        Least { phase, step, right: Right::Entra(right), permissions, role: role.to_string() }
    }

    fn mondoo(phase: Phase) -> Least {
        let role = MONDOO_ROLE.to_owned();
        Least { phase, step: Step::G, right: Right::Mondoo, permissions: Vec::new(), role }
    }

    fn azure(phase: Phase, step: Step, right: AzureRight, place: Place) -> Least {
        let role = right.least_role().to_owned();
        Least { phase, step, right: Right::Azure(right, place), permissions: Vec::new(), role }
    }
}

/// Users are looked up by the names that the spec has for them.
fn names_owners(desired: &Desired) -> bool {
    let mut owners = desired.application.owners.iter();
    owners.any(|owner| matches!(owner, spec::OwnerRef::UserPrincipalName(_)))
}
