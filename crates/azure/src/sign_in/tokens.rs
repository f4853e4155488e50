//! The tokens of one audience, and their place in a request.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::AccessToken;
use azure_core::error::ErrorKind;
use azure_core::http::headers::AUTHORIZATION;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use super::{Caller, SignInError};

/// Before its end a token is replaced: requests take their time, and clocks differ.
const EARLY: Duration = Duration::minutes(5);

/// Authorizes requests with tokens of one scope. Requests that wait for a token at the same time
/// share it.
///
/// A request that is answered with 401 was not carried out, whatever it is: it is sent once more
/// with a new token.
#[derive(Debug)]
pub(crate) struct Authorize {
    caller: Arc<Caller>,
    scope: String,
    token: Mutex<Option<AccessToken>>,
}

impl Authorize {
    pub(crate) fn new(
        caller: Arc<Caller>,
        scope: String,
        token: Option<AccessToken>,
    ) -> Arc<Authorize> {
        Arc::new(Authorize { caller, scope, token: Mutex::new(token) })
    }

    /// A token that is not `refused`.
    async fn token(&self, refused: Option<&AccessToken>) -> Result<AccessToken, SignInError> {
        let mut held = self.token.lock().await;
        let is_refused = |token: &AccessToken| {
            refused.is_some_and(|refused| refused.token.secret() == token.token.secret())
        };
        let now = OffsetDateTime::now_utc();
        let current = held.clone().filter(|token| now < token.expires_on && !is_refused(token));
        if let Some(token) = &current
            && now < token.expires_on - EARLY
        {
            return Ok(token.clone());
        }
        match (self.caller.token(&self.scope).await, current) {
            (Ok(token), _) => {
                *held = Some(token.clone());
                Ok(token)
            }
            // There will be another try before it ends.
            (Err(_), Some(current)) => Ok(current),
            (Err(error), None) => Err(error),
        }
    }
}

#[async_trait]
impl Policy for Authorize {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if request.url().scheme() != "https" {
            let message = "a token is sent over https only";
            return Err(azure_core::Error::with_message(ErrorKind::Other, message));
        }
        let failed = |error| azure_core::Error::new(ErrorKind::Credential, error);
        let token = self.token(None).await.map_err(failed)?;
        request.insert_header(AUTHORIZATION, format!("Bearer {}", token.token.secret()));
        let response = next[0].send(context, request, &next[1..]).await?;
        if u16::from(response.status()) != 401 {
            return Ok(response);
        }
        let token = self.token(Some(&token)).await.map_err(failed)?;
        request.insert_header(AUTHORIZATION, format!("Bearer {}", token.token.secret()));
        request.body_mut().reset().await?;
        next[0].send(context, request, &next[1..]).await
    }
}
