//! The custom role, in its variants.

use std::collections::BTreeSet;

use spec::{CustomRolePermissions, Line, ManagementGroupId, Rights, RoleDefinitionId, ScopeId};

use super::roles::at_scopes;
use super::{Item, Notes, Patch, Place, group_of, has};
use crate::privileged::action_only_reads;
use crate::steps::d_custom_role::Definition;
use crate::{Desired, Observed, is_marked};

/// What the spec says of the custom role.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomRole {
    /// None, where it is the profile's.
    pub name: Option<String>,
    pub actions: Patch,
    pub data_actions: Patch,
    /// Where it is defined, if not at the scopes.
    pub defined_at: Option<ManagementGroupId>,
}

impl CustomRole {
    pub(super) fn lines(&self) -> usize {
        self.actions.lines() + self.data_actions.lines()
    }
}

/// The custom roles that the application holds for scans.
pub(super) struct Held<'a> {
    name: Option<String>,
    at_subscriptions: Option<&'a Definition>,
    at_groups: Vec<(ManagementGroupId, &'a Definition)>,
    /// All custom roles that it holds.
    all: BTreeSet<RoleDefinitionId>,
}

impl<'a> Held<'a> {
    /// Of several, those that are marked as ours, then those most like the profile's.
    pub(super) fn new(
        rights: &Rights,
        desired: &Desired,
        observed: &'a Observed,
        notes: &mut Notes,
    ) -> Held<'a> {
        let custom = observed.custom_role.definitions.iter().filter(|live| is_custom(live));
        let assigned: Vec<_> = at_scopes(observed).collect();
        let held_at = |live: &Definition, wanted: &dyn Fn(&ScopeId) -> bool| {
            assigned.iter().any(|(scope, existing)| existing.role == live.id && wanted(scope))
        };
        let held: Vec<_> = custom.filter(|live| held_at(live, &|_| true)).collect();
        let rank = |live: &&&Definition| {
            (is_marked(&live.description, &desired.marker), likeness(live, rights))
        };
        let best = |wanted: &dyn Fn(&ScopeId) -> bool| {
            let there = held.iter().filter(|live| held_at(live, wanted));
            there.filter(|live| likeness(live, rights) > 0).max_by_key(rank).copied()
        };
        let at_subscriptions = best(&|scope| group_of(scope).is_none());
        let groups: BTreeSet<_> =
            assigned.iter().filter_map(|(scope, _)| group_of(scope)).collect();
        let at_groups: Vec<_> = groups
            .into_iter()
            .filter_map(|group| {
                Some((group.clone(), best(&|scope| group_of(scope) == Some(group))?))
            })
            .collect();
        let of_group = at_groups.first().map(|(group, live)| {
            let suffix = format!("-{group}");
            live.name.strip_suffix(&suffix).unwrap_or(&live.name)
        });
        let name = at_subscriptions.map(|live| live.name.as_str()).or(of_group);
        let name = name.map(str::to_owned);
        let all = held.iter().map(|live| live.id).collect();
        let found = Held { name, at_subscriptions, at_groups, all };
        for other in held.iter().filter(|live| !found.roles().contains(&live.id)) {
            notes.say(format!("it holds custom role {}, which is left as it is", other.name));
        }
        found
    }

    /// Those that the spec describes.
    pub(super) fn roles(&self) -> BTreeSet<RoleDefinitionId> {
        let groups = self.at_groups.iter().map(|(_, live)| live.id);
        self.at_subscriptions.iter().map(|live| live.id).chain(groups).collect()
    }

    pub(super) fn knows(&self, role: RoleDefinitionId) -> bool {
        self.all.contains(&role)
    }

    pub(super) fn describe(
        &self,
        rights: &Rights,
        scopes: &[Place],
        notes: &mut Notes,
    ) -> CustomRole {
        self.remark(notes);
        let (subscriptions, groups) = (&rights.at_subscriptions, &rights.at_management_groups);
        let variants: Vec<_> = self
            .at_subscriptions
            .iter()
            .map(|live| Variant { live, base: subscriptions })
            .chain(self.at_groups.iter().map(|(_, live)| Variant { live, base: groups }))
            .collect();
        let actions = patch(&variants, rights, Kind::Actions, notes);
        let data_actions = patch(&variants, rights, Kind::DataActions, notes);
        for action in actions.add.iter().chain(&data_actions.add) {
            if !action_only_reads(&action.text) {
                notes.privileged(&action.text, "in the custom role");
            }
        }
        CustomRole {
            name: self.name.clone(),
            actions,
            data_actions,
            defined_at: self.defined_at(scopes),
        }
    }

    fn remark(&self, notes: &mut Notes) {
        if self.name.is_none() {
            notes.say("it holds no custom role: apply makes the profile's");
        }
        let live = self.at_subscriptions.into_iter();
        for live in live.chain(self.at_groups.iter().map(|(_, live)| *live)) {
            let excluded = [&live.permissions.not_actions, &live.permissions.not_data_actions];
            if excluded.iter().any(|list| !list.is_empty()) {
                notes.say(format!("custom role {} has exceptions, which no spec has", live.name));
            }
        }
    }

    /// A group, where not each scope is named by the definition itself.
    fn defined_at(&self, scopes: &[Place]) -> Option<ManagementGroupId> {
        let live = self.at_subscriptions?;
        let subscriptions = scopes.iter().filter(|place| group_of(&place.scope).is_none());
        let mut paths = subscriptions.map(|place| place.scope.to_string());
        if paths.all(|path| has(&live.assignable_scopes, &path)) {
            return None;
        }
        let scopes = live.assignable_scopes.iter();
        scopes
            .filter_map(|scope| crate::directory::scope_of(scope))
            .find_map(|(scope, _)| group_of(&scope).cloned())
    }
}

