//! Step D: the custom role exists as specified, is assignable at the scopes, and is assigned there.
//!
//! One definition serves all subscriptions. Each management group has one of its own, because
//! Azure admits one group per definition and no data actions at a group.

mod action;
mod adopted;
mod definition;
mod notes;

use std::collections::{BTreeMap, BTreeSet};

use spec::{
    Caution, CustomRolePermissions, ManagementGroupId, RoleDefinitionId, ScopeId, ScopeRef, Spec,
};
use time::OffsetDateTime;

use super::c_role_assignments::{self, Existing, Role};
use crate::privileged::{self, action_only_reads};
use crate::{
    ChangeId, Finding, FindingCode, Marker, Observed as All, Plan, Purpose, Seen, custom_role_id,
    extras, is_marked, marked_description,
};

pub use action::Action;
pub use definition::{Definition, Permissions};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub role_name: String,
    pub description: String,
    pub at_subscriptions: Permissions,
    pub at_management_groups: Permissions,
    /// Where the definition for subscriptions can be assigned, instead of at the scopes.
    pub defined_at: Option<ManagementGroupId>,
    /// Said in the plan, because a reviewer should know.
    pub cautions: BTreeMap<Caution, Vec<String>>,
    /// Actions that the spec adds and that do more than read.
    pub privileged: Vec<String>,
    pub scan_vms: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec, marker: &Marker) -> Desired {
        let rights = &spec.rights;
        let variants: Vec<_> = spec.scopes.iter().map(|scope| variant(scope, rights)).collect();
        let lines = || variants.iter().flat_map(|v| v.actions.iter().chain(&v.data_actions));
        let privileged: BTreeSet<_> = lines()
            .filter(|line| line.added && !action_only_reads(&line.name))
            .map(|line| line.name.clone())
            .collect();
        let mut cautions: BTreeMap<Caution, Vec<String>> = BTreeMap::new();
        for (caution, name) in lines().filter_map(|line| Some((line.caution?, &line.name))) {
            let names = cautions.entry(caution).or_default();
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Desired {
            role_name: spec.custom_role.name.clone(),
            description: marked_description(&rights.role_description, marker),
            at_subscriptions: Permissions::new(&rights.at_subscriptions),
            at_management_groups: Permissions::new(&rights.at_management_groups),
            defined_at: spec.custom_role.defined_at.clone(),
            cautions,
            privileged: privileged.into_iter().collect(),
            scan_vms: spec.scan_vms,
        }
    }
}

/// What the role grants at a scope of the spec.
fn variant<'a>(scope: &spec::Scope, rights: &'a spec::Rights) -> &'a CustomRolePermissions {
    match scope.place {
        ScopeRef::Id(ScopeId::Subscription(_)) | ScopeRef::SubscriptionNamed(_) => {
            &rights.at_subscriptions
        }
        ScopeRef::Id(ScopeId::ManagementGroup(_)) | ScopeRef::TenantRoot => {
            &rights.at_management_groups
        }
    }
}

/// Custom role definitions visible at the spec's scopes or assigned to our principal, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub definitions: Vec<Definition>,
    /// When each was last written, where Azure says so.
    pub updated: BTreeMap<RoleDefinitionId, OffsetDateTime>,
    /// How many assignments to others use a definition of ours that the spec does not want.
    pub used_by_others: BTreeMap<RoleDefinitionId, Seen<usize>>,
}

impl Observed {
    /// Definitions that carry our marker.
    fn marked(&self, marker: &Marker) -> impl Iterator<Item = &Definition> {
        self.definitions.iter().filter(move |live| is_marked(&live.description, marker))
    }
}

/// One definition and the scopes where it is assigned.
struct Variant {
    wanted: Definition,
    scopes: Vec<ScopeId>,
    /// Through which it is written: one where it can be assigned.
    at: Option<ScopeId>,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let scopes = observed.directory.scopes(&desired.scopes);
    let variants = variants(&scopes, desired, observed);
    let removals = plan_removals(&variants, desired, observed, plan);
    for variant in &variants {
        plan_variant(variant, &removals, desired, observed, plan);
    }
    for name in &desired.custom_role.privileged {
        privileged::check("action", name, desired, plan);
    }
    plan_deletes(&variants, &removals, desired, observed, plan);
    notes::unseen(desired, observed, plan);
    for (caution, actions) in &desired.custom_role.cautions {
        plan.find(notes::caution(*caution, actions, &desired.custom_role));
    }
}

