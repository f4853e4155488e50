//! A space, where assets and findings are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use spec::{PolicyMrn, SpaceMrn};

use crate::policy::Edges;
use crate::schema::INTROSPECTION;
use crate::transport::Purpose;
use crate::{Error, Mondoo, Operation, PolicyAction, Schema, read};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
    pub name: String,
    /// Those of the space and of its organization.
    pub active_policies: BTreeMap<PolicyMrn, PolicyAction>,
    pub schema: Schema,
}

#[derive(Deserialize)]
struct SpaceTold {
    name: String,
}

#[derive(Deserialize)]
struct PolicyTold {
    mrn: String,
    action: Option<String>,
}

impl Mondoo {
    /// The space, what is on in it, and what its API is like: one request. `None` if there is none.
    pub async fn look(&self, space: &SpaceMrn) -> Result<Option<Space>, Error> {
        const SPACE: &str = "space";
        let text = format!(
            "query($mrn: String!) {{
  space(mrn: $mrn) {{ __typename name }}
  activePolicies(input: {{ scopeMrn: $mrn }}) {{ __typename edges {{ node {{ mrn action }} }} }}
{INTROSPECTION}}}"
        );
        let look = Operation { root: SPACE, purpose: Purpose::Read, text: &text };
        let data = match self.ask(&look, json!({ "mrn": space.to_string() })).await {
            Ok(data) => data,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let Some(told) = read::<Option<SpaceTold>>(SPACE, &data[SPACE])? else { return Ok(None) };
        let policies: Edges<PolicyTold> = read("activePolicies", &data["activePolicies"])?;
        let policy = |told: PolicyTold| {
            (PolicyMrn::new(&told.mrn), PolicyAction::of(told.action.as_deref()))
        };
        Ok(Some(Space {
            name: told.name,
            active_policies: policies.nodes().map(policy).collect(),
            schema: Schema::of(&data),
        }))
    }
}
