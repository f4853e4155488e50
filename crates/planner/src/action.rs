//! What a change does, seen from outside: one closed enum, one exhaustive match per question.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::{AppRoleId, ObjectId, PolicyMrn, RoleDefinitionId, VaultId};

use crate::Step;
use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};

/// What a change does to its object.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Create,
    Update,
    /// Bring back what was deleted and can still be restored.
    Restore,
    Delete,
}

impl Verb {
    pub const ALL: [Verb; 4] = [Verb::Create, Verb::Update, Verb::Restore, Verb::Delete];

    pub fn symbol(self) -> char {
        match self {
            Verb::Create => '+',
            Verb::Update => '~',
            Verb::Restore => '^',
            Verb::Delete => '-',
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Restore => "restore",
            Verb::Delete => "delete",
        })
    }
}

/// What one change makes and later ones use. One of each per plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    Application,
    Principal,
    Certificate,
    Integration,
}

/// What a change works on. Two changes of one object never run at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    Application,
    Principal,
    Owner(ObjectId),
    Consent(AppRoleId),
    /// By scope and role, because a new assignment's id hangs on a principal not yet made; one that
    /// goes by its own path and role.
    RoleAssignment(String, RoleDefinitionId),
    RoleDefinition(RoleDefinitionId),
    Vault(VaultId),
    CertificateFile,
    FederatedCredential,
    Integration,
    Policy(PolicyMrn),
}

/// As programs know it in a plan: no two objects of a plan have the same.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::Application => f.write_str("application"),
            Object::Principal => f.write_str("principal"),
            Object::Owner(id) => write!(f, "owner {id}"),
            Object::Consent(role) => write!(f, "consent {role}"),
            Object::RoleAssignment(path, role) => write!(f, "roleAssignment {path} {role}"),
            Object::RoleDefinition(id) => write!(f, "roleDefinition {id}"),
            Object::Vault(id) => write!(f, "vault {}", id.to_string().to_lowercase()),
            Object::CertificateFile => f.write_str("certificateFile"),
            Object::FederatedCredential => f.write_str("federatedCredential"),
            Object::Integration => f.write_str("integration"),
            Object::Policy(policy) => write!(f, "policy {policy}"),
        }
    }
}

/// One value before or after a change, for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Value {
    Absent,
    Text(String),
    /// Known when the plan is applied.
    AfterApply,
}

/// What a change does to one property of its object, for display.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub name: &'static str,
    pub before: Value,
    pub after: Value,
}

impl Field {
    /// A property that a change sets and that was not there.
    pub(crate) fn set(name: &'static str, after: String) -> Field {
        Field { name, before: Value::Absent, after: Value::Text(after) }
    }

    /// A property of something that goes.
    pub(crate) fn unset(name: &'static str, before: String) -> Field {
        Field { name, before: Value::Text(before), after: Value::Absent }
    }

    pub(crate) fn after_apply(name: &'static str) -> Field {
        Field { name, before: Value::Absent, after: Value::AfterApply }
    }

    pub(crate) fn changed(name: &'static str, before: String, after: String) -> Field {
        Field { name, before: Value::Text(before), after: Value::Text(after) }
    }
}

/// One idempotent change, of the step that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Application(a_application::Action),
    GraphPermission(b_graph_permissions::Action),
    RoleAssignment(c_role_assignments::Action),
    CustomRole(d_custom_role::Action),
    KeyVaultAccess(e_key_vault_access::Action),
    Certificate(f_certificate::Action),
    Integration(g_integration::Action),
}

impl Action {
    pub fn step(&self) -> Step {
        match self {
            Action::Application(_) => Step::A,
            Action::GraphPermission(_) => Step::B,
            Action::RoleAssignment(_) => Step::C,
            Action::CustomRole(_) => Step::D,
            Action::KeyVaultAccess(_) => Step::E,
            Action::Certificate(_) => Step::F,
            Action::Integration(_) => Step::G,
        }
    }

    pub fn verb(&self) -> Verb {
        match self {
            Action::Application(action) => action.verb(),
            Action::GraphPermission(action) => action.verb(),
            Action::RoleAssignment(action) => action.verb(),
            Action::Certificate(action) => action.verb(),
            Action::Integration(action) => action.verb(),
            Action::CustomRole(action) => action.verb(),
            Action::KeyVaultAccess(action) => action.verb(),
        }
    }

    /// Whether it grants something that does more than read.
    pub fn is_privileged(&self) -> bool {
        match self {
            Action::Application(_) | Action::Certificate(_) | Action::Integration(_) => false,
            Action::GraphPermission(action) => action.is_privileged(),
            Action::RoleAssignment(action) => action.is_privileged(),
            Action::CustomRole(action) => action.is_privileged(),
            Action::KeyVaultAccess(action) => action.is_privileged(),
        }
    }

    /// What is changed and where, as two columns of one line.
    pub fn line(&self) -> (String, String) {
        match self {
            Action::Application(action) => action.line(),
            Action::GraphPermission(action) => action.line(),
            Action::RoleAssignment(action) => action.line(),
            Action::CustomRole(action) => action.line(),
            Action::KeyVaultAccess(action) => action.line(),
            Action::Certificate(action) => action.line(),
            Action::Integration(action) => action.line(),
        }
    }

    /// The properties that change, in full.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Action::Application(action) => action.fields(),
            Action::GraphPermission(action) => action.fields(),
            Action::RoleAssignment(action) => action.fields(),
            Action::CustomRole(action) => action.fields(),
            Action::KeyVaultAccess(action) => action.fields(),
            Action::Certificate(action) => action.fields(),
            Action::Integration(action) => action.fields(),
        }
    }

    pub fn object(&self) -> Object {
        match self {
            Action::Application(action) => action.object(),
            Action::GraphPermission(action) => action.object(),
            Action::RoleAssignment(action) => action.object(),
            Action::CustomRole(action) => action.object(),
            Action::KeyVaultAccess(action) => action.object(),
            Action::Certificate(action) => action.object(),
            Action::Integration(action) => action.object(),
        }
    }

    /// What must exist before this change.
    pub fn uses(&self) -> &'static [Product] {
        match self {
            Action::Application(action) => action.uses(),
            Action::GraphPermission(b_graph_permissions::Action::Consent(_)) => {
                &[Product::Application, Product::Principal]
            }
            Action::GraphPermission(b_graph_permissions::Action::Revoke { .. }) => &[],
            Action::RoleAssignment(_) | Action::KeyVaultAccess(_) => &[Product::Principal],
            Action::CustomRole(action) => action.uses(),
            Action::Certificate(action) => action.uses(),
            Action::Integration(action) => action.uses(),
        }
    }

    pub fn makes(&self) -> Option<Product> {
        match self {
            Action::Application(action) => action.makes(),
            Action::Certificate(action) => action.makes(),
            Action::Integration(action) => action.makes(),
            Action::GraphPermission(_)
            | Action::RoleAssignment(_)
            | Action::CustomRole(_)
            | Action::KeyVaultAccess(_) => None,
        }
    }
}
