use uuid::Uuid;

use crate::graph::error::GraphError;
use crate::graph::route::HolderKey;
use crate::graph::{Call, applications, service_principals};
use crate::model::application::{Application, KeyCredential, PasswordCredential};
use crate::model::service_principal::ServicePrincipal;
use crate::store::Change;

/// An object that has owners, certificates and secrets.
pub(super) enum Holder<'a> {
    Application(&'a Application),
    ServicePrincipal(&'a ServicePrincipal),
}

impl<'a> Holder<'a> {
    pub(super) fn reach(call: &Call<'a>, key: &HolderKey) -> Result<Self, GraphError> {
        match key {
            HolderKey::Application(key) => applications::reach(call, key).map(Self::Application),
            HolderKey::ServicePrincipal(key) => {
                service_principals::reach(call, key).map(Self::ServicePrincipal)
            }
        }
    }

    pub(super) fn owners(&self) -> &'a [Uuid] {
        match self {
            Self::Application(one) => &one.owners,
            Self::ServicePrincipal(one) => &one.owners,
        }
    }

    pub(super) fn with_owners(&self, owners: Vec<Uuid>) -> Change {
        match *self {
            Self::Application(one) => Application { owners, ..one.clone() }.into(),
            Self::ServicePrincipal(one) => ServicePrincipal { owners, ..one.clone() }.into(),
        }
    }

    pub(super) fn id(&self) -> Uuid {
        match self {
            Self::Application(one) => one.id,
            Self::ServicePrincipal(one) => one.id,
        }
    }

    pub(super) fn app_id(&self) -> Uuid {
        match self {
            Self::Application(one) => one.app_id,
            Self::ServicePrincipal(one) => one.app_id,
        }
    }

    pub(super) fn keys(&self) -> &'a [KeyCredential] {
        match self {
            Self::Application(one) => &one.key_credentials,
            Self::ServicePrincipal(one) => &one.key_credentials,
        }
    }

    pub(super) fn with_keys(&self, key_credentials: Vec<KeyCredential>) -> Change {
        match *self {
            Self::Application(one) => Application { key_credentials, ..one.clone() }.into(),
            Self::ServicePrincipal(one) => {
                ServicePrincipal { key_credentials, ..one.clone() }.into()
            }
        }
    }

    pub(super) fn passwords(&self) -> &'a [PasswordCredential] {
        match self {
            Self::Application(one) => &one.password_credentials,
            Self::ServicePrincipal(one) => &one.password_credentials,
        }
    }

    pub(super) fn with_passwords(&self, password_credentials: Vec<PasswordCredential>) -> Change {
        match *self {
            Self::Application(one) => Application { password_credentials, ..one.clone() }.into(),
            Self::ServicePrincipal(one) => {
                ServicePrincipal { password_credentials, ..one.clone() }.into()
            }
        }
    }
}
