//! What holds for every spec and tenant, however much of the work is done already.

use planner::steps::a_application::Standing;
use planner::steps::c_role_assignments::{self, Existing};
use planner::steps::d_custom_role::Definition;
use planner::steps::e_key_vault_access::{self, Change, Model, Permissions};
use planner::steps::{b_graph_permissions, d_custom_role};
use planner::{Action, Desired, Observed, Plan, Reason, Seen, Verb, is_marked, plan};
use proptest::prelude::*;
use spec::RoleDefinitionId;

use crate::applied::applied;
use crate::tenant::{DEVELOPMENT, PRODUCTION, desired_with, legacy_vault, untouched};

/// Any scopes, and any of these keys, which hang together in no way.
pub fn any_desired() -> impl Strategy<Value = Desired> {
    let scopes = [
        format!("subscription: {PRODUCTION}"),
        format!("subscription: {DEVELOPMENT}"),
        "subscription: Development".to_owned(),
        "managementGroup: platform".to_owned(),
        "tenantRoot: true".to_owned(),
    ];
    let keys = [
        "profile: least-privilege\n",
        "extras: prune\n",
        "keep: [kv-legacy, Files.Read.All]\n",
        "scanVms: true\n",
        "graphPermissions: { remove: [Domain.Read.All] }\n",
        "keyVaults: { accessPolicies: none }\n",
        "application: { notes: hello, serviceManagementReference: CHG-1 }\n",
        "roles: { custom: { name: scanner, assignableScopes: { managementGroup: platform } } }\n",
    ];
    let scopes = proptest::sample::subsequence(scopes.to_vec(), 1..=5);
    let keys = proptest::sample::subsequence(keys.to_vec(), 0..=8);
    (scopes, keys).prop_map(|(scopes, keys)| {
        let scopes: Vec<_> = scopes.iter().map(String::as_str).collect();
        desired_with(&scopes, &keys.concat())
    })
}

/// A tenant in which some of what another spec wanted is there, and some of others.
pub fn any_observed() -> impl Strategy<Value = Observed> {
    let before =
        any_desired().prop_map(|desired| applied(&plan(&desired, &untouched()), untouched()));
    (before, any::<u64>(), any::<u32>()).prop_map(move |(mut observed, kept, rest)| {
        let bit = |index: usize| rest >> index & 1 == 1;
        let mut kept = (0..).map(|index| kept >> (index % 64) & 1 == 1);
        observed.role_assignments.assignments.retain(|_| kept.next() == Some(true));
        observed.graph_permissions.granted.retain(|_, _| kept.next() == Some(true));
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
            observed.application.principal = None;
            observed.role_assignments.assignments.clear();
            observed.graph_permissions.granted.clear();
        }
        if bit(4) {
            add_foreign(&mut observed);
        }
        if bit(5) {
            hide_something(&mut observed);
        }
        if let Some(application) = observed.application.application.as_mut().filter(|_| bit(7)) {
            application.standing = Standing::Deleted;
        }
        if let Some(principal) = observed.application.principal.as_mut().filter(|_| bit(8)) {
            principal.standing = Standing::Deleted;
        }
        for definition in &observed.custom_role.definitions {
            let used = usize::from(bit(6));
            observed.custom_role.used_by_others.insert(definition.id, Seen::Read(used));
        }
        observed
    })
}

fn add_foreign(observed: &mut Observed) {
    let role = observed.graph_permissions.offered["Files.Read.All"];
    observed.graph_permissions.granted.insert(role, "grant".to_owned());
    observed.role_assignments.assignments.push(Existing {
        id: format!("/subscriptions/{DEVELOPMENT}/foreign"),
        scope: format!("/subscriptions/{DEVELOPMENT}/resourceGroups/rg"),
        role: RoleDefinitionId::derived(&["Contributor"]),
        description: "Made by hand".to_owned(),
        has_condition: false,
        orphan_of: None,
    });
    if let Some(ours) = observed.custom_role.definitions.first().cloned() {
        observed.custom_role.definitions.push(Definition {
            id: RoleDefinitionId::derived(&["foreign"]),
            name: "somebody's".to_owned(),
            description: "Made by hand".to_owned(),
            ..ours
        });
    }
    let ours = Some(Permissions { keys: vec!["Purge".to_owned()], ..Permissions::default() });
    legacy_vault(observed, DEVELOPMENT).model = Model::AccessPolicies { ours, entries: 2 };
}

