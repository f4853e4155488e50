//! Step G: what is planned in a Mondoo space, and in which order.

use insta::assert_snapshot;
use planner::steps::f_certificate::{Certificate, Source};
use planner::steps::g_integration::{Credential, Integration, Observed as Space};
use planner::{Desired, Field, Observed, Verb, plan};
use spec::{IntegrationMrn, PolicyMrn};

use crate::applied::applied;
use crate::plans::{ONE_SUBSCRIPTION, check};
use crate::tenant::{certificate, spec_with, untouched};

pub const INTEGRATION: &str = "integration: { space: //captain.api.mondoo.app/spaces/abc, name: Contoso, \
                           policies: [mondoo-azure-security] }";

fn desired(source: Source, integration: &str) -> Desired {
    let written = match source {
        Source::Federated => "federated: true",
        Source::Held(_)
        | Source::Staged(_)
        | Source::Make(_)
        | Source::Expired(_)
        | Source::InVault(_) => "file: mondoo.pem",
    };
    Desired::new(&spec_with(ONE_SUBSCRIPTION, written, integration), source)
}

fn held() -> Source {
    Source::Held(certificate(365))
}

pub fn in_space(observed: Observed) -> Observed {
    let space = Space { has_labels: true, offers_federation: true, ..Space::default() };
    Observed { integration: Some(space), ..observed }
}

fn space(observed: &mut Observed) -> &mut Space {
    observed.integration.as_mut().unwrap()
}

fn live(observed: &mut Observed) -> &mut Integration {
    space(observed).integrations.first_mut().unwrap()
}

/// The lines of steps F and G, and what is found of them.
fn of_mondoo(desired: &Desired, observed: &Observed) -> String {
    let text = check(desired, observed);
    let known = ["grants-", "permission-retired"];
    let steps = [" A ", " B ", " C ", " D ", " E "];
    let is_theirs = |line: &&str| {
        !known.iter().any(|code| line.contains(code))
            && !steps.iter().any(|step| line.split('+').next().is_some_and(|id| id.ends_with(step)))
    };
    text.lines().filter(is_theirs).collect::<Vec<_>>().join("\n")
}

/// What is planned once everything was applied and `change` was made behind our back.
fn drift(source: Source, change: impl FnOnce(&mut Observed)) -> String {
    let desired = desired(source, INTEGRATION);
    let untouched = in_space(untouched());
    let mut observed = applied(&plan(&desired, &untouched), untouched);
    change(&mut observed);
    of_mondoo(&desired, &observed)
}

#[test]
fn an_applied_plan_leaves_nothing_to_do() {
    assert_snapshot!(drift(held(), |_| {}), @"26 unchanged");
    assert_snapshot!(drift(Source::Federated, |_| {}), @"26 unchanged");
}

#[test]
fn the_integration_comes_after_what_makes_it_work_and_the_scan_last() {
    assert_snapshot!(of_mondoo(&desired(held(), INTEGRATION), &in_space(untouched())), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22]
    24 G + policy: mondoo-azure-security []
    25 G + scan: Contoso [23 24]
    1 unchanged
    ");
}

#[test]
fn keyless_the_integration_comes_first() {
    assert_snapshot!(of_mondoo(&desired(Source::Federated, INTEGRATION), &in_space(untouched())), @"
    22 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18]
    23 F + federated credential: mondoo-azure-mondoo-security [0 22]
    24 G + policy: mondoo-azure-security []
    25 G + scan: Contoso [22 23 24]
    1 unchanged
    ");
}

/// What an update of the integration changes.
fn update(change: impl FnOnce(&mut Observed)) -> String {
    let desired = desired(held(), INTEGRATION);
    let untouched = in_space(untouched());
    let mut observed = applied(&plan(&desired, &untouched), untouched);
    change(&mut observed);
    let plan = plan(&desired, &observed);
    let updates = plan.changes().filter(|(_, change)| change.action.verb() == Verb::Update);
    let fields = updates.flat_map(|(_, change)| change.action.fields());
    fields
        .map(|Field { name, before, after }| format!("{name}: {before:?} -> {after:?}\n"))
        .collect()
}

