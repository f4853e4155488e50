//! GitHub Actions: a job with `id-token: write` asks GitHub who it is.

use azure_core::credentials::Secret;
use azure_core::error::ErrorKind;
use azure_core::http::headers::AUTHORIZATION;
use azure_core::http::{Context, Method, PipelineSendOptions, Request, Url};
use serde_json::Value;

use super::SignInError;
use crate::Transport;
use crate::retry::Retry;
use crate::transport::{error_chain, silence};
use crate::wire::Bodies;

/// What Entra ID expects in tokens of other issuers, unless a federated credential says otherwise.
const AUDIENCE: &str = "api://AzureADTokenExchange";

pub(super) async fn token(
    request_url: &Url,
    request_token: &Secret,
    transport: &Transport,
) -> Result<String, SignInError> {
    let mut url = request_url.clone();
    url.query_pairs_mut().append_pair("audience", AUDIENCE);
    let mut request = Request::new(url, Method::Get);
    request.insert_header(AUTHORIZATION, format!("Bearer {}", request_token.secret()));
    let pipeline = transport.pipeline(Retry::Always, Bodies::LeftOut, None);
    let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
    let response = pipeline.send(&Context::new(), &mut request, Some(options)).await;
    let response = response.map_err(|error| match error.kind() {
        ErrorKind::Connection | ErrorKind::Io => SignInError::NoAnswer(silence(&error)),
        _ => SignInError::Unavailable { reason: error_chain(&error) },
    })?;
    let answer: Value = serde_json::from_slice(response.body().as_ref()).unwrap_or_default();
    answer["value"].as_str().map(str::to_owned).ok_or_else(|| {
        let status = u16::from(response.status());
        let reason = format!("GitHub gave no token for this job, but status {status}");
        SignInError::Unavailable { reason }
    })
}
