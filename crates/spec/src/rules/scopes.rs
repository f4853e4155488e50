//! Where the roles are assigned.

use std::collections::BTreeSet;

use super::problems::Problems;
use crate::document::{self, ManagementGroupScope, SubscriptionScope, TenantRootScope};
use crate::{Scope, ScopeId, ScopeRef};

pub(super) fn read(written: &[document::Scope], problems: &mut Problems<'_>) -> Vec<Scope> {
    let mut seen = BTreeSet::new();
    let mut scopes = Vec::new();
    for (index, written) in written.iter().enumerate() {
        let pointer = format!("/scopes/{index}");
        let scope = scope(written);
        if matches!(scope, Scope { place: ScopeRef::SubscriptionNamed(_), name: Some(_) }) {
            let message = "`subscription` is a display name already";
            let hint = "give the subscription's id there, or leave `name` out";
            problems.at_key(&format!("{pointer}/name"), message, hint);
        }
        if seen.insert(key(&scope.place)) {
            scopes.push(scope);
        } else {
            problems.at_value(&pointer, "this scope is listed twice", "remove one of the two");
        }
    }
    scopes
}

/// Equal for the same place, however it is spelled. A subscription's name begins with no slash.
fn key(place: &ScopeRef) -> String {
    match place {
        ScopeRef::Id(id) => id.to_string().to_lowercase(),
        ScopeRef::SubscriptionNamed(name) => name.to_lowercase(),
        ScopeRef::TenantRoot => "/".to_owned(),
    }
}

fn scope(written: &document::Scope) -> Scope {
    match written {
        document::Scope::Subscription(SubscriptionScope { subscription, name }) => {
            let id = subscription.0.parse().map(ScopeId::Subscription);
            let named = |_| ScopeRef::SubscriptionNamed(subscription.0.clone());
            let name = name.as_ref().map(|name| name.0.clone());
            Scope { place: id.map_or_else(named, ScopeRef::Id), name }
        }
        document::Scope::ManagementGroup(ManagementGroupScope { management_group }) => {
            let id = ScopeId::ManagementGroup(management_group.clone());
            Scope { place: ScopeRef::Id(id), name: None }
        }
        document::Scope::TenantRoot(TenantRootScope { tenant_root: _ }) => {
            Scope { place: ScopeRef::TenantRoot, name: None }
        }
    }
}

/// The kinds of places that a spec has, each of which takes its own variant of the custom role.
#[derive(Clone, Copy)]
pub(super) struct Places {
    pub(super) subscriptions: bool,
    pub(super) management_groups: bool,
}

impl Places {
    pub(super) fn of(scopes: &[document::Scope]) -> Places {
        let is_subscription =
            |scope: &document::Scope| matches!(scope, document::Scope::Subscription(_));
        Places {
            subscriptions: scopes.iter().any(is_subscription),
            management_groups: !scopes.iter().all(is_subscription),
        }
    }
}
