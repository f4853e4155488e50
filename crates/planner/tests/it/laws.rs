//! What holds for every tenant, however much of the work is done already.

use planner::{Desired, Observed, plan};
use proptest::prelude::*;

use crate::tenant::{DEVELOPMENT, PRODUCTION, applied, desired, legacy_vault, untouched};

fn any_desired() -> impl Strategy<Value = Desired> {
    let production = format!("subscription: {PRODUCTION}");
    let development = format!("subscription: {DEVELOPMENT}");
    let all = vec![production, development, "managementGroup: platform".to_owned()];
    proptest::sample::subsequence(all, 1..=3).prop_map(|scopes| {
        let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
        desired(&scopes)
    })
}

/// A tenant in which some of what `desired` wants is there and some is not.
fn any_observed(desired: &Desired) -> impl Strategy<Value = Observed> + use<> {
    let done = applied(&plan(desired, &untouched()), untouched());
    (any::<u64>(), any::<u32>()).prop_map(move |(assignments, rest)| {
        let mut observed = done.clone();
        let bit = |index: usize| rest >> index & 1 == 1;
        let mut kept = (0..).map(|index| assignments >> (index % 64) & 1 == 1);
        observed.role_assignments.assignments.retain(|_| kept.next() == Some(true));
        observed.graph_permissions.granted.retain(|_| kept.next() == Some(true));
        observed.graph_permissions.requested.retain(|_| kept.next() == Some(true));
        if bit(0) {
            observed.custom_role.definitions.pop();
        }
        if let Some(role) = observed.custom_role.definitions.first_mut().filter(|_| bit(1)) {
            role.permissions.actions.pop();
        }
        if bit(2) {
            observed.certificate.trusted.clear();
        }
        if bit(3) {
            legacy_vault(&mut observed, PRODUCTION).model =
                legacy_vault(&mut untouched(), PRODUCTION).model.clone();
        }
        if bit(4) {
            observed.application.principal = None;
            observed.role_assignments.assignments.clear();
            observed.graph_permissions.granted.clear();
        }
        observed
    })
}

proptest! {
    #[test]
    fn plans_are_deterministic_and_converge(
        (desired, observed) in any_desired().prop_flat_map(|desired| {
            let observed = any_observed(&desired);
            (Just(desired), observed)
        })
    ) {
        let first = plan(&desired, &observed);
        prop_assert_eq!(&first, &plan(&desired, &observed));
        for (id, change) in first.changes() {
            prop_assert!(change.needs().iter().all(|need| *need < id));
        }
        let second = plan(&desired, &applied(&first, observed));
        prop_assert!(second.is_empty(), "still to do: {:?}", second.changes().next());
        prop_assert_eq!(second.unchanged(), first.unchanged() + first.changes().len() - generated(&first));
    }
}

/// A generated certificate is two changes and, later, one object.
fn generated(plan: &planner::Plan) -> usize {
    plan.changes()
        .filter(|(_, change)| change.action.makes() == Some(planner::Product::Certificate))
        .count()
}
