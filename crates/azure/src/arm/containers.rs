//! Subscriptions, and management groups with what is below them.

use serde::Deserialize;
use spec::{ManagementGroupId, SubscriptionId, TenantId};

use crate::service::Call;
use crate::{Error, Reader};

const SUBSCRIPTIONS_VERSION: &str = "2022-12-01";
const GROUPS_VERSION: &str = "2023-04-01";

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    pub subscription_id: SubscriptionId,
    pub display_name: String,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`.
    pub state: String,
    /// Another one than ours where the subscription was delegated to us.
    pub tenant_id: Option<TenantId>,
}

#[derive(Clone, Debug)]
pub struct ManagementGroup {
    pub id: ManagementGroupId,
    pub display_name: String,
    /// Below it, at any depth.
    pub subscriptions: Vec<SubscriptionId>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    properties: GroupProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupProperties {
    display_name: Option<String>,
}

#[derive(Deserialize)]
struct Descendant {
    #[serde(rename = "type")]
    kind: String,
    name: String,
}

impl Reader {
    /// One subscription, read directly: a refusal says more than its absence from a list.
    pub async fn subscription(&self, id: SubscriptionId) -> Result<Subscription, Error> {
        let query = [("api-version", SUBSCRIPTIONS_VERSION)];
        self.arm.send(Call::get(format!("/subscriptions/{id}"), &query)).await?.read()
    }

    /// Every subscription that the operator sees.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let query = [("api-version", SUBSCRIPTIONS_VERSION)];
        self.arm.list(Call::get("/subscriptions".to_owned(), &query)).await
    }

    /// A management group. Azure refuses (403) one that does not exist just as one that the
    /// operator may not see.
    pub async fn management_group(&self, id: &ManagementGroupId) -> Result<ManagementGroup, Error> {
        let path = format!("/providers/Microsoft.Management/managementGroups/{id}");
        let query = [("api-version", GROUPS_VERSION)];
        let descendants = Call::get(format!("{path}/descendants"), &query);
        let (group, descendants) = futures::try_join!(
            self.arm.send(Call::get(path, &query)),
            self.arm.list::<Descendant>(descendants),
        )?;
        let group: Group = group.read()?;
        let subscriptions = descendants
            .into_iter()
            .filter(|descendant| descendant.kind.to_ascii_lowercase().ends_with("/subscriptions"))
            .filter_map(|descendant| descendant.name.parse().ok());
        Ok(ManagementGroup {
            display_name: group.properties.display_name.unwrap_or_else(|| group.name.clone()),
            id: ManagementGroupId::new(group.name),
            subscriptions: subscriptions.collect(),
        })
    }
}
