//! Which right each change needs, what the operator is known to hold, and what follows.
//!
//! A right is missing only where that is proven: whoever may hold it in a way that is not seen is
//! not held up.

mod azure;
mod entra;
mod held;
mod least;
mod needs;
mod obstacle;

use std::collections::BTreeSet;
use std::fmt;

use crate::{Action, Desired, Observed, Plan, Step};
use needs::needs;

pub use azure::allows;
pub use held::{
    Access, AppManagementPolicy, Caller, DirectoryRole, DirectoryRoles, Held, Lock, LockLevel,
};
pub use least::{Least, Phase, least};
pub use obstacle::{Obstacle, obstacles};

/// What somebody must be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    Entra(EntraRight),
    Azure(AzureRight, Place),
    /// To change integrations and policies of the Mondoo space.
    Mondoo,
}

/// Something in Entra ID, by Microsoft Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntraRight {
    Read,
    CreateApplications,
    WriteApplication,
    CreatePrincipal,
    WritePrincipal,
    /// Restore or purge what was deleted.
    HandleDeleted,
    AddOwners,
    /// Consent to application permissions of Microsoft Graph.
    Consent,
    /// Take such a consent back.
    Revoke,
}

/// An action of Azure Resource Manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AzureRight {
    Read,
    AssignRole,
    UnassignRole,
    /// Also needed to delete a role: on every scope where it can be assigned.
    DefineRole,
    WriteAccessPolicy,
}

/// Where a right of Azure is needed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// An ARM path.
    pub path: String,
    /// The same in words.
    pub name: String,
}

impl fmt::Display for EntraRight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EntraRight::Read => "read the directory",
            EntraRight::CreateApplications => "create applications",
            EntraRight::WriteApplication => "change the application",
            EntraRight::CreatePrincipal => "create its service principal",
            EntraRight::WritePrincipal => "change its service principal",
            EntraRight::HandleDeleted => "restore or purge deleted applications",
            EntraRight::AddOwners => "add owners",
            EntraRight::Consent => "consent to Microsoft Graph permissions",
            EntraRight::Revoke => "take back Microsoft Graph permissions",
        })
    }
}

impl AzureRight {
    /// As roles name it.
    pub fn action(self) -> &'static str {
        match self {
            AzureRight::Read => "*/read",
            AzureRight::AssignRole => "Microsoft.Authorization/roleAssignments/write",
            AzureRight::UnassignRole => "Microsoft.Authorization/roleAssignments/delete",
            AzureRight::DefineRole => "Microsoft.Authorization/roleDefinitions/write",
            AzureRight::WriteAccessPolicy => "Microsoft.KeyVault/vaults/accessPolicies/write",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Right::Entra(right) => right.fmt(f),
            Right::Azure(right, place) => write!(f, "{} at {}", right.action(), place.name),
            Right::Mondoo => f.write_str("change integrations and policies of the Mondoo space"),
        }
    }
}

/// Whether the operator holds one right that a step needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub step: Step,
    pub right: Right,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    Held,
    /// Proven: the change would be refused.
    Missing {
        /// The least role or permission that gives it.
        ask_for: String,
    },
    CannotTell {
        why: String,
    },
}

/// Every right that `actions` need, each once for each step, in order.
pub fn needed<'a>(
    actions: impl Iterator<Item = &'a Action>,
    observed: &Observed,
) -> Vec<(Step, Right)> {
    let all = actions
        .flat_map(|action| needs(action, observed).into_iter().map(|right| (action.step(), right)));
    let mut once = BTreeSet::new();
    all.filter(|need| once.insert(need.clone())).collect()
}

/// Agents, whose service accounts are most common, may not (documented).
const MONDOO_ROLE: &str = "an Editor or Owner of the space";

/// Compares what is needed with what is held.
pub fn judge(
    needed: &[(Step, Right)],
    plan: &Plan,
    observed: &Observed,
    held: &Held,
) -> Vec<Verdict> {
    let owns = entra::Ownership::new(plan, observed);
    let verdict = |(step, right): &(Step, Right)| {
        let standing = match right {
            Right::Entra(right) => entra::judge(*right, &owns, held),
            Right::Azure(right, place) => azure::judge(*right, place, held),
            Right::Mondoo => {
                Standing::CannotTell { why: format!("Mondoo does not tell; {MONDOO_ROLE} may") }
            }
        };
        Verdict { step: *step, right: right.clone(), standing }
    };
    let mut verdicts: Vec<_> = needed.iter().map(verdict).collect();
    ask_for_less(&mut verdicts);
    verdicts
}

/// The role that lets define roles lets assign them, too: one is enough to ask for.
fn ask_for_less(verdicts: &mut [Verdict]) {
    let defining: Vec<_> = verdicts
        .iter()
        .filter_map(|verdict| match (&verdict.right, &verdict.standing) {
            (Right::Azure(AzureRight::DefineRole, place), Standing::Missing { ask_for }) => {
                Some((verdict.step, place.clone(), ask_for.clone()))
            }
            _ => None,
        })
        .collect();
    for verdict in verdicts {
        if let Right::Azure(AzureRight::AssignRole | AzureRight::UnassignRole, place) =
            &verdict.right
            && let Standing::Missing { ask_for } = &mut verdict.standing
            && let Some((.., wider)) =
                defining.iter().find(|(step, at, _)| (*step, at) == (verdict.step, place))
        {
            ask_for.clone_from(wider);
        }
    }
}

/// What this operator lacks when a read was refused: the same right, whichever step is meant.
pub fn unreadable(desired: &Desired, right: &Right) -> Vec<Verdict> {
    let ask_for = match right {
        Right::Entra(right) => entra::least(*right, None),
        Right::Azure(right, place) => azure::least(*right, place),
        Right::Mondoo => MONDOO_ROLE.to_owned(),
    };
    let verdict = |step| {
        let standing = Standing::Missing { ask_for: ask_for.clone() };
        Verdict { step, right: right.clone(), standing }
    };
    desired.only.iter().map(verdict).collect()
}
