//! Which actions a custom role may name.

use crate::arm::error::ArmError;
use crate::model::role::Permission;

/// Providers that Azure's built-in roles name, in lower case. The operations of each are too many
/// to know here, so an operation that its provider does not offer is let through.
const PROVIDERS: &str = include_str!("data/provider_namespaces.txt");

/// One fault refuses the whole role (documented).
pub(super) fn validate(permission: &Permission) -> Result<(), ArmError> {
    let Permission { actions, not_actions, data_actions, not_data_actions } = permission;
    let (control, data) = ("InvalidActionOrNotAction", "InvalidDataActionOrNotDataAction");
    let all = [
        (control, actions),
        (control, not_actions),
        (data, data_actions),
        (data, not_data_actions),
    ];
    let named =
        all.into_iter().flat_map(|(code, actions)| actions.iter().map(move |one| (code, one)));
    for (code, action) in named {
        match Fault::of(action) {
            None => {}
            Some(Fault::UnknownProvider) => {
                return Err(ArmError::bad_request(
                    code,
                    "The resource provider referenced in the action is not returned in the list \
                     of providers from Azure Resource Manager.",
                ));
            }
            Some(Fault::NoOperation) => {
                let message = format!(
                    "'{action}' does not match any of the actions supported by the providers."
                );
                return Err(ArmError::bad_request(code, message));
            }
        }
    }
    Ok(())
}

/// Whether Resource Manager knows the namespace.
pub(super) fn is_provider(namespace: &str) -> bool {
    PROVIDERS.lines().any(|known| known.eq_ignore_ascii_case(namespace))
}

enum Fault {
    UnknownProvider,
    NoOperation,
}

impl Fault {
    /// An operation is a provider, a path and one of four verbs; one wildcard may stand for any part
    /// of it (documented).
    fn of(action: &str) -> Option<Self> {
        const VERBS: [&str; 4] = ["read", "write", "delete", "action"];
        let action = action.to_ascii_lowercase();
        if action == "*" {
            return None;
        }
        let Some((provider, operation)) = action.split_once('/') else {
            return Some(Self::NoOperation);
        };
        if !provider.contains('*') && !is_provider(provider) {
            return Some(Self::UnknownProvider);
        }
        let verb = operation.rsplit('/').next().unwrap_or_default();
        let ends = verb.contains('*') || VERBS.contains(&verb);
        (!ends || action.matches('*').count() > 1).then_some(Self::NoOperation)
    }
}
