//! What the operator may do, as far as the changes at hand need to know: a plan without changes asks
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use azure::{Error, Memberships, Operator, Reader, RoleAssignment};
use planner::rights::{
    Access, AppManagementPolicy, AzureRight, Caller, DirectoryRole, DirectoryRoles, Held, Lock,
    LockLevel, Place, Right, Standing, allows, judge,
};
use planner::{Observed, Plan, Reason, Seen, Step};
use spec::{ScopeId, SubscriptionId};

use crate::ask::each;
use crate::duration;
use crate::steps::d_custom_role::permissions;

/// What to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// At rights: what `apply` cannot do without.
    Rights,
    /// At what else may be in the way, too.
    Obstacles,
}

/// What the operator holds of what is `needed`. What cannot be read is part of the answer.
pub async fn observe_rights(
    reader: &Reader,
    needed: &[(Step, Right)],
    plan: &Plan,
    observed: &Observed,
    look: Look,
) -> Held {
    let mut held = of_token(reader);
    let (roles, access, obstacles) = futures::join!(
        roles(reader, needed, plan, observed, &held),
        access(reader, needed),
        async {
            match look {
                Look::Rights => (Vec::new(), Vec::new(), None),
                Look::Obstacles => obstacles(reader, needed).await,
            }
        },
    );
    held.roles = roles;
    held.access = access;
    (held.locks, held.unread, held.certificate_policy) = obstacles;
    held
}

fn of_token(reader: &Reader) -> Held {
    let rights = reader.token_rights();
    let held = rights.directory_roles.iter().filter_map(|id| DirectoryRole::of_template(id));
    let doubt = Some(Reason("roles of the directory were not looked at".to_owned()));
    Held {
        caller: match reader.operator() {
            Operator::User { .. } => Caller::Person,
            Operator::ServicePrincipal { .. } => Caller::Workload,
            Operator::Unknown => Caller::Unknown,
        },
        permissions: rights.permissions.clone(),
        roles: DirectoryRoles { held: held.collect(), doubt },
        access: BTreeMap::new(),
        locks: Vec::new(),
        unread: Vec::new(),
        certificate_policy: None,
    }
}

/// Asked for only where the token leaves a doubt: it need not name them all.
async fn roles(
    reader: &Reader,
    needed: &[(Step, Right)],
    plan: &Plan,
    observed: &Observed,
    by_token: &Held,
) -> DirectoryRoles {
    let mut roles = by_token.roles.clone();
    let in_entra: Vec<_> =
        needed.iter().filter(|(_, right)| matches!(right, Right::Entra(_))).cloned().collect();
    let verdicts = judge(&in_entra, plan, observed, by_token);
    if !verdicts.iter().any(|verdict| matches!(verdict.standing, Standing::CannotTell { .. })) {
        return roles;
    }
    match reader.memberships().await {
        Ok(Some(memberships)) => {
            let members = memberships.member_of.iter().flatten();
            let templates = members.filter_map(|member| member.role_template_id.as_deref());
            roles.held.extend(templates.filter_map(DirectoryRole::of_template));
            roles.doubt = doubt(&memberships).map(Reason);
        }
        Ok(None) => roles.doubt = Some(Reason("the token does not say who signed in".to_owned())),
        Err(error) => roles.doubt = Some(unreadable(&error)),
    }
    roles
}

fn unreadable(error: &Error) -> Reason {
    Reason(format!("which roles of the directory you hold could not be read: {error}"))
}

/// Why there may be a right that is not seen.
fn doubt(memberships: &Memberships) -> Option<String> {
    let Memberships { member_of, assigned } = memberships;
    let (member_of, assigned) = match (member_of, assigned) {
        (Ok(member_of), Ok(assigned)) => (member_of, assigned),
        (Err(error), _) | (_, Err(error)) => return Some(unreadable(error).0),
    };
    for member in member_of {
        let name = member.display_name.as_deref().unwrap_or("without a name");
        let is_known = |template: &str| DirectoryRole::of_template(template).is_some();
        let is_role = member.kind.ends_with("directoryRole");
        if is_role && !member.role_template_id.as_deref().is_some_and(is_known) {
            return Some(format!("you hold the role {name}, and what it allows is not known here"));
        }
        if member.is_assignable_to_role == Some(true) {
            return Some(format!("the group {name} may hold roles that are not seen"));
        }
    }
    let is_plain = |assigned: &&azure::DirectoryRoleAssignment| {
        assigned.directory_scope_id.as_deref() == Some("/")
            && DirectoryRole::of_template(&assigned.role_definition_id).is_some()
    };
    let other = assigned.iter().any(|assigned| !is_plain(&assigned));
    other.then(|| {
        "you hold a role in a part of the directory or one whose rights are not known here"
            .to_owned()
    })
}

