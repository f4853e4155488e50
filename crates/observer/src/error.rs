//! Why nothing could be observed.

use std::fmt;

use spec::ScopeId;

#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Scopes of the spec that are not there or may not be read, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Scopes(Vec<ScopeProblem>),
    #[error("the spec is for tenant {wanted}, but the sign-in is for {actual}")]
    WrongTenant { wanted: String, actual: String },
    #[error(transparent)]
    Azure(#[from] azure::Error),
}

/// Azure tells a scope that does not exist and one without rights apart only sometimes.
#[derive(Debug)]
pub struct ScopeProblem {
    pub scope: ScopeId,
    /// The service's words, where it has any.
    pub reason: Option<azure::Error>,
}

impl fmt::Display for ScopeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, id) = match &self.scope {
            ScopeId::Subscription(id) => ("subscription", id.to_string()),
            ScopeId::ManagementGroup(id) => ("management group", id.to_string()),
        };
        write!(f, "{kind} {id} does not exist in this tenant, or you may not read it")?;
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}
