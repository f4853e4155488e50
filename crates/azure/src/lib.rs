//! Typed calls to Entra ID, Microsoft Graph, Azure Resource Manager and Key Vault's management.
//!
//! A [`Reader`] cannot write; a [`Writer`] can. Every request goes through one pipeline of
//! `azure_core` with a retry policy that knows the method: see `retry`.

mod arm;
mod cloud;
mod counter;
mod error;
mod graph;
mod retry;
mod service;
mod sign_in;
mod transport;

use std::sync::Arc;

use spec::TenantId;

pub use arm::{
    AccessPolicy, Conditions, Lock, ManagementGroup, PolicyUpdate, RoleAssignment, RoleDefinition,
    RolePermissions, Subscription, Vault, VaultPermissions,
};
pub use cloud::{Cloud, CloudError};
pub use counter::RequestCounter;
pub use error::{Error, Refusal};
pub use graph::{
    AppRole, Application, CertificateLifetime, DirectoryRoleAssignment, GRAPH_APP_ID, Grant,
    Granted, Identity, KeyCredential, MemberOf, Memberships, Operator, Organization, Owner, Owners,
    PasswordCredential, PrincipalState, Question, SameName, ServicePrincipal, TokenRights,
    VerifiedDomain,
};
pub use sign_in::{Credential, SignInError};
pub use transport::{Roots, Transport, TransportError};

use service::Service;
use sign_in::SignedIn;

/// Reads, and nothing else.
#[derive(Clone, Debug)]
pub struct Reader {
    graph: Service,
    arm: Service,
    operator: Operator,
    tenant: Option<TenantId>,
    token_rights: TokenRights,
    requests: RequestCounter,
}

/// Which service the operator shows themself to first. A token for the other one is asked for when
/// that is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Graph,
    ResourceManager,
}

impl Audience {
    /// As messages call it.
    fn name(self) -> &'static str {
        match self {
            Audience::Graph => "Microsoft Graph",
            Audience::ResourceManager => "Azure Resource Manager",
        }
    }
}

impl Reader {
    /// Signs in to `tenant`, an id or a verified domain.
    pub async fn sign_in(
        tenant: &str,
        credential: Credential,
        cloud: &Cloud,
        transport: &Transport,
        first: Audience,
    ) -> Result<Reader, Error> {
        let requests = transport.requests.clone();
        let graph_scope = format!("{}/.default", cloud.graph.as_str().trim_end_matches('/'));
        let arm_scope = format!("{}/.default", cloud.arm_audience.trim_end_matches('/'));
        let scope = match first {
            Audience::Graph => &graph_scope,
            Audience::ResourceManager => &arm_scope,
        };
        let SignedIn { credential, token } =
            credential.sign_in(tenant, scope, cloud, transport).await?;
        let pipeline = |scope| transport.pipeline(Arc::clone(&credential), scope);
        Ok(Reader {
            graph: Service::new(Audience::Graph.name(), cloud.graph.clone(), pipeline(graph_scope)),
            arm: Service::new(
                Audience::ResourceManager.name(),
                cloud.arm.clone(),
                pipeline(arm_scope),
            ),
            operator: Operator::of_token(token.token.secret()),
            tenant: graph::tenant_of_token(token.token.secret()),
            token_rights: TokenRights::of_token(token.token.secret()),
            requests,
        })
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
