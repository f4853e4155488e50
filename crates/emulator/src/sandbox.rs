use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::behaviour::Faults;
use crate::error::StartError;
use crate::login::SigningKey;
use crate::model::tenant::Tenant;
use crate::mondoo::{Accounts, Api, MondooAccess};
use crate::quotas::Quotas;
use crate::request_log::RequestLog;
use crate::requests::RequestCounter;
use crate::seed::Size;
use crate::server::{Port, Server};
use crate::service::Service;
use crate::store::{Change, Directory, DirectoryLock, Store};
use crate::{Behaviour, Clock, Secret, certificates, seed};

/// Where state lives, where to listen, what time it is, and what goes wrong.
#[derive(Debug)]
pub struct Options {
    /// Made if it is not there.
    pub directory: PathBuf,
    /// Port 0 takes any free one.
    pub listen: SocketAddr,
    /// Lets it listen where other machines reach it.
    pub reachable: bool,
    pub clock: Clock,
    pub behaviour: Behaviour,
    /// Gets a line of JSON for every request, with the bodies of both sides but for those with
    /// secrets.
    pub request_log: Option<PathBuf>,
}

impl Options {
    /// On any free port of this machine only, in a tenant in which nothing goes wrong.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            listen: ([127, 0, 0, 1], 0).into(),
            reachable: false,
            clock: Clock::system(),
            behaviour: Behaviour::default(),
            request_log: None,
        }
    }
}

/// A running server.
///
/// Dropping it without `stop` ends the server at once, requests in flight included.
pub struct Sandbox {
    url: String,
    ca_file: PathBuf,
    operators: BTreeMap<&'static str, Operator>,
    operator: Operator,
    mondoo: MondooAccess,
    server: Server,
}

/// A service principal that signs in with a secret.
#[derive(Clone, Debug)]
pub struct Operator {
    pub tenant_id: String,
    pub client_id: String,
    pub client_secret: Secret,
    /// Production.
    pub subscription_id: String,
}

impl Operator {
    fn new(client: Uuid, secret: &Secret) -> Self {
        Self {
            tenant_id: seed::TENANT.to_string(),
            client_id: client.to_string(),
            client_secret: secret.clone(),
            subscription_id: seed::PRODUCTION.to_string(),
        }
    }
}

impl Sandbox {
    /// Opens the state in the directory, or seeds it, and serves it. One process at a time may do
    /// so.
    ///
    /// Runs in the tokio runtime that it is called in.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let Options { directory, listen, reachable, clock, behaviour, request_log } = options;
        if !(reachable || listen.ip().is_loopback()) {
            return Err(StartError::NotLoopback { address: listen });
        }
        let (opened, behaviour) = tokio::task::spawn_blocking(move || {
            (Opened::open(&directory, &behaviour, seed::fresh), behaviour)
        })
        .await
        .expect("opening the state does not panic");
        let Opened { directory, store, signing_key, secret, accounts, tls } = opened?;
        let request_log = request_log.map(|path| RequestLog::create(&path)).transpose()?;
        let port = Port::bind(listen)?;
        let url = format!("https://localhost:{}", port.number());
        let mondoo = accounts.access(&url);
        let service = Service {
            url: url.clone(),
            tenant: seed::TENANT,
            clock,
            faults: Faults::new(&behaviour.faults),
            mondoo: Api::new(behaviour.mondoo.schema, accounts),
            behaviour,
            store,
            signing_key,
            requests: RequestCounter::default(),
            quotas: Quotas::default(),
            request_log,
        };
        let server = Server::start(port, tls, service)?;
        let operator = |client| Operator::new(client, &secret);
        Ok(Self {
            url,
            ca_file: directory.ca_certificate(),
            operators: seed::operators().map(|(name, client)| (name, operator(client))).collect(),
            operator: operator(seed::OPERATOR),
            mondoo,
            server,
        })
    }

    /// `https://localhost:PORT`, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `http://localhost:PORT`: a proxy for `NAME.vault.azure.net`, by which clients reach vaults under
    /// the names that they have in Azure.
    pub fn proxy(&self) -> String {
        self.url.replacen("https", "http", 1)
    }

    /// The certificate of the sandbox's own authority, in PEM.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The one that may do everything a set-up needs.
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Every seeded operator by its name, to try split duties with.
    pub fn operators(&self) -> &BTreeMap<&'static str, Operator> {
        &self.operators
    }

    /// How to use Mondoo's API, which is at `url`.
    pub fn mondoo(&self) -> &MondooAccess {
        &self.mondoo
    }

    /// Finishes requests in flight and releases the directory.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Fills an empty directory with a large tenant: the one that a fresh sandbox holds, and beside it
/// as many groups, subscriptions and vaults as are asked for, the same ones every time.
pub fn generate(directory: &Path, size: Size) -> Result<(), StartError> {
    if Directory::create(directory)?.state().exists() {
        return Err(StartError::Occupied { directory: directory.to_owned() });
    }
    Opened::open(directory, &Behaviour::default(), |secret| seed::large(secret, size)).map(drop)
}

/// Everything that comes from the directory.
struct Opened {
    directory: Directory,
    store: Store,
    signing_key: SigningKey,
    secret: Secret,
    accounts: Accounts,
    tls: std::sync::Arc<rustls::ServerConfig>,
}

impl Opened {
    /// The state is written last, so that a start that was killed is begun again.
    fn open(
        path: &Path,
        behaviour: &Behaviour,
        seed: impl FnOnce(&str) -> (Tenant, Vec<Change>),
    ) -> Result<Self, StartError> {
        let directory = Directory::create(path)?;
        let lock = DirectoryLock::take(&directory)?;
        let tls = certificates::server_config(&directory)?;
        let signing_key = SigningKey::load_or_create(&directory)?;
        let secret = operator_secret(&directory)?;
        let accounts = Accounts::load_or_create(&directory)?;
        let given = seed::given(&behaviour.subscriptions);
        let store = Store::open(&directory, lock, behaviour, || seed(secret.expose()), given)?;
        Ok(Self { directory, store, signing_key, secret, accounts, tls })
    }
}

/// Made once per directory; the state holds only a digest of it.
fn operator_secret(directory: &Directory) -> Result<Secret, StartError> {
    let file = directory.operator_secret();
    let damaged = |reason: &str| StartError::Damaged {
        file: file.clone(),
        line: 1,
        reason: reason.to_owned(),
    };
    if let Some(bytes) = directory.read(&file)? {
        return String::from_utf8(bytes)
            .map(Secret::new)
            .map_err(|_| damaged("it is not UTF-8 text"));
    }
    if directory.state().exists() {
        return Err(damaged("it is missing, although there is a tenant that knows its digest"));
    }
    let mut random = [0; 30];
    aws_lc_rs::rand::fill(&mut random)
        .map_err(|_| directory.io(std::io::Error::other("no random numbers")))?;
    let secret = Secret::new(URL_SAFE_NO_PAD.encode(random));
    directory.write(&file, secret.expose().as_bytes())?;
    Ok(secret)
}
