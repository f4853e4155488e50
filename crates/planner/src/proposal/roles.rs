//! Where the application holds roles, and which built-in ones.

use std::collections::{BTreeMap, BTreeSet};

use spec::{Rights, RoleDefinitionId, ScopeId};

use super::custom_role::Held;
use super::{Item, Notes, Patch, Place};
use crate::directory::scope_of;
use crate::steps::c_role_assignments::{Existing, role_name};
use crate::steps::d_custom_role::Permissions;
use crate::{Desired, Observed, is_marked};

/// Reader, whose id is the same in every tenant (documented).
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/// A role that the application holds at a place that a spec can name.
pub(super) fn at_scopes(observed: &Observed) -> impl Iterator<Item = (ScopeId, &Existing)> {
    let assignments = observed.role_assignments.assignments.iter();
    assignments.filter_map(|existing| match scope_of(&existing.scope) {
        Some((scope, "")) => Some((scope, existing)),
        Some(_) | None => None,
    })
}

/// Where it holds Reader or the custom role.
pub(super) fn scopes(
    custom: &Held<'_>,
    desired: &Desired,
    observed: &Observed,
    notes: &mut Notes,
) -> Vec<Place> {
    remark(desired, observed, notes);
    let is_of_scan = |existing: &Existing| {
        !existing.has_condition
            && (existing.role.to_string() == READER || custom.roles().contains(&existing.role))
    };
    let held: BTreeSet<_> = at_scopes(observed)
        .filter(|(_, existing)| is_of_scan(existing))
        .map(|(scope, _)| scope)
        .collect();
    let written = observed.directory.scopes(&desired.scopes);
    if held.is_empty() {
        notes.say("it holds no role for a scan anywhere: name the scopes yourself".to_owned());
        let all = observed.directory.subscriptions.keys().map(|id| ScopeId::Subscription(*id));
        let all: Vec<_> = if written.is_empty() { all.collect() } else { written };
        return all
            .into_iter()
            .map(|scope| place(scope, Some("no role is held"), observed))
            .collect();
    }
    // What the spec has keeps its order.
    let first = written.iter().filter(|scope| held.contains(scope)).cloned();
    let rest = held.iter().filter(|scope| !written.contains(scope)).cloned();
    let comment = (!written.is_empty()).then_some("not in the spec");
    let first = first.map(|scope| place(scope, None, observed));
    first.chain(rest.map(|scope| place(scope, comment, observed))).collect()
}

fn place(scope: ScopeId, comment: Option<&str>, observed: &Observed) -> Place {
    let directory = &observed.directory;
    let root = directory.tenant.id.to_string();
    let is_root = super::group_of(&scope).is_some_and(|id| id.as_str().eq_ignore_ascii_case(&root));
    let name = match &scope {
        ScopeId::Subscription(id) => directory.subscriptions.get(id).map(|live| live.name.clone()),
        ScopeId::ManagementGroup(_) => None,
    };
    Place { scope, is_root, name, comment: comment.map(str::to_owned) }
}

/// Assignments that no scope of a spec stands for, and those under a condition.
fn remark(desired: &Desired, observed: &Observed, notes: &mut Notes) {
    for existing in &observed.role_assignments.assignments {
        let role = role_name(existing.role, desired, observed);
        let place = observed.directory.describe_path(&existing.scope);
        if existing.has_condition {
            notes.say(format!(
                "{role} at {place} is assigned under a condition, which a spec cannot say"
            ));
        } else if !matches!(scope_of(&existing.scope), Some((_, ""))) {
            notes.say(format!("{role} is assigned at {place}, which is no scope of a spec"));
        }
    }
    for (subscription, reason) in &observed.role_assignments.unreadable {
        notes.say(format!("what it holds in {subscription} could not be read: {}", reason.0));
    }
}

/// Which built-in roles it holds. A spec wants a role at each of its scopes or at none.
pub(super) fn built_in(
    rights: &Rights,
    custom: &Held<'_>,
    scopes: &[Place],
    desired: &Desired,
    observed: &Observed,
    notes: &mut Notes,
) -> Patch {
    let mut held: BTreeMap<RoleDefinitionId, Vec<(ScopeId, &Existing)>> = BTreeMap::new();
    for (scope, existing) in at_scopes(observed) {
        held.entry(existing.role).or_default().push((scope, existing));
    }
    let mut patch = Patch::default();
    for role in &rights.built_in_roles {
        let places = role.id.and_then(|id| held.remove(&id)).unwrap_or_default();
        if !is_wanted(&role.name, &places, scopes, desired, observed, notes) {
            let why = if places.is_empty() { "not held" } else { "not held at every scope" };
            patch.remove.push(Item::with(&role.name, why));
        }
    }
    for (role, places) in held.iter().filter(|(role, _)| !custom.knows(**role)) {
        let Some((name, permissions)) = definition(*role, observed) else {
            notes.say(format!("it holds role {role}, whose name could not be read"));
            continue;
        };
        if !is_wanted(name, places, scopes, desired, observed, notes) {
            continue;
        }
        if permissions.only_read() {
            patch.add.push(Item::plain(name));
        } else {
            patch.add.push(Item::with(name, "PRIVILEGED: it does more than read"));
            notes.privileged(name, "assigned");
        }
    }
    patch
}

/// Whether the spec is to have a role that is held at `places`. What is ours at some scopes alone is
/// in: a spec without it would have it deleted.
fn is_wanted(
    name: &str,
    places: &[(ScopeId, &Existing)],
    scopes: &[Place],
    desired: &Desired,
    observed: &Observed,
    notes: &mut Notes,
) -> bool {
    let is_held = |wanted: &Place| places.iter().any(|(scope, _)| *scope == wanted.scope);
    if scopes.iter().all(is_held) {
        return true;
    }
    let ours = places.iter().any(|(_, held)| is_marked(&held.description, &desired.marker));
    for (scope, _) in places {
        let place = observed.directory.describe(scope);
        notes.say(format!(
            "{name} is assigned at {place} and not at every scope, and a spec knows all or none: {}",
            if ours { "apply assigns the rest" } else { "it stays, and is told as an extra" }
        ));
    }
    ours
}

fn definition(role: RoleDefinitionId, observed: &Observed) -> Option<(&str, &Permissions)> {
    let named = observed.role_assignments.built_in.iter().find(|live| live.id == role);
    let named = named.map(|live| (live.name.as_str(), &live.permissions));
    let mut listed = observed.custom_role.definitions.iter();
    named.or_else(|| {
        let live = listed.find(|live| live.id == role)?;
        Some((live.name.as_str(), &live.permissions))
    })
}
