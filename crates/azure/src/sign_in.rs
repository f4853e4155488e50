//! Who calls.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions, ClientSecretCredential, ClientSecretCredentialOptions,
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
    #[error("sign-in got no answer: {reason}")]
    NoAnswer { reason: String },
    #[error("nobody is signed in: {reason}")]
    NoLogin { reason: String },
}

/// Somebody who is signed in, and the token that shows it.
pub(crate) struct SignedIn {
    pub credential: Arc<dyn TokenCredential>,
    pub token: AccessToken,
}

impl Credential {
    /// Signs in to `tenant` with a token of `scope`.
    pub(crate) async fn sign_in(
        self,
        tenant: &str,
        scope: &str,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<SignedIn, SignInError> {
        match self {
            Credential::ClientSecret { client_id, secret } => {
                let mut client_options =
                    transport.options(Some(Arc::new(ReadRefusals)), Retry::Always);
                let mut endpoints = CustomConfiguration::default();
                endpoints.authority_host = cloud.login.to_string();
                client_options.cloud = Some(Arc::new(endpoints.into()));
                let options = Some(ClientSecretCredentialOptions { client_options });
                signed_in(ClientSecretCredential::new(tenant, client_id, secret, options), scope)
                    .await
            }
            Credential::DeveloperTools => developer_tools(tenant, scope).await,
        }
    }
}

async fn developer_tools(tenant: &str, scope: &str) -> Result<SignedIn, SignInError> {
    let tenant_id = Some(tenant.to_owned());
    let options = AzureCliCredentialOptions { tenant_id: tenant_id.clone(), ..Default::default() };
    let az = match signed_in(AzureCliCredential::new(Some(options)), scope).await {
        Ok(signed_in) => return Ok(signed_in),
        Err(error) => error,
    };
    let options = AzureDeveloperCliCredentialOptions { tenant_id, ..Default::default() };
    match signed_in(AzureDeveloperCliCredential::new(Some(options)), scope).await {
        Ok(signed_in) => Ok(signed_in),
        Err(azd) => Err(SignInError::NoLogin { reason: format!("{az}; {azd}") }),
    }
}

async fn signed_in<C: TokenCredential + 'static>(
    credential: azure_core::Result<Arc<C>>,
    scope: &str,
) -> Result<SignedIn, SignInError> {
    let credential = credential.map_err(|error| from_credential(&error))?;
    let token = credential.get_token(&[scope], None).await;
    let token = token.map_err(|error| from_credential(&error))?;
    Ok(SignedIn { credential, token })
}

/// Finds Entra's own words among the causes of a credential's error.
pub(crate) fn from_credential(error: &azure_core::Error) -> SignInError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<SignInError>() {
            return refusal.clone();
        }
        if let Some(ErrorKind::Connection | ErrorKind::Io) =
            error.downcast_ref::<azure_core::Error>().map(azure_core::Error::kind)
        {
            return SignInError::NoAnswer { reason: error_chain(error) };
        }
        cause = error.source();
    }
    SignInError::NoLogin { reason: plain(&error_chain(error)) }
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
