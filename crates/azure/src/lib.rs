//! Typed calls to Entra ID, Microsoft Graph, Azure Resource Manager and Key Vault's management.
//!
//! A [`Reader`] cannot write; a [`Writer`] can. Every request goes through one pipeline of
//! `azure_core` with a retry policy that knows the method: see `retry`.

mod arm;
mod cloud;
mod counter;
mod error;
mod graph;
mod http_log;
mod retry;
mod service;
mod sign_in;
mod transport;
mod vault_certificate;
mod vault_contents;
mod wire;

use std::sync::Arc;

use azure_core::http::{Pipeline, Url};
use spec::TenantId;

pub use arm::{
    AccessPolicy, Activity, Lock, ManagementGroup, PolicyUpdate, RoleAssignment, RoleDefinition,
    RolePermissions, Subscription, Vault, VaultPermissions, WebApp,
};
pub use cloud::{Audience, Cloud, CloudError};
pub use counter::RequestCounter;
pub use error::{Error, Refusal, Silence};
pub use graph::{
    AppRole, Application, AuditTarget, CertificateLifetime, DirectoryAudit,
    DirectoryRoleAssignment, FederatedCredential, GRAPH_APP_ID, Grant, Granted, Identity,
    Initiator, KeyCredential, Meant, MemberOf, Memberships, ModifiedProperty, Operator,
    Organization, OwnGrants, Owner, Owners, PasswordCredential, PrincipalState, Question, SameName,
    ServicePrincipal, TokenRights, TrustedTokens, VerifiedDomain,
};
pub use http_log::HttpLog;
pub use sign_in::{ClientCertificate, Credential, SignInError};
pub use transport::{Roots, Transport, TransportError};
pub use vault_certificate::{VaultCertificate, VaultSecret};
pub use vault_contents::VaultItems;

use retry::Retry;
use service::Service;
use sign_in::{Authorize, Caller};
use wire::Bodies;

/// What was read of a log.
#[derive(Clone, Debug)]
pub struct Pages<T> {
    pub events: Vec<T>,
    /// Whether there was no more than that.
    pub is_whole: bool,
}

/// Reads, and nothing else.
#[derive(Clone, Debug)]
pub struct Reader {
    caller: Arc<Caller>,
    cloud: Cloud,
    graph: Service,
    arm: Service,
    /// Of ARM, too: no log keeps what these answer.
    settings: Service,
    vaults: Pipeline,
    operator: Operator,
    tenant: Option<TenantId>,
    token_rights: TokenRights,
    transport: Transport,
}

impl Reader {
    /// Signs in to `tenant`, an id or a verified domain, and shows who that is to Microsoft Graph.
    pub async fn sign_in(
        tenant: &str,
        credential: Credential,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<Reader, Error> {
        Reader::sign_in_first(tenant, vec![credential], cloud, transport, Audience::Graph).await
    }

    /// Signs in by the first of `credentials` that works, and shows who that is to the service
    /// `first`: a token for another one is asked for when that is called.
    pub async fn sign_in_first(
        tenant: &str,
        credentials: Vec<Credential>,
        cloud: &Cloud,
        transport: &Transport,
        first: Audience,
    ) -> Result<Reader, Error> {
        let (caller, token) =
            Caller::first(credentials, tenant, &cloud.scope(first), cloud, transport).await?;
        let operator = Operator::of_token(token.token.secret());
        let tenant = graph::tenant_of_token(token.token.secret());
        let token_rights = TokenRights::of_token(token.token.secret());
        let authorize = |audience| {
            let token = Some(token.clone()).filter(|_| audience == first);
            Authorize::new(Arc::clone(&caller), cloud.scope(audience), token)
        };
        let pipeline = |bodies, authorize: &Arc<Authorize>| {
            transport.pipeline(Retry::ByMethod, bodies, Some(Arc::<Authorize>::clone(authorize)))
        };
        let service = |audience: Audience, at: &Url, bodies, authorize| {
            Service::new(audience.name(), at.clone(), pipeline(bodies, authorize))
        };
        let to_arm = authorize(Audience::ResourceManager);
        let arm = |bodies| service(Audience::ResourceManager, &cloud.arm, bodies, &to_arm);
        let to_graph = authorize(Audience::Graph);
        let to_vaults = authorize(Audience::KeyVault);
        Ok(Reader {
            graph: service(Audience::Graph, &cloud.graph, Bodies::Kept, &to_graph),
            arm: arm(Bodies::Kept),
            settings: arm(Bodies::LeftOut),
            vaults: pipeline(Bodies::LeftOut, &to_vaults),
            token_rights,
            operator,
            tenant,
            transport: transport.clone(),
            cloud: cloud.clone(),
            caller,
        })
    }

    /// Signs somebody else in to the same tenant, over the same connections.
    pub async fn sign_in_as(&self, credential: Credential) -> Result<Reader, Error> {
        Reader::sign_in(self.caller.tenant(), credential, &self.cloud, &self.transport).await
    }

    /// Whether Entra ID gives the caller a token for a service.
    pub async fn can_sign_in_to(&self, audience: Audience) -> Result<(), Error> {
        self.caller.token(&self.cloud.scope(audience)).await.map(drop).map_err(Error::from)
    }

    /// The tenant that was signed in to, by the token.
    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// HTTP requests sent so far, sign-in and retries included.
    pub fn requests(&self) -> usize {
        self.transport.requests.count()
    }
}

/// Writes, and reads what it must to write safely.
#[derive(Clone, Debug)]
pub struct Writer {
    reader: Reader,
}

impl Writer {
    pub fn new(reader: Reader) -> Writer {
        Writer { reader }
    }

    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}
