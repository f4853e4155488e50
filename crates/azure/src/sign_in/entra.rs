//! Entra ID's token endpoint: a client secret or an assertion in, a token out.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::CustomConfiguration;
use azure_core::credentials::{AccessToken, Secret, TokenCredential};
use azure_core::error::ErrorKind;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{
    AsyncRawResponse, ClientMethodOptions, ClientOptions, Context, Request, Url,
};
use azure_identity::{
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions,
    ClientSecretCredential, ClientSecretCredentialOptions,
};
use serde::Deserialize;
use serde_json::Value;

use super::error::one_line;
use super::{SignInError, from_credential};
use crate::Transport;
use crate::retry::Retry;
use crate::transport::is_web_page;
use crate::wire::Bodies;

/// One tenant's sign-in.
pub(super) struct Entra<'a> {
    pub tenant: &'a str,
    pub login: &'a Url,
    pub transport: &'a Transport,
}

impl Entra<'_> {
    pub(super) async fn by_secret(
        &self,
        client_id: &str,
        secret: &Secret,
        scope: &str,
    ) -> Result<AccessToken, SignInError> {
        let options = ClientSecretCredentialOptions { client_options: self.options() };
        let credential = ClientSecretCredential::new(
            self.tenant,
            client_id.to_owned(),
            secret.clone(),
            Some(options),
        );
        let credential = credential.map_err(|error| from_credential(&error))?;
        credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
    }

    pub(super) async fn by_assertion(
        &self,
        client_id: &str,
        assertion: String,
        scope: &str,
    ) -> Result<AccessToken, SignInError> {
        let options = ClientAssertionCredentialOptions { client_options: self.options() };
        let credential = ClientAssertionCredential::new(
            self.tenant.to_owned(),
            client_id.to_owned(),
            Assertion(assertion),
            Some(options),
        );
        let credential = credential.map_err(|error| from_credential(&error))?;
        credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
    }

    /// What an assertion of ours is addressed to.
    pub(super) fn token_endpoint(&self) -> String {
        let login = self.login.as_str().trim_end_matches('/');
        format!("{login}/{}/oauth2/v2.0/token", self.tenant)
    }

    fn options(&self) -> ClientOptions {
        let first = Some(Arc::new(ReadRefusals) as Arc<dyn Policy>);
        let mut options = self.transport.options(first, Retry::Always, Bodies::LeftOut);
        let mut endpoints = CustomConfiguration::default();
        endpoints.authority_host = self.login.to_string();
        options.cloud = Some(Arc::new(endpoints.into()));
        options
    }
}

/// Made for one token, so it is given once.
struct Assertion(String);

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assertion")
    }
}

#[async_trait]
impl ClientAssertion for Assertion {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.clone())
    }
}

/// Reads what the token endpoint answers when it is no token. `azure_identity` 1.0 loses Entra's
/// description when it has a character that JSON escapes.
#[derive(Debug)]
struct ReadRefusals;

#[async_trait]
impl Policy for ReadRefusals {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let response = next[0].send(context, request, &next[1..]).await?;
        let (status, headers, body) = response.deconstruct();
        let body = body.collect().await?;
        let failed = |error| Err(azure_core::Error::new(ErrorKind::Credential, error));
        if status.is_success() {
            return match serde_json::from_slice::<Value>(&body) {
                Ok(answer) if answer["access_token"].is_string() => {
                    Ok(AsyncRawResponse::from_bytes(status, headers, body))
                }
                Ok(_) | Err(_) => failed(senseless(status.into(), is_web_page(&headers))),
            };
        }
        match serde_json::from_slice(&body) {
            Ok(EntraError { error_description, error_codes }) => failed(SignInError::Refused {
                code: error_codes.first().copied(),
                description: one_line(&error_description),
            }),
            Err(_) => failed(senseless(status.into(), is_web_page(&headers))),
        }
    }
}

fn senseless(status: u16, is_web_page: bool) -> SignInError {
    let what = if is_web_page { "a web page" } else { "something that is no token" };
    SignInError::Senseless { reason: format!("{what} with status {status}") }
}

#[derive(Deserialize)]
struct EntraError {
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}
