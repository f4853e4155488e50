//! What is needed, what is held, and what follows.

use std::collections::BTreeMap;

use planner::rights::{
    Access, AppManagementPolicy, AzureRight, Caller, DirectoryRole, DirectoryRoles, EntraRight,
    Held, Lock, LockLevel, Right, Standing, judge, needed, obstacles,
};
use planner::steps::a_application::OperatorOwns;
use planner::steps::d_custom_role::Permissions;
use planner::{Observed, Plan, Reason, Seen, Step, Steps, plan};
use spec::ObjectId;
use time::Duration;

use crate::applied::applied;
use crate::tenant::{NOW, PRODUCTION, desired, untouched, vault_id};

const ONE: &[&str] = &["subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081"];

fn holding(caller: Caller, permissions: &[&str], roles: &[DirectoryRole]) -> Held {
    Held {
        caller,
        permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
        roles: DirectoryRoles { held: roles.iter().copied().collect(), doubt: None },
        access: BTreeMap::new(),
        locks: Vec::new(),
        unread: Vec::new(),
        certificate_policy: None,
    }
}

/// What is left to do on a tenant where step A is done, by an operator who owns what it made.
fn after_a(owns: bool) -> (Plan, Observed) {
    let mut desired = desired(ONE);
    desired.only = Steps::of([Step::A]);
    let mut observed = applied(&plan(&desired, &untouched()), untouched());
    observed.application.operator = Some(ObjectId::derived(&["operator"]));
    observed.application.operator_owns = OperatorOwns { application: owns, principal: owns };
    desired.only = Steps::all();
    (plan(&desired, &observed), observed)
}

/// `+`, `-` or `?` for one right.
fn sign(right: &Right, plan: &Plan, observed: &Observed, held: &Held) -> char {
    let needed = needed(plan.actions(), observed);
    let verdicts = judge(&needed, plan, observed, held);
    let verdict = verdicts.iter().find(|verdict| verdict.right == *right);
    match &verdict.unwrap_or_else(|| panic!("{right} is not needed")).standing {
        Standing::Held => '+',
        Standing::Missing { ask_for: _ } => '-',
        Standing::CannotTell { why: _ } => '?',
    }
}

fn entra(right: EntraRight, owns: bool, held: &Held) -> char {
    let (plan, observed) = match right {
        EntraRight::CreateApplications => (plan(&desired(ONE), &untouched()), untouched()),
        _ => after_a(owns),
    };
    sign(&Right::Entra(right), &plan, &observed, held)
}

#[test]
fn a_workload_needs_a_permission_or_a_role() {
    use DirectoryRole::{
        ApplicationAdministrator, ApplicationDeveloper, PrivilegedRoleAdministrator,
    };
    use EntraRight::{Consent, CreateApplications, WriteApplication};
    let all = "Application.ReadWrite.All";
    let owned = "Application.ReadWrite.OwnedBy";
    let grants = "AppRoleAssignment.ReadWrite.All";
    for (right, owns, permissions, roles, expected) in [
        (CreateApplications, false, &[] as &[&str], &[] as &[DirectoryRole], '-'),
        (CreateApplications, false, &[owned], &[], '+'),
        (CreateApplications, false, &[], &[ApplicationDeveloper], '+'),
        (CreateApplications, false, &[], &[PrivilegedRoleAdministrator], '-'),
        (WriteApplication, false, &[owned], &[], '-'),
        (WriteApplication, true, &[owned], &[], '+'),
        (WriteApplication, false, &[all], &[], '+'),
        (WriteApplication, true, &[], &[], '-'),
        (WriteApplication, true, &[], &[ApplicationDeveloper], '+'),
        (Consent, true, &[grants], &[], '-'),
        (Consent, true, &[grants, "Directory.Read.All"], &[], '+'),
        (Consent, true, &[all], &[], '?'),
        (Consent, true, &[], &[ApplicationAdministrator], '-'),
        (Consent, true, &[], &[PrivilegedRoleAdministrator], '+'),
    ] {
        let held = holding(Caller::Workload, permissions, roles);
        assert_eq!(entra(right, owns, &held), expected, "{right}: {permissions:?} {roles:?}");
    }
}

#[test]
fn a_person_needs_both_what_the_client_may_do_and_a_role_or_to_own_it() {
    use DirectoryRole::{ApplicationAdministrator, GlobalAdministrator};
    use EntraRight::{Consent, CreateApplications, WriteApplication};
    let everything = "Directory.AccessAsUser.All";
    for (right, owns, scopes, roles, expected) in [
        (WriteApplication, true, &[] as &[&str], &[GlobalAdministrator] as &[DirectoryRole], '-'),
        (WriteApplication, false, &[everything], &[], '-'),
        (WriteApplication, true, &[everything], &[], '+'),
        (WriteApplication, false, &["Application.ReadWrite.All"], &[ApplicationAdministrator], '+'),
        // The tenant's user settings decide, which are not looked at.
        (CreateApplications, false, &[everything], &[], '?'),
        (Consent, true, &[everything], &[ApplicationAdministrator], '-'),
        (Consent, true, &[everything], &[GlobalAdministrator], '+'),
    ] {
        let held = holding(Caller::Person, scopes, roles);
        assert_eq!(entra(right, owns, &held), expected, "{right}: {scopes:?} {roles:?}");
    }
}

#[test]
fn what_may_be_held_unseen_is_not_called_missing() {
    let mut held = holding(Caller::Workload, &[], &[]);
    held.roles.doubt = Some(Reason("a role of the tenant's own".to_owned()));
    assert_eq!(entra(EntraRight::Consent, false, &held), '?');
    let unknown = holding(Caller::Unknown, &[], &[]);
    assert_eq!(entra(EntraRight::Consent, false, &unknown), '?');
}

