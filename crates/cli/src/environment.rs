//! What the environment says of who signs in: the variables of the Azure SDKs, in their order.

use std::path::PathBuf;

use azure::{ClientCertificate, Credential};
use certificate::{FileError, KeyPair, PemError, Signer};
use spec::{TenantId, TenantRef};
use time::OffsetDateTime;
use url::Url;

use crate::arguments::Auth;
use crate::exit::{Exit, Failure};

const CLIENT_ID: &str = "AZURE_CLIENT_ID";
const SECRET: &str = "AZURE_CLIENT_SECRET";
const CERTIFICATE: &str = "AZURE_CLIENT_CERTIFICATE_PATH";
const TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";

/// The ways to sign in, in the order in which they are tried.
///
/// Whoever set a variable for one way shall not act as somebody else: then there is no other.
pub(crate) fn credentials(auth: Option<Auth>) -> Result<Vec<Credential>, Failure> {
    if let Some(auth) = auth.or_else(chosen) {
        return Ok(vec![credential(auth)?]);
    }
    let any = [Auth::ManagedIdentity, Auth::AzureCli, Auth::AzureDeveloperCli];
    any.into_iter().map(credential).collect()
}

/// What the variables ask for, if they do.
fn chosen() -> Option<Auth> {
    let is_set = |name| variable(name).is_some();
    if is_set(SECRET) {
        Some(Auth::ClientSecret)
    } else if is_set(CERTIFICATE) {
        Some(Auth::ClientCertificate)
    } else if is_set(TOKEN_FILE) {
        Some(Auth::WorkloadIdentity)
    } else if !is_set(CLIENT_ID) {
        None
    } else if is_set(GITHUB_URL) && is_set(GITHUB_TOKEN) {
        Some(Auth::GithubOidc)
    } else {
        // A client id alone is that of a user-assigned identity.
        Some(Auth::ManagedIdentity)
    }
}

fn credential(auth: Auth) -> Result<Credential, Failure> {
    let needed = |name| needed(name, auth);
    Ok(match auth {
        Auth::ClientSecret => {
            let secret = needed(SECRET)?.into();
            Credential::ClientSecret { client_id: needed(CLIENT_ID)?, secret }
        }
        Auth::ClientCertificate => {
            let file = PathBuf::from(needed(CERTIFICATE)?);
            let pair = KeyPair::read(&file, OffsetDateTime::now_utc());
            let pair = pair.map_err(|error| bad_certificate(&error))?;
            with_certificate(needed(CLIENT_ID)?, pair.signer())
        }
        Auth::WorkloadIdentity => {
            let token_file = needed(TOKEN_FILE)?.into();
            Credential::WorkloadIdentity { client_id: needed(CLIENT_ID)?, token_file }
        }
        Auth::GithubOidc => {
            let url = needed(GITHUB_URL)?;
            let request_url = Url::parse(&url).map_err(|error| {
                Failure::new(Exit::NotPermitted, format!("{GITHUB_URL} is no URL: {error}"))
            })?;
            let request_token = needed(GITHUB_TOKEN)?.into();
            Credential::GitHubOidc { client_id: needed(CLIENT_ID)?, request_url, request_token }
        }
        Auth::ManagedIdentity => Credential::ManagedIdentity {
            client_id: variable(CLIENT_ID),
            of_machine: ["IDENTITY_ENDPOINT", "MSI_ENDPOINT"].map(variable) == [None, None],
        },
        Auth::AzureCli => Credential::AzureCli,
        Auth::AzureDeveloperCli => Credential::AzureDeveloperCli,
    })
}

/// To sign in as an application with its certificate.
pub(crate) fn with_certificate(client_id: String, signer: Signer) -> Credential {
    let sha256 = signer.certificate().digest();
    let sign = move |message: &[u8]| signer.sign_ps256(message).map_err(|e| e.to_string());
    Credential::ClientCertificate(ClientCertificate::new(client_id, sha256, sign))
}

/// The tenant is the spec's; a variable that names another is an oversight.
pub(crate) fn check_tenant(wanted: &TenantRef) -> Result<(), Failure> {
    let Some(named) = variable("AZURE_TENANT_ID") else { return Ok(()) };
    let named: TenantRef =
        named.parse::<TenantId>().map_or(TenantRef::Domain(named.to_lowercase()), TenantRef::Id);
    let differs = match (&named, wanted) {
        (TenantRef::Id(named), TenantRef::Id(wanted)) => named != wanted,
        (TenantRef::Domain(named), TenantRef::Domain(wanted)) => named != wanted,
        // Which domain is whose is known once somebody has signed in.
        (TenantRef::Id(_), TenantRef::Domain(_)) | (TenantRef::Domain(_), TenantRef::Id(_)) => {
            false
        }
    };
    if !differs {
        return Ok(());
    }
    let message = format!("the spec is for tenant {wanted}, but AZURE_TENANT_ID is {named}");
    Err(Failure::new(Exit::NotPermitted, message)
        .hint("unset AZURE_TENANT_ID, which the spec makes needless, or correct the spec's tenant"))
}

fn needed(name: &'static str, auth: Auth) -> Result<String, Failure> {
    variable(name).ok_or_else(|| {
        let message = format!("signing in by {auth} needs {name}, which is not set");
        Failure::new(Exit::NotPermitted, message)
            .hint("set it, or choose another way with --auth: docs/sign-in.md has them all")
    })
}

/// An empty variable counts as none, as it does for the SDKs.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn bad_certificate(error: &FileError) -> Failure {
    let (reason, hint) = match error {
        FileError::Unreadable { path, reason } => {
            let reason = format!("{} cannot be read: {reason}", path.display());
            (reason, "put a PEM file with certificate and private key there".to_owned())
        }
        FileError::Unusable { path, reason: reason @ PemError::Encrypted } => {
            let encrypted =
                format!("{} cannot be used: its private key is encrypted", path.display());
            (encrypted, reason.hint(path))
        }
        FileError::Unusable { path, reason } => {
            let hint = match reason {
                PemError::NotRsa | PemError::TooSmall(_) | PemError::Expired(_) => {
                    "use another certificate that the application trusts".to_owned()
                }
                PemError::NoKey => format!("add the private key to {}", path.display()),
                other => other.hint(path),
            };
            (error.to_string(), hint)
        }
    };
    Failure::new(Exit::NotPermitted, format!("{CERTIFICATE}: {reason}")).hint(hint)
}
