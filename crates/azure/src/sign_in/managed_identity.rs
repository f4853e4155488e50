//! The identity that Azure gives to a machine, an app service or a container.

use std::time::Duration;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::http::{
    ClientOptions, Context, ExponentialRetryOptions, Method, Pipeline, PipelineSendOptions,
    Request, RetryOptions, Url,
};
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};

use super::{SignInError, from_credential};
use crate::Transport;
use crate::wire::Bodies;

/// The metadata service is on the machine's own host: it answers at once, or there is none.
const PROBE: Duration = Duration::from_secs(1);
const METADATA: &str =
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01";

pub(super) async fn token(
    client_id: Option<&str>,
    of_machine: bool,
    scope: &str,
    transport: &Transport,
) -> Result<AccessToken, SignInError> {
    let client_options = transport.local_options(Bodies::LeftOut)?;
    if of_machine && !answers(client_options.clone()).await {
        let reason = "no metadata service of Azure answers on this machine".to_owned();
        return Err(SignInError::Unavailable { reason });
    }
    // For app services; for machines `azure_identity` follows the documented schedule.
    let retry = ExponentialRetryOptions { max_retries: 3, ..ExponentialRetryOptions::default() };
    let client_options =
        ClientOptions { retry: RetryOptions::exponential(retry), ..client_options };
    let user_assigned_id = client_id.map(|id| UserAssignedId::ClientId(id.to_owned()));
    let options = ManagedIdentityCredentialOptions { user_assigned_id, client_options };
    let credential = ManagedIdentityCredential::new(Some(options));
    let credential = credential.map_err(|error| from_credential(&error))?;
    credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
}

/// Whether this is a machine in Azure. Without its `Metadata` header a request for a token is
/// refused as a bad one (documented); the services of other clouds at this address answer otherwise.
async fn answers(options: ClientOptions) -> bool {
    let pipeline = Pipeline::new(None, None, options, Vec::new(), Vec::new(), None);
    let url = Url::parse(METADATA).expect("a constant URL");
    let mut request = Request::new(url, Method::Get);
    let context = Context::new();
    let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
    let answer = pipeline.send(&context, &mut request, Some(options));
    match tokio::time::timeout(PROBE, answer).await {
        Ok(Ok(response)) => u16::from(response.status()) == 400,
        Ok(Err(_)) | Err(_) => false,
    }
}
