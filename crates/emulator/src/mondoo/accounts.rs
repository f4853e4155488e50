use rcgen::{CertificateParams, DnType, KeyPair, PKCS_ECDSA_P384_SHA384, date_time_ymd};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::encoding::base64url;
use crate::error::StartError;
use crate::mondoo::spaces::{ORGANIZATION, SPACE};
use crate::secret::Secret;
use crate::store::Directory;

/// Credentials for Mondoo's API.
pub struct MondooAccess {
    /// Of an Editor of the whole organization.
    pub api_token: Secret,
    /// The JSON of an Editor of `space`.
    pub service_account: Secret,
    /// The JSON of an Agent of `space`, which may use nothing of what is emulated.
    pub agent: Secret,
    /// The MRN of a space.
    pub space: String,
}

/// Whoever can call: made once per directory.
pub(crate) struct Accounts {
    pub(super) api_token: Secret,
    pub(super) editor: ServiceAccount,
    pub(super) agent: ServiceAccount,
}

pub(super) struct ServiceAccount {
    pub(super) mrn: String,
    pub(super) scope: &'static str,
    pub(super) name: &'static str,
    private_key: Secret,
    certificate: String,
    /// An uncompressed point on P-384.
    pub(super) public_key: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct File {
    api_token: String,
    editor: Keys,
    agent: Keys,
}

#[derive(Serialize, Deserialize)]
struct Keys {
    private_key: String,
    certificate: String,
}

impl Accounts {
    pub(crate) fn load_or_create(directory: &Directory) -> Result<Self, StartError> {
        let path = directory.mondoo_accounts();
        let damaged = |reason: String| StartError::Damaged { file: path.clone(), line: 1, reason };
        let file = match directory.read(&path)? {
            Some(bytes) => {
                serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?
            }
            None => create(directory)?,
        };
        let File { api_token, editor, agent } = file;
        let editor = ServiceAccount::new("2mEditor", "editor", editor).map_err(damaged)?;
        let agent = ServiceAccount::new("2mAgent", "agent", agent).map_err(damaged)?;
        Ok(Self { api_token: Secret::new(api_token), editor, agent })
    }

    /// `url` is where the API is.
    pub(crate) fn access(&self, url: &str) -> MondooAccess {
        MondooAccess {
            api_token: self.api_token.clone(),
            service_account: self.editor.file(url),
            agent: self.agent.file(url),
            space: SPACE.to_owned(),
        }
    }
}

impl ServiceAccount {
    fn new(id: &str, name: &'static str, keys: Keys) -> Result<Self, String> {
        let pair = KeyPair::from_pem(&keys.private_key).map_err(|error| error.to_string())?;
        let space = SPACE.trim_start_matches("//captain.api.mondoo.app");
        Ok(Self {
            mrn: format!("//agents.api.mondoo.app{space}/serviceaccounts/{id}"),
            scope: SPACE,
            name,
            private_key: Secret::new(keys.private_key),
            certificate: keys.certificate,
            public_key: pair.public_key_raw().to_vec(),
        })
    }

    /// As a workload gets it for a token of its own: the space stands under another name
    /// (documented).
    pub(super) fn exchanged(&self, url: &str) -> Secret {
        let file = json!({
            "mrn": self.mrn,
            "space_mrn": self.scope,
            "private_key": self.private_key.expose(),
            "certificate": self.certificate,
            "api_endpoint": url,
        });
        Secret::new(file.to_string())
    }

    /// As the Console offers it for download (documented).
    fn file(&self, url: &str) -> Secret {
        let file = json!({
            "mrn": self.mrn,
            "parent_mrn": self.scope,
            "scope_mrn": self.scope,
            "private_key": self.private_key.expose(),
            "certificate": self.certificate,
            "api_endpoint": url,
        });
        Secret::new(file.to_string())
    }
}

fn create(directory: &Directory) -> Result<File, StartError> {
    let failed = |what: &str| directory.io(std::io::Error::other(format!("no {what}")));
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| failed("random numbers"))?;
    let keys = || keys().map_err(|error| failed(&format!("key for Mondoo's accounts: {error}")));
    let file = File { api_token: base64url(&random), editor: keys()?, agent: keys()? };
    directory.write(&directory.mondoo_accounts(), json!(file).to_string().as_bytes())?;
    Ok(file)
}

fn keys() -> Result<Keys, rcgen::Error> {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384)?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, ORGANIZATION);
    (parameters.not_before, parameters.not_after) =
        (date_time_ymd(2020, 1, 1), date_time_ymd(2120, 1, 1));
    let certificate = parameters.self_signed(&pair)?.pem();
    Ok(Keys { private_key: pair.serialize_pem(), certificate })
}
