use std::collections::{HashMap, HashSet};

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::protection;
use crate::filter::{Condition, parse};
use crate::http::Reply;
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::scope::Scope;
use crate::paging::page;
use crate::store::Answer;

pub(super) use crate::service::Call;

impl Call<'_> {
    /// Whether the caller may do it, and nothing else forbids it. `shown` is the id of what is acted
    /// upon, which a refusal names.
    pub(super) fn require(&self, action: &str, scope: &Scope, shown: &str) -> Result<(), ArmError> {
        self.require_right(action, scope, shown)?;
        protection::check(self, action, scope, shown)
    }

    pub(super) fn require_right(
        &self,
        action: &str,
        scope: &Scope,
        shown: &str,
    ) -> Result<(), ArmError> {
        let refusal = || ArmError::forbidden(self.caller, action, shown);
        self.may(action, scope).then_some(()).ok_or_else(refusal)
    }

    /// Whether some role assignment at or above the scope allows the action.
    pub(super) fn may(&self, action: &str, scope: &Scope) -> bool {
        self.held(scope).any(|(_, role)| role.allows(action))
    }

    /// The roles that the caller holds at the scope or above it, itself or through groups.
    pub(crate) fn held(
        &self,
        scope: &Scope,
    ) -> impl Iterator<Item = (&RoleAssignment, &RoleDefinition)> {
        let lineage = self.state.lineage(scope);
        let reaches = move |assignment: &&RoleAssignment| {
            Scope::parse(&assignment.scope).is_some_and(|at| lineage.contains(&at.key()))
        };
        let held = self.assignments().filter(reaches);
        held.filter_map(|held| Some((held, self.state.role_definitions.get(&held.role)?)))
    }

    /// The caller's own and those of the groups that it is in, as far as they are in effect.
    pub(super) fn assignments(&self) -> impl Iterator<Item = &RoleAssignment> {
        let groups = self.referable.groups_of(self.caller.oid);
        let principals = std::iter::once(self.caller.oid).chain(groups);
        principals.flat_map(|one| self.referable.assignments_of(one))
    }

    /// Keys of the scopes at which a role of the caller's allows the action, for judging many
    /// objects at once.
    pub(super) fn scopes_allowing(&self, action: &str) -> HashSet<String> {
        let mut allows: HashMap<Uuid, bool> = HashMap::new();
        let mut allowed = |role: Uuid| {
            *allows.entry(role).or_insert_with(|| {
                let role = self.state.role_definitions.get(&role);
                role.is_some_and(|role| role.allows(action))
            })
        };
        let allowing = self.assignments().filter(|assignment| allowed(assignment.role));
        allowing.filter_map(|held| Some(Scope::parse(&held.scope)?.key())).collect()
    }

    /// The parts of the request's filter, as `part` reads them. None when it has another form.
    pub(super) fn filter<P>(&self, part: fn(Condition) -> Option<P>) -> Option<Vec<P>> {
        parse(self.filter_text())?.into_iter().map(part).collect()
    }

    pub(super) fn filter_text(&self) -> &str {
        self.request.query("$filter").unwrap_or_default()
    }

    /// One page of a list; `nextLink` is left out on the last one.
    pub(super) fn page(&self, items: Vec<Value>) -> Result<Answer, ArmError> {
        self.page_of(items, |item| item)
    }

    /// Renders no more than the page shows.
    pub(super) fn page_of<T>(
        &self,
        items: Vec<T>,
        render: impl Fn(T) -> Value,
    ) -> Result<Answer, ArmError> {
        let page = page(self.request, self.url, self.page_size()?, items)?;
        let items: Vec<Value> = page.items.into_iter().map(render).collect();
        let mut body = json!({ "value": items });
        if let Some(link) = page.next_link {
            body["nextLink"] = link.into();
        }
        Ok(Reply::json(StatusCode::OK, body).into())
    }

    fn page_size(&self) -> Result<usize, ArmError> {
        let Some(top) = self.request.query("$top") else {
            return Ok(self.behaviour.page_size.unwrap_or(100));
        };
        let size = top.parse().ok().filter(|size| (1..=1000).contains(size));
        size.ok_or_else(|| {
            let message = format!("The value '{top}' of $top is not valid.");
            ArmError::bad_request("InvalidTopQueryParameter", message)
        })
    }
}

pub(super) fn subscription_scope(id: Uuid) -> Scope {
    Scope::parse(&format!("/subscriptions/{id}")).expect("a subscription's id is a scope")
}

pub(super) fn resource_group_scope(subscription: Uuid, name: &str) -> Result<Scope, ArmError> {
    let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
    Scope::parse(&id).ok_or_else(|| ArmError::malformed_scope(&id))
}
