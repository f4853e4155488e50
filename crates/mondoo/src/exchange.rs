//! A workload identity's token for a short-lived service account.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::service_account::{Account, KeyAccount, Workload};
use crate::transport::{Pipelines, Proof, Purpose, Transport};
use crate::{Error, Secret, ServiceAccount};

const REQUEST: &str = "ExchangeExternalToken";

#[derive(Deserialize)]
struct Exchanged {
    #[serde(alias = "base64Credential")]
    base64_credential: Secret,
}

/// The account, which belongs where the workload does if it does not say otherwise.
pub(crate) async fn exchange(
    workload: &Workload,
    transport: Transport,
) -> Result<KeyAccount, Error> {
    let token = workload.token.as_ref().ok_or(Error::NoToken)?;
    let mut url = workload.universe.clone();
    let path = format!("{}/SecureTokenService/{REQUEST}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    let body = json!({
        "audience": workload.audience,
        "issuer_uri": workload.issuer,
        "jwt_token": token.expose(),
    });
    let pipelines = Pipelines::new(transport, &Proof::None);
    let response = pipelines.post(&url, &body, Purpose::Write, REQUEST).await?;
    let status = u16::from(response.status());
    if !response.status().is_success() {
        return Err(refused(status, response.body(), token));
    }
    let account = account(response.body());
    let mut account = account.ok_or_else(|| senseless("it holds no service account".to_owned()))?;
    account.endpoint.get_or_insert_with(|| workload.universe.clone());
    Ok(account)
}

fn account(body: &[u8]) -> Option<KeyAccount> {
    let exchanged: Exchanged = serde_json::from_slice(body).ok()?;
    let text = BASE64_STANDARD.decode(exchanged.base64_credential.expose()).ok()?;
    let text = Zeroizing::new(String::from_utf8(text).ok()?);
    match ServiceAccount::parse(&text).ok()?.0 {
        Account::Key(account) => Some(account),
        Account::Workload(_) => None,
    }
}

/// The service's own words, if it has any, without the token that they may quote.
fn refused(status: u16, body: &[u8], token: &Secret) -> Error {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    let reason = answer["message"].as_str().unwrap_or("no reason was given");
    let reason = reason.replace(token.expose(), "(the token)");
    match status {
        400..=499 => Error::NotSignedIn { request: REQUEST, reason, clock_ahead: None },
        _ => senseless(format!("{reason} (status {status})")),
    }
}

fn senseless(reason: String) -> Error {
    Error::Senseless { request: REQUEST, reason }
}
