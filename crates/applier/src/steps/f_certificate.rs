//! Step F.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::path::Path;

use azure::TrustedTokens;
use certificate::{Held, KeyPair};
use planner::ChangeId;
use planner::key_id;
use planner::steps::f_certificate::{
    Action, EXCHANGE_AUDIENCE, FederatedCredential, Maker, staged,
};
use planner::steps::g_integration::{Federation, Proof};
use serde_json::json;
use spec::{Generate, KeyId};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::ApplyError;
use crate::collections::{Collection, Owner, extend, withdraw};
use crate::context::Context;
use crate::prove::prove;
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::Make { maker, beside, lasts } => make(context, maker, *beside, *lasts).await,
        Action::Trust { marker, held: _ } => trust(context, change, marker).await,
        Action::Install { output } => install(context, change, output).await,
        Action::Copy(copy) => write(context, &copy.output),
        Action::Distrust { id, name: _ } => distrust(context, change, *id).await,
        Action::Unfederate { id, name: _ } => {
            let application = context.products.application().id;
            Ok(context.writer.remove_federated_credential(application, id).await?)
        }
        Action::Federate { name, replaced, federation } => {
            federate(context, change, name, replaced.as_ref(), federation.as_ref()).await
        }
    }
}

/// Makes the pair and writes it before anything trusts it, so that a killed run leaves a file that
/// the next one uses.
async fn make(
    context: &Context<'_>,
    maker: &Maker,
    beside: bool,
    lasts: Duration,
) -> Result<(), ApplyError> {
    let (maker, now) = (maker.clone(), context.now());
    let directory = context.directory.clone();
    let made = tokio::task::spawn_blocking(move || {
        let pair = new_pair(&maker, &directory, now)?;
        if pair.certificate.not_after <= now + lasts {
            let end = pair.certificate.not_after.date();
            return Err(ApplyError::ShortLived { end, days: lasts.whole_days() });
        }
        let Some(output) = maker.output() else { return Ok(pair) };
        let path = directory.join(if beside { staged(output) } else { output.to_owned() });
        // What waits there already is of no use, or it would be the source.
        let written = if beside { pair.replace(&path) } else { pair.write_new(&path) };
        written.map_err(|error| ApplyError::File { path, reason: error.to_string() })?;
        Ok(pair)
    });
    let pair = made
        .await
        .map_err(|error| ApplyError::Certificate(error.to_string()))
        .and_then(|result| result)?;
    context.products.set_certificate(Held::WithKey(pair));
    Ok(())
}

fn new_pair(maker: &Maker, directory: &Path, now: OffsetDateTime) -> Result<KeyPair, ApplyError> {
    match maker {
        Maker::Generate(Generate { output: _, subject, key_bits, validity_days }) => {
            let subject = subject.clone();
            let (key_bits, validity_days) = (*key_bits, validity_days.get());
            let request = certificate::Request { subject, key_bits, validity_days };
            certificate::generate(&request, now)
                .map_err(|error| ApplyError::Certificate(error.to_string()))
        }
        Maker::Command(spec::Command { program, arguments, output: _ }) => {
            let command = certificate::Command {
                program: program.clone(),
                arguments: arguments.clone(),
                directory: directory.to_owned(),
                limit: certificate::COMMAND_LIMIT,
            };
            command.run(now).map_err(|error| ApplyError::Certificate(error.to_string()))
        }
    }
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

/// Over what is there: the source is what counts.
fn write(context: &Context<'_>, output: &Path) -> Result<(), ApplyError> {
    let path = context.directory.join(output);
    let Some(pair) = context.products.pair() else { return Ok(()) };
    pair.replace(&path).map_err(|error| ApplyError::File { path, reason: error.to_string() })
}

/// Until a sign-in with the new pair works, the old one stays where it is. A run that is killed in
/// between leaves both, and the next one does this again.
async fn install(context: &Context<'_>, change: ChangeId, output: &Path) -> Result<(), ApplyError> {
    let Some(pair) = context.products.pair() else { return Ok(()) };
    prove(context, change, pair, &Proof::default()).await?;
    let (waits, path) = (context.directory.join(staged(output)), context.directory.join(output));
    let written = pair.replace(&path).and_then(|()| std::fs::remove_file(&waits));
    written.map_err(|error| ApplyError::File { path, reason: error.to_string() })
}

/// The id is derived from the certificate, so nothing else can have come in its place.
async fn distrust(context: &Context<'_>, change: ChangeId, id: KeyId) -> Result<(), ApplyError> {
    let owner = Owner::Application(context.products.application().id);
    withdraw(context, change, owner, Collection::KeyCredentials, &id.to_string()).await
}

async fn federate(
    context: &Context<'_>,
    change: ChangeId,
    name: &str,
    replaced: Option<&FederatedCredential>,
    federation: Option<&Federation>,
) -> Result<(), ApplyError> {
    let made = context.products.integration().federation.as_ref();
    let Federation { issuer, subject } = federation.or(made).ok_or(ApplyError::NoFederation)?;
    let tokens = TrustedTokens { issuer, subject, audience: EXCHANGE_AUDIENCE };
    let application = context.products.application().id;
    let writer = context.writer;
    settle(context, change, &[Blame::Application], async || match replaced {
        None => writer.add_federated_credential(application, name, tokens).await,
        Some(live) => writer.change_federated_credential(application, &live.id, tokens).await,
    })
    .await
    .map_err(ApplyError::from)
}
