//! Why nothing could be observed.

use std::fmt;

use planner::Unresolved;
use planner::rights::{AzureRight, EntraRight, Place, Right};
use spec::{ScopeId, SpaceMrn};

use crate::adoption::NotAdoptable;

/// ARM's code for a subscription that trusts another tenant than the token's.
pub(crate) const OF_ANOTHER_TENANT: &str = "InvalidAuthenticationTokenTenant";

#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Scopes of the spec that are not there or may not be read, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Scopes(Vec<ScopeProblem>),
    #[error("the spec is for tenant {wanted}, but the sign-in is for {actual}")]
    WrongTenant { wanted: String, actual: String },
    #[error(transparent)]
    NotAdoptable(#[from] NotAdoptable),
    #[error("there is no space {0}, or this Mondoo account may not see it")]
    NoSpace(SpaceMrn),
    #[error(transparent)]
    Azure(#[from] azure::Error),
    #[error(transparent)]
    Mondoo(#[from] mondoo::Error),
}

impl ObserveError {
    /// The rights to read whose lack this is; none, where it is something else.
    pub fn lacks(&self) -> Vec<Right> {
        let read =
            |path: String, name: String| Right::Azure(AzureRight::Read, Place { path, name });
        match self {
            ObserveError::Scopes(problems) => {
                let unreadable = problems.iter().map(|problem| match problem {
                    ScopeProblem::Unreadable { scope, reason: _ } => {
                        Some(read(scope.to_string(), problem.subject()))
                    }
                    ScopeProblem::Unresolved { name: _, why: Unresolved::Unknown } => {
                        Some(read(String::new(), problem.subject()))
                    }
                    ScopeProblem::Unresolved { name: _, why: Unresolved::Ambiguous } => None,
                });
                unreadable.collect::<Option<_>>().unwrap_or_default()
            }
            ObserveError::Azure(error) if error.is_forbidden_by(azure::Audience::Graph) => {
                vec![Right::Entra(EntraRight::Read)]
            }
            ObserveError::Azure(error)
                if error.is_forbidden_by(azure::Audience::ResourceManager) =>
            {
                vec![read(String::new(), "the spec's scopes".to_owned())]
            }
            ObserveError::NoSpace(_) | ObserveError::Mondoo(mondoo::Error::NotPermitted { .. }) => {
                vec![Right::Mondoo]
            }
            ObserveError::WrongTenant { .. }
            | ObserveError::NotAdoptable(_)
            | ObserveError::Azure(_)
            | ObserveError::Mondoo(_) => Vec::new(),
        }
    }
}

/// Azure tells a scope that does not exist and one without rights apart only sometimes.
#[derive(Debug)]
pub enum ScopeProblem {
    Unreadable {
        scope: ScopeId,
        /// The service's words, where it has any.
        reason: Option<azure::Error>,
    },
    Unresolved {
        /// Display name of a subscription.
        name: String,
        why: Unresolved,
    },
}

impl ScopeProblem {
    pub(crate) fn subject(&self) -> String {
        match self {
            ScopeProblem::Unreadable { scope, reason: _ } => match scope {
                ScopeId::Subscription(id) => format!("subscription {id}"),
                ScopeId::ManagementGroup(id) => format!("management group {id}"),
            },
            ScopeProblem::Unresolved { name, why: _ } => format!("subscription {name}"),
        }
    }
}

impl fmt::Display for ScopeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.subject();
        let missing = "does not exist in this tenant, or you may not read it";
        match self {
            ScopeProblem::Unreadable { scope: _, reason: Some(reason) }
                if reason.has_code(OF_ANOTHER_TENANT) =>
            {
                write!(f, "{subject} belongs to another tenant than the spec's: {reason}")
            }
            ScopeProblem::Unreadable { scope: _, reason: Some(reason) } => {
                write!(f, "{subject} {missing}: {reason}")
            }
            ScopeProblem::Unreadable { scope: _, reason: None }
            | ScopeProblem::Unresolved { name: _, why: Unresolved::Unknown } => {
                write!(f, "{subject} {missing}")
            }
            ScopeProblem::Unresolved { name: _, why: Unresolved::Ambiguous } => {
                write!(f, "{subject} exists several times: name it by its id")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use azure::Refusal;
    use spec::SubscriptionId;

    use super::*;

    #[test]
    fn a_subscription_of_another_tenant_is_called_that() {
        let refusal = Refusal {
            request: "Azure Resource Manager GET /subscriptions/x".to_owned(),
            status: 401,
            code: OF_ANOTHER_TENANT.to_owned(),
            message: "It must match the tenant 'https://sts.windows.net/b/'.".to_owned(),
            details: Vec::new(),
            request_id: None,
        };
        let scope = ScopeId::Subscription(SubscriptionId::derived(&["x"]));
        let problem = ScopeProblem::Unreadable { scope, reason: Some(refusal.into()) };
        let text = problem.to_string();
        assert!(text.contains("belongs to another tenant than the spec's"), "{text}");
        assert!(text.contains("sts.windows.net/b"), "{text}");
    }
}
