//! A custom role that somebody made by hand for an application that was taken over: it has an id of
//! its own and no mark, and is recognised by its name and by who holds it.

use spec::ScopeId;

use super::{Definition, Variant};
use crate::steps::a_application;
use crate::{
    Desired, Finding, FindingCode, Observed as All, Seen, Subject, is_marked, is_of_an_installation,
};

/// The role of this variant, where the application was taken over and holds it at one of its scopes. At
/// a management group it need not have the group in its name.
pub(super) fn find<'a>(
    variant: &Variant,
    desired: &Desired,
    observed: &'a All,
) -> Option<&'a Definition> {
    if !a_application::is_adopted(desired, observed) {
        return None;
    }
    let Variant { wanted, scopes, at: _ } = variant;
    let paths: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    let is_held = |role| {
        let mut assignments = observed.role_assignments.assignments.iter();
        assignments.any(|existing| existing.gives(role, &paths))
    };
    let is_of_group = scopes.iter().any(|scope| matches!(scope, ScopeId::ManagementGroup(_)));
    let is_called = |live: &Definition| {
        wanted.is_called(&live.name)
            || (is_of_group && live.name.eq_ignore_ascii_case(&desired.custom_role.role_name))
    };
    let mut definitions = observed.custom_role.definitions.iter();
    definitions.find(|live| {
        is_called(live) && !is_of_an_installation(&live.description) && is_held(live.id)
    })
}

/// What a live role is to grant. One that others made keeps its name and their description.
pub(super) fn wanted(variant: &Definition, live: &Definition, desired: &Desired) -> Definition {
    if is_ours(variant, live, desired) {
        return variant.clone();
    }
    let (name, description) = (live.name.clone(), live.description.clone());
    Definition { name, description, ..variant.clone() }
}

fn is_ours(variant: &Definition, live: &Definition, desired: &Desired) -> bool {
    live.id == variant.id || is_marked(&live.description, &desired.marker)
}

/// The role of this variant, where others made it and it does not grant what it should.
pub(super) fn changed<'a>(
    variant: &Variant,
    desired: &Desired,
    observed: &'a All,
) -> Option<&'a Definition> {
    let live = find(variant, desired, observed)?;
    live.redefined(&wanted(&variant.wanted, live, desired), &[]).map(|_| live)
}

/// Why the live role must not be changed: others made it, and others hold it, too.
pub(super) fn shared(
    variant: &Variant,
    live: &Definition,
    desired: &Desired,
    observed: &All,
) -> Option<Finding> {
    if is_ours(&variant.wanted, live, desired) {
        return None;
    }
    changed(variant, desired, observed)?;
    let why = match observed.custom_role.used_by_others.get(&live.id) {
        Some(Seen::Read(0)) => return None,
        Some(Seen::Read(others)) => format!("{others} assignments to others use it"),
        Some(Seen::Unreadable(reason)) => {
            format!("who else uses it could not be read ({})", reason.0)
        }
        None => "who else uses it was not looked at".to_owned(),
    };
    let message = format!(
        "role definition {} ({}) was made by others and does not grant what the spec asks for, and \
         {why}: set roles.custom.name in the spec, so that a role of its own is made",
        live.name, live.id
    );
    let finding = Finding::blocks(FindingCode::RoleInUse, message);
    Some(finding.about(Subject::Role(live.id)))
}
