//! What Step A changes.

use spec::{AppId, ApplicationId, ObjectId, PrincipalId};

use super::{LISTED_TAG, SINGLE_TENANT};
use crate::{Field, Object, Product, Verb};

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    CreateApplication(NewApplication),
    /// With its credentials, which are named because they work again.
    RestoreApplication {
        id: ApplicationId,
        app_id: AppId,
        name: String,
        credentials: Vec<String>,
    },
    /// For good, which frees its name.
    PurgeApplication {
        id: ApplicationId,
        name: String,
        tag: String,
    },
    UpdateApplication(ApplicationUpdate),
    /// With its service principal and all that one holds; for 30 days it can be restored.
    DeleteApplication {
        id: ApplicationId,
        name: String,
        tag: String,
    },
    /// Takes our mark from an application that was taken over, and leaves it to its owners.
    ReleaseApplication {
        name: String,
        tag: String,
    },
    CreatePrincipal {
        display_name: String,
    },
    RestorePrincipal {
        id: PrincipalId,
        name: String,
    },
    TagPrincipal {
        display_name: String,
    },
    AddOwner {
        owner: ObjectId,
        name: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct NewApplication {
    pub unique_name: String,
    pub display_name: String,
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
    pub tag: String,
}

/// The properties that differ, each as it is and as it shall be.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationUpdate {
    pub name: String,
    /// Where it has none. It can be set once, and never changed.
    pub unique_name: Option<String>,
    pub display_name: Option<(String, String)>,
    pub sign_in_audience: Option<(String, String)>,
    pub notes: Option<(String, String)>,
    pub service_management_reference: Option<(String, String)>,
    pub missing_tags: Vec<String>,
}

impl ApplicationUpdate {
    /// The changed properties by their names in Graph, each as it is and as it shall be.
    pub fn scalars(&self) -> impl Iterator<Item = (&'static str, &(String, String))> {
        let ApplicationUpdate {
            name: _,
            unique_name: _,
            display_name,
            sign_in_audience,
            notes,
            service_management_reference,
            missing_tags: _,
        } = self;
        [
            ("displayName", display_name),
            ("signInAudience", sign_in_audience),
            ("notes", notes),
            ("serviceManagementReference", service_management_reference),
        ]
        .into_iter()
        .filter_map(|(name, change)| Some((name, change.as_ref()?)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unique_name.is_none()
            && self.missing_tags.is_empty()
            && self.scalars().next().is_none()
    }

    fn fields(&self) -> Vec<Field> {
        let unique_name =
            self.unique_name.iter().map(|name| Field::set("uniqueName", name.clone()));
        let changed = self
            .scalars()
            .map(|(name, (before, after))| Field::changed(name, before.clone(), after.clone()));
        let tags = self.missing_tags.iter().map(|tag| Field::set("tag", tag.clone()));
        unique_name.chain(changed).chain(tags).collect()
    }
}

impl NewApplication {
    /// The properties by their names in Graph, but for those that are collections or its key.
    pub fn scalars(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let NewApplication {
            unique_name: _,
            display_name,
            notes,
            service_management_reference,
            tag: _,
        } = self;
        let optional = [
            ("notes", notes.as_deref()),
            ("serviceManagementReference", service_management_reference.as_deref()),
        ];
        [("displayName", display_name.as_str()), ("signInAudience", SINGLE_TENANT)]
            .into_iter()
            .chain(optional.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }

    fn fields(&self) -> Vec<Field> {
        let unique_name = Field::set("uniqueName", self.unique_name.clone());
        let scalars = self.scalars().map(|(name, value)| Field::set(name, value.to_owned()));
        let tag = Field::set("tag", self.tag.clone());
        [unique_name].into_iter().chain(scalars).chain([tag]).collect()
    }
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::CreateApplication(_)
            | Action::CreatePrincipal { .. }
            | Action::AddOwner { .. } => Verb::Create,
            Action::UpdateApplication(_)
            | Action::ReleaseApplication { .. }
            | Action::TagPrincipal { .. } => Verb::Update,
            Action::RestoreApplication { .. } | Action::RestorePrincipal { .. } => Verb::Restore,
            Action::DeleteApplication { .. } | Action::PurgeApplication { .. } => Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let (what, name) = match self {
            Action::CreateApplication(new) => ("application", &new.display_name),
            Action::UpdateApplication(update) => ("application", &update.name),
            Action::RestoreApplication { id: _, app_id: _, name, credentials: _ }
            | Action::DeleteApplication { id: _, name, tag: _ }
            | Action::ReleaseApplication { name, tag: _ } => ("application", name),
            Action::PurgeApplication { id: _, name, tag: _ } => ("deleted application", name),
            Action::CreatePrincipal { display_name: name }
            | Action::TagPrincipal { display_name: name }
            | Action::RestorePrincipal { id: _, name } => ("service principal", name),
            Action::AddOwner { owner: _, name } => ("owner", name),
        };
        (what.to_owned(), name.clone())
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::CreateApplication(new) => new.fields(),
            Action::UpdateApplication(update) => update.fields(),
            Action::DeleteApplication { id, name: _, tag: _ }
            | Action::PurgeApplication { id, name: _, tag: _ } => {
                vec![Field::unset("id", id.to_string())]
            }
            Action::ReleaseApplication { name: _, tag } => vec![Field::unset("tag", tag.clone())],
            Action::RestoreApplication { id, app_id: _, name: _, credentials } => {
                let credentials = credentials.iter().map(|name| Field::set("trusts", name.clone()));
                [Field::set("id", id.to_string())].into_iter().chain(credentials).collect()
            }
            Action::CreatePrincipal { .. } | Action::TagPrincipal { .. } => {
                vec![Field::set("tag", LISTED_TAG.to_owned())]
            }
            Action::RestorePrincipal { id, name: _ } => vec![Field::set("id", id.to_string())],
            Action::AddOwner { owner, name: _ } => vec![Field::set("id", owner.to_string())],
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::CreateApplication(_)
            | Action::UpdateApplication(_)
            | Action::RestoreApplication { .. }
            | Action::DeleteApplication { .. }
            | Action::ReleaseApplication { .. }
            | Action::PurgeApplication { .. } => Object::Application,
            Action::CreatePrincipal { .. }
            | Action::TagPrincipal { .. }
            | Action::RestorePrincipal { .. } => Object::Principal,
            Action::AddOwner { owner, name: _ } => Object::Owner(*owner),
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::CreateApplication(_)
            | Action::RestoreApplication { .. }
            | Action::DeleteApplication { .. }
            | Action::PurgeApplication { .. } => &[],
            Action::UpdateApplication(_)
            | Action::ReleaseApplication { .. }
            | Action::CreatePrincipal { .. }
            | Action::RestorePrincipal { .. }
            | Action::AddOwner { .. } => &[Product::Application],
            Action::TagPrincipal { .. } => &[Product::Principal],
        }
    }

    pub(crate) fn makes(&self) -> Option<Product> {
        match self {
            Action::CreateApplication(_) | Action::RestoreApplication { .. } => {
                Some(Product::Application)
            }
            Action::CreatePrincipal { .. } | Action::RestorePrincipal { .. } => {
                Some(Product::Principal)
            }
            Action::UpdateApplication(_)
            | Action::DeleteApplication { .. }
            | Action::ReleaseApplication { .. }
            | Action::PurgeApplication { .. }
            | Action::TagPrincipal { .. }
            | Action::AddOwner { .. } => None,
        }
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::Application(action)
    }
}
