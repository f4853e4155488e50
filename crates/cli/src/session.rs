//! A signed-in operator and the services, Azure's or the sandbox's.

use std::time::Instant;

use azure::{Audience, Cloud, Credential, Reader, Roots, Transport};
use emulator::StartError;
use mondoo::Mondoo;
use observer::{Observation, ObserveError};
use planner::{Event, Events};
use spec::VaultCertificate;
use time::OffsetDateTime;
use url::Url;

use crate::advice::{azure_failure, cloud_failure, mondoo_failure, observe_failure};
use crate::arguments::Connection;
use crate::console::Console;
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::mondoo_account;
use crate::progress::Progress;
use crate::vault_source;

pub(crate) struct Session {
    pub reader: Reader,
    /// None, where the spec has no integration, this run is not about it, or nobody has access.
    pub mondoo: Option<Mondoo>,
    began: Instant,
    services: Services,
}

impl Session {
    pub(crate) async fn connect(
        connection: &Connection,
        inputs: &mut Inputs,
        console: &Console,
    ) -> Result<Session, Failure> {
        let began = Instant::now();
        let progress = Progress::reading(console);
        progress.report(&Event::Reading { what: "who signs in" });
        let operators = Services::operators(connection, inputs)?;
        let services = Services::open(connection, inputs).await?;
        let certificate = vault_source::wanted(inputs);
        let vault = certificate.as_ref().map(|certificate| services.vault(certificate));
        let vault = vault.transpose()?.unwrap_or_default();
        let reader = services.sign_in(Some(operators), inputs).await?;
        if let Some(certificate) = certificate {
            progress.report(&Event::Reading { what: "the certificate's vault" });
            vault_source::read(inputs, &certificate, &vault, &reader).await?;
        }
        let mondoo = services.mondoo(inputs).await?;
        Ok(Session { reader, mondoo, began, services })
    }

    pub(crate) async fn observe(
        &self,
        inputs: &Inputs,
        events: Events<'_>,
    ) -> Result<Observation, Failure> {
        self.try_observe(inputs, events).await.map_err(|error| observe_failure(&error))
    }

    /// For whoever has something to say of a refusal.
    pub(crate) async fn try_observe(
        &self,
        inputs: &Inputs,
        events: Events<'_>,
    ) -> Result<Observation, ObserveError> {
        let now = OffsetDateTime::now_utc();
        let mondoo = self.mondoo.as_ref();
        observer::observe(&self.reader, mondoo, &inputs.desired, now, events).await
    }

    /// Requests sent so far, and the seconds they took.
    pub(crate) fn effort(&self) -> (usize, f64) {
        (self.reader.requests(), self.began.elapsed().as_secs_f64())
    }

    pub(crate) async fn close(self) {
        self.services.close().await;
    }
}

/// The services, before anybody has signed in.
pub(crate) struct Services {
    pub cloud: Cloud,
    pub transport: Transport,
    sandbox: Option<emulator::Sandbox>,
}

impl Services {
    pub(crate) async fn open(
        connection: &Connection,
        inputs: &Inputs,
    ) -> Result<Services, Failure> {
        check_cloud(connection, inputs)?;
        let sandbox = start_sandbox(connection).await?;
        let (cloud, transport) = match &sandbox {
            Some(sandbox) => in_sandbox(connection, sandbox).await?,
            None => in_azure(connection, inputs).await?,
        };
        Ok(Services { cloud, transport, sandbox })
    }

    /// The ways in which an operator may sign in, as the environment says; none in the sandbox, which
    /// knows its own. Nothing is sent.
    pub(crate) fn operators(
        connection: &Connection,
        inputs: &Inputs,
    ) -> Result<Vec<Credential>, Failure> {
        if connection.sandbox {
            return Ok(Vec::new());
        }
        check_cloud(connection, inputs)?;
        environment::check_tenant(&inputs.desired.tenant)?;
        environment::credentials(connection.auth)
    }

    pub(crate) async fn sign_in(
        &self,
        operators: Option<Vec<Credential>>,
        inputs: &Inputs,
    ) -> Result<Reader, Failure> {
        let credentials = match &self.sandbox {
            Some(sandbox) => vec![operator_of(sandbox)],
            None => operators.unwrap_or_default(),
        };
        let tenant = inputs.desired.tenant.to_string();
        let (cloud, transport) = (&self.cloud, &self.transport);
        let reader = Reader::sign_in_first(&tenant, credentials, cloud, transport, first(inputs));
        reader.await.map_err(|error| azure_failure(&error))
    }

    /// The address of a certificate's vault. The sandbox's vaults are at its own address, which a
    /// spec cannot know.
    fn vault(&self, certificate: &VaultCertificate) -> Result<String, Failure> {
        let VaultCertificate { vault, .. } = certificate;
        let suffix = format!(".{}", self.cloud.vault_suffix);
        let name = vault.strip_prefix("https://").and_then(|host| host.strip_suffix(&suffix));
        if let (Some(sandbox), Some(name)) = (&self.sandbox, name) {
            return Ok(format!("{}/vaults/{name}", sandbox.url()));
        }
        if Url::parse(vault).is_ok_and(|url| self.cloud.holds_vault(&url)) {
            return Ok(vault.clone());
        }
        let message = format!("{vault} is no address of a vault in this cloud");
        Err(Failure::new(Exit::BadInput, message)
            .hint(format!("correct certificate.source.keyVault.url: https://NAME{suffix}/…")))
    }

