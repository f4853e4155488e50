//! Step D: the custom role exists as specified, is assignable at the scopes, and is assigned there.
//!
//! One definition serves all subscriptions. Each management group has one of its own, because
//! Azure admits one group per definition and no data actions at a group.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use spec::{CustomRolePermissions, Line, RoleDefinitionId, ScopeId, Spec};
use time::OffsetDateTime;

use super::c_role_assignments::{self, Assignment, Role};
use crate::{
    ChangeId, Field, Finding, FindingCode, Marker, Object, Observed as All, Plan, Product, Verb,
    custom_role_id, is_marked, marked_description,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub role_name: String,
    pub description: String,
    pub at_subscriptions: Permissions,
    pub at_management_groups: Permissions,
    /// Said in the plan, because a reviewer should know.
    pub cautions: BTreeSet<spec::Caution>,
}

impl Desired {
    pub(crate) fn new(spec: &Spec, marker: &Marker) -> Desired {
        let variants = &spec.profile.custom_role;
        let used = spec.scopes.iter().map(|scope| match scope.id {
            ScopeId::Subscription(_) => &variants.subscription,
            ScopeId::ManagementGroup(_) => &variants.management_group,
        });
        let lines = used.flat_map(|variant| variant.actions.iter().chain(&variant.data_actions));
        Desired {
            role_name: spec.custom_role_name.clone(),
            description: marked_description(&variants.description, marker),
            at_subscriptions: Permissions::new(&variants.subscription),
            at_management_groups: Permissions::new(&variants.management_group),
            cautions: lines.filter_map(|line| line.caution).collect(),
        }
    }
}

/// Custom role definitions visible at the spec's scopes, each once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub definitions: Vec<Definition>,
    /// When each was last written, where Azure says so.
    pub updated: BTreeMap<RoleDefinitionId, OffsetDateTime>,
}

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
    fn new(lines: &CustomRolePermissions) -> Permissions {
        let names = |lines: &[Line]| lines.iter().map(|line| line.name.clone()).collect();
        Permissions {
            actions: names(&lines.actions),
            data_actions: names(&lines.data_actions),
            ..Permissions::default()
        }
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

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Define {
        definition: Definition,
        at: ScopeId,
    },
    /// `at` is one of the scopes that are wanted, through which it is written.
    Redefine {
        before: Definition,
        after: Definition,
        at: ScopeId,
    },
    Assign(Assignment),
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let wanted = &desired.custom_role;
    let (groups, subscriptions): (Vec<_>, Vec<_>) = observed
        .directory
        .writable(&desired.scopes)
        .cloned()
        .partition(|scope| matches!(scope, ScopeId::ManagementGroup(_)));
    let shared = definition(&wanted.role_name, None, &subscriptions, desired, observed);
    variant(shared, &subscriptions, desired, observed, plan);
    for scope in groups {
        let ScopeId::ManagementGroup(group) = &scope else { continue };
        let name = format!("{}-{group}", wanted.role_name);
        let scopes = std::slice::from_ref(&scope);
        let definition = definition(&name, Some(group), scopes, desired, observed);
        variant(definition, scopes, desired, observed, plan);
    }
    for caution in &wanted.cautions {
        plan.find(caution_finding(*caution, &wanted.role_name));
    }
}

fn definition(
    name: &str,
    group: Option<&spec::ManagementGroupId>,
    scopes: &[ScopeId],
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
        assignable_scopes: scopes.iter().map(ToString::to_string).collect(),
    }
}

/// Plans one definition and its assignments; nothing, without a scope.
fn variant(
    wanted: Definition,
    scopes: &[ScopeId],
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) {
    let Some(at) = scopes.first().cloned() else { return };
    let (role, defined) = match find(&wanted, desired, observed) {
        Err(finding) => return plan.find(finding),
        Ok(None) => {
            let role = wanted.role();
            (role, Some(plan.push(Action::Define { definition: wanted, at }, &[])))
        }
        Ok(Some(live)) => (live.role(), live.redefined(wanted, at, plan)),
    };
    for scope in scopes {
        match c_role_assignments::missing(&role, scope, &desired.marker, observed) {
            Ok(None) => plan.keep(),
            Ok(Some(assignment)) => {
                plan.push(Action::Assign(assignment), defined.as_slice());
            }
            Err(finding) => plan.find(finding),
        }
    }
}

