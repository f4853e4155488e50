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
mod wire;

use std::sync::Arc;

use spec::TenantId;

pub use arm::{
    AccessPolicy, ManagementGroup, PolicyUpdate, RoleAssignment, RoleDefinition, RolePermissions,
    Subscription, Vault, VaultPermissions,
};
pub use cloud::{Audience, Cloud, CloudError};
pub use counter::RequestCounter;
pub use error::{Error, Refusal, Silence};
pub use graph::{
    AppRole, Application, GRAPH_APP_ID, Grant, Granted, Identity, KeyCredential, Operator,
    Organization, Owner, PasswordCredential, PrincipalState, Question, SameName, ServicePrincipal,
    VerifiedDomain,
};
pub use http_log::HttpLog;
pub use sign_in::{ClientCertificate, Credential, SignInError};
pub use transport::{Roots, Transport, TransportError};

use retry::Retry;
use service::Service;
use sign_in::{Authorize, Caller};
use wire::Bodies;

/// Reads, and nothing else.
#[derive(Clone, Debug)]
pub struct Reader {
    caller: Arc<Caller>,
    cloud: Cloud,
    graph: Service,
    arm: Service,
    operator: Operator,
    tenant: Option<TenantId>,
    requests: RequestCounter,
}

impl Reader {
    /// Signs in to `tenant`, an id or a verified domain.
    pub async fn sign_in(
        tenant: &str,
        credential: Credential,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<Reader, Error> {
        Reader::sign_in_first(tenant, vec![credential], cloud, transport).await
    }

    /// Signs in by the first of `credentials` that works.
    pub async fn sign_in_first(
        tenant: &str,
        credentials: Vec<Credential>,
        cloud: &Cloud,
        transport: &Transport,
    ) -> Result<Reader, Error> {
        let (graph_scope, arm_scope) =
            (cloud.scope(Audience::Graph), cloud.scope(Audience::ResourceManager));
        let (caller, token) =
            Caller::first(credentials, tenant, &graph_scope, cloud, transport).await?;
        let operator = Operator::of_token(token.token.secret());
        let tenant = graph::tenant_of_token(token.token.secret());
        let pipeline = |scope, token| {
            let authorize = Authorize::new(Arc::clone(&caller), scope, token);
            transport.pipeline(Retry::ByMethod, Bodies::Kept, Some(authorize))
        };
        let (graph, arm) = (pipeline(graph_scope, Some(token)), pipeline(arm_scope, None));
        Ok(Reader {
            graph: Service::new("Microsoft Graph", cloud.graph.clone(), graph),
            arm: Service::new("Azure Resource Manager", cloud.arm.clone(), arm),
            operator,
            tenant,
            requests: transport.requests.clone(),
            cloud: cloud.clone(),
            caller,
        })
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
        self.requests.count()
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
