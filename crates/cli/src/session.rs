//! A signed-in operator and the services, Azure's or the sandbox's.

use std::time::Instant;

use azure::{Audience, Cloud, CloudError, Credential, Reader, Roots, SignInError, Transport};
use emulator::StartError;
use observer::{Observation, ObserveError};
use planner::{Event, Events};
use time::OffsetDateTime;
use url::Url;

use crate::arguments::Connection;
use crate::console::Console;
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;

pub(crate) struct Session {
    pub reader: Reader,
    began: Instant,
    sandbox: Option<emulator::Sandbox>,
}

impl Session {
    pub(crate) async fn connect(
        connection: &Connection,
        inputs: &Inputs,
        console: &Console,
    ) -> Result<Session, Failure> {
        let began = Instant::now();
        let progress = Progress::reading(console);
        progress.report(&Event::Reading { what: "who signs in" });
        let sandbox = start_sandbox(connection).await?;
        let (cloud, credential, transport) = match &sandbox {
            Some(sandbox) => in_sandbox(sandbox).await?,
            None => in_azure(connection).await?,
        };
        let tenant = inputs.desired.tenant.to_string();
        let reader = Reader::sign_in(&tenant, credential, &cloud, &transport, first(inputs))
            .await
            .map_err(|error| azure_failure(&error))?;
        Ok(Session { reader, began, sandbox })
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
        observer::observe(&self.reader, &inputs.desired, now, events).await
    }

    /// Requests sent so far, and the seconds they took.
    pub(crate) fn effort(&self) -> (usize, f64) {
        (self.reader.requests(), self.began.elapsed().as_secs_f64())
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

type Endpoints = (Cloud, Credential, Transport);

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

async fn in_sandbox(sandbox: &emulator::Sandbox) -> Result<Endpoints, Failure> {
    let ca = read_ca(sandbox.ca_file())?;
    let transport = transport(&Roots::Only(ca))?;
    let url = Url::parse(sandbox.url()).expect("the sandbox's own URL");
    let cloud = cloud(&url, &transport).await?;
    let operator = sandbox.operator();
    let credential = Credential::ClientSecret {
        client_id: operator.client_id.clone(),
        secret: operator.client_secret.expose().to_owned().into(),
    };
    Ok((cloud, credential, transport))
}

async fn in_azure(connection: &Connection) -> Result<Endpoints, Failure> {
    let roots = match &connection.ca_certificate {
        Some(file) => Roots::SystemAnd(read_ca(file)?),
        None => Roots::System,
    };
    let credential = environment::credential()?;
    let transport = transport(&roots)?;
    let cloud = match &connection.cloud_metadata {
        Some(url) => cloud(url, &transport).await?,
        None => Cloud::public(),
    };
    Ok((cloud, credential, transport))
}

fn read_ca(file: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        Failure::new(Exit::BadInput, format!("{} cannot be read: {error}", file.display()))
    })
}

fn transport(roots: &Roots) -> Result<Transport, Failure> {
    Transport::new(roots).map_err(|error| Failure::new(Exit::BadInput, error.to_string()))
}

async fn cloud(url: &Url, transport: &Transport) -> Result<Cloud, Failure> {
    Cloud::from_metadata(url, transport).await.map_err(|error| {
        let failure = Failure::new(Exit::Failed, error.to_string());
        match error {
            CloudError::NoAnswer { .. } => failure.hint("is the URL right, and the CA trusted?"),
            CloudError::Senseless { .. } => failure.hint("name the URL of a cloud's metadata"),
        }
    })
}

pub(crate) fn observe_failure(error: &ObserveError) -> Failure {
    match error {
        ObserveError::Scopes(problems) => {
            let messages = problems.iter().map(ToString::to_string).collect();
            Failure::several(Exit::NotPermitted, messages)
                .hint("check the spec's scopes; reading needs Reader at each of them")
        }
        ObserveError::WrongTenant { .. } => Failure::new(Exit::NotPermitted, error.to_string())
            .hint("sign in to the spec's tenant, or correct the spec"),
        ObserveError::Azure(error) => azure_failure(error),
    }
}

fn azure_failure(error: &azure::Error) -> Failure {
    let exit = if error.is_not_permitted() { Exit::NotPermitted } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error {
        azure::Error::SignIn(SignInError::NoLogin { .. }) => failure.hint(
            "log in with az login, or set AZURE_CLIENT_ID and AZURE_CLIENT_SECRET; --sandbox needs \
             neither",
        ),
        azure::Error::SignIn(SignInError::Refused { .. }) => {
            failure.hint("check the spec's tenant, and AZURE_CLIENT_ID and AZURE_CLIENT_SECRET")
        }
        azure::Error::SignIn(SignInError::NoAnswer { .. }) | azure::Error::NoAnswer { .. } => {
            failure.hint("check this machine's network and proxy, and run it again")
        }
        azure::Error::Refused(_) if exit == Exit::NotPermitted => failure.hint(
            "reading needs Application.Read.All and Directory.Read.All in Microsoft Graph, and \
                   Reader at each scope",
        ),
        azure::Error::Refused(_) => {
            failure.hint("run it again; if it stays, ask Microsoft with the id")
        }
        azure::Error::Senseless { .. } => failure.hint("is there a proxy that answers instead?"),
    }
}