/// Each subscription or group once; what lies deeper only where that does not decide.
async fn access(reader: &Reader, needed: &[(Step, Right)]) -> BTreeMap<String, Seen<Access>> {
    let in_azure = needed.iter().filter_map(|(_, right)| match right {
        Right::Azure(right, place) => Some((*right, place)),
        Right::Entra(_) | Right::Mondoo => None,
    });
    let in_azure: BTreeSet<(AzureRight, &Place)> = in_azure.collect();
    let mut above: BTreeMap<String, BTreeSet<AzureRight>> = BTreeMap::new();
    for (right, place) in &in_azure {
        above.entry(decisive(place)).or_default().insert(*right);
    }
    let mut found = ask(reader, above).await;
    let mut below: BTreeMap<String, BTreeSet<AzureRight>> = BTreeMap::new();
    for (right, place) in in_azure {
        let is_held = found.get(&decisive(place)).is_some_and(|seen| gives(seen, right));
        if !is_held && !found.contains_key(&place.path.to_lowercase()) {
            below.entry(place.path.to_lowercase()).or_default().insert(right);
        }
    }
    found.extend(ask(reader, below).await);
    found
}

fn gives(seen: &Seen<Access>, right: AzureRight) -> bool {
    matches!(seen, Seen::Read(access) if allows(&access.sets, right))
}

/// The subscription that a place lies in, or the place itself.
fn decisive(place: &Place) -> String {
    match subscription_of(&place.path) {
        Some(id) => ScopeId::Subscription(id).to_string(),
        None => place.path.to_lowercase(),
    }
}

fn subscription_of(path: &str) -> Option<SubscriptionId> {
    let mut parts = path.trim_start_matches('/').split('/');
    let kind = parts.next()?;
    parts.next()?.parse().ok().filter(|_| kind.eq_ignore_ascii_case("subscriptions"))
}

async fn ask(
    reader: &Reader,
    places: BTreeMap<String, BTreeSet<AzureRight>>,
) -> BTreeMap<String, Seen<Access>> {
    let answers = each(places, async |(path, rights)| {
        let access = access_at(reader, &path, &rights).await;
        let reason = |error: Error| Reason(format!("your rights could not be read: {error}"));
        (path, access.map_or_else(|error| Seen::Unreadable(reason(error)), Seen::Read))
    });
    answers.await.into_iter().collect()
}

async fn access_at(
    reader: &Reader,
    path: &str,
    rights: &BTreeSet<AzureRight>,
) -> Result<Access, Error> {
    let sets = reader.effective_permissions(path).await?.into_iter().map(permissions);
    let sets: Vec<_> = sets.collect();
    let mut limited = rights.iter().filter(|right| right.is_limited_by_conditions());
    let conditional = if limited.any(|right| allows(&sets, *right)) {
        conditional(reader, path).await.map(Reason)
    } else {
        None
    };
    Ok(Access { sets, conditional })
}

/// Built-in roles that let assign roles: Owner, User Access Administrator, Role Based Access Control
/// Administrator.
const ASSIGNERS: [&str; 3] = [
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
];

