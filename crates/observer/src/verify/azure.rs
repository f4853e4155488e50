//! Resource Manager and key vaults.

use std::collections::{BTreeMap, BTreeSet};

use azure::{Error, Reader, VaultItems, WebApp};
use planner::verify::{
    Answer, AzureAnswers, Contents, PlaceAnswers, Questions, VaultAnswers, WebAppAnswers,
    custom_role, probes_vault,
};
use planner::{Desired, Directory, Tenant};
use spec::{PrincipalId, RoleDefinitionId, ScopeId, SubscriptionId};

use super::failure;
use crate::ask::each;
use crate::directory;
use crate::steps::{c_role_assignments, d_custom_role, e_key_vault_access};

/// Nothing, where the token does not say who it is for.
pub(super) async fn ask(
    reader: &Reader,
    desired: &Desired,
    questions: &Questions,
    with_vaults: bool,
) -> Option<AzureAnswers> {
    let tenant = Tenant { id: reader.tenant()?, name: None };
    let principal = reader.operator().object_id()?.to_string().parse().ok()?;
    let (subscriptions, unlisted) = match reader.subscriptions().await {
        Ok(subscriptions) => (subscriptions, None),
        Err(error) => (Vec::new(), Some(failure(&error))),
    };
    let mut directory = directory::observe(tenant, subscriptions);
    let scopes = directory.scopes(&desired.scopes);
    let groups = read_groups(reader, &scopes, &mut directory).await;
    let covered = directory.covered(&scopes);
    let (places, added_roles, custom_roles, web_apps, vaults) = futures::join!(
        read_places(reader, &scopes, &directory, principal),
        read_added_roles(reader, desired, scopes.first()),
        read_custom_roles(reader, desired, &scopes, &directory),
        read_web_apps(reader, &covered, questions),
        read_vaults(reader, desired, &covered, principal, with_vaults),
    );
    Some(AzureAnswers {
        directory,
        unlisted,
        groups,
        places,
        added_roles,
        custom_roles,
        web_apps,
        vaults,
    })
}

/// Puts the groups that can be read into the directory, and returns why others cannot.
async fn read_groups(
    reader: &Reader,
    scopes: &[ScopeId],
    directory: &mut Directory,
) -> BTreeMap<spec::ManagementGroupId, planner::verify::Failure> {
    let groups = scopes.iter().filter_map(|scope| match scope {
        ScopeId::ManagementGroup(id) => Some(id),
        ScopeId::Subscription(_) => None,
    });
    let answers =
        each(groups, |id| async move { (id.clone(), reader.management_group(id).await) }).await;
    let mut failures = BTreeMap::new();
    for (id, answer) in answers {
        match answer {
            Ok(group) => directory::add_groups(directory, vec![group]),
            Err(error) => drop(failures.insert(id, failure(&error))),
        }
    }
    failures
}

async fn read_places(
    reader: &Reader,
    scopes: &[ScopeId],
    directory: &Directory,
    principal: PrincipalId,
) -> BTreeMap<ScopeId, PlaceAnswers> {
    let places = each(scopes, |scope| async move {
        let asked = permissions_scope(scope, directory);
        let permissions = async {
            match &asked {
                Some(scope) => Some(reader.effective_permissions(scope).await),
                None => None,
            }
        };
        let (assignments, permissions) =
            futures::join!(reader.assignments_reaching(scope, principal), permissions);
        let assignments = assignments.map_err(|error| failure(&error));
        let assignments =
            assignments.map(|found| found.iter().map(c_role_assignments::existing).collect());
        let permissions = permissions.map(|answer| {
            let answer = answer.map_err(|error| failure(&error));
            answer.map(|sets| sets.into_iter().map(d_custom_role::permissions).collect())
        });
        (scope.clone(), PlaceAnswers { assignments, permissions })
    });
    places.await.into_iter().collect()
}

/// What roles allow is not documented to be told at management groups: a subscription below has to
/// do.
fn permissions_scope(scope: &ScopeId, directory: &Directory) -> Option<ScopeId> {
    match scope {
        ScopeId::Subscription(_) => Some(scope.clone()),
        ScopeId::ManagementGroup(_) => {
            let below = directory.covered(std::slice::from_ref(scope));
            let visible = below.into_iter().find(|id| directory.subscriptions.contains_key(id));
            visible.map(ScopeId::Subscription)
        }
    }
}