fn variants(scopes: &[ScopeId], desired: &crate::Desired, observed: &All) -> Vec<Variant> {
    let wanted = &desired.custom_role;
    let mut subscriptions = Vec::new();
    let mut of_groups = Vec::new();
    for scope in scopes {
        match scope {
            ScopeId::Subscription(_) => subscriptions.push(scope.clone()),
            ScopeId::ManagementGroup(group) => {
                let name = format!("{}-{group}", wanted.role_name);
                let scopes = vec![scope.clone()];
                let wanted = definition(&name, Some(group), &scopes, desired, observed);
                of_groups.push(Variant { wanted, scopes, at: Some(scope.clone()) });
            }
        }
    }
    if subscriptions.is_empty() {
        return of_groups;
    }
    let assignable = match &wanted.defined_at {
        Some(group) => vec![ScopeId::ManagementGroup(group.clone())],
        None => observed.directory.writable(&subscriptions),
    };
    let wanted = definition(&wanted.role_name, None, &assignable, desired, observed);
    let shared = Variant { wanted, scopes: subscriptions, at: assignable.into_iter().next() };
    [shared].into_iter().chain(of_groups).collect()
}

fn definition(
    name: &str,
    group: Option<&ManagementGroupId>,
    assignable: &[ScopeId],
    desired: &crate::Desired,
    observed: &All,
) -> Definition {
    let wanted = &desired.custom_role;
    let tenant = observed.directory.tenant.id;
    Definition {
        id: custom_role_id(tenant, &desired.installation, &wanted.role_name, group),
        name: name.to_owned(),
        description: wanted.description.clone(),
        permissions: match group {
            None => wanted.at_subscriptions.clone(),
            Some(_) => wanted.at_management_groups.clone(),
        },
        assignable_scopes: assignable.iter().map(ToString::to_string).collect(),
    }
}

/// Roles that are ours, wanted or not: by id or marker.
pub(crate) fn ours(desired: &crate::Desired, observed: &All) -> BTreeSet<RoleDefinitionId> {
    let scopes = observed.directory.scopes(&desired.scopes);
    ours_beside(&variants(&scopes, desired, observed), desired, observed)
}

fn ours_beside(
    variants: &[Variant],
    desired: &crate::Desired,
    observed: &All,
) -> BTreeSet<RoleDefinitionId> {
    let marked = observed.custom_role.marked(&desired.marker).map(|live| live.id);
    let adopted = variants.iter().filter_map(|v| Some(adopted::find(v, desired, observed)?.id));
    variants.iter().map(|variant| variant.wanted.id).chain(marked).chain(adopted).collect()
}

/// Definitions of which it must be known who else uses them: ours that the spec does not want any more,
/// and those of others that are to be changed.
pub fn shared<'a>(desired: &crate::Desired, observed: &'a All) -> Vec<&'a Definition> {
    let scopes = match desired.purpose {
        Purpose::Converge => observed.directory.scopes(&desired.scopes),
        Purpose::Destroy { purge: _ } => Vec::new(),
    };
    let variants = variants(&scopes, desired, observed);
    let adopted = variants.iter().filter_map(|v| adopted::changed(v, desired, observed));
    let leftover = leftover_beside(&variants, desired, observed);
    leftover.into_iter().chain(adopted).collect()
}

fn leftover_beside<'a>(
    variants: &[Variant],
    desired: &crate::Desired,
    observed: &'a All,
) -> Vec<&'a Definition> {
    let tenant = observed.directory.tenant.id;
    // Whoever copies a definition may copy the mark in its description, but not the id.
    let made = observed
        .custom_role
        .marked(&desired.marker)
        .filter(|live| live.is_made_by(tenant, &desired.installation));
    let is_wanted = |live: &Definition| {
        variants.iter().any(|v| v.wanted.id == live.id || v.wanted.is_called(&live.name))
    };
    made.filter(|live| !is_wanted(live)).collect()
}

/// Assignments of our roles where the spec does not want them any more.
struct Removed {
    change: ChangeId,
    role: RoleDefinitionId,
    scope: String,
}

