//! Policies: which are on in a space, and which there are.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;
use spec::{PolicyMrn, SpaceMrn};

use crate::transport::Purpose;
use crate::{Error, Mondoo, Operation, Schema, read};

/// What a space does with a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyAction {
    Active,
    /// It is evaluated and counts for nothing, which the Console calls a preview.
    Ignore,
    Other(String),
}

impl PolicyAction {
    /// A policy that is assigned without more is active: a guess.
    pub(crate) fn of(text: Option<&str>) -> PolicyAction {
        match text {
            None | Some("ACTIVE") => PolicyAction::Active,
            Some("IGNORE") => PolicyAction::Ignore,
            Some(other) => PolicyAction::Other(other.to_owned()),
        }
    }
}

/// One page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edges<T> {
    edges: Option<Vec<Edge<T>>>,
    page_info: Option<PageInfo>,
}

#[derive(Deserialize)]
struct Edge<T> {
    node: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    end_cursor: Option<String>,
    has_next_page: bool,
}

impl<T> Edges<T> {
    pub(crate) fn nodes(self) -> impl Iterator<Item = T> {
        self.edges.into_iter().flatten().filter_map(|edge| edge.node)
    }
}

/// `mrn` is there of policies alone.
#[derive(Deserialize)]
struct ContentTold {
    mrn: Option<String>,
}

const CONTENT: &str = "content";
const ASSIGN: &str = "assignPolicy";

impl Mondoo {
    /// Those of `wanted` that the space's catalogue has.
    pub async fn existing_policies(
        &self,
        space: &SpaceMrn,
        schema: &Schema,
        wanted: &BTreeSet<PolicyMrn>,
    ) -> Result<BTreeSet<PolicyMrn>, Error> {
        let content = Operation {
            root: CONTENT,
            purpose: Purpose::Read,
            text: "query($input: ContentSearchInput!) { content(input: $input) { __typename \
                   edges { node { ... on Policy { mrn } } } pageInfo { endCursor hasNextPage } } }",
        };
        let mut input = json!({ "scopeMrn": space.to_string(), "catalogType": "POLICY" });
        if schema.finds_content_by_mrn() {
            input["contentMrns"] = wanted.iter().map(ToString::to_string).collect();
        }
        let mut found = BTreeSet::new();
        while found.len() < wanted.len() {
            let data = self.ask(&content, json!({ "input": input })).await?;
            let mut page: Edges<ContentTold> = read(CONTENT, &data[CONTENT])?;
            let next = page.page_info.take().filter(|info| info.has_next_page);
            let told = page.nodes().filter_map(|told| told.mrn);
            found.extend(told.map(|mrn| PolicyMrn::new(&mrn)).filter(|mrn| wanted.contains(mrn)));
            let Some(next) = next else { break };
            let cursor = next.end_cursor.map(serde_json::Value::from);
            let cursor = cursor.filter(|cursor| input["after"] != *cursor);
            input["after"] = cursor.ok_or_else(|| Error::Senseless {
                request: CONTENT,
                reason: "there is another page, but nothing to ask for it by".to_owned(),
            })?;
        }
        Ok(found)
    }

    /// The policies are active in the space afterwards, along with those that were.
    pub async fn assign_policies(
        &self,
        space: &SpaceMrn,
        policies: &[PolicyMrn],
    ) -> Result<(), Error> {
        if policies.is_empty() {
            return Ok(());
        }
        let assign = Operation {
            root: ASSIGN,
            purpose: Purpose::Write,
            text: "mutation($input: PolicyAssignmentInput!) { assignPolicy(input: $input) }",
        };
        let policies: Vec<_> = policies.iter().map(ToString::to_string).collect();
        let input =
            json!({ "assetMrn": space.to_string(), "policyMrns": policies, "action": "ACTIVE" });
        // What the answer's truth value means is not documented; a look at the space tells.
        self.ask(&assign, json!({ "input": input })).await.map(drop)
    }
}
