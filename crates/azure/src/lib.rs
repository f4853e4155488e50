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
mod vault_contents;
mod wire;

use std::sync::Arc;

use azure_core::http::Pipeline;
use spec::TenantId;

pub use arm::{
    AccessPolicy, ManagementGroup, PolicyUpdate, RoleAssignment, RoleDefinition, RolePermissions,
    Subscription, Vault, VaultPermissions, WebApp,
};
pub use cloud::{Audience, Cloud, CloudError};
pub use counter::RequestCounter;
pub use error::{Error, Refusal, Silence};
pub use graph::{
    AppRole, Application, GRAPH_APP_ID, Grant, Granted, Identity, KeyCredential, Operator,
    Organization, OwnGrants, Owner, PasswordCredential, PrincipalState, Question, SameName,
    ServicePrincipal, VerifiedDomain,
};
pub use http_log::HttpLog;
pub use sign_in::{ClientCertificate, Credential, SignInError};
pub use transport::{Roots, Transport, TransportError};
pub use vault_contents::VaultItems;

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
    /// Of ARM, too: no log keeps what these answer.
    settings: Service,
    vaults: Pipeline,
    app_roles: Vec<String>,
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
        let app_roles = graph::app_roles_of_token(token.token.secret());
        let authorize = |scope, token| Authorize::new(Arc::clone(&caller), scope, token);
        let pipeline = |bodies, authorize: &Arc<Authorize>| {
            transport.pipeline(Retry::ByMethod, bodies, Some(Arc::<Authorize>::clone(authorize)))
        };
        let (to_graph, to_arm) = (authorize(graph_scope, Some(token)), authorize(arm_scope, None));
        let to_vaults = authorize(cloud.scope(Audience::KeyVault), None);
        let arm = |bodies| {
            let pipeline = pipeline(bodies, &to_arm);
            Service::new("Azure Resource Manager", cloud.arm.clone(), pipeline)
        };
        Ok(Reader {
            graph: Service::new(
                "Microsoft Graph",
                cloud.graph.clone(),
                pipeline(Bodies::Kept, &to_graph),
            ),
            arm: arm(Bodies::Kept),
            settings: arm(Bodies::LeftOut),
            vaults: pipeline(Bodies::LeftOut, &to_vaults),
            app_roles,
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

    /// App roles of Microsoft Graph in the token: what it really lets the caller do.
    pub fn app_roles(&self) -> &[String] {
        &self.app_roles
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
