//! Resource providers, and which of them a subscription is registered with.

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::subscriptions::resources_in;
use crate::arm::versions::TYPES;
use crate::arm::{Call, actions, subscription_scope};
use crate::http::Reply;
use crate::model::hierarchy::Subscription;
use crate::requests::documented_case;
use crate::store::{Answer, Change};

/// Every subscription is registered with these (documented).
const REGISTRATION_FREE: [&str; 12] = [
    "microsoft.authorization",
    "microsoft.billing",
    "microsoft.classicsubscription",
    "microsoft.commerce",
    "microsoft.consumption",
    "microsoft.costmanagement",
    "microsoft.features",
    "microsoft.marketplaceordering",
    "microsoft.portal",
    "microsoft.resourcegraph",
    "microsoft.resources",
    "microsoft.support",
];

pub(super) fn get(call: &Call<'_>, id: Uuid, namespace: &str) -> Result<Answer, ArmError> {
    let scope = subscription_scope(id);
    call.require("Microsoft.Resources/subscriptions/providers/read", &scope, scope.as_str())?;
    let subscription = subscription(call, id, namespace)?;
    let state =
        if is_registered(call, subscription, namespace) { "Registered" } else { "NotRegistered" };
    Ok(Reply::json(StatusCode::OK, render(id, namespace, state)).into())
}

/// Whoever is new is told `Registering` (documented); that it has ended at the next look is a guess.
pub(super) fn register(call: &Call<'_>, id: Uuid, namespace: &str) -> Result<Answer, ArmError> {
    let scope = subscription_scope(id);
    let action = format!("{}/register/action", documented_case(namespace));
    call.require(&action, &scope, scope.as_str())?;
    let subscription = subscription(call, id, namespace)?;
    if is_registered(call, subscription, namespace) {
        return Ok(Reply::json(StatusCode::OK, render(id, namespace, "Registered")).into());
    }
    let mut registered = subscription.clone();
    registered.providers.push(namespace.to_ascii_lowercase());
    let reply = Reply::json(StatusCode::OK, render(id, namespace, "Registering"));
    Ok(Answer::with_changes(reply, vec![Change::Subscription(registered)]))
}

fn subscription<'a>(
    call: &Call<'a>,
    id: Uuid,
    namespace: &str,
) -> Result<&'a Subscription, ArmError> {
    let subscription = call.state.subscriptions.get(&id);
    let subscription = subscription.ok_or_else(|| ArmError::subscription_not_found(id))?;
    if is_free(namespace) || actions::is_provider(namespace) {
        return Ok(subscription);
    }
    let message = format!("The resource namespace '{namespace}' is invalid.");
    Err(ArmError::gateway(StatusCode::NOT_FOUND, "InvalidResourceNamespace", message))
}

/// By default, by a request, or because there are resources of that provider.
fn is_registered(call: &Call<'_>, subscription: &Subscription, namespace: &str) -> bool {
    let namespace = namespace.to_ascii_lowercase();
    let is_of_it = |kind: &str| kind.to_ascii_lowercase().starts_with(&format!("{namespace}/"));
    is_free(&namespace)
        || subscription.providers.contains(&namespace)
        || resources_in(call, subscription.id).any(|resource| is_of_it(&resource.kind))
}

fn is_free(namespace: &str) -> bool {
    REGISTRATION_FREE.iter().any(|free| free.eq_ignore_ascii_case(namespace))
}

/// Of the types only those are shown that are emulated.
fn render(subscription: Uuid, namespace: &str, state: &str) -> Value {
    let shown = documented_case(namespace);
    let policy = if is_free(namespace) { "RegistrationFree" } else { "RegistrationRequired" };
    let types = TYPES.iter().filter(|(provider, ..)| provider.eq_ignore_ascii_case(namespace));
    let types = types.map(|(_, kind, versions)| {
        let versions: Vec<&str> = versions.rsplit(", ").collect();
        json!({ "resourceType": kind, "locations": [], "apiVersions": versions })
    });
    json!({
        "id": format!("/subscriptions/{subscription}/providers/{shown}"),
        "namespace": shown,
        "registrationPolicy": policy,
        "resourceTypes": types.collect::<Vec<Value>>(),
        "registrationState": state,
    })
}
