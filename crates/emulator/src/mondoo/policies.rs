//! Policies: what the platform offers, and what is assigned to a space.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::encoding::{base64url, from_base64url};
use crate::model::mondoo::{MondooChange, PolicyAction};
use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::catalog::{self, POLICIES, Policy};
use crate::mondoo::error::RpcError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ContentInput {
    scope_mrn: String,
    catalog_type: String,
    platforms: Option<Vec<String>>,
    categories: Option<Vec<String>>,
    include_public: Option<bool>,
    content_mrns: Option<Vec<String>>,
    assigned_only: Option<bool>,
    query: Option<String>,
    after: Option<String>,
    limit: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ScopeInput {
    scope_mrn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignmentInput {
    asset_mrn: String,
    policy_mrn: Option<String>,
    policy_mrns: Option<Vec<String>>,
    action: Option<PolicyAction>,
}

/// What the space could use, in pages of 100 unless another limit is asked for (documented).
pub(super) fn content(call: &Call<'_>, input: &ContentInput) -> Result<Outcome, RpcError> {
    let space = call.caller.space(&input.scope_mrn)?;
    let action =
        |policy: &Policy| call.mondoo.policies.get(&(space.mrn.to_owned(), policy.mrn())).copied();
    let assigned_only = input.assigned_only.unwrap_or_default();
    let found: Vec<&Policy> = POLICIES
        .iter()
        .filter(|policy| input.wants(policy))
        .filter(|policy| !assigned_only || action(policy).is_some())
        .collect();
    let page = Page::of(input, call.service.behaviour.page_size, found.len())?;
    let shown = found.iter().enumerate().skip(page.first).take(page.size);
    let edges: Vec<Value> = shown
        .map(|(index, policy)| json!({ "cursor": cursor(index), "node": node(policy, action(policy)) }))
        .collect();
    let next = page.first + edges.len();
    let value = json!({
        "totalCount": found.len(),
        "pageInfo": {
            "startCursor": edges.first().map(|edge| edge["cursor"].clone()),
            "endCursor": edges.last().map(|edge| edge["cursor"].clone()),
            "hasNextPage": next < found.len(),
            "hasPreviousPage": page.first > 0,
        },
        "edges": edges,
    });
    Ok(value.into())
}

fn node(policy: &Policy, action: Option<PolicyAction>) -> Value {
    json!({
        "__typename": "Policy",
        "mrn": policy.mrn(),
        "uid": policy.uid,
        "name": policy.name,
        "version": policy.version,
        "category": policy.category,
        "trustLevel": "MONDOO",
        "featured": policy.featured,
        "assigned": action.is_some(),
        "action": action,
    })
}

impl ContentInput {
    /// All platforms, one of the categories, every word of the query (documented).
    fn wants(&self, policy: &Policy) -> bool {
        let text = format!("{} {}", policy.uid, policy.name).to_lowercase();
        let words = self.query.as_deref().unwrap_or_default().to_lowercase();
        matches!(self.catalog_type.as_str(), "ALL" | "POLICY")
            && self.include_public.unwrap_or(true)
            && self.platforms.iter().flatten().all(|platform| platform == policy.platform)
            && is_among(self.categories.as_ref(), policy.category)
            && is_among(self.content_mrns.as_ref(), &policy.mrn())
            && words.split_whitespace().all(|word| text.contains(word))
    }
}

/// No list, or an empty one, means anything.
fn is_among(wanted: Option<&Vec<String>>, value: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.is_empty() || wanted.iter().any(|one| one == value))
}

struct Page {
    first: usize,
    size: usize,
}

impl Page {
    /// The forms of cursors and how wrong ones are answered are guesses.
    fn of(input: &ContentInput, usual: Option<usize>, all: usize) -> Result<Self, RpcError> {
        let after = input.after.as_deref().filter(|after| !after.is_empty());
        let first = after.map_or(Some(0), |after| position(after).map(|last| last + 1));
        let first = first.filter(|first| *first <= all);
        let size = input.limit.map_or(Some(usual.unwrap_or(100)), |limit| limit.try_into().ok());
        match (first, size) {
            (Some(first), Some(size)) => Ok(Self { first, size }),
            (None, _) => Err(RpcError::invalid("invalid cursor")),
            (_, None) => Err(RpcError::invalid("invalid limit")),
        }
    }
}

fn cursor(index: usize) -> String {
    base64url(format!("at {index}").as_bytes())
}

fn position(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(from_base64url(cursor)?).ok()?;
    let index: u32 = text.strip_prefix("at ")?.parse().ok()?;
    index.try_into().ok()
}

/// Ignored ones are listed, too: they are assigned, and not scored.
pub(super) fn active(call: &Call<'_>, input: &ScopeInput) -> Result<Outcome, RpcError> {
    let space = call.caller.space(&input.scope_mrn)?;
    let assigned = call.mondoo.policies.iter().filter(|((scope, _), _)| scope == space.mrn);
    let edges: Vec<Value> = assigned
        .enumerate()
        .map(|(index, ((scope, mrn), action))| {
            let name = catalog::find(mrn).map_or(mrn.as_str(), |policy| policy.name);
            let node =
                json!({ "mrn": mrn, "name": name, "action": action, "assignedScope": scope });
            json!({ "cursor": cursor(index), "node": node })
        })
        .collect();
    let value = json!({
        "totalCount": edges.len(),
        "pageInfo": {
            "startCursor": edges.first().map(|edge| edge["cursor"].clone()),
            "endCursor": edges.last().map(|edge| edge["cursor"].clone()),
            "hasNextPage": false,
            "hasPreviousPage": false,
        },
        "edges": edges,
    });
    Ok(value.into())
}

/// All or none; that a policy which does not exist is an error is a guess.
pub(super) fn assign(call: &Call<'_>, input: AssignmentInput) -> Result<Outcome, RpcError> {
    let action = input.action.unwrap_or(PolicyAction::Active);
    let (space, policies) = meant(call, input)?;
    let changes = policies.into_iter().map(|policy| MondooChange::Policy {
        space: space.clone(),
        policy,
        action,
    });
    Ok(Outcome { value: true.into(), changes: changes.collect() })
}

pub(super) fn unassign(call: &Call<'_>, input: AssignmentInput) -> Result<Outcome, RpcError> {
    let (space, policies) = meant(call, input)?;
    let changes = policies
        .into_iter()
        .map(|policy| MondooChange::PolicyRemoved { space: space.clone(), policy });
    Ok(Outcome { value: true.into(), changes: changes.collect() })
}

fn meant(call: &Call<'_>, input: AssignmentInput) -> Result<(String, Vec<String>), RpcError> {
    let space = call.caller.space(&input.asset_mrn)?;
    let mut policies = input.policy_mrns.unwrap_or_default();
    policies.extend(input.policy_mrn);
    if policies.is_empty() {
        return Err(RpcError::invalid("policyMrn or policyMrns is required"));
    }
    match policies.iter().find(|mrn| catalog::find(mrn).is_none()) {
        Some(unknown) => Err(RpcError::not_found(&format!("policy {unknown}"))),
        None => Ok((space.mrn.to_owned(), policies)),
    }
}
