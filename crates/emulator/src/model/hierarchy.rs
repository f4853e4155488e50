use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
    /// The name of the management group that it is in; none of this tenant's if it is delegated.
    pub(crate) parent: String,
    /// The tenant that delegated it to this one; of this tenant when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) foreign_tenant: Option<Uuid>,
    /// Namespaces, in lower case, that it was registered with on request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) providers: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum SubscriptionState {
    #[default]
    Enabled,
    Warned,
    PastDue,
    Disabled,
    Deleted,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ResourceGroup {
    pub(crate) subscription: Uuid,
    pub(crate) name: String,
    #[serde(default = "west_europe")]
    pub(crate) location: String,
    #[serde(default)]
    pub(crate) tags: Map<String, Value>,
}

fn west_europe() -> String {
    "westeurope".to_owned()
}

impl ResourceGroup {
    pub(crate) fn new(subscription: Uuid, name: &str) -> Self {
        let (name, location) = (name.to_owned(), west_europe());
        Self { subscription, name, location, tags: Map::new() }
    }

    pub(crate) fn id(&self) -> String {
        resource_group_id(self.subscription, &self.name)
    }
}

pub(crate) fn resource_group_id(subscription: Uuid, name: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/{name}")
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
