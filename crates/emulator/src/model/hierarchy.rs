use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ManagementGroup {
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// The name of the group above; the root group has none.
    pub(crate) parent: Option<String>,
    /// None for groups as old as the tenant.
    #[serde(default)]
    pub(crate) changed: Option<GroupChange>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupChange {
    pub(crate) version: u32,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) by: Uuid,
}

impl ManagementGroup {
    pub(crate) fn id(&self) -> String {
        management_group_id(&self.name)
    }
}

pub(crate) fn management_group_id(name: &str) -> String {
    format!("/providers/Microsoft.Management/managementGroups/{name}")
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    pub(crate) state: SubscriptionState,
    /// The name of the management group that it is in.
    pub(crate) parent: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum SubscriptionState {
    Enabled,
    /// Read-only: only reading and deleting is allowed in it (documented).
    Disabled,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ResourceGroup {
    pub(crate) subscription: Uuid,
    pub(crate) name: String,
}

impl ResourceGroup {
    pub(crate) fn id(&self) -> String {
        format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.name)
    }
}

/// A resource that is only ever listed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) location: String,
}
