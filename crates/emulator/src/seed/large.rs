//! Many groups, subscriptions and vaults, all of them told apart by their number.

use serde_json::json;
use uuid::{Builder, Uuid};

use crate::encoding::sha256;
use crate::model::hierarchy::{ManagementGroup, ResourceGroup, Subscription, SubscriptionState};
use crate::seed::hierarchy::{RESOURCE_GROUP, foreign_policies, vault};
use crate::seed::{Size, TENANT};
use crate::store::Change;

/// Groups below one group; with it, ten thousand groups fit into the six levels that there may be.
const BREADTH: u32 = 10;

pub(super) fn changes(size: Size) -> Vec<Change> {
    let Size { management_groups, subscriptions, vaults } = size;
    let groups = (0..management_groups).map(management_group);
    let of_subscriptions = (0..subscriptions).flat_map(|number| {
        let resource_group = ResourceGroup::new(id(number), RESOURCE_GROUP);
        [subscription(number, management_groups), Change::ResourceGroup(resource_group)]
    });
    // Without subscriptions there is nowhere for vaults to be.
    let of_vaults = (0..vaults).filter(|_| subscriptions > 0).map(|number| {
        let properties = match number % 3 {
            0 => json!({ "enableRbacAuthorization": false }),
            1 => json!({ "accessPolicies": foreign_policies() }),
            _ => json!({ "enableRbacAuthorization": true }),
        };
        vault(id(number % subscriptions), &format!("kv-{number:06}"), &properties).into()
    });
    groups.chain(of_subscriptions).chain(of_vaults).collect()
}

fn management_group(number: u32) -> Change {
    let parent = number.checked_sub(1).map_or(TENANT.to_string(), |before| group(before / BREADTH));
    Change::ManagementGroup(ManagementGroup {
        name: group(number),
        display_name: format!("Group {number}"),
        parent: Some(parent),
        changed: None,
    })
}

fn subscription(number: u32, management_groups: u32) -> Change {
    let parent = number.checked_rem(management_groups).map_or(TENANT.to_string(), group);
    Change::Subscription(Subscription {
        id: id(number),
        display_name: format!("Subscription {number:05}"),
        state: SubscriptionState::Enabled,
        parent,
        foreign_tenant: None,
        providers: Vec::new(),
    })
}

fn group(number: u32) -> String {
    format!("group-{number:05}")
}

fn id(number: u32) -> Uuid {
    let digest = sha256(format!("subscription {number}").as_bytes());
    let bytes = std::array::from_fn(|index| digest[index]);
    Builder::from_random_bytes(bytes).into_uuid()
}
