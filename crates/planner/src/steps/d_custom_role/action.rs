//! What Step D changes.

use spec::ScopeId;

use super::Definition;
use crate::privileged::shown;
use crate::steps::c_role_assignments::{Assignment, Removal};
use crate::{Field, Object, Product, Verb};

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    Define {
        definition: Definition,
        at: ScopeId,
        /// It holds actions that the spec adds and that do more than read; so below.
        privileged: bool,
    },
    /// `at` is one of the scopes that are wanted, through which it is written. Scopes that were
    /// added meanwhile stay; `dropped` go.
    Redefine {
        before: Definition,
        after: Definition,
        at: ScopeId,
        dropped: Vec<String>,
        privileged: bool,
    },
    Assign(Assignment),
    Unassign(Removal),
    /// `at` is one of its assignable scopes.
    Delete {
        definition: Definition,
        at: String,
    },
}

impl Action {
    pub(crate) fn is_privileged(&self) -> bool {
        match self {
            Action::Define { definition: _, at: _, privileged }
            | Action::Redefine { before: _, after: _, at: _, dropped: _, privileged } => {
                *privileged
            }
            Action::Assign(assignment) => assignment.privileged,
            Action::Unassign(_) | Action::Delete { .. } => false,
        }
    }

    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::Define { .. } | Action::Assign(_) => Verb::Create,
            Action::Redefine { .. } => Verb::Update,
            Action::Unassign(_) | Action::Delete { .. } => Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        match self {
            Action::Define { definition, at: _, privileged }
            | Action::Redefine { before: _, after: definition, at: _, dropped: _, privileged } => {
                ("role definition".to_owned(), shown(&definition.summary(), *privileged))
            }
            Action::Delete { definition, at: _ } => {
                ("role definition".to_owned(), definition.summary())
            }
            Action::Assign(assignment) => assignment.line(),
            Action::Unassign(removal) => removal.line(),
        }
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Define { definition, at: _, privileged: _ } => vec![
                Field::set("id", definition.id.to_string()),
                Field::set("definition", definition.document()),
            ],
            Action::Redefine { before, after, at: _, dropped: _, privileged: _ } => {
                vec![Field::changed("definition", before.document(), after.document())]
            }
            Action::Assign(assignment) => assignment.fields(),
            Action::Unassign(removal) => removal.fields(),
            Action::Delete { definition, at: _ } => {
                vec![Field::unset("id", definition.id.to_string())]
            }
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Define { definition, at: _, privileged: _ }
            | Action::Redefine { before: _, after: definition, at: _, dropped: _, privileged: _ }
            | Action::Delete { definition, at: _ } => Object::RoleDefinition(definition.id),
            Action::Assign(assignment) => assignment.object(),
            Action::Unassign(removal) => removal.object(),
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::Define { .. } | Action::Redefine { .. } | Action::Delete { .. } => &[],
            Action::Assign(_) | Action::Unassign(_) => &[Product::Principal],
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::CustomRole(action)
    }
}