/// The live definition: by id, else by name and marker. A foreign one of the name blocks, because
/// role names are unique in the tenant.
fn find<'a>(
    wanted: &Definition,
    desired: &crate::Desired,
    observed: &'a All,
) -> Result<Option<&'a Definition>, Finding> {
    let live = &observed.custom_role.definitions;
    if let Some(ours) = live.iter().find(|live| live.id == wanted.id) {
        return Ok(Some(ours));
    }
    match live.iter().find(|live| live.name.eq_ignore_ascii_case(&wanted.name)) {
        Some(live) if is_marked(&live.description, &desired.marker) => Ok(Some(live)),
        Some(live) => {
            let message = format!(
                "a custom role {} ({}) exists that is not ours: rename it, or set \
                 roles.custom.name in the spec",
                live.name, live.id
            );
            Err(Finding::blocks(FindingCode::RoleNameTaken, message))
        }
        None => Ok(None),
    }
}

impl Definition {
    fn role(&self) -> Role {
        Role { name: self.name.clone(), id: self.id }
    }

    /// Plans an update where this live definition is not as wanted.
    fn redefined(&self, wanted: Definition, at: ScopeId, plan: &mut Plan) -> Option<ChangeId> {
        let Definition { id, name, description, permissions, assignable_scopes } = self;
        let missing: Vec<_> = wanted
            .assignable_scopes
            .into_iter()
            .filter(|scope| !assignable_scopes.iter().any(|live| live.eq_ignore_ascii_case(scope)))
            .collect();
        let same = *name == wanted.name
            && *description == wanted.description
            && permissions.grants_the_same(&wanted.permissions)
            && missing.is_empty();
        if same {
            plan.keep();
            return None;
        }
        // Scopes only grow here: Azure refuses to drop one that has assignments.
        let assignable_scopes = assignable_scopes.iter().cloned().chain(missing).collect();
        let after = Definition { id: *id, assignable_scopes, ..wanted };
        Some(plan.push(Action::Redefine { before: self.clone(), after, at }, &[]))
    }

    /// One line per fact, sorted where Azure does not order: made to be compared by eye.
    fn document(&self) -> String {
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

fn same_set(a: &[String], b: &[String]) -> bool {
    let folded = |lines: &[String]| -> BTreeSet<String> {
        lines.iter().map(|line| line.to_lowercase()).collect()
    };
    folded(a) == folded(b)
}

fn caution_finding(caution: spec::Caution, role: &str) -> Finding {
    let (code, message) = match caution {
        spec::Caution::RunsCode => (
            FindingCode::GrantsCodeExecution,
            "may run commands on virtual machines although scanVms is off: the manual's list has it",
        ),
        spec::Caution::AppSettings => (
            FindingCode::GrantsAppSettings,
            "reads settings and connection strings of web apps, which often hold secrets",
        ),
        spec::Caution::Writes => (
            FindingCode::GrantsWrites,
            "may change alert rules, deployments and support tickets, which no scan needs",
        ),
        spec::Caution::SecretValues => (FindingCode::GrantsSecretValues, "reads secret values"),
        spec::Caution::Retired => (FindingCode::PermissionRetired, "has actions that are retired"),
    };
    Finding::warning(code, format!("{role} {message}"))
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::Define { .. } | Action::Assign(_) => Verb::Create,
            Action::Redefine { .. } => Verb::Update,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        match self {
            Action::Define { definition, at: _ }
            | Action::Redefine { before: _, after: definition, at: _ } => {
                ("role definition".to_owned(), definition.summary())
            }
            Action::Assign(assignment) => assignment.line(),
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Define { definition, at: _ } => vec![
                Field::set("id", definition.id.to_string()),
                Field::set("definition", definition.document()),
            ],
            Action::Redefine { before, after, at: _ } => {
                vec![Field::changed("definition", before.document(), after.document())]
            }
            Action::Assign(assignment) => assignment.fields(),
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Define { definition, at: _ }
            | Action::Redefine { before: _, after: definition, at: _ } => {
                Object::RoleDefinition(definition.id)
            }
            Action::Assign(assignment) => assignment.object(),
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::Define { .. } | Action::Redefine { .. } => &[],
            Action::Assign(_) => &[Product::Principal],
        }
    }
}

impl Definition {
    fn summary(&self) -> String {
        let Permissions { actions, not_actions: _, data_actions, not_data_actions: _ } =
            &self.permissions;
        format!("{} ({} actions, {} data actions)", self.name, actions.len(), data_actions.len())
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::CustomRole(action)
    }
}
