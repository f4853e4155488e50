use uuid::Uuid;

use crate::graph::error::GraphError;
use crate::graph::route::HolderKey;
use crate::graph::{Call, applications, service_principals};
use crate::model::application::{Application, PasswordCredential};
use crate::model::service_principal::ServicePrincipal;
use crate::store::Change;

/// An object that has owners and secrets.
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
