//! Signing in as the application, with the certificate that Mondoo is to be given: "created, granted
//! permissions to, and tested", as the manual says.

use std::collections::BTreeSet;
use std::fmt;

use azure::{ClientCertificate, Credential, Error, Reader, SignInError};
use certificate::KeyPair;
use planner::ChangeId;
use planner::steps::g_integration::Proof;
use spec::SubscriptionId;
use time::Duration;

use crate::ApplyError;
use crate::context::Context;
use crate::settle::Waits;

/// Azure replicates most grants within seconds, and all of them within minutes.
const LIMIT: Duration = Duration::minutes(10);

/// Waits until Entra ID accepts the key pair, the token holds the permissions, and Azure shows the
/// subscriptions. Each try asks for new tokens: an old one keeps the rights it was made with.
pub(crate) async fn prove(
    context: &Context<'_>,
    change: ChangeId,
    pair: &KeyPair,
    proof: &Proof,
) -> Result<(), ApplyError> {
    let began = context.now();
    let mut waits = Waits::new(context, change);
    loop {
        let lack = match look(context, pair, proof).await {
            Ok(Lack::Nothing) => return Ok(()),
            Ok(lack) => lack.to_string(),
            Err(error) if is_pending(&error) => error.to_string(),
            Err(error) => return Err(ApplyError::Azure(error)),
        };
        let goes_on = context.now() - began < LIMIT && waits.wait(&lack).await;
        if !goes_on {
            return Err(ApplyError::NotProven { lack });
        }
    }
}

/// What a sign-in does not show yet.
enum Lack {
    Nothing,
    Permissions(BTreeSet<String>),
    Subscriptions(BTreeSet<SubscriptionId>),
}

async fn look(context: &Context<'_>, pair: &KeyPair, proof: &Proof) -> Result<Lack, Error> {
    let reader = sign_in(context, pair).await?;
    let held = &reader.token_rights().permissions;
    let permissions: BTreeSet<_> = proof.permissions.difference(held).cloned().collect();
    if !permissions.is_empty() {
        return Ok(Lack::Permissions(permissions));
    }
    if proof.subscriptions.is_empty() {
        return Ok(Lack::Nothing);
    }
    let seen = reader.subscriptions().await?;
    let seen: BTreeSet<_> =
        seen.into_iter().map(|subscription| subscription.subscription_id).collect();
    let hidden: BTreeSet<_> = proof.subscriptions.difference(&seen).copied().collect();
    Ok(if hidden.is_empty() { Lack::Nothing } else { Lack::Subscriptions(hidden) })
}

async fn sign_in(context: &Context<'_>, pair: &KeyPair) -> Result<Reader, Error> {
    let client_id = context.products.application().app_id.to_string();
    let signer = pair.signer();
    let sha256 = pair.certificate.digest();
    let sign = move |message: &[u8]| signer.sign_ps256(message).map_err(|error| error.to_string());
    let certificate = ClientCertificate::new(client_id, sha256, sign).with_clock(context.clock());
    let credential = Credential::ClientCertificate(certificate);
    context.writer.reader().sign_in_as(credential).await
}

/// What Entra ID says while it has not heard everywhere of the application, its service principal or
/// its certificate (documented numbers; observed right after the write).
fn is_pending(error: &Error) -> bool {
    const PENDING: [u32; 3] = [700_016, 7_000_229, 700_027];
    match error {
        Error::SignIn(SignInError::Refused { code: Some(code), description: _ }) => {
            PENDING.contains(code)
        }
        Error::SignIn(_) | Error::Refused(_) | Error::NoAnswer { .. } | Error::Senseless { .. } => {
            false
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |names: Vec<String>| match names.as_slice() {
            [first, second, third, rest @ ..] if !rest.is_empty() => {
                format!("{first}, {second}, {third} and {} more", rest.len())
            }
            few => few.join(", "),
        };
        match self {
            Lack::Nothing => f.write_str("nothing"),
            Lack::Permissions(names) => {
                write!(f, "its token lacks {}", some(names.iter().cloned().collect()))
            }
            Lack::Subscriptions(ids) => {
                let ids = ids.iter().map(ToString::to_string).collect();
                write!(f, "it does not see subscription {}", some(ids))
            }
        }
    }
}
