//! Adding to collections of an application or service principal without losing what others put
//! there: a PATCH replaces a collection whole, and Graph has no entity tags for them.

use std::collections::BTreeSet;
use std::time::Duration;

use planner::ChangeId;
use serde_json::{Value, json};
use spec::{ApplicationId, PrincipalId};

use crate::ApplyError;
use crate::context::Context;
use crate::settle::{Blame, settle};

#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    Application(ApplicationId),
    Principal(PrincipalId),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Collection {
    Tags,
    KeyCredentials,
    RequiredResourceAccess,
}

/// How often the collection is read again until it holds everything. Reads may come from a replica
/// that has not heard of the write.
pub(crate) const READS: u32 = 8;
pub(crate) const FIRST_DELAY: Duration = Duration::from_millis(250);

/// Adds `ours` to a collection: one PATCH of the union with what was read just before. Afterwards
/// every element of others that was ever seen is there, else it is put back and this fails. That
/// ours is not shown yet is no failure: the write was accepted, and the closing plan looks again.
pub(crate) async fn extend(
    context: &Context<'_>,
    change: ChangeId,
    owner: Owner,
    collection: Collection,
    ours: Value,
) -> Result<(), ApplyError> {
    edit(context, change, owner, collection, Edit::Add(ours)).await
}

/// Takes our element of that id out of a collection, with the same care for those of others. One
/// that is gone is a success.
pub(crate) async fn withdraw(
    context: &Context<'_>,
    change: ChangeId,
    owner: Owner,
    collection: Collection,
    ours: &str,
) -> Result<(), ApplyError> {
    edit(context, change, owner, collection, Edit::Remove(format!("\"{ours}\""))).await
}

/// What becomes of our element; all others stay.
enum Edit {
    Add(Value),
    /// By its identity.
    Remove(String),
}

async fn edit(
    context: &Context<'_>,
    change: ChangeId,
    owner: Owner,
    collection: Collection,
    edit: Edit,
) -> Result<(), ApplyError> {
    let _one_at_a_time = context.editing.lock().await;
    let blame = [owner.blame()];
    let before =
        settle(context, change, &blame, async || owner.read(context, collection).await).await?;
    let wanted = edit.of(collection, &before);
    if collection.identities(&wanted) == collection.identities(&before) {
        return Ok(());
    }
    settle(context, change, &blame, async || owner.write(context, collection, &wanted).await)
        .await?;
    let mut seen = wanted;
    let mut delay = FIRST_DELAY;
    for _ in 0..READS {
        let live =
            settle(context, change, &blame, async || owner.read(context, collection).await).await?;
        seen = edit.of(collection, &collection.union(&seen, &live));
        if collection.identities(&live) == collection.identities(&seen) {
            return Ok(());
        }
        context.pause(delay).await;
        delay *= 2;
    }
    let live = owner.read(context, collection).await?;
    let shown = collection.identities(&edit.of(collection, &live));
    if shown.is_superset(&collection.identities(&seen)) {
        return Ok(());
    }
    owner.write(context, collection, &collection.union(&live, &seen)).await?;
    Err(ApplyError::Contended { collection: collection.name() })
}

impl Edit {
    /// The collection as it is to be.
    fn of(&self, collection: Collection, live: &Value) -> Value {
        match self {
            Edit::Add(ours) => collection.union(live, ours),
            Edit::Remove(ours) => {
                let others = elements(live).filter(|e| collection.identity(e) != *ours);
                others.cloned().collect()
            }
        }
    }
}

impl Owner {
    fn blame(self) -> Blame {
        match self {
            Owner::Application(_) => Blame::Application,
            Owner::Principal(_) => Blame::Principal,
        }
    }

    async fn read(
        self,
        context: &Context<'_>,
        collection: Collection,
    ) -> Result<Value, azure::Error> {
        let mut document = match self {
            Owner::Application(id) => context.writer.application_document(id).await?,
            Owner::Principal(id) => context.writer.principal_document(id).await?,
        };
        Ok(document[collection.name()].take())
    }

    async fn write(
        self,
        context: &Context<'_>,
        collection: Collection,
        elements: &Value,
    ) -> Result<(), azure::Error> {
        let body = json!({ collection.name(): elements });
        match self {
            Owner::Application(id) => context.writer.update_application(id, body).await,
            Owner::Principal(id) => context.writer.update_principal(id, body).await,
        }
    }
}

impl Collection {
    fn name(self) -> &'static str {
        match self {
            Collection::Tags => "tags",
            Collection::KeyCredentials => "keyCredentials",
            Collection::RequiredResourceAccess => "requiredResourceAccess",
        }
    }

    /// `base` with the elements of `more` that it lacks; elements of `base` stay as they are.
    fn union(self, base: &Value, more: &Value) -> Value {
        match self {
            Collection::Tags | Collection::KeyCredentials => {
                let known = self.identities(base);
                let new = elements(more).filter(|e| !known.contains(&self.identity(e)));
                elements(base).chain(new).cloned().collect()
            }
            Collection::RequiredResourceAccess => union_by_resource(base, more),
        }
    }

    fn identities(self, collection: &Value) -> BTreeSet<String> {
        match self {
            Collection::Tags | Collection::KeyCredentials => {
                elements(collection).map(|element| self.identity(element)).collect()
            }
            Collection::RequiredResourceAccess => elements(collection)
                .flat_map(|resource| {
                    let app = resource["resourceAppId"].to_string();
                    let access = elements(&resource["resourceAccess"]);
                    access.map(move |access| format!("{app} {}", access_identity(access)))
                })
                .collect(),
        }
    }

    fn identity(self, element: &Value) -> String {
        match self {
            Collection::KeyCredentials => element["keyId"].to_string().to_lowercase(),
            Collection::Tags | Collection::RequiredResourceAccess => element.to_string(),
        }
    }
}

fn elements(collection: &Value) -> impl Iterator<Item = &Value> {
    collection.as_array().into_iter().flatten()
}

fn access_identity(access: &Value) -> String {
    format!("{} {}", access["type"], access["id"])
}

/// One entry for each resource; within it, one for each permission.
fn union_by_resource(base: &Value, more: &Value) -> Value {
    let mut resources: Vec<Value> = elements(base).cloned().collect();
    for new in elements(more) {
        let same = |resource: &&mut Value| resource["resourceAppId"] == new["resourceAppId"];
        let Some(resource) = resources.iter_mut().find(same) else {
            resources.push(new.clone());
            continue;
        };
        let mut access: Vec<Value> = elements(&resource["resourceAccess"]).cloned().collect();
        let known: BTreeSet<_> = access.iter().map(access_identity).collect();
        let wanted = elements(&new["resourceAccess"]);
        access.extend(wanted.filter(|access| !known.contains(&access_identity(access))).cloned());
        resource["resourceAccess"] = access.into();
    }
    resources.into()
}
