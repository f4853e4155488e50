//! What is taken away, in which order, and what never is.

use insta::assert_snapshot;
use planner::steps::a_application::ADOPTED_TAG;
use planner::steps::c_role_assignments::Existing;
use planner::steps::e_key_vault_access::{Model, Permissions};
use planner::{Desired, Observed, Reason, Seen, Standing, plan};
use spec::RoleDefinitionId;

use crate::applied::applied;
use crate::plans::{ONE_GROUP, ONE_SUBSCRIPTION};
use crate::safety::{done, drift, news};
use crate::tenant::{DEVELOPMENT, PRODUCTION, desired, desired_with, legacy_vault, vault_id};

#[test]
fn what_another_installation_made_is_left_to_it() {
    let mark = |name: &str| {
        drift("extras: prune\n", |observed| {
            let mut existing = observed.role_assignments.assignments[0].clone();
            existing.id = format!("/subscriptions/{DEVELOPMENT}/x");
            existing.scope = format!("/subscriptions/{DEVELOPMENT}");
            existing.description = format!("Lets Mondoo scan [mondoo-azure:{name}]");
            observed.role_assignments.assignments.push(existing);
        })
    };
    assert_eq!(mark("mondoo-security-eu"), "");
    assert!(mark("mondoo-security").contains(" C - Reader"));
}

/// A grant, an assignment, an entry and a part of one that nobody asked for.
fn extras(observed: &mut Observed) {
    let role = observed.graph_permissions.offered["Files.Read.All"];
    observed.graph_permissions.granted.insert(role, "grant".to_owned());
    observed.graph_permissions.elsewhere.insert("Office 365 Exchange Online".to_owned());
    observed.role_assignments.assignments.push(Existing {
        id: format!("/subscriptions/{DEVELOPMENT}/providers/x/roleAssignments/foreign"),
        scope: format!("/subscriptions/{DEVELOPMENT}/resourceGroups/rg"),
        role: RoleDefinitionId::derived(&["Contributor"]),
        description: "Made by hand".to_owned(),
        has_condition: false,
        orphan_of: None,
    });
    let entry = Permissions { keys: vec!["Get".to_owned()], ..Permissions::default() };
    let model = Model::AccessPolicies { ours: Some(entry), entries: 2 };
    legacy_vault(observed, DEVELOPMENT).model = model;
    let Model::AccessPolicies { ours: Some(ours), .. } =
        &mut legacy_vault(observed, PRODUCTION).model
    else {
        unreachable!("it was granted access")
    };
    ours.secrets.push("Set".to_owned());
}