fn hide_something(observed: &mut Observed) {
    let id = spec::SubscriptionId::derived(&["hidden"]);
    let reason = || Reason("403".to_owned());
    observed.role_assignments.unreadable.push((id, reason()));
    observed.key_vault_access.vaults.insert(id, Seen::Unreadable(reason()));
}

proptest! {
    #[test]
    fn plans_are_deterministic_ordered_and_converge(
        (desired, observed) in (any_desired(), any_observed())
    ) {
        let first = plan(&desired, &observed);
        prop_assert_eq!(&first, &plan(&desired, &observed));
        for (id, change) in first.changes() {
            prop_assert!(change.needs().iter().all(|need| *need < id));
        }
        let second = plan(&desired, &applied(&first, observed));
        prop_assert!(second.is_empty(), "still to do: {:?}", second.changes().next());
    }

    #[test]
    fn what_is_not_ours_is_taken_away_only_when_pruning(
        (desired, observed) in (any_desired(), any_observed())
    ) {
        let prunes = desired.extras == spec::Extras::Prune;
        for (_, change) in plan(&desired, &observed).changes() {
            if let Some(foreign) = foreign(&change.action, &desired, &observed) {
                prop_assert!(prunes && !desired.keep.has(&foreign), "{:?}", change.action);
            }
        }
    }

    #[test]
    fn what_is_unreadable_yields_no_delete(
        (desired, mut observed) in (any_desired(), any_observed())
    ) {
        hide_something(&mut observed);
        let planned = plan(&desired, &observed);
        for action in deletes(&planned) {
            // Consents and definitions are other kinds of objects, and were read whole.
            let is_other = matches!(
                action,
                Action::GraphPermission(_) | Action::CustomRole(d_custom_role::Action::Delete { .. })
            );
            prop_assert!(is_other, "{action:?}");
        }
    }
}

fn deletes(plan: &Plan) -> impl Iterator<Item = &Action> {
    plan.changes().map(|(_, c)| &c.action).filter(|action| action.verb() == Verb::Delete)
}

/// How `keep` would name what an action takes away, where it does not carry our marker.
fn foreign(action: &Action, desired: &Desired, observed: &Observed) -> Option<String> {
    match action {
        Action::Application(_)
        | Action::Certificate(_)
        | Action::Integration(_)
        | Action::GraphPermission(b_graph_permissions::Action::Consent(_))
        | Action::RoleAssignment(c_role_assignments::Action::Assign(_))
        | Action::CustomRole(
            d_custom_role::Action::Assign(_) | d_custom_role::Action::Define { .. },
        ) => None,
        Action::GraphPermission(b_graph_permissions::Action::Revoke { permission, .. }) => {
            Some(permission.clone())
        }
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
        | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => {
            let mut existing = observed.role_assignments.assignments.iter();
            let existing = existing.find(|existing| existing.id == removal.id).unwrap();
            let is_ours = is_marked(&existing.description, &desired.marker);
            (!is_ours).then(|| removal.id.clone())
        }
        // Nobody can ask for this one: it fails whatever the spec says.
        Action::CustomRole(
            d_custom_role::Action::Redefine { before: definition, .. }
            | d_custom_role::Action::Delete { definition, .. },
        ) => {
            let is_ours = is_marked(&definition.description, &desired.marker);
            assert!(is_ours, "{definition:?}");
            None
        }
        Action::KeyVaultAccess(e_key_vault_access::Action { vault, change, .. }) => match change {
            Change::Add(_) => None,
            Change::Reduce { .. } | Change::Remove => Some(vault.name().to_owned()),
        },
    }
}

#[test]
fn profiles_only_read() {
    for profile in [spec::Profile::documented(), spec::Profile::least_privilege()] {
        for line in &profile.graph_permissions {
            assert!(planner::only_reads(&line.name), "{}", line.name);
        }
    }
    for writes in ["Directory.ReadWrite.All", "Mail.Send", "Sites.FullControl.All", "Read"] {
        assert!(!planner::only_reads(writes), "{writes}");
    }
}