#[test]
fn every_field_of_the_integration_is_put_right() {
    assert_snapshot!(update(|o| live(o).name = "x".to_owned()), @r#"name: Text("x") -> Text("Contoso")"#);
    assert_snapshot!(update(|o| live(o).scan_vms = true), @r#"scanVms: Text("true") -> Text("false")"#);
    assert_snapshot!(update(|o| live(o).management_group = Some("x".to_owned())), @r#"managementGroupId: Text("x") -> Absent"#);
    assert_snapshot!(update(|o| live(o).subscriptions.deny = ["x".to_owned()].into()), @r#"subscriptions: Text("deny x") -> Text("all")"#);
    assert_snapshot!(update(|o| live(o).credential = Credential::Other("x".to_owned())), @r#"certificate: Text("x") -> Text("000000000000000000000000000000000000000000000000000000000000016d")"#);
    assert_snapshot!(update(|o| live(o).labels.clear()), @r#"
    certificate: Text("not recorded") -> Text("000000000000000000000000000000000000000000000000000000000000016d")
    mondoo-azure: Text("") -> Text("mondoo-security")
    "#);
    assert_snapshot!(update(|o| live(o).client_id = "another".to_owned()), @r#"clientId: Text("another") -> Text("c759df12-c8d3-587e-a0c4-1a9dfbc4bbf0")"#);
    assert_snapshot!(drift(held(), |o| live(o).name = "x".to_owned()), @"
    0 G ~ integration: Contoso []
    1 G + scan: Contoso [0]
    25 unchanged
    ");
    assert_snapshot!(drift(held(), |o| space(o).active_policies.clear()), @"
    0 G + policy: mondoo-azure-security []
    25 unchanged
    ");
    assert_snapshot!(drift(held(), |o| live(o).scan.attempted = None), @"
    0 G + scan: Contoso []
    26 unchanged
    ");
    assert_snapshot!(drift(Source::Federated, |o| o.certificate.federated.clear()), @"
    0 F + federated credential: mondoo-azure-mondoo-security []
    25 unchanged
    ");
    assert_snapshot!(drift(Source::Federated, |o| o.certificate.federated[0].subject.clear()), @"
    0 F ~ federated credential: mondoo-azure-mondoo-security []
    25 unchanged
    Warning foreign-hand: federated credential mondoo-azure-mondoo-security of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners
    ");
}

#[test]
fn integrations_of_others_are_left_alone_and_those_for_this_application_are_taken_over() {
    let desired = desired(held(), INTEGRATION);
    let untouched = in_space(untouched());
    let made = applied(&plan(&desired, &untouched), untouched.clone());
    let ours = made.integration.clone().unwrap().integrations.remove(0);
    let with = |change: fn(&mut Integration)| {
        let mut observed = made.clone();
        let mut other = ours.clone();
        change(&mut other);
        space(&mut observed).integrations = vec![other];
        of_mondoo(&desired, &observed)
    };
    // Another tenant's, and another application's.
    assert_snapshot!(with(|one| one.tenant_id = "x".to_owned()), @"
    0 G + integration: Contoso []
    1 G + scan: Contoso [0]
    25 unchanged
    ");
    assert_snapshot!(with(|one| {
        one.client_id = "x".to_owned();
        one.labels.clear();
    }), @"
    0 G + integration: Contoso []
    1 G + scan: Contoso [0]
    25 unchanged
    ");
    // Ours, made by hand.
    assert_snapshot!(with(|one| one.labels.clear()), @"
    0 G ~ integration: Contoso []
    1 G + scan: Contoso [0]
    25 unchanged
    ");
    let mut twice = made.clone();
    let second = Integration { mrn: IntegrationMrn::new("//second".to_owned()), ..ours.clone() };
    space(&mut twice).integrations.push(second);
    assert_snapshot!(of_mondoo(&desired, &twice), @"
    26 unchanged
    Warning integration-twice: 2 integrations of the space are for this application; Contoso (//0) is managed here: delete the others in the Mondoo Console
    ");
}

#[test]
fn subscriptions_go_by_id_or_name_and_must_be_covered() {
    let with = |subscriptions: &str| {
        let integration =
            INTEGRATION.replace("name:", &format!("subscriptions: {subscriptions}, name:"));
        of_mondoo(&desired(held(), &integration), &in_space(untouched()))
    };
    assert_snapshot!(with("{ allow: [production] }"), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22]
    24 G + policy: mondoo-azure-security []
    25 G + scan: Contoso [23 24]
    1 unchanged
    ");
    assert_snapshot!(with("{ allow: [Nowhere] }"), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + policy: mondoo-azure-security []
    1 unchanged
    Blocks scanned-unknown: no subscription is called Nowhere: name it by its id in integration.subscriptions
    ");
    assert_snapshot!(with("{ allow: [Development] }"), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22]
    24 G + policy: mondoo-azure-security []
    25 G + scan: Contoso [23 24]
    1 unchanged
    Blocks scanned-not-covered: integration.subscriptions allows subscription Development (2c3d4e5f-…), which no scope of the spec covers: Mondoo would not see it; add it to scopes, or take it out of the list
    ");
    assert_snapshot!(with("{ deny: [Development] }"), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22]
    24 G + policy: mondoo-azure-security []
    25 G + scan: Contoso [23 24]
    1 unchanged
    ");
}

#[test]
fn what_is_missing_for_an_integration_is_said() {
    let alone = Source::Held(Certificate { has_key: false, ..certificate(365) });
    assert_snapshot!(of_mondoo(&desired(alone, INTEGRATION), &in_space(untouched())), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + policy: mondoo-azure-security []
    1 unchanged
    Blocks no-key-for-integration: the integration cannot be made: Mondoo needs certificate and private key, and the key is not here; run this where the key is, or let the source hold both
    ");
    assert_snapshot!(of_mondoo(&desired(held(), INTEGRATION), &untouched()), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    1 unchanged
    Note no-mondoo-access: there is no access to Mondoo's API: apply ends with what to enter in the Mondoo Console; to have it done, set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md)
    ");
    assert_snapshot!(of_mondoo(&desired(Source::Federated, INTEGRATION), &untouched()), @"
    1 unchanged
    Blocks no-mondoo-access: without access to Mondoo's API nobody knows whose tokens the application is to trust: set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md), or use a certificate
    ");
    let mut observed = in_space(untouched());
    space(&mut observed).unknown_policies = [PolicyMrn::new("mondoo-azure-security")].into();
    assert_snapshot!(of_mondoo(&desired(held(), INTEGRATION), &observed), @"
    22 F + trusted certificate: CN=mondoo-security (until 2027-11-23) [0]
    23 G + integration: Contoso [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22]
    24 G + scan: Contoso [23]
    1 unchanged
    Blocks policy-unknown: no policy is called mondoo-azure-security: correct integration.policies (the Mondoo Console shows each policy's uid)
    ");
    assert_snapshot!(drift(held(), |o| live(o).scan.errors.push("AADSTS700027".to_owned())), @"
    26 unchanged
    Warning scan-failing: Mondoo's last scan reports: AADSTS700027
    ");
}
