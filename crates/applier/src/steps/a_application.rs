//! Step A.

use planner::ChangeId;
use planner::steps::a_application::{Action, ApplicationUpdate, LISTED_TAG, SINGLE_TENANT};
use serde_json::{Map, Value, json};

use crate::ApplyError;
use crate::collections::{Collection, Owner, extend};
use crate::context::Context;
use crate::products::{Application, Principal};
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::CreateApplication { unique_name, display_name, tag } => {
            create_application(context, change, unique_name, display_name).await?;
            tag_application(context, change, tag).await
        }
        Action::UpdateApplication(update) => update_application(context, change, update).await,
        Action::CreatePrincipal { display_name } => {
            create_principal(context, change, display_name).await?;
            tag_principal(context, change).await
        }
        Action::TagPrincipal { display_name: _ } => tag_principal(context, change).await,
    }
}

async fn create_application(
    context: &Context<'_>,
    change: ChangeId,
    unique_name: &str,
    display_name: &str,
) -> Result<(), ApplyError> {
    let made = settle(context, change, &[], async || {
        context.writer.upsert_application(unique_name, display_name, SINGLE_TENANT).await
    })
    .await
    .map_err(|error| name_held(error, unique_name))?;
    let created = made.created_date_time.or(Some(context.now()));
    context.products.set_application(Application { id: made.id, app_id: made.app_id, created });
    Ok(())
}

/// The one cause of this refusal, when the name is not found among live applications.
fn name_held(error: azure::Error, name: &str) -> ApplyError {
    let held = error.refusal().is_some_and(|refusal| {
        refusal.message.contains("same value for property uniqueName already exists")
    });
    if held { ApplyError::NameHeld { name: name.to_owned() } } else { error.into() }
}

async fn update_application(
    context: &Context<'_>,
    change: ChangeId,
    update: &ApplicationUpdate,
) -> Result<(), ApplyError> {
    let ApplicationUpdate { name: _, display_name, sign_in_audience, missing_tag } = update;
    let mut body = Map::new();
    for (key, changed) in [("displayName", display_name), ("signInAudience", sign_in_audience)] {
        body.extend(changed.iter().map(|(_, after)| (key.to_owned(), Value::from(after.as_str()))));
    }
    if !body.is_empty() {
        let id = context.products.application().id;
        let body = Value::Object(body);
        settle(context, change, &[Blame::Application], async || {
            context.writer.update_application(id, body.clone()).await
        })
        .await?;
    }
    match missing_tag {
        Some(tag) => tag_application(context, change, tag).await,
        None => Ok(()),
    }
}

async fn tag_application(
    context: &Context<'_>,
    change: ChangeId,
    tag: &str,
) -> Result<(), ApplyError> {
    let owner = Owner::Application(context.products.application().id);
    extend(context, change, owner, Collection::Tags, json!([tag])).await
}

async fn create_principal(
    context: &Context<'_>,
    change: ChangeId,
    display_name: &str,
) -> Result<(), ApplyError> {
    let app_id = context.products.application().app_id;
    let made = settle(context, change, &[Blame::Application], async || {
        context.writer.upsert_principal(app_id, display_name).await
    })
    .await?;
    let created = made.created_date_time.or(Some(context.now()));
    context.products.set_principal(Principal { id: made.id, created });
    Ok(())
}

async fn tag_principal(context: &Context<'_>, change: ChangeId) -> Result<(), ApplyError> {
    let owner = Owner::Principal(context.products.principal().id);
    extend(context, change, owner, Collection::Tags, json!([LISTED_TAG])).await
}
