//! Roles that our principal holds, wherever the operator can look, and the definitions behind them.

use std::collections::{BTreeMap, BTreeSet};

use azure::{Error, Reader, RoleAssignment, RoleDefinition};
use planner::steps::d_custom_role;
use planner::{Desired, Observed, Purpose, Reason, Seen, is_marked};
use spec::{PrincipalId, RoleDefinitionId, ScopeId, SubscriptionId};

use crate::ObserveError;
use crate::ask::each;
use crate::problems::Problems;
use crate::resources::{self, Resources};

#[derive(Default)]
pub(crate) struct Assignments {
    /// At, above and below each place that was looked at, repeats included.
    pub found: Vec<RoleAssignment>,
    /// Subscriptions that the spec does not name and where it could not be looked.
    pub unreadable: Vec<(SubscriptionId, Error)>,
    /// Definitions that are assigned and were not listed at the spec's scopes.
    pub definitions: Vec<RoleDefinition>,
}

impl Assignments {
    pub(crate) async fn read(
        reader: &Reader,
        desired: &Desired,
        resources: &Resources,
        principal: PrincipalId,
    ) -> Result<Assignments, ObserveError> {
        let scopes = &resources.scopes;
        let visible = resources::subscriptions(&resources.directory, scopes);
        let others = visible.into_iter().filter(|id| !scopes.contains(&ScopeId::Subscription(*id)));
        let others: Vec<_> = others.collect();
        let (at_scopes, elsewhere) = futures::join!(
            each(scopes, |scope| reader.role_assignments(scope, principal)),
            each(&others, |id| async {
                let scope = ScopeId::Subscription(*id);
                reader.role_assignments(&scope, principal).await
            }),
        );
        let mut problems = Problems::default();
        let mut found: Vec<_> = problems.sort(scopes, at_scopes)?.into_iter().flatten().collect();
        problems.unless_none()?;
        let mut unreadable = Vec::new();
        for (id, answer) in others.into_iter().zip(elsewhere) {
            match answer {
                Ok(more) => found.extend(more),
                Err(error) => unreadable.push((id, error)),
            }
        }
        let definitions = unlisted(reader, desired, resources, &found).await?;
        Ok(Assignments { found, unreadable, definitions })
    }

    /// What can be seen of them at the spec's scopes, for whoever has nothing to do there: it tells
    /// whether the application was given roles by us.
    pub(crate) async fn where_visible(
        reader: &Reader,
        resources: &Resources,
        principal: PrincipalId,
    ) -> Assignments {
        let answers = each(&resources.scopes, |scope| reader.role_assignments(scope, principal));
        let found = answers.await.into_iter().flatten().flatten().collect();
        Assignments { found, ..Assignments::default() }
    }
}

/// Definitions of roles that nothing else names, each read where it is assigned.
async fn unlisted(
    reader: &Reader,
    desired: &Desired,
    resources: &Resources,
    found: &[RoleAssignment],
) -> Result<Vec<RoleDefinition>, ObserveError> {
    let listed = resources.custom_roles.iter().chain(&resources.named_roles).map(|role| role.id);
    let profile = desired.role_assignments.roles.iter().map(|role| role.id);
    let known: BTreeSet<_> = listed.chain(profile).collect();
    let unknown = found.iter().filter(|assignment| !known.contains(&assignment.role));
    let unknown: BTreeMap<RoleDefinitionId, &str> =
        unknown.map(|assignment| (assignment.role, assignment.scope.as_str())).collect();
    let answers = each(unknown, |(id, scope)| reader.role_definition(scope, id)).await;
    let mut definitions = Vec::new();
    for answer in answers {
        match answer {
            Ok(definition) => definitions.extend(definition),
            // At a group above, say: the role goes by its id then.
            Err(error) if error.is_not_permitted() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(definitions)
}

/// How many assignments to others use a definition that is to be deleted, or changed though others
/// made it.
pub(crate) async fn used_by_others(
    reader: &Reader,
    desired: &Desired,
    observed: &Observed,
    principal: Option<PrincipalId>,
) -> BTreeMap<RoleDefinitionId, Seen<usize>> {
    let shared = d_custom_role::shared(desired, observed);
    let answers = each(shared, |definition| async {
        let scopes = &definition.assignable_scopes;
        let answers = each(scopes, |scope| reader.all_role_assignments(scope)).await;
        (definition.id, count(definition.id, answers, principal))
    });
    answers.await.into_iter().collect()
}

fn count(
    role: RoleDefinitionId,
    answers: Vec<Result<Vec<RoleAssignment>, Error>>,
    principal: Option<PrincipalId>,
) -> Seen<usize> {
    let mut others = BTreeSet::new();
    for answer in answers {
        match answer {
            Ok(found) => {
                let of_others = found
                    .into_iter()
                    .filter(|found| found.role == role && Some(found.principal) != principal);
                others.extend(of_others.map(|found| found.id.to_lowercase()));
            }
            Err(error) => return Seen::Unreadable(Reason(error.to_string())),
        }
    }
    Seen::Read(others.len())
}

/// Assignments with our mark whose service principal is gone: Azure keeps them. They are looked for
/// where nothing else tells of them, because there is no service principal, and before everything goes.
/// What cannot be read, or not be proven to be gone, is none.
pub(crate) async fn orphans(
    reader: &Reader,
    desired: &Desired,
    resources: &Resources,
    principal: Option<PrincipalId>,
) -> Vec<RoleAssignment> {
    let places = match (desired.purpose, principal) {
        _ if !desired.only.touch_azure() => return Vec::new(),
        (Purpose::Destroy { purge: _ }, _) => everywhere(resources),
        (Purpose::Converge, None) => resources.scopes.clone(),
        (Purpose::Converge, Some(_)) => return Vec::new(),
    };
    let answers =
        each(places, |place| async move { reader.all_role_assignments(&place.to_string()).await });
    let mut marked = BTreeMap::new();
    for found in answers.await.into_iter().flatten().flatten() {
        if Some(found.principal) != principal && is_marked(&found.description, &desired.marker) {
            marked.insert(found.id.to_lowercase(), found);
        }
    }
    let principals = marked.values().map(|found| found.principal).collect();
    let vanished = reader.vanished(&principals).await.unwrap_or_default();
    marked.into_values().filter(|found| vanished.contains(&found.principal)).collect()
}

/// Every place where our principal's roles are looked for.
fn everywhere(resources: &Resources) -> Vec<ScopeId> {
    let visible = resources::subscriptions(&resources.directory, &resources.scopes);
    let visible = visible.into_iter().map(ScopeId::Subscription);
    let groups = resources.scopes.iter().filter(|s| matches!(s, ScopeId::ManagementGroup(_)));
    groups.cloned().chain(visible).collect()
}
