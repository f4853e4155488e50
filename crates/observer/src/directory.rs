//! Names of what the spec's scopes stand for.

use std::collections::BTreeMap;

use azure::ManagementGroup;
use planner::{Directory, Group, Standing, Subscription, Tenant};
use spec::TenantId;

/// The directory without groups, whose ids are known only with its help.
pub(crate) fn observe(tenant: Tenant, subscriptions: Vec<azure::Subscription>) -> Directory {
    let subscriptions = subscriptions.into_iter().map(|subscription| {
        let standing = standing(&subscription, tenant.id);
        (subscription.subscription_id, Subscription { name: subscription.display_name, standing })
    });
    Directory { subscriptions: subscriptions.collect(), groups: BTreeMap::new(), tenant }
}

pub(crate) fn add_groups(directory: &mut Directory, groups: Vec<ManagementGroup>) {
    directory.groups.extend(groups.into_iter().map(|group| {
        let ManagementGroup { id, display_name, subscriptions } = group;
        (id, Group { name: display_name, subscriptions })
    }));
}

fn standing(subscription: &azure::Subscription, ours: TenantId) -> Standing {
    match (subscription.tenant_id, subscription.state.as_str()) {
        (Some(tenant), _) if tenant != ours => Standing::OfAnotherTenant(tenant),
        (_, "Disabled" | "Deleted") => Standing::Disabled,
        (_, _) => Standing::Writable,
    }
}
