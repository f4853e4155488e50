//! A custom role definition, and how two of them are compared.

use std::collections::BTreeSet;
use std::fmt::Write;

use spec::{
    CustomRolePermissions, InstallationName, Line, ManagementGroupId, RoleDefinitionId, ScopeId,
    TenantId,
};

use crate::custom_role_id;
use crate::directory::scope_of;
use crate::privileged::action_only_reads;

#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    pub id: RoleDefinitionId,
    pub name: String,
    pub description: String,
    pub permissions: Permissions,
    /// ARM paths.
    pub assignable_scopes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    pub actions: Vec<String>,
    pub not_actions: Vec<String>,
    pub data_actions: Vec<String>,
    pub not_data_actions: Vec<String>,
}

impl Permissions {
    pub(super) fn new(lines: &CustomRolePermissions) -> Permissions {
        let names = |lines: &[Line]| lines.iter().map(|line| line.name.clone()).collect();
        Permissions {
            actions: names(&lines.actions),
            data_actions: names(&lines.data_actions),
            ..Permissions::default()
        }
    }

    pub(crate) fn only_read(&self) -> bool {
        let Permissions { actions, not_actions: _, data_actions, not_data_actions: _ } = self;
        actions.iter().chain(data_actions).all(|action| action_only_reads(action))
    }

    /// Equal as sets and without regard to case, as Azure reads them.
    fn grants_the_same(&self, other: &Permissions) -> bool {
        let Permissions { actions, not_actions, data_actions, not_data_actions } = self;
        same_set(actions, &other.actions)
            && same_set(not_actions, &other.not_actions)
            && same_set(data_actions, &other.data_actions)
            && same_set(not_data_actions, &other.not_data_actions)
    }
}

impl Definition {
    /// Whether the id is the one that an installation gives to a role of this name.
    pub(super) fn is_made_by(&self, tenant: TenantId, installation: &InstallationName) -> bool {
        let groups = self.assignable_scopes.iter().filter_map(|scope| group_of(scope));
        let mut variants = groups.filter_map(|group| {
            let name = self.name.strip_suffix(group.as_str())?.strip_suffix('-')?;
            Some(custom_role_id(tenant, installation, name, Some(&group)))
        });
        self.id == custom_role_id(tenant, installation, &self.name, None)
            || variants.any(|id| id == self.id)
    }

    /// Whether this wants a group that takes the place of another one: Azure admits one.
    pub(super) fn replaces_group(&self, scope: &str) -> bool {
        group_of(scope).is_some()
            && !self.is_assignable_at(scope)
            && self.assignable_scopes.iter().any(|wanted| group_of(wanted).is_some())
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub(super) fn is_assignable_at(&self, scope: &str) -> bool {
        self.assignable_scopes.iter().any(|live| live.eq_ignore_ascii_case(scope))
    }

    /// What this live definition shall become, without the scopes that are `dropped`. Nothing,
    /// where it is as wanted: more assignable scopes than wanted are right.
    pub(super) fn redefined(&self, wanted: &Definition, dropped: &[String]) -> Option<Definition> {
        let Definition { id, name, description, permissions, assignable_scopes } = self;
        let missing: Vec<_> =
            wanted.assignable_scopes.iter().filter(|scope| !self.is_assignable_at(scope)).collect();
        let same = *name == wanted.name
            && *description == wanted.description
            && permissions.grants_the_same(&wanted.permissions)
            && missing.is_empty()
            && dropped.is_empty();
        if same {
            return None;
        }
        let kept = assignable_scopes.iter().filter(|scope| !dropped.contains(scope));
        let assignable_scopes = kept.chain(missing).cloned().collect();
        Some(Definition { id: *id, assignable_scopes, ..wanted.clone() })
    }

    pub(super) fn summary(&self) -> String {
        let Permissions { actions, not_actions: _, data_actions, not_data_actions: _ } =
            &self.permissions;
        format!("{} ({} actions, {} data actions)", self.name, actions.len(), data_actions.len())
    }

    pub(super) fn grants(&self, action: &str) -> bool {
        let Permissions { actions, not_actions: _, data_actions, not_data_actions: _ } =
            &self.permissions;
        actions.iter().chain(data_actions).any(|live| live.eq_ignore_ascii_case(action))
    }

    /// One line per fact, sorted where Azure does not order: made to be compared by eye.
    pub(super) fn document(&self) -> String {
        let Definition { id: _, name, description, permissions, assignable_scopes } = self;
        let Permissions { actions, not_actions, data_actions, not_data_actions } = permissions;
        let mut text = format!("name: {name}\ndescription: {description}\n");
        for (title, lines) in [
            ("assignableScopes", assignable_scopes),
            ("actions", actions),
            ("notActions", not_actions),
            ("dataActions", data_actions),
            ("notDataActions", not_data_actions),
        ] {
            let mut lines: Vec<_> = lines.iter().collect();
            lines.sort_by_key(|line| line.to_lowercase());
            let _ = writeln!(text, "{title}:");
            for line in lines {
                let _ = writeln!(text, "  {line}");
            }
        }
        text
    }
}

/// The management group that an ARM path stands for.
fn group_of(scope: &str) -> Option<ManagementGroupId> {
    match scope_of(scope)? {
        (ScopeId::ManagementGroup(group), _) => Some(group),
        (ScopeId::Subscription(_), _) => None,
    }
}

fn same_set(a: &[String], b: &[String]) -> bool {
    let folded = |lines: &[String]| -> BTreeSet<String> {
        lines.iter().map(|line| line.to_lowercase()).collect()
    };
    folded(a) == folded(b)
}
