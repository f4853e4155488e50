//! Typed calls to Mondoo's platform: spaces, integrations with Azure, scans and policies.
//!
//! What a space's API calls things depends on its age, so callers look at the space first and hand the
//! [`Schema`] they got to every call that depends on it.

mod answer;
mod credential;
mod error;
mod exchange;
mod integration;
mod policy;
mod schema;
mod service_account;
mod space;
mod told;
mod transport;

use azure_core::http::Url;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use credential::{Credential, CredentialError, Secret};
pub use error::{Error, Feature, Silence};
pub use integration::{
    Configuration, Held, Integration, Message, MessageStatus, Scan, SecretKind, Subscriptions, Wif,
};
pub use policy::PolicyAction;
pub use schema::Schema;
pub use service_account::ServiceAccount;
pub use space::Space;
pub use transport::{Region, Transport};

use answer::Asked;
use service_account::Account;
use transport::{Pipelines, Proof, Purpose};

/// Somebody who is known to the platform, and the way to it. Clones share connections.
#[derive(Clone, Debug)]
pub struct Mondoo {
    pipelines: Pipelines,
    url: Url,
    /// Whether requests are signed anew, with a time.
    signs: bool,
}

/// A request in GraphQL.
pub(crate) struct Operation<'a> {
    /// The one field at its top that it is about, which is also its name.
    pub root: &'static str,
    pub purpose: Purpose,
    pub text: &'a str,
}

impl Mondoo {
    /// Calls go to `endpoint` if there is one, else to where the account belongs, else to the United
    /// States. Nothing is sent unless the credential has to be exchanged for another one.
    pub async fn connect(
        credential: Credential,
        endpoint: Option<Url>,
        transport: Transport,
    ) -> Result<Mondoo, Error> {
        let explicit = endpoint.map(query_url).transpose()?;
        let (proof, own) = match credential {
            Credential::ApiToken(token) => (Proof::Token(token), None),
            Credential::ServiceAccount(ServiceAccount(account)) => {
                let account = match account {
                    Account::Key(account) => account,
                    Account::Workload(workload) => {
                        exchange::exchange(&workload, transport.clone()).await?
                    }
                };
                let own = account.endpoint.clone();
                (Proof::Key(account), own)
            }
        };
        let url = match explicit {
            Some(url) => url,
            None => query_url(own.unwrap_or_else(|| Region::Us.endpoint()))?,
        };
        let signs = matches!(proof, Proof::Key(_));
        Ok(Mondoo { pipelines: Pipelines::new(transport, &proof), url, signs })
    }

    /// The data of an answer without errors.
    pub(crate) async fn ask(
        &self,
        operation: &Operation<'_>,
        variables: Value,
    ) -> Result<Value, Error> {
        let &Operation { root, purpose, text } = operation;
        let body = json!({ "query": text, "variables": variables });
        let response = self.pipelines.post(&self.url, &body, purpose, root).await?;
        answer::data(&response, &Asked { root, by_clock: self.signs })
    }
}

/// Reads a part of an answer.
pub(crate) fn read<T: DeserializeOwned>(request: &'static str, part: &Value) -> Result<T, Error> {
    T::deserialize(part).map_err(|error| Error::Senseless { request, reason: error.to_string() })
}

fn query_url(mut endpoint: Url) -> Result<Url, Error> {
    if endpoint.scheme() != "https" {
        return Err(Error::Endpoint(endpoint.into()));
    }
    let path = endpoint.path().trim_end_matches('/');
    let path = if path.ends_with("/query") { path.to_owned() } else { format!("{path}/query") };
    endpoint.set_path(&path);
    Ok(endpoint)
}
