//! The subscriptions that a file of faults asks for.

use uuid::Uuid;

use crate::behaviour::GivenSubscription;
use crate::model::hierarchy::Subscription;
use crate::model::role::{Audit, RoleAssignment};
use crate::seed::{CONTRIBUTOR, OPERATOR_PRINCIPAL, TENANT, seeded};
use crate::store::Change;

/// New ones of the tenant lie in its root group (documented). In a delegated one the operator is a
/// contributor: ownership cannot be delegated (documented).
pub(crate) fn given(subscriptions: &[GivenSubscription]) -> Vec<Change> {
    subscriptions.iter().flat_map(changes).collect()
}

fn changes(given: &GivenSubscription) -> Vec<Change> {
    let GivenSubscription { id, name, state, tenant_id } = given;
    let subscription = Change::Subscription(Subscription {
        id: *id,
        display_name: name.clone(),
        state: *state,
        parent: if tenant_id.is_some() { String::new() } else { TENANT.to_string() },
        foreign_tenant: *tenant_id,
        providers: Vec::new(),
    });
    let delegation = tenant_id.map(|_| delegation(*id));
    std::iter::once(subscription).chain(delegation).collect()
}

fn delegation(subscription: Uuid) -> Change {
    Change::RoleAssignment(RoleAssignment {
        // Any id will do that stays the same from start to start.
        name: subscription,
        scope: format!("/subscriptions/{subscription}"),
        principal: OPERATOR_PRINCIPAL,
        principal_type: "ServicePrincipal".to_owned(),
        role: CONTRIBUTOR,
        description: None,
        condition: None,
        condition_version: None,
        audit: Audit::new(None, seeded()),
    })
}
