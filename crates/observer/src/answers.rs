//! Every question to the services, asked once and as many at a time as possible.

use std::collections::BTreeSet;

use azure::{
    Error, Identity, ManagementGroup, PrincipalState, Reader, RoleAssignment, RoleDefinition,
    Subscription, Vault,
};
use futures::{StreamExt, stream};
use planner::Desired;
use spec::{PrincipalId, ScopeId, SubscriptionId, TenantRef};

use crate::{ObserveError, ScopeProblem};

/// Requests under way at once; Azure's throttles count per subscription.
const PARALLEL: usize = 32;

pub(crate) struct Answers {
    pub identity: Identity,
    pub principal: PrincipalState,
    pub subscriptions: Vec<Subscription>,
    pub groups: Vec<ManagementGroup>,
    /// Custom roles that can be assigned at one scope or another, repeats included.
    pub custom_roles: Vec<RoleDefinition>,
    pub vaults: Vec<(SubscriptionId, Result<Vec<Vault>, Error>)>,
    /// Of our principal, at, above and below each scope, repeats included.
    pub assignments: Vec<RoleAssignment>,
}

impl Answers {
    pub(crate) async fn read(reader: &Reader, desired: &Desired) -> Result<Answers, ObserveError> {
        let (directory, resources) =
            futures::join!(read_directory(reader, desired), read_resources(reader, desired));
        let (identity, principal) = directory?;
        let Resources { subscriptions, groups, custom_roles, vaults } = resources?;
        let assignments = match &principal.principal {
            Some(principal) => read_assignments(reader, desired, principal.id).await?,
            None => Vec::new(),
        };
        Ok(Answers {
            identity,
            principal,
            subscriptions,
            groups,
            custom_roles,
            vaults,
            assignments,
        })
    }
}

async fn read_directory(
    reader: &Reader,
    desired: &Desired,
) -> Result<(Identity, PrincipalState), ObserveError> {
    let identity = reader.identity(desired.installation.as_str()).await?;
    check_tenant(&identity, &desired.tenant)?;
    let principal = match &identity.application {
        Some(application) => reader.principal(application.app_id, identity.graph.id).await?,
        None => PrincipalState::default(),
    };
    Ok((identity, principal))
}

/// A login of Azure CLI may be for another tenant than the spec.
fn check_tenant(identity: &Identity, wanted: &TenantRef) -> Result<(), ObserveError> {
    let organization = &identity.organization;
    let same = match wanted {
        TenantRef::Id(id) => organization.id == *id,
        TenantRef::Domain(domain) => {
            let mut domains = organization.verified_domains.iter();
            domains.any(|verified| verified.name.eq_ignore_ascii_case(domain))
        }
    };
    if same {
        return Ok(());
    }
    let actual = format!("{} ({})", organization.display_name, organization.id);
    Err(ObserveError::WrongTenant { wanted: wanted.to_string(), actual })
}

struct Resources {
    subscriptions: Vec<Subscription>,
    groups: Vec<ManagementGroup>,
    custom_roles: Vec<RoleDefinition>,
    vaults: Vec<(SubscriptionId, Result<Vec<Vault>, Error>)>,
}

async fn read_resources(reader: &Reader, desired: &Desired) -> Result<Resources, ObserveError> {
    let scopes = || desired.scopes.iter().map(|scope| &scope.id);
    let group_ids = scopes().filter_map(|scope| match scope {
        ScopeId::ManagementGroup(id) => Some(id),
        ScopeId::Subscription(_) => None,
    });
    let named = scopes().filter_map(|scope| match scope {
        ScopeId::Subscription(id) => Some(*id),
        ScopeId::ManagementGroup(_) => None,
    });
    let named: BTreeSet<SubscriptionId> = named.collect();
    let (subscriptions, groups, roles, mut vaults) = futures::join!(
        reader.subscriptions(),
        each(group_ids, |id| reader.management_group(id)),
        each(scopes(), |scope| reader.custom_roles(scope)),
        read_vaults(reader, named.iter().copied()),
    );
    let subscriptions = subscriptions?;
    let mut problems = Problems::default();
    problems.check_visible(&named, &subscriptions);
    let group_scopes = scopes().filter(|scope| matches!(scope, ScopeId::ManagementGroup(_)));
    let groups = problems.sort(group_scopes, groups)?;
    let custom_roles = problems.sort(scopes(), roles)?;
    for (id, answer) in &vaults {
        if let Err(error) = answer {
            problems.add(&ScopeId::Subscription(*id), error.clone())?;
        }
    }
    problems.unless_none()?;
    let below = groups.iter().flat_map(|group| group.subscriptions.iter().copied());
    let below: BTreeSet<_> = below.filter(|id| !named.contains(id)).collect();
    vaults.extend(read_vaults(reader, below).await);
    let custom_roles = custom_roles.into_iter().flatten().collect();
    Ok(Resources { subscriptions, groups, custom_roles, vaults })
}

async fn read_vaults(
    reader: &Reader,
    subscriptions: impl IntoIterator<Item = SubscriptionId>,
) -> Vec<(SubscriptionId, Result<Vec<Vault>, Error>)> {
    each(subscriptions, |id| async move { (id, reader.vaults(id).await) }).await
}

/// Asks about each of `items`, many at once, and answers in their order.
async fn each<I, F: Future>(
    items: impl IntoIterator<Item = I>,
    ask: impl FnMut(I) -> F,
) -> Vec<F::Output> {
    stream::iter(items).map(ask).buffered(PARALLEL).collect().await
}

async fn read_assignments(
    reader: &Reader,
    desired: &Desired,
    principal: PrincipalId,
) -> Result<Vec<RoleAssignment>, ObserveError> {
    let scopes = || desired.scopes.iter().map(|scope| &scope.id);
    let answers = each(scopes(), |scope| reader.role_assignments(scope, principal)).await;
    let mut problems = Problems::default();
    let assignments = problems.sort(scopes(), answers)?;
    problems.unless_none()?;
    Ok(assignments.into_iter().flatten().collect())
}

/// Scopes that cannot be read, each once.
#[derive(Default)]
struct Problems(Vec<ScopeProblem>);

impl Problems {
    fn check_visible(&mut self, named: &BTreeSet<SubscriptionId>, visible: &[Subscription]) {
        let visible: BTreeSet<_> = visible.iter().map(|s| s.subscription_id).collect();
        self.0.extend(
            named
                .difference(&visible)
                .map(|id| ScopeProblem { scope: ScopeId::Subscription(*id), reason: None }),
        );
    }

    /// Keeps the answers; of refusals, the scope. Any other error ends the reading.
    fn sort<'a, T>(
        &mut self,
        scopes: impl Iterator<Item = &'a ScopeId>,
        answers: Vec<Result<T, Error>>,
    ) -> Result<Vec<T>, ObserveError> {
        let mut good = Vec::new();
        for (scope, answer) in scopes.zip(answers) {
            match answer {
                Ok(answer) => good.push(answer),
                Err(error) => self.add(scope, error)?,
            }
        }
        Ok(good)
    }

    fn add(&mut self, scope: &ScopeId, error: Error) -> Result<(), ObserveError> {
        if !error.is_not_found() && !error.is_not_permitted() {
            return Err(error.into());
        }
        if !self.0.iter().any(|problem| problem.scope == *scope) {
            self.0.push(ScopeProblem { scope: scope.clone(), reason: Some(error) });
        }
        Ok(())
    }

    fn unless_none(self) -> Result<(), ObserveError> {
        if self.0.is_empty() { Ok(()) } else { Err(ObserveError::Scopes(self.0)) }
    }
}
