use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::{Call, subscription_scope};
use crate::filter::Condition;
use crate::http::Reply;
use crate::model::hierarchy::{Resource, Subscription};
use crate::model::scope::Scope;
use crate::model::tenant::Tenant;
use crate::store::Answer;

const READ: &str = "Microsoft.Resources/subscriptions/read";

/// Tenants need no right: a caller sees those it is in.
pub(super) fn tenants(call: &Call<'_>) -> Result<Answer, ArmError> {
    let Tenant { id, display_name, domains, .. } = &call.state.tenant;
    call.page(vec![json!({
        "id": format!("/tenants/{id}"),
        "tenantId": id,
        "countryCode": "DE",
        "displayName": display_name,
        "domains": domains,
        "tenantCategory": "Home",
        "defaultDomain": call.state.tenant.default_domain(),
        "tenantType": "AAD",
    })])
}

/// What the caller cannot read is silently absent.
pub(super) fn list(call: &Call<'_>) -> Result<Answer, ArmError> {
    let readable: Vec<_> = readable_subscriptions(call).collect();
    let count = readable.len();
    let mut answer = call.page_of(readable, |one| render(call, one))?;
    if let Some(body) = &mut answer.reply.body {
        body["count"] = json!({ "type": "Total", "value": count });
    }
    Ok(answer)
}

pub(crate) fn readable_subscriptions<'a>(
    call: &'a Call<'_>,
) -> impl Iterator<Item = &'a Subscription> {
    call.state.subscriptions.values().filter(|one| call.may(READ, &subscription_scope(one.id)))
}

pub(super) fn get(call: &Call<'_>, id: Uuid) -> Result<Answer, ArmError> {
    let scope = subscription_scope(id);
    call.require(READ, &scope, scope.as_str())?;
    let subscription =
        call.state.subscriptions.get(&id).ok_or_else(|| ArmError::subscription_not_found(id))?;
    Ok(Reply::json(StatusCode::OK, render(call, subscription)).into())
}

/// Name, type and place only, whatever the type; `$filter` takes `resourceType eq '…'` and
/// `name eq '…'`, both of which may be given at once (documented).
pub(super) fn resources(call: &Call<'_>, id: Uuid) -> Result<Answer, ArmError> {
    let wanted = call.filter(Wanted::of).ok_or_else(|| {
        let message =
            format!("Invalid $filter '{}' specified in the query string.", call.filter_text());
        ArmError::bad_request("InvalidFilterInQueryString", message)
    })?;
    let scope = subscription_scope(id);
    let listed = readable_resources(call, id)
        .filter(|resource| wanted.iter().all(|wanted| wanted.is(resource)));
    let items = listed.map(|Resource { id, name, kind, location }| {
        json!({ "id": id, "name": name, "type": kind, "location": location, "tags": {} })
    });
    let items: Vec<Value> = items.collect();
    if items.is_empty() {
        call.require("Microsoft.Resources/subscriptions/resources/read", &scope, scope.as_str())?;
    }
    call.page(items)
}

pub(crate) fn readable_resources(call: &Call<'_>, id: Uuid) -> impl Iterator<Item = Resource> {
    resources_in(call, id).filter(|resource| readable(call, resource))
}

/// Everything in the subscription.
pub(super) fn resources_in(call: &Call<'_>, id: Uuid) -> impl Iterator<Item = Resource> {
    let within = format!("{}/", subscription_scope(id).key());
    let vaults = call.state.vaults.values().map(|vault| Resource {
        id: vault.id(),
        name: vault.name.clone(),
        kind: "Microsoft.KeyVault/vaults".to_owned(),
        location: vault.location.clone(),
    });
    let resources = vaults.chain(call.state.resources.values().cloned());
    resources.filter(move |resource| resource.id.to_ascii_lowercase().starts_with(&within))
}

/// The list is cut to what the caller may read, type by type.
fn readable(call: &Call<'_>, resource: &Resource) -> bool {
    Scope::parse(&resource.id)
        .is_some_and(|scope| call.may(&format!("{}/read", resource.kind), &scope))
}

enum Wanted {
    Type(String),
    Name(String),
}

impl Wanted {
    fn of(condition: Condition) -> Option<Self> {
        let Condition::Equal(property, Value::String(value)) = condition else { return None };
        match property.to_ascii_lowercase().as_str() {
            "resourcetype" => Some(Self::Type(value)),
            "name" => Some(Self::Name(value)),
            _ => None,
        }
    }

    fn is(&self, resource: &Resource) -> bool {
        match self {
            Self::Type(kind) => kind.eq_ignore_ascii_case(&resource.kind),
            Self::Name(name) => name.eq_ignore_ascii_case(&resource.name),
        }
    }
}

/// A delegated subscription keeps its own tenant and names this one as a manager (observed).
pub(super) fn render(call: &Call<'_>, subscription: &Subscription) -> Value {
    let tenant = call.state.tenant.id;
    let managed_by: Vec<Value> =
        subscription.foreign_tenant.iter().map(|_| json!({ "tenantId": tenant })).collect();
    json!({
        "id": format!("/subscriptions/{}", subscription.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": managed_by,
        "subscriptionId": subscription.id,
        "tenantId": subscription.foreign_tenant.unwrap_or(tenant),
        "displayName": subscription.display_name,
        "state": subscription.state,
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    })
}