    /// Who manages the integration.
    pub(crate) async fn mondoo(&self, inputs: &Inputs) -> Result<Option<Mondoo>, Failure> {
        if inputs.desired.integration.is_none() || !inputs.desired.only.touch_sign_in() {
            return Ok(None);
        }
        let (credential, endpoint) = match &self.sandbox {
            Some(sandbox) => in_sandbox_space(sandbox),
            None => (mondoo_account::mondoo_credential()?, mondoo_account::mondoo_endpoint()?),
        };
        let Some(credential) = credential else { return Ok(None) };
        let transport = mondoo_account::mondoo_transport(&self.transport);
        let connected = Mondoo::connect(credential, endpoint, transport).await;
        connected.map(Some).map_err(|error| mondoo_failure(&error))
    }

    pub(crate) async fn close(self) {
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

/// Whoever is given the service principal has no business in Microsoft Graph, and may have no token
/// for it.
fn first(inputs: &Inputs) -> Audience {
    match inputs.desired.application.given {
        Some(_) => Audience::ResourceManager,
        None => Audience::Graph,
    }
}

type Endpoints = (Cloud, Transport);

async fn start_sandbox(connection: &Connection) -> Result<Option<emulator::Sandbox>, Failure> {
    if !connection.sandbox {
        return Ok(None);
    }
    let options = emulator::Options::in_directory(&connection.sandbox_dir);
    emulator::Sandbox::start(options).await.map(Some).map_err(|error| start_failure(&error))
}

pub(crate) fn start_failure(error: &StartError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

async fn in_sandbox(
    connection: &Connection,
    sandbox: &emulator::Sandbox,
) -> Result<Endpoints, Failure> {
    let ca = read_ca(sandbox.ca_file())?;
    let transport = transport(connection, &Roots::Only(ca))?;
    let url = Url::parse(sandbox.url()).expect("the sandbox's own URL");
    let cloud = read_cloud(&url, &transport).await?;
    Ok((cloud, transport))
}

fn in_sandbox_space(sandbox: &emulator::Sandbox) -> (Option<mondoo::Credential>, Option<Url>) {
    let token = sandbox.mondoo().api_token.expose().to_owned();
    let url = Url::parse(sandbox.url()).expect("the sandbox's own URL");
    (Some(mondoo::Credential::ApiToken(token.into())), Some(url))
}

fn operator_of(sandbox: &emulator::Sandbox) -> Credential {
    let operator = sandbox.operator();
    Credential::ClientSecret {
        client_id: operator.client_id.clone(),
        secret: operator.client_secret.expose().to_owned().into(),
    }
}

async fn in_azure(connection: &Connection, inputs: &Inputs) -> Result<Endpoints, Failure> {
    let roots = match &connection.ca_certificate {
        Some(file) => Roots::SystemAnd(read_ca(file)?),
        None => Roots::System,
    };
    let transport = transport(connection, &roots)?;
    let cloud = match &connection.cloud_metadata {
        Some(url) => read_cloud(url, &transport).await?,
        None => known_cloud(inputs.desired.cloud),
    };
    Ok((cloud, transport))
}

fn check_cloud(connection: &Connection, inputs: &Inputs) -> Result<(), Failure> {
    let wanted = inputs.desired.cloud;
    if connection.cloud_metadata.is_none() || wanted == spec::Cloud::Public {
        return Ok(());
    }
    let message = format!("the spec says `cloud: {wanted}`, and --cloud-metadata another one");
    Err(Failure::new(Exit::BadInput, message)
        .hint("leave --cloud-metadata out, or take `cloud` out of the spec"))
}

fn known_cloud(cloud: spec::Cloud) -> Cloud {
    match cloud {
        spec::Cloud::Public => Cloud::public(),
        spec::Cloud::UsGovernment => Cloud::us_government(),
        spec::Cloud::UsGovernmentDod => Cloud::us_government_dod(),
        spec::Cloud::China => Cloud::china(),
    }
}

fn read_ca(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        Failure::new(Exit::BadInput, format!("{} cannot be read: {error}", file.display()))
    })
}

fn transport(connection: &Connection, roots: &Roots) -> Result<Transport, Failure> {
    let transport =
        Transport::new(roots).map_err(|error| Failure::new(Exit::BadInput, error.to_string()))?;
    Ok(match &connection.http_log {
        Some(file) => transport.logged(file.log.clone()),
        None => transport,
    })
}

async fn read_cloud(url: &Url, transport: &Transport) -> Result<Cloud, Failure> {
    Cloud::from_metadata(url, transport).await.map_err(|error| cloud_failure(&error))
}
