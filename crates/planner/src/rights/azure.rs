//! Rights of Azure: what is allowed at a place or above it.

use super::{AzureRight, Held, Place, Standing};
use crate::directory::scope_of;
use crate::steps::d_custom_role::Permissions;
use crate::{Seen, actions};

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

/// Whether some one set allows it.
pub fn allows(sets: &[Permissions], right: AzureRight) -> bool {
    sets.iter().any(|set| actions::allows(set, right.action()))
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
