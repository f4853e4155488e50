//! The order in which changes may start.

use planner::steps::a_application::{Action as Application, NewApplication};
use planner::steps::b_graph_permissions::{Action as Permission, Consent};
use planner::steps::e_key_vault_access::{Action as Access, Change, Permissions};
use planner::{Plan, Schedule, Skip};
use spec::{AppRoleId, PrincipalId, TenantId, VaultId};

fn application() -> Application {
    let name = || "x".to_owned();
    Application::CreateApplication(NewApplication {
        unique_name: name(),
        display_name: name(),
        notes: None,
        service_management_reference: None,
        tag: name(),
    })
}

fn principal() -> Application {
    Application::CreatePrincipal { display_name: "x".to_owned() }
}

fn consent(index: usize) -> Permission {
    let role = AppRoleId::derived(&[&index.to_string()]);
    let graph = PrincipalId::derived(&["graph"]);
    let permission = index.to_string();
    Permission::Consent(Consent {
        graph,
        permission,
        role,
        granted: false,
        requested: false,
        privileged: false,
    })
}

fn access(vault: &str) -> Access {
    let vault = VaultId::new(vault.to_owned());
    let tenant = TenantId::derived(&["x"]);
    Access { vault, tenant, before: None, change: Change::Add(Permissions::default()) }
}

#[test]
fn a_change_waits_for_what_it_uses_and_runs_beside_the_rest() {
    let mut plan = Plan::default();
    let application = plan.push(application(), &[]);
    let principal = plan.push(principal(), &[]);
    let first = plan.push(consent(1), &[]);
    let second = plan.push(consent(2), &[first]);
    let mut schedule = Schedule::new(&plan);
    assert_eq!((schedule.start(), schedule.start()), (Some(application), None));
    schedule.applied(application);
    assert_eq!((schedule.start(), schedule.start()), (Some(principal), None));
    schedule.applied(principal);
    assert_eq!((schedule.start(), schedule.start()), (Some(first), None));
    schedule.applied(first);
    assert_eq!((schedule.start(), schedule.start()), (Some(second), None));
}

#[test]
fn two_changes_of_one_object_never_run_at_once() {
    let mut plan = Plan::default();
    let first = plan.push(access("/vaults/a"), &[]);
    let same = plan.push(access("/VAULTS/A"), &[]);
    let other = plan.push(access("/vaults/b"), &[]);
    let mut schedule = Schedule::new(&plan);
    assert_eq!(
        [schedule.start(), schedule.start(), schedule.start()],
        [Some(first), Some(other), None]
    );
    assert_eq!(schedule.failed(first), []);
    assert_eq!(schedule.start(), Some(same));
}

#[test]
fn a_failure_skips_exactly_what_needs_it() {
    let mut plan = Plan::default();
    let application = plan.push(application(), &[]);
    let principal = plan.push(principal(), &[]);
    let consent = plan.push(consent(1), &[]);
    let vault = plan.push(access("/vaults/a"), &[]);
    let mut schedule = Schedule::new(&plan);
    assert_eq!(schedule.start(), Some(application));
    schedule.applied(application);
    assert_eq!(schedule.start(), Some(principal));
    let because = principal;
    assert_eq!(
        schedule.failed(principal),
        [Skip { change: consent, because }, Skip { change: vault, because }]
    );
    assert_eq!(schedule.start(), None);
}

/// Counted, not timed: every change starts once, whatever their number.
#[test]
fn a_large_plan_is_scheduled_whole() {
    let mut plan = Plan::default();
    plan.push(application(), &[]);
    plan.push(principal(), &[]);
    for index in 0..100_000 {
        plan.push(consent(index), &[]);
    }
    let mut schedule = Schedule::new(&plan);
    let mut started = 0;
    while let Some(id) = schedule.start() {
        started += 1;
        schedule.applied(id);
    }
    assert_eq!(started, plan.changes().len());
}
