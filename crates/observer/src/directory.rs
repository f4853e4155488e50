//! Names of what the spec's ids stand for.

use azure::{ManagementGroup, Organization};
use planner::{Directory, Group, Subscription, Tenant};

pub(crate) fn observe(
    organization: &Organization,
    subscriptions: Vec<azure::Subscription>,
    groups: Vec<ManagementGroup>,
) -> Directory {
    let subscriptions = subscriptions.into_iter().map(|subscription| {
        let read_only = matches!(subscription.state.as_str(), "Disabled" | "Deleted");
        let live = Subscription { name: subscription.display_name, read_only };
        (subscription.subscription_id, live)
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
