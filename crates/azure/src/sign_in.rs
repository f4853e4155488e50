//! Who calls.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use azure_identity::{
    ClientSecretCredential, ClientSecretCredentialOptions, DeveloperToolsCredential,
};
use serde::Deserialize;

use crate::retry::Retry;
use crate::transport::error_chain;
use crate::{Cloud, Transport};

/// How the operator signs in.
#[derive(Debug)]
pub enum Credential {
    ClientSecret {
        client_id: String,
        secret: Secret,
    },
    /// The login of Azure CLI, else of Azure Developer CLI.
    DeveloperTools,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum SignInError {
    /// Entra ID said no; `description` is its own, with the AADSTS code.
    #[error("sign-in was refused: {description}")]
    Refused { description: String },
    #[error("sign-in did not work: {reason}")]
    Failed { reason: String },
}

impl Credential {
    pub(crate) fn connect(
        self,
        tenant: &str,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<Arc<dyn TokenCredential>, SignInError> {
        let failed = |error: azure_core::Error| SignInError::Failed { reason: error_chain(&error) };
        match self {
            Credential::ClientSecret { client_id, secret } => {
                let mut client_options =
                    transport.options(Some(Arc::new(ReadRefusals)), Retry::Always);
                let mut endpoints = CustomConfiguration::default();
                endpoints.authority_host = cloud.login.to_string();
                client_options.cloud = Some(Arc::new(endpoints.into()));
                let options = ClientSecretCredentialOptions { client_options };
                ClientSecretCredential::new(tenant, client_id, secret, Some(options))
                    .map(|credential| credential as Arc<dyn TokenCredential>)
                    .map_err(failed)
            }
            Credential::DeveloperTools => DeveloperToolsCredential::new(None)
                .map(|credential| credential as Arc<dyn TokenCredential>)
                .map_err(failed),
        }
    }
}

/// A token of one scope.
pub(crate) async fn token(
    credential: &dyn TokenCredential,
    scope: &str,
) -> Result<AccessToken, SignInError> {
    credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
}

/// Finds Entra's own words among the causes of a credential's error.
pub(crate) fn from_credential(error: &azure_core::Error) -> SignInError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<SignInError>() {
            return refusal.clone();
        }
        cause = error.source();
    }
    SignInError::Failed { reason: plain(&error_chain(error)) }
}

/// Without the links that credentials append, and in one line.
fn plain(reason: &str) -> String {
    let mut parts = reason.split("To troubleshoot, visit ");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once(' ').map_or("", |(_link, rest)| rest));
    one_line(&rest.fold(first, |text, rest| text + rest))
}

/// Reads refusals of the token endpoint. `azure_identity` 1.0 loses Entra's description when it has
/// a character that JSON escapes.
#[derive(Debug)]
struct ReadRefusals;

#[async_trait]
impl Policy for ReadRefusals {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let response = next[0].send(context, request, &next[1..]).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let body = response.into_body().collect().await?;
        let description = serde_json::from_slice::<EntraError>(&body)
            .map_or_else(|_| format!("HTTP status {status}"), |error| error.error_description);
        let refusal = SignInError::Refused { description: one_line(&description) };
        Err(azure_core::Error::new(ErrorKind::Credential, refusal))
    }
}

#[derive(Deserialize)]
struct EntraError {
    error_description: String,
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
