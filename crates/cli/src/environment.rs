//! What the environment says of who signs in: the variables of the Azure SDKs.

use azure::Credential;

use crate::exit::{Exit, Failure};

/// A client secret where there is one, else the login of Azure CLI or Azure Developer CLI.
///
/// Whoever set a variable for another way of signing in shall not act as somebody else.
pub(crate) fn credential() -> Result<Credential, Failure> {
    for name in ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"] {
        if variable(name).is_some() && variable("AZURE_CLIENT_SECRET").is_none() {
            let message = format!("{name} is set, and signing in that way is not supported yet");
            return Err(Failure::new(Exit::NotPermitted, message)
                .hint("set AZURE_CLIENT_SECRET, or unset it and log in with az login"));
        }
    }
    match (variable("AZURE_CLIENT_ID"), variable("AZURE_CLIENT_SECRET")) {
        (Some(client_id), Some(secret)) => {
            Ok(Credential::ClientSecret { client_id, secret: secret.into() })
        }
        (None, Some(_)) => {
            let message = "AZURE_CLIENT_SECRET is set, but AZURE_CLIENT_ID is not".to_owned();
            Err(Failure::new(Exit::NotPermitted, message))
        }
        (Some(_) | None, None) => Ok(Credential::DeveloperTools),
    }
}

/// An empty variable counts as none, as it does for the SDKs.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
