//! What the environment says of who calls Mondoo's platform: the variables of Mondoo's own tools, in
//! their order.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use mondoo::{Credential, Secret, ServiceAccount, Transport};
use url::Url;

use crate::environment::variable;
use crate::exit::{Exit, Failure};

const BASE64: &str = "MONDOO_CONFIG_BASE64";
const FILE: &str = "MONDOO_CONFIG_PATH";
const TOKEN: &str = "MONDOO_API_TOKEN";
const ENDPOINT: &str = "MONDOO_API_ENDPOINT";
const IDENTITY_TOKEN: &str = "JWT_TOKEN";

/// Who calls; `None` where no variable is set: then nobody does. The account that other tools keep in
/// the home directory is not used: on most machines it is an agent's.
pub(crate) fn mondoo_credential() -> Result<Option<Credential>, Failure> {
    if let Some(base64) = variable(BASE64) {
        return service_account(BASE64, &decoded(&base64)?).map(Some);
    }
    if let Some(file) = variable(FILE) {
        let text = fs_err::read_to_string(&file).map_err(|error| {
            Failure::new(Exit::NotPermitted, format!("{FILE}: {error}")).hint(
                "name the file of a service account with role Editor, from the Mondoo Console",
            )
        })?;
        return service_account(FILE, &text).map(Some);
    }
    variable(TOKEN).map(|token| api_token(&token)).transpose()
}

/// Where the platform is, if that is said.
pub(crate) fn mondoo_endpoint() -> Result<Option<Url>, Failure> {
    let Some(text) = variable(ENDPOINT) else { return Ok(None) };
    match Url::parse(&text) {
        Ok(url) if url.scheme() == "https" && url.has_host() => Ok(Some(url)),
        Ok(_) | Err(_) => {
            let message = format!("{ENDPOINT} is no https URL: {text}");
            Err(Failure::new(Exit::NotPermitted, message)
                .hint("set it to https://us.api.mondoo.com or https://eu.api.mondoo.com"))
        }
    }
}

/// The same connections, retries and logs as for Azure.
pub(crate) fn mondoo_transport(transport: &azure::Transport) -> Transport {
    Transport {
        reading: transport.reading(),
        writing: transport.writing(),
        creating: transport.creating(),
    }
}

/// Base64 that may be broken into lines, as `base64` prints it.
fn decoded(base64: &str) -> Result<String, Failure> {
    let base64: String = base64.split_whitespace().collect();
    let text = BASE64_STANDARD.decode(base64).ok().and_then(|text| String::from_utf8(text).ok());
    text.ok_or_else(|| {
        Failure::new(Exit::NotPermitted, format!("{BASE64} is no text in base64"))
            .hint("set it to what `base64 -w0 FILE` prints of a service account's file")
    })
}

fn service_account(variable_name: &str, text: &str) -> Result<Credential, Failure> {
    let account = ServiceAccount::parse(text).map_err(|error| {
        let message = format!("{variable_name} holds no account for Mondoo: {error}");
        Failure::new(Exit::NotPermitted, message)
            .hint("give it a service account with role Editor, as the Mondoo Console hands it out")
    })?;
    if !account.needs_token() {
        return Ok(Credential::ServiceAccount(account));
    }
    let token = variable(IDENTITY_TOKEN).ok_or_else(|| {
        let message =
            format!("{variable_name} holds a workload identity without a token of its issuer");
        Failure::new(Exit::NotPermitted, message)
            .hint(format!("set {IDENTITY_TOKEN} to a token for the audience that it names"))
    })?;
    Ok(Credential::ServiceAccount(account.with_token(Secret::from(token))))
}

fn api_token(text: &str) -> Result<Credential, Failure> {
    let token = text.trim();
    if token.is_empty() || token.contains(|character: char| !character.is_ascii_graphic()) {
        let message =
            format!("{TOKEN} is no token: it is empty or has a space or line break in it");
        return Err(Failure::new(Exit::NotPermitted, message)
            .hint(format!("a service account's file belongs in {BASE64} or {FILE}")));
    }
    Ok(Credential::ApiToken(Secret::from(token.to_owned())))
}
