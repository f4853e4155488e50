use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::filter::{Condition, parse};
use crate::http::{Reply, Request};
use crate::model::hierarchy::SubscriptionState;
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::scope::Scope;
use crate::paging::page;
use crate::store::Answer;

pub(super) use crate::service::Call;

impl Call<'_> {
    /// Whether the caller may do it, and the subscription lets it be done. `shown` is the id of what
    /// is acted upon, which a refusal names.
    pub(super) fn require(&self, action: &str, scope: &Scope, shown: &str) -> Result<(), ArmError> {
        self.require_right(action, scope, shown)?;
        let writes = matches!(self.request.method, Method::PUT | Method::PATCH | Method::POST);
        match self.disabled(scope).filter(|_| writes) {
            Some(subscription) => Err(ArmError::disabled_subscription(subscription)),
            None => Ok(()),
        }
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
    pub(super) fn held(
        &self,
        scope: &Scope,
    ) -> impl Iterator<Item = (&RoleAssignment, &RoleDefinition)> {
        let lineage = self.state.lineage(scope);
        let reaches = move |assignment: &&RoleAssignment| {
            Scope::parse(&assignment.scope).is_some_and(|at| lineage.contains(&at.key()))
        };
        let principals =
            std::iter::once(self.caller.oid).chain(self.referable.groups_of(self.caller.oid));
        let held = principals.flat_map(|one| self.referable.assignments_of(one)).filter(reaches);
        held.filter_map(|held| Some((held, self.state.role_definitions.get(&held.role)?)))
    }

    /// The subscription that the scope is in, if it is disabled.
    pub(super) fn disabled(&self, scope: &Scope) -> Option<Uuid> {
        let subscription = self.state.subscriptions.get(&scope.subscription()?)?;
        (subscription.state == SubscriptionState::Disabled).then_some(subscription.id)
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
        let page = page(self.request, self.url, page_size(self.request)?, items)?;
        let mut body = json!({ "value": page.items });
        if let Some(link) = page.next_link {
            body["nextLink"] = link.into();
        }
        Ok(Reply::json(StatusCode::OK, body).into())
    }
}

fn page_size(request: &Request) -> Result<usize, ArmError> {
    let Some(top) = request.query("$top") else { return Ok(100) };
    let size = top.parse().ok().filter(|size| (1..=1000).contains(size));
    size.ok_or_else(|| {
        ArmError::bad_request(
            "InvalidTopQueryParameter",
            format!("The value '{top}' of $top is not valid."),
        )
    })
}

pub(super) fn subscription_scope(id: Uuid) -> Scope {
    Scope::parse(&format!("/subscriptions/{id}")).expect("a subscription's id is a scope")
}

pub(super) fn resource_group_scope(subscription: Uuid, name: &str) -> Result<Scope, ArmError> {
    let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
    Scope::parse(&id).ok_or_else(|| ArmError::malformed_scope(&id))
}