/// Why the operator may be limited in which roles it can assign.
async fn conditional(reader: &Reader, path: &str) -> Option<String> {
    let Some(operator) = reader.operator().object_id() else {
        return Some("the token does not say who signed in".to_owned());
    };
    let assignments = match reader.assignments_reaching(path, operator).await {
        Ok(assignments) => assignments,
        Err(error) => return Some(format!("conditions of your roles could not be read: {error}")),
    };
    let is_free = |held: &RoleAssignment| {
        !held.has_condition && ASSIGNERS.contains(&held.role.to_string().as_str())
    };
    let is_conditional = assignments.iter().any(|held| held.has_condition);
    (is_conditional && !assignments.iter().any(is_free)).then(|| {
        "a role of yours comes with a condition, which may limit the roles that you can give"
            .to_owned()
    })
}

type Obstacles = (Vec<Lock>, Vec<String>, Option<AppManagementPolicy>);

async fn obstacles(reader: &Reader, needed: &[(Step, Right)]) -> Obstacles {
    let subscriptions = needed.iter().filter_map(|(_, right)| match right {
        Right::Azure(_, place) => subscription_of(&place.path),
        Right::Entra(_) | Right::Mondoo => None,
    });
    let subscriptions: BTreeSet<_> = subscriptions.collect();
    let adds_certificate = needed.iter().any(|(step, _)| *step == Step::F);
    let (locks, policy) = futures::join!(each(&subscriptions, |id| reader.locks(*id)), async {
        if adds_certificate { reader.certificate_lifetime().await } else { Ok(None) }
    },);
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for (id, answer) in subscriptions.iter().zip(locks) {
        match answer {
            Ok(locks) => found.extend(locks.into_iter().map(lock)),
            Err(error) => {
                unread.push(format!("locks of subscription {id} could not be read: {error}"));
            }
        }
    }
    let policy = policy.map(|rule| {
        rule.and_then(|rule| {
            let for_applications_after = rule.for_applications_after;
            let longest = duration::parse(&rule.longest)?;
            Some(AppManagementPolicy { longest, for_applications_after })
        })
    });
    let policy = policy.unwrap_or_else(|error| {
        unread.push(format!(
            "whether the tenant limits how long certificates may last could not be read, which \
             takes Policy.Read.All: {error}"
        ));
        None
    });
    (found, unread, policy)
}

fn lock(lock: azure::Lock) -> Lock {
    let azure::Lock { name, scope, level } = lock;
    // One of a kind that is not known is taken for the stricter one.
    let level = match level.as_str() {
        "CanNotDelete" => LockLevel::CanNotDelete,
        _ => LockLevel::ReadOnly,
    };
    Lock { name, scope, level }
}

#[cfg(test)]
mod tests {
    use azure::{DirectoryRoleAssignment, MemberOf};

    use super::*;

    const READER: &str = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b";

    fn role(template: Option<&str>) -> MemberOf {
        MemberOf {
            kind: "#microsoft.graph.directoryRole".to_owned(),
            display_name: Some("Some role".to_owned()),
            role_template_id: template.map(str::to_owned),
            is_assignable_to_role: None,
        }
    }

    fn group(may_hold_roles: bool) -> MemberOf {
        MemberOf {
            kind: "#microsoft.graph.group".to_owned(),
            is_assignable_to_role: Some(may_hold_roles),
            ..role(None)
        }
    }

    fn assigned(role: &str, scope: &str) -> DirectoryRoleAssignment {
        DirectoryRoleAssignment {
            role_definition_id: role.to_owned(),
            directory_scope_id: Some(scope.to_owned()),
        }
    }

    #[test]
    fn a_doubt_stays_where_there_may_be_a_role_that_is_not_known() {
        let other = "11111111-2222-4333-8444-555555555555";
        for (member_of, assigned, is_doubtful) in [
            (vec![], vec![], false),
            (vec![role(Some(READER)), group(false)], vec![assigned(READER, "/")], false),
            (vec![role(Some(other))], vec![], true),
            // Whoever may not read it sees no more than that there is something.
            (vec![role(None)], vec![], true),
            (vec![group(true)], vec![], true),
            (vec![], vec![assigned(other, "/")], true),
            (vec![], vec![assigned(READER, "/administrativeUnits/x")], true),
        ] {
            let memberships = Memberships { member_of: Ok(member_of), assigned: Ok(assigned) };
            assert_eq!(doubt(&memberships).is_some(), is_doubtful, "{memberships:?}");
        }
    }
}