async fn read_added_roles(
    reader: &Reader,
    desired: &Desired,
    scope: Option<&ScopeId>,
) -> BTreeMap<String, Answer<Option<RoleDefinitionId>>> {
    let Some(scope) = scope else { return BTreeMap::new() };
    let names = &desired.role_assignments.added;
    let answers = each(names, |name| async move {
        let role = reader.role_named(scope, name).await.map_err(|error| failure(&error));
        (name.clone(), role.map(|role| role.map(|role| role.id)))
    });
    answers.await.into_iter().collect()
}

async fn read_custom_roles(
    reader: &Reader,
    desired: &Desired,
    scopes: &[ScopeId],
    directory: &Directory,
) -> BTreeMap<RoleDefinitionId, Answer<Option<planner::steps::d_custom_role::Permissions>>> {
    let tenant = directory.tenant.id;
    let ids: BTreeMap<_, _> = scopes
        .iter()
        .filter_map(|scope| Some((custom_role(desired, tenant, scope)?.0, scope.to_string())))
        .collect();
    let answers = each(ids, |(id, scope)| async move {
        let role = reader.role_definition(&scope, id).await.map_err(|error| failure(&error));
        (id, role.map(|role| role.map(|role| d_custom_role::permissions(role.permissions))))
    });
    answers.await.into_iter().collect()
}

async fn read_web_apps(
    reader: &Reader,
    subscriptions: &BTreeSet<SubscriptionId>,
    questions: &Questions,
) -> BTreeMap<SubscriptionId, Answer<Option<WebAppAnswers>>> {
    if !questions.settings {
        return BTreeMap::new();
    }
    let answers = each(subscriptions, |id| async move {
        let app = match reader.first_web_app(*id).await {
            Ok(Some(app)) => Ok(Some(read_web_app(reader, app).await)),
            Ok(None) => Ok(None),
            Err(error) => Err(failure(&error)),
        };
        (*id, app)
    });
    answers.await.into_iter().collect()
}

async fn read_web_app(reader: &Reader, app: WebApp) -> WebAppAnswers {
    let (configuration, settings) =
        futures::join!(reader.can_read_configuration(&app), reader.can_list_settings(&app));
    WebAppAnswers {
        name: app.name,
        configuration: configuration.map_err(|error| failure(&error)),
        settings: settings.map_err(|error| failure(&error)),
    }
}

async fn read_vaults(
    reader: &Reader,
    desired: &Desired,
    subscriptions: &BTreeSet<SubscriptionId>,
    principal: PrincipalId,
    with_contents: bool,
) -> BTreeMap<SubscriptionId, Answer<Vec<VaultAnswers>>> {
    let answers = each(subscriptions, |id| async move {
        let vaults = match reader.vaults(*id).await {
            Ok(vaults) => vaults,
            Err(error) => return (*id, Err(failure(&error))),
        };
        let vaults = vaults
            .into_iter()
            .map(|live| (live.address.clone(), e_key_vault_access::vault(live, Some(principal))));
        let meant: Vec<_> = vaults.filter(|(_, vault)| probes_vault(desired, *id, vault)).collect();
        let answers = each(meant, |(address, vault)| async move {
            let contents = match address.filter(|_| with_contents) {
                Some(address) => Some(read_contents(reader, &address).await),
                None => None,
            };
            VaultAnswers { vault, contents }
        });
        (*id, Ok(answers.await))
    });
    answers.await.into_iter().collect()
}

async fn read_contents(reader: &Reader, vault: &str) -> Contents {
    let list = |items| reader.first_vault_item(vault, items);
    let (keys, secrets, certificates) = futures::join!(
        list(VaultItems::Keys),
        list(VaultItems::Secrets),
        list(VaultItems::Certificates),
    );
    let rotation_policy = match &keys {
        Ok(Some(key)) => Some(reader.can_read_rotation_policy(vault, key).await),
        Ok(None) | Err(_) => None,
    };
    let done = |answer: Result<Option<String>, Error>| answer.map(drop).map_err(|e| failure(&e));
    Contents {
        keys: done(keys),
        secrets: done(secrets),
        certificates: done(certificates),
        rotation_policy: rotation_policy.map(|answer| answer.map_err(|error| failure(&error))),
    }
}