#[test]
fn extras_are_reported_kept_or_pruned() {
    assert_snapshot!(drift("", extras), @"
    Warning extra: Files.Read.All is consented, which the spec does not ask for: `extras: prune` removes it; keep: [Files.Read.All] hides it
    Warning extra: the application holds permissions of Office 365 Exchange Online, which no scan needs: look who gave them; they are never removed here, and keep: [Office 365 Exchange Online] hides this
    Warning extra: role 26e8befe-a0e8-52fb-8be0-cc3317a2f229 at resourceGroups/rg in subscription Development (2c3d4e5f-…) is assigned, which the spec does not ask for: `extras: prune` removes it; keep: [foreign] hides it
    Warning extra: access to vault kv-legacy (secrets: Set), which the spec does not ask for: `extras: prune` removes it; keep: [kv-legacy] hides it
    Warning extra: access to vault kv-legacy (keys: Get), which the spec does not ask for: `extras: prune` removes it; keep: [kv-legacy] hides it
    ");
    assert_snapshot!(drift("extras: prune\n", extras), @"
    0 B - consent: Files.Read.All []
    1 C - role 26e8befe-a0e8-52fb-8be0-cc3317a2f229: resourceGroups/rg in subscription Development (2c3d4e5f-…) []
    2 E - Set: vault kv-legacy (secrets) []
    3 E - Get: vault kv-legacy (keys) []
    Warning extra: the application holds permissions of Office 365 Exchange Online, which no scan needs: look who gave them; they are never removed here, and keep: [Office 365 Exchange Online] hides this
    ");
    let adopted = drift("extras: prune\n", |observed| {
        extras(observed);
        let application = observed.application.application.as_mut().unwrap();
        application.tags.insert(ADOPTED_TAG.to_owned());
    });
    assert!(!adopted.contains(" - "), "{adopted}");
    assert_eq!(adopted.matches("only from an application that we made").count(), 4);
    let untagged = drift("extras: prune\n", |observed| {
        extras(observed);
        observed.application.application.as_mut().unwrap().tags.clear();
    });
    assert!(!untagged.contains(" - "), "{untagged}");
    let keep = format!(
        "extras: prune\nkeep: [files.read.all, Office 365 Exchange Online, kv-legacy, \
         /subscriptions/{DEVELOPMENT}/providers/x/roleassignments/FOREIGN]\n"
    );
    assert_eq!(drift(&keep, extras), "");
    let by_id = keep.replace("kv-legacy", &vault_id(PRODUCTION, "KV-legacy"));
    let left = drift(&by_id, extras);
    assert!(left.contains(" E - Get: vault kv-legacy") && !left.contains("Set"), "{left}");
}

#[test]
fn what_is_unreadable_is_no_reason_to_delete() {
    assert_snapshot!(drift("extras: prune\n", |observed| {
        extras(observed);
        let reason = || Reason("403".to_owned());
        let id = spec::SubscriptionId::derived(&["hidden"]);
        observed.role_assignments.unreadable.push((id, reason()));
        observed.key_vault_access.vaults.insert(id, Seen::Unreadable(reason()));
    }), @"
    0 B - consent: Files.Read.All []
    Warning extra: the application holds permissions of Office 365 Exchange Online, which no scan needs: look who gave them; they are never removed here, and keep: [Office 365 Exchange Online] hides this
    Note delete-postponed: role 26e8befe-a0e8-52fb-8be0-cc3317a2f229 at resourceGroups/rg in subscription Development (2c3d4e5f-…) is not deleted: not everything of its kind could be read (403)
    Note not-looked-at: what else we hold in subscription (cf4f3d0f-…) could not be read: 403
    Note delete-postponed: access to vault kv-legacy (secrets: Set) is not deleted: not everything of its kind could be read (403)
    Note delete-postponed: access to vault kv-legacy (keys: Get) is not deleted: not everything of its kind could be read (403)
    Note not-looked-at: vaults of subscription (cf4f3d0f-…) could not be read: 403
    ");
}

#[test]
fn a_scope_that_left_the_spec_is_left_in_order() {
    let production = format!("subscription: {PRODUCTION}");
    let development = format!("subscription: {DEVELOPMENT}");
    let both = done(&desired(&[&production, &development]));
    let wanted = desired(ONE_SUBSCRIPTION);
    assert_snapshot!(news(&wanted, &both), @"
    0 C - Reader: subscription Development (2c3d4e5f-…) []
    1 C - Key Vault Reader: subscription Development (2c3d4e5f-…) []
    2 D - mondoo-role: subscription Development (2c3d4e5f-…) []
    3 D ~ role definition: mondoo-role (23 actions, 2 data actions) [2]
    Warning extra: access to vault kv-legacy (keys: get, list; secrets: get, list; certificates: get, list), which the spec does not ask for: `extras: prune` removes it; keep: [kv-legacy] hides it
    ");
    let left = applied(&plan(&wanted, &both), both);
    assert_eq!(left.custom_role.definitions[0].assignable_scopes.len(), 1);
}

#[test]
fn a_group_that_left_the_spec_takes_its_role_along_unless_others_use_it() {
    let production = format!("subscription: {PRODUCTION}");
    let mut observed = done(&desired(&[&production, ONE_GROUP[0]]));
    let group = observed.custom_role.definitions[1].id;
    let wanted = desired(ONE_SUBSCRIPTION);
    let mut definition = |used: Seen<usize>| definition_of(group, used, &wanted, &mut observed);
    assert_snapshot!(definition(Seen::Read(0)), @"3 D - role definition: mondoo-role-platform (13 actions, 0 data actions) [2]");
    assert_snapshot!(definition(Seen::Read(2)), @"Warning role-in-use: role definition mondoo-role-platform is not wanted any more and stays: 2 assignments use it");
    let mut kept = observed.clone();
    let at_group = |e: &&mut Existing| e.role == group;
    let existing = kept.role_assignments.assignments.iter_mut().find(at_group).unwrap();
    "Made by hand".clone_into(&mut existing.description);
    kept.custom_role.used_by_others.insert(group, Seen::Read(0));
    let text = news(&wanted, &kept);
    assert!(text.contains("role-in-use") && !text.contains("- role definition"), "{text}");
    let mut definition = |used: Seen<usize>| definition_of(group, used, &wanted, &mut observed);
    assert_snapshot!(definition(Seen::Unreadable(Reason("403".to_owned()))), @"Note delete-postponed: role definition mondoo-role-platform is not deleted: not everything of its kind could be read (403)");
}

/// What is planned or said of a definition that so many others use.
fn definition_of(
    id: RoleDefinitionId,
    used: Seen<usize>,
    wanted: &Desired,
    observed: &mut Observed,
) -> String {
    observed.custom_role.used_by_others.insert(id, used);
    let text = news(wanted, observed);
    let lines = text.lines().filter(|line| line.contains("definition"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Azure admits one management group in a definition.
#[test]
fn a_group_where_the_role_was_defined_makes_room_for_another() {
    let at = |group: &str| {
        let key = format!(
            "roles: {{ custom: {{ assignableScopes: {{ managementGroup: {group} }} }} }}\n"
        );
        desired_with(ONE_SUBSCRIPTION, &key)
    };
    let observed = done(&at("platform"));
    let moved = applied(&plan(&at("other"), &observed), observed);
    let scopes = &moved.custom_role.definitions[0].assignable_scopes;
    assert_eq!(*scopes, ["/providers/Microsoft.Management/managementGroups/other"]);
}

/// Whoever clones a role clones its description too.
#[test]
fn a_copy_of_our_role_is_not_ours() {
    let text = drift("", |observed| {
        let mut copy = observed.custom_role.definitions[0].clone();
        copy.id = RoleDefinitionId::derived(&["copy"]);
        "copy for the auditors".clone_into(&mut copy.name);
        observed.custom_role.used_by_others.insert(copy.id, Seen::Read(0));
        observed.custom_role.definitions.push(copy);
    });
    assert_eq!(text, "");
}

#[test]
fn a_group_is_the_same_in_another_case() {
    let observed = done(&desired(ONE_GROUP));
    let planned = plan(&desired(&["managementGroup: PLATFORM"]), &observed);
    assert!(planned.is_empty(), "{:?}", planned.changes().next());
}

#[test]
fn nothing_is_taken_away_in_a_disabled_subscription() {
    let production = format!("subscription: {PRODUCTION}");
    let development = format!("subscription: {DEVELOPMENT}");
    let mut observed = done(&desired(&[&production, &development]));
    let live = observed.directory.subscriptions.get_mut(&DEVELOPMENT.parse().unwrap());
    live.unwrap().standing = Standing::Disabled;
    let text = news(&desired_with(ONE_SUBSCRIPTION, "scanVms: true\n"), &observed);
    assert_snapshot!(text.lines().find(|line| line.starts_with("Blocks")).unwrap(), @"Blocks subscription-disabled: role definition mondoo-role cannot be changed while it is assignable at subscription Development (2c3d4e5f-…), which is disabled: nothing can be written there");
    assert_snapshot!(news(&desired(ONE_SUBSCRIPTION), &observed), @"
    Note subscription-disabled: Reader at subscription Development (2c3d4e5f-…) stays: the subscription is disabled: nothing can be written there
    Note subscription-disabled: Key Vault Reader at subscription Development (2c3d4e5f-…) stays: the subscription is disabled: nothing can be written there
    Note subscription-disabled: mondoo-role at subscription Development (2c3d4e5f-…) stays: the subscription is disabled: nothing can be written there
    ");
}
