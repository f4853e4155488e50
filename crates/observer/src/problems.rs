//! Scopes of the spec that cannot be read, told all at once.

use azure::Error;
use planner::Unresolved;
use spec::{ScopeId, ScopeRef};

use crate::error::OF_ANOTHER_TENANT;
use crate::{ObserveError, ScopeProblem};

/// Each scope once.
#[derive(Default)]
pub(crate) struct Problems(Vec<ScopeProblem>);

impl Problems {
    /// Keeps the answers; of refusals, the scope. Any other error ends the reading.
    pub(crate) fn sort<'a, T>(
        &mut self,
        scopes: impl IntoIterator<Item = &'a ScopeId>,
        answers: Vec<Result<T, Error>>,
    ) -> Result<Vec<T>, ObserveError> {
        let mut good = Vec::new();
        for (scope, answer) in scopes.into_iter().zip(answers) {
            match answer {
                Ok(answer) => good.push(answer),
                Err(error) => self.add(scope, error)?,
            }
        }
        Ok(good)
    }

    pub(crate) fn add(&mut self, scope: &ScopeId, error: Error) -> Result<(), ObserveError> {
        if !error.is_not_found() && !error.is_not_permitted() {
            return Err(error.into());
        }
        self.tell(ScopeProblem::Unreadable { scope: scope.clone(), reason: Some(error) });
        Ok(())
    }

    /// One that is not among those that the operator sees. That it belongs to another tenant is worth
    /// saying; all other reasons come to the same.
    pub(crate) fn add_invisible(&mut self, scope: &ScopeId, reason: Option<Error>) {
        let reason = reason.filter(|error| error.has_code(OF_ANOTHER_TENANT));
        self.tell(ScopeProblem::Unreadable { scope: scope.clone(), reason });
    }

    pub(crate) fn add_unresolved(&mut self, place: &ScopeRef, why: Unresolved) {
        if let ScopeRef::SubscriptionNamed(name) = place {
            self.tell(ScopeProblem::Unresolved { name: name.clone(), why });
        }
    }

    fn tell(&mut self, problem: ScopeProblem) {
        if !self.0.iter().any(|known| known.subject() == problem.subject()) {
            self.0.push(problem);
        }
    }

    pub(crate) fn unless_none(self) -> Result<(), ObserveError> {
        if self.0.is_empty() { Ok(()) } else { Err(ObserveError::Scopes(self.0)) }
    }
}
