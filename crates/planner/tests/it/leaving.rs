//! What goes with an installation, in which order, and what never does.

use insta::assert_snapshot;
use planner::steps::a_application::{self, ADOPTED_TAG};
use planner::steps::c_role_assignments::{self, Existing};
use planner::steps::{d_custom_role, f_certificate, g_integration};
use planner::{Action, Desired, FindingCode, Object, Observed, Purpose, Verb, is_marked, plan};
use proptest::prelude::*;
use spec::{Extras, PrincipalId};

use crate::applied::{applied, applied_in_part};
use crate::integration::{INTEGRATION, in_space};
use crate::laws::{any_desired, any_observed};
use crate::plans::{ONE_SUBSCRIPTION, check};
use crate::safety::{done, news};
use crate::tenant::{DEVELOPMENT, desired_with, untouched};

const DESTROY: Purpose = Purpose::Destroy { purge: false };

fn leaving(desired: Desired, observed: &Observed) -> String {
    check(&Desired { purpose: DESTROY, ..desired }, observed)
}

#[test]
fn everything_of_ours_goes_and_the_application_last() {
    let desired =
        desired_with(ONE_SUBSCRIPTION, "graphPermissions: { remove: [Domain.Read.All] }\n");
    let observed = done(&desired);
    assert_snapshot!(leaving(desired.clone(), &observed), @"
    0 C - Reader: subscription Production (1b2c3d4e-…) []
    1 C - Key Vault Reader: subscription Production (1b2c3d4e-…) []
    2 D - mondoo-role: subscription Production (1b2c3d4e-…) []
    3 E - get, list: vault kv-legacy (keys, secrets, certificates) []
    4 B - consent: Policy.Read.ConditionalAccess []
    5 B - consent: Policy.Read.PermissionGrant []
    6 B - consent: Policy.Read.All []
    7 B - consent: SecurityEvents.Read.All []
    8 B - consent: Directory.Read.All []
    9 B - consent: IdentityRiskyUser.Read.All []
    10 B - consent: RoleManagement.Read.All []
    11 B - consent: IdentityRiskEvent.Read.All []
    12 B - consent: ThreatAssessment.Read.All []
    13 B - consent: AuditLog.Read.All []
    14 B - consent: ThreatIndicators.Read.All []
    15 B - consent: SecurityActions.Read.All []
    16 B - consent: Application.Read.All []
    17 B - consent: IdentityProvider.Read.All []
    18 A - application: mondoo-security [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17]
    0 unchanged
    ");
    let purge = Desired { purpose: Purpose::Destroy { purge: true }, ..desired };
    let planned = plan(&purge, &observed);
    let (last, change) = planned.changes().last().unwrap();
    assert_eq!(change.action.line().0, "deleted application");
    assert_eq!(change.needs().len(), 1, "the deletion before it");
    let deletion = planned.change(change.needs()[0]);
    assert_eq!(deletion.needs().len(), last.index() - 1, "all that comes before");
}

#[test]
fn an_adopted_application_keeps_what_carries_no_mark() {
    let desired = desired_with(ONE_SUBSCRIPTION, "");
    let mut observed = done(&desired);
    let application = observed.application.application.as_mut().unwrap();
    application.tags.insert(ADOPTED_TAG.to_owned());
    let by_hand = &mut observed.role_assignments.assignments[0];
    by_hand.description = "Made by hand".to_owned();
    assert_snapshot!(leaving(desired, &observed), @"
    0 C - Key Vault Reader: subscription Production (1b2c3d4e-…) []
    1 D - mondoo-role: subscription Production (1b2c3d4e-…) []
    2 F - trusted certificate: mondoo-azure:mondoo-security (000000000000000000000000000000000000016D) []
    3 A ~ application: mondoo-security [0 1 2]
    0 unchanged
    Note kept: Reader at subscription Production (1b2c3d4e-…) is assigned: it stays, because others made the application
    Note kept: access to vault kv-legacy (keys: get, list; secrets: get, list; certificates: get, list): it stays, because others made the application
    Note kept: Policy.Read.ConditionalAccess is consented: it stays, because others made the application
    Note kept: Policy.Read.PermissionGrant is consented: it stays, because others made the application
    Note kept: Policy.Read.All is consented: it stays, because others made the application
    Note kept: Domain.Read.All is consented: it stays, because others made the application
    Note kept: SecurityEvents.Read.All is consented: it stays, because others made the application
    Note kept: Directory.Read.All is consented: it stays, because others made the application
    Note kept: IdentityRiskyUser.Read.All is consented: it stays, because others made the application
    Note kept: RoleManagement.Read.All is consented: it stays, because others made the application
    Note kept: IdentityRiskEvent.Read.All is consented: it stays, because others made the application
    Note kept: ThreatAssessment.Read.All is consented: it stays, because others made the application
    Note kept: AuditLog.Read.All is consented: it stays, because others made the application
    Note kept: ThreatIndicators.Read.All is consented: it stays, because others made the application
    Note kept: SecurityActions.Read.All is consented: it stays, because others made the application
    Note kept: Application.Read.All is consented: it stays, because others made the application
    Note kept: IdentityProvider.Read.All is consented: it stays, because others made the application
    Note kept: application mondoo-security (c759df12-c8d3-587e-a0c4-1a9dfbc4bbf0) stays: it was there before us. It keeps its uniqueName
    ");
}

#[test]
fn the_integration_goes_before_all_else() {
    let desired = desired_with(ONE_SUBSCRIPTION, INTEGRATION);
    let untouched = in_space(untouched());
    let observed = applied(&plan(&desired, &untouched), untouched);
    let planned = plan(&Desired { purpose: DESTROY, ..desired }, &observed);
    let mut changes = planned.changes();
    let (first, change) = changes.next().unwrap();
    assert!(matches!(change.action, Action::Integration(g_integration::Action::Delete { .. })));
    assert!(changes.all(|(_, change)| change.needs().contains(&first)));
}

#[test]
fn what_a_vanished_principal_left_is_found_and_goes() {
    let desired = desired_with(ONE_SUBSCRIPTION, "");
    let mut observed = done(&desired);
    let orphans: Vec<_> = observed.role_assignments.assignments.iter().map(orphan).collect();
    observed.role_assignments.assignments.extend(orphans);
    assert_snapshot!(news(&desired, &observed), @"
    0 C - Reader: subscription Production (1b2c3d4e-…), of a service principal that is gone []
    1 C - Key Vault Reader: subscription Production (1b2c3d4e-…), of a service principal that is gone []
    2 D - mondoo-role: subscription Production (1b2c3d4e-…), of a service principal that is gone []
    ");
    let planned = plan(&desired, &observed);
    assert!(plan(&desired, &applied(&planned, observed)).is_empty());
}

fn orphan(existing: &Existing) -> Existing {
    let id = format!("{}-orphan", existing.id);
    let orphan_of = Some(PrincipalId::derived(&["gone"]));
    Existing { id, orphan_of, ..existing.clone() }
}

#[test]
fn what_takes_much_away_or_a_consent_is_said_twice() {
    let desired = desired_with(ONE_SUBSCRIPTION, "extras: prune\n");
    let mut observed = done(&desired);
    let role = observed.graph_permissions.offered["Files.Read.All"];
    observed.graph_permissions.granted.insert(role, "grant".to_owned());
    let sweep = plan(&desired, &observed).sweep().unwrap();
    assert_eq!((sweep.deleted, sweep.consents), (1, 1));
    let less =
        desired_with(ONE_SUBSCRIPTION, "keyVaults: { accessPolicies: none }\nextras: prune\n");
    let one_vault = plan(&less, &done(&desired));
    assert_eq!(one_vault.changes().len(), 1);
    assert_eq!(one_vault.sweep(), None, "one of many, and no consent");
    let elsewhere = format!("subscription: {DEVELOPMENT}");
    let moved = plan(&desired_with(&[&elsewhere], ""), &done(&desired));
    assert_eq!(moved.sweep(), None, "a few of many");
}

proptest! {
    #[test]
    fn leaving_takes_what_is_ours_alone_and_ends(
        (desired, mut observed) in (any_desired(), any_observed()),
        (is_adopted, purge, cut) in any::<(bool, bool, usize)>(),
    ) {
        if let Some(live) = observed.application.application.as_mut().filter(|_| is_adopted) {
            live.tags.insert(ADOPTED_TAG.to_owned());
        }
        let desired = Desired { purpose: Purpose::Destroy { purge }, ..desired };
        let planned = plan(&desired, &observed);
        let prunes = desired.extras == Extras::Prune;
        for (_, change) in planned.changes() {
            prop_assert_ne!(change.action.verb(), Verb::Create);
            let is_ours = is_ours(&change.action, &desired, &observed);
            prop_assert!(is_ours || (!is_adopted && prunes), "{:?}", change.action);
            if is_adopted {
                let of_vault = matches!(change.action.object(), Object::Vault(_));
                let of_consent = matches!(change.action.object(), Object::Consent(_));
                prop_assert!(!of_vault && !of_consent, "{:?}", change.action);
            }
        }
        let half = applied_in_part(&planned, cut % (planned.changes().len() + 1), observed.clone());
        let after = applied(&planned, observed);
        let finished = applied(&plan(&desired, &half), half);
        prop_assert_eq!(&finished, &after, "a run that was cut short and repeated");
        let again = plan(&desired, &after);
        prop_assert!(again.is_empty(), "still to do: {:?}", again.changes().next());
        let is_live = after.application.application.as_ref()
            .is_some_and(|live| live.standing != a_application::Standing::Deleted);
        let why = planned.findings().iter().any(|finding| finding.code == FindingCode::Kept);
        prop_assert!(!is_live || why, "the application stays without a word");
    }
}

/// Carries our mark, or is a part of an application that does.
fn is_ours(action: &Action, desired: &Desired, observed: &Observed) -> bool {
    match action {
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
        | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => {
            let mut existing = observed.role_assignments.assignments.iter();
            let existing = existing.find(|existing| existing.id == removal.id).unwrap();
            is_marked(&existing.description, &desired.marker)
        }
        Action::CustomRole(d_custom_role::Action::Delete { definition, .. }) => {
            is_marked(&definition.description, &desired.marker)
        }
        Action::Certificate(f_certificate::Action::Distrust { id, name: _ }) => {
            let marker = desired.marker.to_string();
            let mut trusted = observed.certificate.trusted.iter();
            trusted.any(|live| live.id == *id && live.display_name.starts_with(&marker))
        }
        Action::Application(_) => {
            let live = observed.application.application.as_ref().unwrap();
            live.tags.contains(&desired.marker.to_string())
        }
        _ => true,
    }
}
