//! Step A.

use planner::ChangeId;
use planner::steps::a_application::{
    ADOPTED_TAG, Action, ApplicationUpdate, LISTED_TAG, NewApplication,
};
use serde_json::{Map, Value, json};
use spec::{ApplicationId, ObjectId, PrincipalId};

use crate::ApplyError;
use crate::collections::{Collection, FIRST_DELAY, Owner, READS, extend, withdraw};
use crate::context::Context;
use crate::products::{Application, Principal};
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::CreateApplication(new) => create_application(context, change, new).await,
        Action::RestoreApplication { id, app_id, name: _, credentials: _ } => {
            context.writer.restore(&id.to_string()).await?;
            // What comes back is as new to the rest of the directory as what is made.
            let (id, app_id, created) = (*id, *app_id, Some(context.now()));
            context.products.set_application(Application { id, app_id, created });
            Ok(())
        }
        Action::PurgeApplication { id, name, tag } => purge(context, *id, name, tag).await,
        Action::DeleteApplication { id, name, tag } => delete(context, *id, name, tag).await,
        Action::ReleaseApplication { name: _, tag } => {
            let owner = Owner::Application(context.products.application().id);
            withdraw(context, change, owner, Collection::Tags, tag).await
        }
        Action::UpdateApplication(update) => update_application(context, change, update).await,
        Action::CreatePrincipal { display_name } => {
            create_principal(context, change, display_name).await?;
            tag_principal(context, change).await
        }
        Action::RestorePrincipal { id, name: _ } => restore_principal(context, *id).await,
        Action::TagPrincipal { display_name: _ } => tag_principal(context, change).await,
        Action::AddOwner { owner, name: _ } => add_owner(context, change, *owner).await,
    }
}

async fn create_application(
    context: &Context<'_>,
    change: ChangeId,
    new: &NewApplication,
) -> Result<(), ApplyError> {
    let NewApplication { unique_name, tag, .. } = new;
    let scalars: Map<_, _> =
        new.scalars().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let made = settle(context, change, &[], async || {
        context.writer.create_application(unique_name, scalars.clone().into()).await
    })
    .await
    .map_err(|error| name_held(error, unique_name))?
    .ok_or_else(|| ApplyError::Changed { what: format!("application {unique_name}") })?;
    let created = made.created_date_time.or(Some(context.now()));
    context.products.set_application(Application { id: made.id, app_id: made.app_id, created });
    tag_application(context, change, std::slice::from_ref(tag)).await
}

/// There is no way back, so it is looked at once more.
async fn purge(
    context: &Context<'_>,
    id: ApplicationId,
    name: &str,
    tag: &str,
) -> Result<(), ApplyError> {
    let changed = || ApplyError::Changed { what: format!("deleted application {name}") };
    let mut delay = FIRST_DELAY;
    for _ in 0..READS {
        match context.writer.reader().deleted_application(id).await? {
            Some(live) if live.tags.iter().any(|live| live == tag) => {
                return Ok(context.writer.purge(id).await?);
            }
            Some(_) => return Err(changed()),
            // This run may have deleted it just now.
            None if context.pause(delay).await => delay *= 2,
            None => break,
        }
    }
    Err(changed())
}

/// It is looked at once more: what was taken over meanwhile, or lost our tag, stays.
async fn delete(
    context: &Context<'_>,
    id: ApplicationId,
    name: &str,
    tag: &str,
) -> Result<(), ApplyError> {
    let live = context.writer.application_document(id).await;
    let live = match live {
        Err(error) if error.is_not_found() => return Ok(()),
        other => other?,
    };
    let has = |tag: &str| live["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag)));
    if !has(tag) || has(ADOPTED_TAG) {
        return Err(ApplyError::Changed { what: format!("application {name}") });
    }
    Ok(context.writer.delete_application(id).await?)
}

/// Entra ID may bring it back together with its application.
async fn restore_principal(context: &Context<'_>, id: PrincipalId) -> Result<(), ApplyError> {
    match context.writer.restore(&id.to_string()).await {
        Err(error) if error.is_not_found() => {
            context.writer.principal_document(id).await?;
        }
        other => other?,
    }
    context.products.set_principal(Principal { id, created: Some(context.now()) });
    Ok(())
}

async fn add_owner(
    context: &Context<'_>,
    change: ChangeId,
    owner: ObjectId,
) -> Result<(), ApplyError> {
    let id = context.products.application().id;
    settle(context, change, &[Blame::Application], async || {
        context.writer.add_owner(id, owner).await
    })
    .await?;
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
    let unique_name = update.unique_name.iter().map(|name| ("uniqueName", name));
    let scalars = update.scalars().map(|(name, (_, after))| (name, after));
    let body: Map<_, _> = unique_name
        .chain(scalars)
        .map(|(name, after)| (name.to_owned(), after.as_str().into()))
        .collect();
    if !body.is_empty() {
        let id = context.products.application().id;
        let body = Value::Object(body);
        settle(context, change, &[Blame::Application], async || {
            context.writer.update_application(id, body.clone()).await
        })
        .await
        .map_err(|error| name_held(error, update.unique_name.as_deref().unwrap_or_default()))?;
    }
    if update.missing_tags.is_empty() {
        return Ok(());
    }
    tag_application(context, change, &update.missing_tags).await
}

async fn tag_application(
    context: &Context<'_>,
    change: ChangeId,
    tags: &[String],
) -> Result<(), ApplyError> {
    let owner = Owner::Application(context.products.application().id);
    extend(context, change, owner, Collection::Tags, json!(tags)).await
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
