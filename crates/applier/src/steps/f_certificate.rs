//! Step F. Adds; never removes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use certificate::Held;
use planner::ChangeId;
use planner::key_id;
use planner::steps::f_certificate::Action;
use serde_json::json;
use spec::Generate;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::ApplyError;
use crate::collections::{Collection, Owner, extend};
use crate::context::Context;

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::Generate(new) => generate(context, new).await,
        Action::Trust { marker, held: _ } => trust(context, change, marker).await,
    }
}

/// Makes the pair and writes it before anything trusts it, so that a killed run leaves a file that
/// the next one uses.
async fn generate(context: &Context<'_>, new: &Generate) -> Result<(), ApplyError> {
    let Generate { output, subject, key_bits, validity_days } = new.clone();
    let path = context.directory.join(output);
    let request = certificate::Request { subject, key_bits, validity_days: validity_days.get() };
    let now = context.now();
    let made = tokio::task::spawn_blocking(move || {
        let pair = certificate::generate(&request, now)
            .map_err(|error| ApplyError::Certificate(error.to_string()))?;
        pair.write_new(&path)
            .map_err(|error| ApplyError::File { path, reason: error.to_string() })?;
        Ok(pair)
    });
    let pair = made
        .await
        .map_err(|error| ApplyError::Certificate(error.to_string()))
        .and_then(|result| result)?;
    context.products.set_certificate(Held::WithKey(pair));
    Ok(())
}

/// Adds the certificate to the application. Entra ID takes dates that lie inside the certificate's
/// own, so each end is drawn in by a second, as Azure CLI does.
async fn trust(context: &Context<'_>, change: ChangeId, marker: &str) -> Result<(), ApplyError> {
    let certificate = context.products.certificate();
    let date = |date: OffsetDateTime| date.format(&Rfc3339).expect("a date of a certificate");
    let credential = json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "keyId": key_id(&certificate.sha256()),
        "displayName": format!("{marker} until {}", certificate.not_after.date()),
        "startDateTime": date(certificate.not_before + Duration::SECOND),
        "endDateTime": date(certificate.not_after - Duration::SECOND),
        "key": BASE64_STANDARD.encode(&certificate.der),
    });
    let owner = Owner::Application(context.products.application().id);
    extend(context, change, owner, Collection::KeyCredentials, json!([credential])).await
}
