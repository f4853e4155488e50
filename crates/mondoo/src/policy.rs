//! Policies: which are on in a space, and which there are.

use std::collections::BTreeSet;

use spec::{PolicyMrn, SpaceMrn};

use crate::{Error, Mondoo};

/// What a space does with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyAction {
    Active,
    /// It is evaluated and counts for nothing, which the Console calls a preview.
    Ignore,
    Other(String),
}

impl Mondoo {
    /// Those of `wanted` that the space's catalogue has.
    pub async fn existing_policies(
        &self,
        space: &SpaceMrn,
        wanted: &BTreeSet<PolicyMrn>,
    ) -> Result<BTreeSet<PolicyMrn>, Error> {
        let _ = (space, wanted, &self.api);
        Err(Error::NoToken)
    }

    /// The policies are active in the space afterwards, along with those that were.
    pub async fn assign_policies(
        &self,
        space: &SpaceMrn,
        policies: &[PolicyMrn],
    ) -> Result<(), Error> {
        let _ = (space, policies, &self.api);
        Err(Error::NoToken)
    }
}
