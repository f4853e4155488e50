//! Names of what the spec's ids stand for.

use azure::{ManagementGroup, Organization};
use planner::{Directory, Group, Standing, Subscription, Tenant};
use spec::TenantId;

pub(crate) fn observe(
    organization: &Organization,
    subscriptions: Vec<azure::Subscription>,
    groups: Vec<ManagementGroup>,
) -> Directory {
    let subscriptions = subscriptions.into_iter().map(|subscription| {
        let standing = standing(&subscription, organization.id);
        (subscription.subscription_id, Subscription { name: subscription.display_name, standing })
    });
    let groups = groups.into_iter().map(|group| {
        let ManagementGroup { id, display_name, subscriptions } = group;
        (id, Group { name: display_name, subscriptions })
    });
    Directory {
        tenant: Tenant { id: organization.id, name: organization.display_name.clone() },
        subscriptions: subscriptions.collect(),
        groups: groups.collect(),
    }
}

fn standing(subscription: &azure::Subscription, ours: TenantId) -> Standing {
    match (subscription.tenant_id, subscription.state.as_str()) {
        (Some(tenant), _) if tenant != ours => Standing::OfAnotherTenant(tenant),
        (_, "Disabled" | "Deleted") => Standing::Disabled,
        (_, _) => Standing::Writable,
    }
}
