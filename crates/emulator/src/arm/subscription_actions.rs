//! What can be done to a subscription as a whole.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use uuid::{Uuid, uuid};

use crate::arm::error::ArmError;
use crate::arm::route::SubscriptionAction;
use crate::arm::{Call, subscription_scope};
use crate::http::Reply;
use crate::model::hierarchy::{Subscription, SubscriptionState};
use crate::store::{Answer, Change};

const OWNER: Uuid = uuid!("8e3af657-a8ff-443c-a75c-2fe8c4bcb635");

/// Answered with the id alone, whatever was done (documented).
pub(super) fn act(
    call: &Call<'_>,
    id: Uuid,
    action: SubscriptionAction,
) -> Result<Answer, ArmError> {
    let scope = subscription_scope(id);
    match action {
        SubscriptionAction::Cancel => {
            call.require("Microsoft.Subscription/cancel/action", &scope, scope.as_str())?;
        }
        SubscriptionAction::Rename => {
            call.require("Microsoft.Subscription/rename/action", &scope, scope.as_str())?;
        }
        // The one write that a disabled subscription allows.
        SubscriptionAction::Enable => {
            call.require_right("Microsoft.Subscription/enable/action", &scope, scope.as_str())?;
        }
    }
    let subscription =
        call.state.subscriptions.get(&id).ok_or_else(|| ArmError::subscription_not_found(id))?;
    let changed = match action {
        SubscriptionAction::Cancel => cancelled(call, subscription)?,
        SubscriptionAction::Enable => enabled(subscription)?,
        SubscriptionAction::Rename => renamed(call, subscription)?,
    };
    let reply = Reply::json(StatusCode::OK, json!({ "subscriptionId": id }));
    Ok(Answer::with_changes(reply, vec![Change::Subscription(changed)]))
}

/// The right to the action is not enough, one must be an owner (observed; the code is a guess). Both
/// `Disabled` and `Warned` are documented to follow; the stricter one does.
fn cancelled(call: &Call<'_>, subscription: &Subscription) -> Result<Subscription, ArmError> {
    let scope = subscription_scope(subscription.id);
    if !call.held(&scope).any(|(_, role)| role.name == OWNER) {
        let message = "Only subscription owners can perform this operation. Contact your \
            subscription owner to perform this operation";
        return Err(ArmError::denied("AuthorizationFailed", message));
    }
    Ok(Subscription { state: SubscriptionState::Disabled, ..subscription.clone() })
}

/// How an active one is refused is a guess.
fn enabled(subscription: &Subscription) -> Result<Subscription, ArmError> {
    match subscription.state {
        SubscriptionState::Disabled | SubscriptionState::Warned => {
            Ok(Subscription { state: SubscriptionState::Enabled, ..subscription.clone() })
        }
        SubscriptionState::Deleted => Err(ArmError::subscription_not_found(subscription.id)),
        SubscriptionState::Enabled | SubscriptionState::PastDue => {
            let message = format!("The subscription '{}' is not disabled.", subscription.id);
            Err(ArmError::bad_request("BadRequest", message))
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    subscription_name: String,
}

/// At most 64 characters; how others are refused is a guess.
fn renamed(call: &Call<'_>, subscription: &Subscription) -> Result<Subscription, ArmError> {
    let Name { subscription_name: name } = call.request.json()?;
    if name.trim().is_empty() || name.chars().count() > 64 {
        let message = format!("The subscription name '{name}' is not valid.");
        return Err(ArmError::bad_request("BadRequest", message));
    }
    Ok(Subscription { display_name: name, ..subscription.clone() })
}
