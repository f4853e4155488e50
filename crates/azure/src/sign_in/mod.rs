//! Who calls: the ways to sign in, one file per kind.

mod certificate;
mod developer_tools;
mod entra;
mod error;
mod federated;
mod github;
mod managed_identity;
mod tokens;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use azure_core::credentials::{AccessToken, Secret};
use azure_core::http::Url;

use crate::{Cloud, Transport};

pub use certificate::ClientCertificate;
pub use error::SignInError;
pub(crate) use error::from_credential;
pub(crate) use tokens::Authorize;

use entra::Entra;

/// How somebody signs in.
#[derive(Clone)]
pub enum Credential {
    ClientSecret {
        client_id: String,
        secret: Secret,
    },
    ClientCertificate(ClientCertificate),
    /// A token of another issuer in a file, which is read anew each time.
    WorkloadIdentity {
        client_id: String,
        token_file: PathBuf,
    },
    /// A token that GitHub gives to a running job.
    GitHubOidc {
        client_id: String,
        request_url: Url,
        request_token: Secret,
    },
    /// The identity of the machine or service that this runs on.
    ManagedIdentity {
        /// Of a user-assigned identity.
        client_id: Option<String>,
        /// No variable names an endpoint, so that the machine's metadata service is meant.
        of_machine: bool,
    },
    /// The login of Azure CLI.
    AzureCli,
    /// The login of Azure Developer CLI.
    AzureDeveloperCli,
}

impl Credential {
    /// Short and stable.
    pub fn name(&self) -> &'static str {
        match self {
            Credential::ClientSecret { .. } => "client-secret",
            Credential::ClientCertificate(_) => "client-certificate",
            Credential::WorkloadIdentity { .. } => "workload-identity",
            Credential::GitHubOidc { .. } => "github-oidc",
            Credential::ManagedIdentity { .. } => "managed-identity",
            Credential::AzureCli => "azure-cli",
            Credential::AzureDeveloperCli => "azure-developer-cli",
        }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Somebody who signs in to one tenant.
#[derive(Debug)]
pub(crate) struct Caller {
    credential: Credential,
    tenant: String,
    login: Url,
    transport: Transport,
}

impl Caller {
    /// The first of `credentials` that gets a token of `scope`, and that token.
    ///
    /// # Errors
    /// The reason of the only one, or the reasons of all.
    pub(crate) async fn first(
        credentials: Vec<Credential>,
        tenant: &str,
        scope: &str,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<(Arc<Caller>, AccessToken), SignInError> {
        let mut reasons = Vec::new();
        for credential in credentials {
            let caller = Caller {
                credential,
                tenant: tenant.to_owned(),
                login: cloud.login.clone(),
                transport: transport.clone(),
            };
            match caller.token(scope).await {
                Ok(token) => return Ok((Arc::new(caller), token)),
                Err(error) => reasons.push((caller.credential.name(), error)),
            }
        }
        match reasons.len() {
            1 => Err(reasons.remove(0).1),
            _ => Err(SignInError::NoneWorked(reasons)),
        }
    }

    /// As it was named: an id or a domain.
    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// A new token. A credential of `azure_identity` is made for each: it keeps its token, and would
    /// give the same one again after a service has refused it.
    pub(crate) async fn token(&self, scope: &str) -> Result<AccessToken, SignInError> {
        let Caller { credential, tenant, login, transport } = self;
        let entra = Entra { tenant, login, transport };
        match credential {
            Credential::ClientSecret { client_id, secret } => {
                entra.by_secret(client_id, secret, scope).await
            }
            Credential::ClientCertificate(certificate) => {
                let assertion = certificate.assertion(&entra.token_endpoint())?;
                entra.by_assertion(&certificate.client_id, assertion, scope).await
            }
            Credential::WorkloadIdentity { client_id, token_file } => {
                entra.by_assertion(client_id, federated::read(token_file)?, scope).await
            }
            Credential::GitHubOidc { client_id, request_url, request_token } => {
                let assertion = github::token(request_url, request_token, transport).await?;
                entra.by_assertion(client_id, assertion, scope).await
            }
            Credential::ManagedIdentity { client_id, of_machine } => {
                managed_identity::token(client_id.as_deref(), *of_machine, scope, transport).await
            }
            Credential::AzureCli => developer_tools::by_az(tenant, scope).await,
            Credential::AzureDeveloperCli => developer_tools::by_azd(tenant, scope).await,
        }
    }
}