fn access(actions: &[&str]) -> Seen<Access> {
    let actions = actions.iter().map(|action| (*action).to_owned()).collect();
    let set = Permissions { actions, ..Permissions::default() };
    Seen::Read(Access { sets: vec![set], conditional: None })
}

fn subscription() -> String {
    format!("/subscriptions/{PRODUCTION}")
}

/// The standing of an action at the one place where it is needed.
fn azure(right: AzureRight, access: &[(&str, Seen<Access>)]) -> char {
    let (plan, observed) = after_a(true);
    let mut held = holding(Caller::Workload, &[], &[]);
    held.access = access.iter().map(|(path, seen)| (path.to_lowercase(), seen.clone())).collect();
    let needed = needed(plan.actions(), &observed);
    let found =
        needed.iter().find(|(_, needed)| matches!(needed, Right::Azure(r, _) if *r == right));
    sign(&found.unwrap().1, &plan, &observed, &held)
}

#[test]
fn what_is_allowed_at_the_subscription_is_allowed_in_it() {
    let right = AzureRight::WriteAccessPolicy;
    let (subscription, vault) = (subscription(), vault_id(PRODUCTION, "kv-legacy"));
    let (yes, no) = (access(&["Microsoft.KeyVault/*"]), access(&["*/read"]));
    assert_eq!(azure(right, &[(&subscription, yes.clone())]), '+');
    assert_eq!(azure(right, &[(&subscription, no.clone()), (&vault, yes)]), '+');
    assert_eq!(azure(right, &[(&subscription, no.clone()), (&vault, no.clone())]), '-');
    let unread = Seen::Unreadable(Reason("refused".to_owned()));
    assert_eq!(azure(right, &[(&subscription, no), (&vault, unread)]), '?');
    assert_eq!(azure(right, &[]), '?');
}

#[test]
fn a_condition_leaves_assignments_alone_in_doubt() {
    let all = Permissions { actions: vec!["*".to_owned()], ..Permissions::default() };
    let conditional = Some(Reason("a condition".to_owned()));
    let seen = Seen::Read(Access { sets: vec![all], conditional });
    let access = [(&*subscription(), seen)];
    assert_eq!(azure(AzureRight::AssignRole, &access), '?');
    assert_eq!(azure(AzureRight::DefineRole, &access), '+');
}

/// Azure asks for the right on every scope of a role, those that it loses too.
#[test]
fn a_role_is_changed_by_whoever_may_at_every_scope_it_had_and_gets() {
    let both = &[
        "subscription: 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081",
        "subscription: 2c3d4e5f-6071-4829-ba3c-4d5e6f708192",
    ];
    let observed = applied(&plan(&desired(both), &untouched()), untouched());
    let plan = plan(&desired(ONE), &observed);
    let needed = needed(plan.actions(), &observed);
    let defines: Vec<_> = needed
        .iter()
        .filter_map(|(_, right)| match right {
            Right::Azure(AzureRight::DefineRole, place) => Some(place.name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(
        defines,
        ["subscription Production (1b2c3d4e-…)", "subscription Development (2c3d4e5f-…)"]
    );
}

#[test]
fn only_what_is_missing_of_a_consent_is_needed() {
    let (_, mut observed) = after_a(true);
    let roles: Vec<_> = observed.graph_permissions.offered.values().copied().collect();
    observed.graph_permissions.requested = roles.into_iter().collect();
    let plan = plan(&desired(ONE), &observed);
    let of_b = needed(plan.actions(), &observed).into_iter().filter(|(step, _)| *step == Step::B);
    assert_eq!(of_b.collect::<Vec<_>>(), [(Step::B, Right::Entra(EntraRight::Consent))]);
}

fn in_the_way(plan: &Plan, observed: &Observed, held: &Held) -> Vec<(Step, bool)> {
    let found = obstacles(plan, &desired(ONE), observed, held);
    found.into_iter().map(|found| (found.step, found.blocks)).collect()
}

#[test]
fn a_lock_stops_what_is_at_or_below_it() {
    let (plan, observed) = after_a(true);
    let vault = vault_id(PRODUCTION, "kv-legacy");
    for (scope, level, stopped) in [
        (subscription(), LockLevel::ReadOnly, &[Step::C, Step::D, Step::E] as &[Step]),
        (subscription(), LockLevel::CanNotDelete, &[]),
        (vault.to_uppercase(), LockLevel::ReadOnly, &[Step::E]),
        (format!("{vault}2"), LockLevel::ReadOnly, &[]),
    ] {
        let mut held = holding(Caller::Workload, &[], &[]);
        held.locks = vec![Lock { name: "keep".to_owned(), scope: scope.clone(), level }];
        let mut steps: Vec<_> = in_the_way(&plan, &observed, &held);
        steps.dedup();
        let expected: Vec<_> = stopped.iter().map(|step| (*step, true)).collect();
        assert_eq!(steps, expected, "{scope} {level:?}");
    }
}

/// The generated certificate lasts 365 days.
#[test]
fn a_certificate_may_last_no_longer_than_the_tenant_lets_it() {
    let (plan, observed) = after_a(true);
    let of = |days, after| {
        let mut held = holding(Caller::Workload, &[], &[]);
        let (longest, for_applications_after) = (Duration::days(days), after);
        held.certificate_policy = Some(AppManagementPolicy { longest, for_applications_after });
        in_the_way(&plan, &observed, &held)
    };
    assert_eq!(of(180, None), [(Step::F, true)]);
    assert_eq!(of(365, None), []);
    let made = NOW;
    assert_eq!(of(180, Some(made + Duration::days(1))), [], "older applications are spared");
    assert_eq!(of(180, Some(made - Duration::days(1))), [(Step::F, true)]);
}
