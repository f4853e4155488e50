//! Who changed what in Azure, as its activity log tells.

use serde::Deserialize;
use serde_json::Value;
use spec::{ObjectId, SubscriptionId};
use time::OffsetDateTime;

use crate::graph::moment;
use crate::service::Call;
use crate::{Error, Pages, Reader};

const VERSION: &str = "2015-04-01";

/// One step of an operation.
#[derive(Clone, Debug)]
pub struct Activity {
    pub at: OffsetDateTime,
    /// `Microsoft.Authorization/roleAssignments/write`
    pub operation: String,
    /// The ARM path that was written to.
    pub resource: String,
    pub has_succeeded: bool,
    /// A user's principal name, else what the log has: for a service principal its object id.
    pub caller: Option<String>,
    /// Of the user or service principal.
    pub caller_id: Option<ObjectId>,
    /// What the service answered, where the log keeps it.
    pub response: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "eventTimestamp", with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    operation_name: Localizable,
    resource_id: Option<String>,
    status: Option<Localizable>,
    caller: Option<String>,
    claims: Option<Claims>,
    properties: Option<Properties>,
}

#[derive(Deserialize)]
struct Localizable {
    value: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "http://schemas.microsoft.com/identity/claims/objectidentifier")]
    object_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    response_body: Option<String>,
}

impl Reader {
    /// What was done with one resource provider in a subscription, or above all of them, since then:
    /// on `pages` pages at most. No end is asked for, because clocks differ.
    pub async fn activities(
        &self,
        subscription: Option<SubscriptionId>,
        provider: &str,
        since: OffsetDateTime,
        pages: usize,
    ) -> Result<Pages<Activity>, Error> {
        let scope = subscription.map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
        let path = format!("{scope}/providers/Microsoft.Insights/eventtypes/management/values");
        let filter =
            format!("eventTimestamp ge '{}' and resourceProvider eq '{provider}'", moment(since));
        let query = [
            ("api-version", VERSION),
            ("$filter", filter.as_str()),
            ("$select", "caller,claims,eventTimestamp,operationName,properties,resourceId,status"),
        ];
        let (events, is_whole) = self.arm.list_pages(Call::get(path, &query), pages).await?;
        Ok(Pages { events: events.into_iter().map(Activity::read).collect(), is_whole })
    }
}

impl Activity {
    fn read(event: Event) -> Activity {
        let Event { at, operation_name, resource_id, status, caller, claims, properties } = event;
        let by_claims = claims.and_then(|claims| claims.object_id);
        let caller_id = by_claims.or_else(|| caller.clone()).and_then(|id| id.parse().ok());
        let response = properties.and_then(|properties| properties.response_body);
        Activity {
            at,
            operation: operation_name.value.unwrap_or_default(),
            resource: resource_id.unwrap_or_default(),
            has_succeeded: status
                .and_then(|status| status.value)
                .is_some_and(|status| status.eq_ignore_ascii_case("Succeeded")),
            caller,
            caller_id,
            response: response.and_then(|body| serde_json::from_str(&body).ok()),
        }
    }
}
