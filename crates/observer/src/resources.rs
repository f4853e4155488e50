//! What Resource Manager knows: subscriptions and groups, roles, key vaults.

use std::collections::BTreeSet;

use azure::{Error, Reader, RoleDefinition, Vault};
use planner::{Desired, Directory, Standing, Tenant};
use spec::{ManagementGroupId, ScopeId, SubscriptionId};

use crate::ask::each;
use crate::problems::Problems;
use crate::{ObserveError, directory};

pub(crate) struct Resources {
    pub directory: Directory,
    /// The spec's scopes, each once.
    pub scopes: Vec<ScopeId>,
    /// Custom roles that can be assigned at one scope or another, repeats included.
    pub custom_roles: Vec<RoleDefinition>,
    /// Roles that the spec adds by name.
    pub named_roles: Vec<RoleDefinition>,
    /// Of every subscription that is looked at.
    pub vaults: Vec<(SubscriptionId, Result<Vec<Vault>, Error>)>,
}

impl Resources {
    /// All of it for whoever has something to do there, else what can be seen.
    pub(crate) async fn read(
        reader: &Reader,
        desired: &Desired,
        tenant: Tenant,
    ) -> Result<Resources, ObserveError> {
        if desired.only.touch_azure() {
            Resources::read_whole(reader, desired, tenant).await
        } else {
            Ok(Resources::where_visible(reader, desired, tenant).await)
        }
    }

    /// Reads at the spec's scopes, and vaults in every subscription of this tenant besides: what we
    /// hold where the spec names nothing is found there.
    async fn read_whole(
        reader: &Reader,
        desired: &Desired,
        tenant: Tenant,
    ) -> Result<Resources, ObserveError> {
        let mut directory = directory::observe(tenant, reader.subscriptions().await?);
        let mut problems = Problems::default();
        let scopes = resolve(&directory, desired, &mut problems);
        let invisible = invisible(&directory, desired);
        let why = each(&invisible, |id| reader.subscription(*id)).await;
        for (id, answer) in invisible.iter().zip(why) {
            problems.add_invisible(&ScopeId::Subscription(*id), answer.err());
        }
        let groups = groups(&scopes, desired);
        let group_scopes: Vec<_> = groups.iter().cloned().map(ScopeId::ManagementGroup).collect();
        let visible = subscriptions(&directory, &scopes);
        let (found, roles, named, mut vaults) = futures::join!(
            each(&groups, |group| reader.management_group(group)),
            each(&scopes, |scope| reader.custom_roles(scope)),
            read_roles(reader, desired, scopes.first()),
            read_vaults(reader, visible.iter().copied()),
        );
        directory::add_groups(&mut directory, problems.sort(&group_scopes, found)?);
        let custom_roles = problems.sort(&scopes, roles)?;
        for (id, answer) in &vaults {
            let scope = ScopeId::Subscription(*id);
            if let Err(error) = answer
                && scopes.contains(&scope)
            {
                problems.add(&scope, error.clone())?;
            }
        }
        problems.unless_none()?;
        let below = directory.groups.values().flat_map(|group| &group.subscriptions);
        let below: BTreeSet<_> = below.filter(|id| !visible.contains(id)).copied().collect();
        vaults.extend(read_vaults(reader, below).await);
        let custom_roles = custom_roles.into_iter().flatten().collect();
        Ok(Resources { directory, scopes, custom_roles, named_roles: named?, vaults })
    }

    /// The spec's scopes as far as they can be seen, for whoever has nothing to do there and need
    /// not be let in.
    async fn where_visible(reader: &Reader, desired: &Desired, tenant: Tenant) -> Resources {
        let subscriptions = reader.subscriptions().await.unwrap_or_default();
        let directory = directory::observe(tenant, subscriptions);
        let mut scopes = directory.scopes(&desired.scopes);
        scopes.retain(|scope| is_visible(&directory, scope));
        let (custom_roles, named_roles, vaults) = (Vec::new(), Vec::new(), Vec::new());
        Resources { directory, scopes, custom_roles, named_roles, vaults }
    }
}

/// Subscriptions that the spec names and the operator does not see.
fn invisible(directory: &Directory, desired: &Desired) -> BTreeSet<SubscriptionId> {
    let named = desired.scopes.iter().filter_map(|scope| directory.resolve(&scope.place).ok());
    let unseen = named.filter(|scope| !is_visible(directory, scope));
    let ids = unseen.filter_map(|scope| match scope {
        ScopeId::Subscription(id) => Some(id),
        ScopeId::ManagementGroup(_) => None,
    });
    ids.collect()
}

/// The spec's scopes, but for subscriptions that are not visible.
fn resolve(directory: &Directory, desired: &Desired, problems: &mut Problems) -> Vec<ScopeId> {
    for scope in &desired.scopes {
        if let Err(why) = directory.resolve(&scope.place) {
            problems.add_unresolved(&scope.place, why);
        }
    }
    let mut scopes = directory.scopes(&desired.scopes);
    scopes.retain(|scope| is_visible(directory, scope));
    scopes
}

/// Groups are seen when they are read.
fn is_visible(directory: &Directory, scope: &ScopeId) -> bool {
    match scope {
        ScopeId::Subscription(id) => directory.subscriptions.contains_key(id),
        ScopeId::ManagementGroup(_) => true,
    }
}

/// The roles that the spec adds by name, those that there are. Built-in ones are the same at every
/// scope.
async fn read_roles(
    reader: &Reader,
    desired: &Desired,
    scope: Option<&ScopeId>,
) -> Result<Vec<RoleDefinition>, Error> {
    let Some(scope) = scope else { return Ok(Vec::new()) };
    let added = &desired.role_assignments.added;
    let answers = each(added, |name| reader.role_named(scope, name)).await;
    let roles: Vec<_> = answers.into_iter().collect::<Result<_, _>>()?;
    Ok(roles.into_iter().flatten().collect())
}

/// Groups to be read: those in scope, and the one where the custom role is to be defined. Azure
/// does not check that such a group exists.
fn groups(scopes: &[ScopeId], desired: &Desired) -> BTreeSet<ManagementGroupId> {
    let in_scope = scopes.iter().filter_map(|scope| match scope {
        ScopeId::ManagementGroup(id) => Some(id),
        ScopeId::Subscription(_) => None,
    });
    in_scope.chain(&desired.custom_role.defined_at).cloned().collect()
}

/// Those that the spec names, and all others of this tenant.
pub(crate) fn subscriptions(directory: &Directory, scopes: &[ScopeId]) -> BTreeSet<SubscriptionId> {
    let own = directory.subscriptions.iter().filter(|(id, live)| {
        scopes.contains(&ScopeId::Subscription(**id))
            || !matches!(live.standing, Standing::OfAnotherTenant(_))
    });
    own.map(|(id, _)| *id).collect()
}

async fn read_vaults(
    reader: &Reader,
    subscriptions: impl IntoIterator<Item = SubscriptionId>,
) -> Vec<(SubscriptionId, Result<Vec<Vault>, Error>)> {
    each(subscriptions, |id| async move { (id, reader.vaults(id).await) }).await
}
