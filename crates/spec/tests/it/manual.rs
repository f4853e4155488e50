//! The `documented` profile against Mondoo's manual itself.

use spec::{CustomRolePermissions, Line, Profile};

/// The manual's text; nothing where it is not at hand.
fn manual() -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/manual/manual-setup.txt");
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        eprintln!("skipped: {path} is not here");
    }
    text
}

fn names(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.name.as_str()).collect()
}

#[test]
fn the_permissions_are_those_of_the_manuals_table() {
    let Some(manual) = manual() else { return };
    let table = manual.lines().filter(|line| line.contains(" | Application | "));
    let wanted: Vec<_> = table.map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(wanted.len(), 15);
    assert_eq!(names(&Profile::documented().graph_permissions), wanted);
}

#[test]
fn both_variants_of_the_role_are_those_of_the_manual() {
    let Some(manual) = manual() else { return };
    let role = &Profile::documented().custom_role;
    let mut actions = lists(&manual, "\"actions\": [");
    let mut data_actions = lists(&manual, "\"dataActions\": [");
    let variants = [&role.subscription, &role.management_group];
    for CustomRolePermissions { actions: ours, data_actions: our_data } in variants {
        assert_eq!(names(ours), actions.next().unwrap());
        assert_eq!(names(our_data), data_actions.next().unwrap());
    }
    assert!(manual.contains(&format!("\"Name\": \"{}\"", role.name)));
    assert!(manual.contains(&format!("\"description\": \"{}\"", role.description)));
}

/// The quoted words of each list that begins with `start`.
fn lists<'a>(manual: &'a str, start: &str) -> impl Iterator<Item = Vec<&'a str>> {
    let lists = manual.split(start).skip(1).map(|rest| rest.split(']').next().unwrap());
    lists.map(|list| list.split('"').skip(1).step_by(2).collect())
}
