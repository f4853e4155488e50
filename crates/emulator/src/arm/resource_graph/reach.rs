//! Which objects a query is about, and which of them its caller may read. Both are settled for a
//! whole subscription or scope at once.

use std::collections::HashSet;

use uuid::Uuid;

use super::body::{AuthorizationScope, Body};
use super::fault::Fault;
use crate::arm::{Call, subscription_scope};
use crate::model::hierarchy::{Subscription, management_group_id};
use crate::model::scope::Scope;

/// The scopes that a query names, as keys.
pub(super) struct Reach {
    named: HashSet<String>,
    above: HashSet<String>,
    authorization: AuthorizationScope,
}

impl Reach {
    /// Refused unless it takes in a subscription that the caller holds any role in (documented);
    /// one of those named is enough, and the others are passed over (second-hand). Which of the two
    /// refusals comes when is a guess.
    pub(super) fn of(call: &Call<'_>, body: &Body) -> Result<Self, Fault> {
        let named: Vec<Scope> = if !body.subscriptions.is_empty() {
            named_subscriptions(call, &body.subscriptions)?
        } else if !body.management_groups.is_empty() {
            let ids = body.management_groups.iter().map(|name| management_group_id(name));
            ids.filter_map(|id| Scope::parse(&id)).collect()
        } else {
            Scope::parse(&management_group_id(&call.indexed.tenant.id.to_string()))
                .into_iter()
                .collect()
        };
        let above = named.iter().flat_map(|scope| call.indexed.lineage(scope).into_iter().skip(1));
        let reach = Self {
            above: above.collect(),
            named: named.iter().map(Scope::key).collect(),
            authorization: body.options.authorization_scope_filter,
        };
        let held = Held::any(call);
        let reads = reach
            .subscriptions(call)
            .any(|(subscription, lineage)| held.sight(&lineage, subscription.id).is_some());
        if reads { Ok(reach) } else { Err(Fault::AccessDenied) }
    }

    /// The subscriptions that the query takes in, and the keys of what each lies in.
    pub(super) fn subscriptions<'a>(
        &self,
        call: &'a Call<'a>,
    ) -> impl Iterator<Item = (&'a Subscription, Vec<String>)> {
        call.indexed.subscriptions.values().filter_map(|subscription| {
            let lineage = call.indexed.lineage(&subscription_scope(subscription.id));
            self.covers(&lineage).then_some((subscription, lineage))
        })
    }

    /// Whether something with that lineage is at or below a named scope.
    pub(super) fn covers(&self, lineage: &[String]) -> bool {
        lineage.iter().any(|key| self.named.contains(key))
    }

    /// The whole tenant counts as its root group: `/` lies above it, which is a guess.
    pub(super) fn covers_authorization(&self, lineage: &[String]) -> bool {
        let key = &lineage[0];
        match self.authorization {
            AuthorizationScope::AndBelow => self.covers(lineage),
            AuthorizationScope::AndAbove => self.named.contains(key) || self.above.contains(key),
            AuthorizationScope::AboveAndBelow => self.covers(lineage) || self.above.contains(key),
            AuthorizationScope::Exact => self.named.contains(key),
        }
    }
}

fn named_subscriptions(call: &Call<'_>, given: &[String]) -> Result<Vec<Scope>, Fault> {
    let ids: Option<Vec<Uuid>> = given.iter().map(|id| Uuid::try_parse(id).ok()).collect();
    let ids = ids.ok_or_else(|| Fault::NotSubscriptionIds(given.to_vec()))?;
    let known = ids.into_iter().filter(|id| call.indexed.subscriptions.contains_key(id));
    let known: Vec<Scope> = known.map(subscription_scope).collect();
    if known.is_empty() { Err(Fault::NoSubscription(given.to_vec())) } else { Ok(known) }
}

/// Keys of the scopes at which the caller holds something.
pub(super) struct Held(HashSet<String>);

/// How much of a subscription the caller sees.
pub(super) enum Sight {
    Whole,
    /// What is at or below these keys.
    Parts(Vec<String>),
}

impl Held {
    pub(super) fn allowing(call: &Call<'_>, action: &str) -> Self {
        Self(call.scopes_allowing(action))
    }

    fn any(call: &Call<'_>) -> Self {
        Self(call.assignments().filter_map(|one| Some(Scope::parse(&one.scope)?.key())).collect())
    }

    pub(super) fn covers(&self, lineage: &[String]) -> bool {
        lineage.iter().any(|key| self.0.contains(key))
    }

    pub(super) fn sight(&self, lineage: &[String], subscription: Uuid) -> Option<Sight> {
        if self.covers(lineage) {
            return Some(Sight::Whole);
        }
        let within = format!("/subscriptions/{subscription}/");
        let parts = self.0.iter().filter(|key| key.starts_with(&within)).cloned();
        let parts: Vec<String> = parts.collect();
        (!parts.is_empty()).then_some(Sight::Parts(parts))
    }
}

impl Sight {
    /// `id` is that of something in the subscription.
    pub(super) fn includes(&self, id: impl FnOnce() -> String) -> bool {
        match self {
            Self::Whole => true,
            Self::Parts(parts) => {
                let key = id().to_ascii_lowercase();
                parts.iter().any(|part| {
                    key.strip_prefix(part.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
            }
        }
    }
}
