//! The `least-privilege` profile, and what scans inside virtual machines add to each.

use insta::assert_snapshot;
use spec::{Caution, CustomRolePermissions, Line, Profile, Rights};

use crate::support::parsed;

/// Names, each with its caution.
fn shown(lines: &[Line]) -> String {
    let caution = |line: &Line| line.caution.map_or_else(String::new, |c| format!(" {c:?}"));
    lines.iter().map(|line| format!("{}{}\n", line.name, caution(line))).collect()
}

fn names(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.name.as_str()).collect()
}

#[test]
fn least_privilege_drops_what_no_scan_uses() {
    let documented = Profile::documented();
    let Profile { graph_permissions, built_in_roles, custom_role, vault_permissions } =
        Profile::least_privilege();
    let mut permissions = names(&documented.graph_permissions);
    permissions.retain(|name| *name != "ThreatIndicators.Read.All");
    assert_eq!(names(graph_permissions), permissions);
    assert_eq!(*built_in_roles, documented.built_in_roles);
    assert!(built_in_roles.iter().all(|role| role.id.is_some()));
    assert_eq!(custom_role.name, documented.custom_role.name);
    assert_eq!(custom_role.description, documented.custom_role.description);
    assert_eq!(custom_role.subscription, custom_role.management_group);
    let CustomRolePermissions { actions, data_actions } = &custom_role.subscription;
    assert_snapshot!(shown(actions), @"
    Microsoft.Web/sites/config/list/action AppSettings
    Microsoft.Web/sites/slots/config/list/action AppSettings
    ");
    assert_eq!(*data_actions, []);
    assert_snapshot!(shown(&vault_permissions.keys), @"
    get
    list
    getrotationpolicy
    ");
    assert_snapshot!(shown(&vault_permissions.secrets), @"list");
    assert_snapshot!(shown(&vault_permissions.certificates), @"
    get
    list
    ");
}

#[test]
fn a_profile_is_taken_as_it_is() {
    for (name, profile) in
        [("documented", Profile::documented()), ("least-privilege", Profile::least_privilege())]
    {
        let Rights {
            graph_permissions,
            built_in_roles,
            role_description,
            at_subscriptions,
            at_management_groups,
            vault_permissions,
        } = parsed(&format!("profile: {name}")).rights;
        assert_eq!(graph_permissions, profile.graph_permissions);
        assert_eq!(built_in_roles, profile.built_in_roles);
        assert_eq!(role_description, profile.custom_role.description);
        assert_eq!(at_subscriptions, profile.custom_role.subscription);
        assert_eq!(at_management_groups, profile.custom_role.management_group);
        assert_eq!(vault_permissions, profile.vault_permissions);
    }
}

/// What `scanVms` adds to a variant of the role.
fn scans(with: &CustomRolePermissions, without: &CustomRolePermissions) -> String {
    assert_eq!(with.data_actions, without.data_actions);
    let (kept, new) = with.actions.split_at(without.actions.len());
    assert_eq!(kept, without.actions);
    assert!(new.iter().all(|line| line.caution == Some(Caution::RunsCode) && !line.added));
    let new = names(new).join("\n");
    new.replace("Microsoft.Compute/virtualMachines/", "")
}

#[test]
fn scans_inside_virtual_machines_add_what_is_lacking() {
    let rights = parsed("scanVms: true").rights;
    let role = &Profile::documented().custom_role;
    assert_snapshot!(scans(&rights.at_subscriptions, &role.subscription), @"runCommands/delete");
    assert_snapshot!(scans(&rights.at_management_groups, &role.management_group), @"
    runCommands/read
    runCommands/write
    runCommands/delete
    runCommand/action
    ");

    let rights = parsed("profile: least-privilege\nscanVms: true").rights;
    let role = &Profile::least_privilege().custom_role;
    let all = "runCommands/read\nrunCommands/write\nrunCommands/delete\nrunCommand/action";
    assert_eq!(scans(&rights.at_subscriptions, &role.subscription), all);
    assert_eq!(scans(&rights.at_management_groups, &role.management_group), all);
}