fn plan_removals(
    variants: &[Variant],
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Vec<Removed> {
    let ours = ours_beside(variants, desired, observed);
    let wanted: Vec<_> = variants
        .iter()
        .map(|variant| {
            let live = find(variant, desired, observed).ok().flatten();
            let paths: Vec<_> = variant.scopes.iter().map(ToString::to_string).collect();
            (live.map_or(variant.wanted.id, |live| live.id), paths)
        })
        .collect();
    let is_wanted =
        |existing: &&Existing| wanted.iter().any(|(role, paths)| existing.gives(*role, paths));
    let mut removals = Vec::new();
    let existing = observed.role_assignments.assignments.iter();
    for existing in existing.filter(|e| ours.contains(&e.role) && !is_wanted(e)) {
        let removal = c_role_assignments::leftover(existing, desired, observed, plan);
        let Some(removal) = removal else { continue };
        let (role, scope) = (removal.role, existing.scope.clone());
        let change = plan.push(Action::Unassign(removal), &[]);
        removals.push(Removed { change, role, scope });
    }
    removals
}

/// Plans one definition and its assignments; nothing, where nothing can be written.
fn plan_variant(
    variant: &Variant,
    removals: &[Removed],
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) {
    let scopes = observed.directory.writable(&variant.scopes);
    if scopes.is_empty() {
        return;
    }
    let live = match find(variant, desired, observed) {
        Ok(live) => live,
        Err(finding) => return plan.find(finding),
    };
    if let Some(finding) = live.and_then(|live| adopted::shared(variant, live, desired, observed)) {
        return plan.find(finding);
    }
    let Variant { wanted, scopes: _, at: _ } = variant;
    let privileged = desired.custom_role.privileged.iter().any(|action| wanted.grants(action));
    let Definition { id, name, .. } = live.unwrap_or(wanted).clone();
    let role = Role { name, id, privileged };
    let defined = plan_definition(variant, live, privileged, removals, desired, observed, plan);
    for scope in scopes {
        match c_role_assignments::missing(&role, &scope, &desired.marker, observed) {
            Ok(None) => plan.keep(),
            Ok(Some(assignment)) => {
                plan.push(Action::Assign(assignment), defined.as_slice());
            }
            Err(finding) => plan.find(finding),
        }
    }
}

fn plan_definition(
    variant: &Variant,
    live: Option<&Definition>,
    privileged: bool,
    removals: &[Removed],
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<ChangeId> {
    let Variant { wanted, scopes: _, at } = variant;
    let at = at.clone()?;
    let Some(live) = live else {
        let definition = wanted.clone();
        return Some(plan.push(Action::Define { definition, at, privileged }, &[]));
    };
    let wanted = &adopted::wanted(wanted, live, desired);
    let Some((after, dropped, needs)) = redefinition(live, wanted, removals) else {
        plan.keep();
        return None;
    };
    if let Some(finding) = notes::frozen(&after, observed) {
        plan.find(finding);
        return None;
    }
    let before = live.clone();
    Some(plan.push(Action::Redefine { before, after, at, dropped, privileged }, &needs))
}

/// What a live definition shall become where it is not as wanted, the scopes that it loses, and the
/// removals to wait for. A scope goes together with our assignment there, and after it: Azure
/// refuses to drop one that has assignments.
fn redefinition(
    live: &Definition,
    wanted: &Definition,
    removals: &[Removed],
) -> Option<(Definition, Vec<String>, Vec<ChangeId>)> {
    let of_role: Vec<_> = removals.iter().filter(|removed| removed.role == live.id).collect();
    let is_left = |scope: &&String| {
        let is_removed = |removed: &&Removed| removed.scope.eq_ignore_ascii_case(scope);
        of_role.iter().copied().any(|removed| is_removed(&removed))
            && !wanted.is_assignable_at(scope)
    };
    let scopes = live.assignable_scopes.iter();
    let dropped = scopes.filter(|scope| is_left(scope) || wanted.replaces_group(scope));
    let dropped: Vec<_> = dropped.cloned().collect();
    let after = live.redefined(wanted, &dropped)?;
    Some((after, dropped, of_role.iter().map(|removed| removed.change).collect()))
}

/// Deletes definitions of ours that nobody needs any more.
fn plan_deletes(
    variants: &[Variant],
    removals: &[Removed],
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) {
    for definition in leftover_beside(variants, desired, observed) {
        let Definition { id, name, .. } = definition;
        let after: Vec<_> = removals.iter().filter(|r| r.role == *id).map(|r| r.change).collect();
        let ours = observed.role_assignments.assignments.iter().filter(|e| e.orphan_of.is_none());
        let held = ours.filter(|existing| existing.role == *id).count();
        let used = match observed.custom_role.used_by_others.get(id) {
            Some(Seen::Read(others)) => others + held - after.len(),
            Some(Seen::Unreadable(reason)) => {
                extras::postponed(&format!("role definition {name}"), &reason.0, plan);
                continue;
            }
            None => continue,
        };
        let Some(at) = definition.assignable_scopes.first().filter(|_| used == 0) else {
            let message = format!(
                "role definition {name} is not wanted any more and stays: {used} assignments use it"
            );
            plan.find(Finding::warning(FindingCode::RoleInUse, message));
            continue;
        };
        let (definition, at) = (definition.clone(), at.clone());
        plan.push(Action::Delete { definition, at }, &after);
    }
}

/// The live definition: by id, else by name and marker. A foreign one of the name blocks, because
/// role names are unique in the tenant.
fn find<'a>(
    variant: &Variant,
    desired: &crate::Desired,
    observed: &'a All,
) -> Result<Option<&'a Definition>, Finding> {
    let Variant { wanted, scopes: _, at: _ } = variant;
    let live = &observed.custom_role.definitions;
    if let Some(ours) = live.iter().find(|live| live.id == wanted.id) {
        return Ok(Some(ours));
    }
    if let Some(adopted) = adopted::find(variant, desired, observed) {
        return Ok(Some(adopted));
    }
    match live.iter().find(|live| wanted.is_called(&live.name)) {
        Some(live) if is_marked(&live.description, &desired.marker) => Ok(Some(live)),
        Some(live) => {
            let message = format!(
                "a custom role {} ({}) exists that is not ours (another installation's, perhaps): set \
                 roles.custom.name in the spec, or rename that role",
                live.name, live.id
            );
            Err(Finding::blocks(FindingCode::RoleNameTaken, message))
        }
        None => Ok(None),
    }
}