struct Variant<'a> {
    live: &'a Definition,
    base: &'a CustomRolePermissions,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Actions,
    DataActions,
}

impl Kind {
    fn of(self, base: &CustomRolePermissions) -> &[Line] {
        match self {
            Kind::Actions => &base.actions,
            Kind::DataActions => &base.data_actions,
        }
    }

    fn live(self, live: &Definition) -> &[String] {
        match self {
            Kind::Actions => &live.permissions.actions,
            Kind::DataActions => &live.permissions.data_actions,
        }
    }
}

/// What one list adds to all variants and removes from all of them.
fn patch(variants: &[Variant<'_>], rights: &Rights, kind: Kind, notes: &mut Notes) -> Patch {
    let mut patch = Patch::default();
    let bases = [&rights.at_subscriptions, &rights.at_management_groups];
    let profile = bases.iter().flat_map(|base| kind.of(base)).map(|line| &line.name);
    let live = variants.iter().flat_map(|variant| kind.live(variant.live));
    let mut seen = BTreeSet::new();
    for name in profile.chain(live).filter(|name| seen.insert(name.to_lowercase())) {
        let is_in = |base: &CustomRolePermissions| kind.of(base).iter().any(|line| is(line, name));
        let differ = variants.iter().map(|v| (is_in(v.base), has(kind.live(v.live), name)));
        let differ: BTreeSet<_> = differ.collect();
        // As the profile has it, or in no variant that is there.
        if differ.iter().all(|(base, live)| base == live) {
            continue;
        }
        if differ.iter().all(|(_, live)| *live) && !bases.iter().all(|base| is_in(base)) {
            patch.add.push(item(name));
        } else if differ.iter().all(|(_, live)| !live) {
            patch.remove.push(Item::plain(name));
        } else {
            notes.say(format!("{name} is in one variant of the custom role and not in another"));
        }
    }
    patch
}

fn item(name: &str) -> Item {
    if action_only_reads(name) {
        Item::plain(name)
    } else {
        Item::with(name, "PRIVILEGED: it does more than read")
    }
}

fn is(line: &Line, name: &str) -> bool {
    line.name.eq_ignore_ascii_case(name)
}

/// Built-in roles can be assigned everywhere.
fn is_custom(live: &Definition) -> bool {
    !has(&live.assignable_scopes, "/")
}

/// How many of its actions the profile's role has.
fn likeness(live: &Definition, rights: &Rights) -> usize {
    let lines = rights.at_subscriptions.actions.iter().chain(&rights.at_management_groups.actions);
    let known: Vec<_> = lines.map(|line| line.name.clone()).collect();
    live.permissions.actions.iter().filter(|action| has(&known, action)).count()
}
