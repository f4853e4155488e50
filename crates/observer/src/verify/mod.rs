//! What the application itself is answered: the reads that a verdict on the set-up is made of.
//!
//! Settings of a web app are asked for by POST, because Azure has no other way; it changes nothing.

mod azure;
mod entra;

use ::azure::{Audience, Error, Reader, SignInError};
use mondoo::Mondoo;
use planner::Desired;
use planner::verify::{
    ApplicationAnswers, Failure, Questions, SignIn, SignInFailure, SignIns, SpaceAnswer,
};
use time::OffsetDateTime;

use crate::ObserveError;
use crate::steps::g_integration;

/// What is known of the certificate before anybody signs in.
pub struct Known {
    /// Of its DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_after: OffsetDateTime,
}

/// Asks everything that the spec gives reason to. `signed_in` is the application with its
/// certificate, or why it could not sign in.
pub async fn ask(
    signed_in: &Result<Reader, Error>,
    desired: &Desired,
    known: Known,
) -> ApplicationAnswers {
    let Known { sha256, not_after } = known;
    let reader = match signed_in {
        Ok(reader) => reader,
        Err(error) => {
            let failed = || sign_in(Err(error.clone()));
            let sign_ins = SignIns { graph: failed(), arm: failed(), vaults: failed() };
            return ApplicationAnswers { sha256, not_after, sign_ins, entra: None, azure: None };
        }
    };
    let questions = Questions::of(desired);
    let (arm, vaults) = futures::join!(
        reader.can_sign_in_to(Audience::ResourceManager),
        reader.can_sign_in_to(Audience::KeyVault),
    );
    let sign_ins = SignIns { graph: Ok(()), arm: sign_in(arm), vaults: sign_in(vaults) };
    let azure = async {
        match sign_ins.arm {
            Ok(()) => azure::ask(reader, desired, &questions, sign_ins.vaults.is_ok()).await,
            Err(_) => None,
        }
    };
    let (entra, azure) = futures::join!(entra::ask(reader, &questions), azure);
    ApplicationAnswers { sha256, not_after, sign_ins, entra, azure }
}

/// Asks Mondoo about the space of the spec's integration; nothing, where there is none.
pub async fn ask_mondoo(mondoo: Option<&Mondoo>, desired: &Desired) -> Option<SpaceAnswer> {
    let wanted = desired.integration.as_ref()?;
    let Some(mondoo) = mondoo else { return Some(SpaceAnswer::NoAccess) };
    Some(match g_integration::observe(mondoo, wanted).await {
        Ok(observed) => SpaceAnswer::Holds(observed),
        Err(ObserveError::NoSpace(_)) => SpaceAnswer::NoSuchSpace,
        Err(error) => SpaceAnswer::Failed(Failure::NoAnswer { reason: error.to_string() }),
    })
}

fn sign_in(answer: Result<(), Error>) -> SignIn {
    answer.map_err(|error| match &error {
        Error::SignIn(SignInError::Refused { code, description }) => {
            SignInFailure { code: *code, words: description.clone() }
        }
        other => SignInFailure { code: None, words: other.to_string() },
    })
}

fn failure(error: &Error) -> Failure {
    match error.refusal() {
        Some(refusal) => Failure::Refused {
            status: refusal.status,
            codes: [&refusal.code].into_iter().chain(&refusal.details).cloned().collect(),
            words: refusal.message.clone(),
        },
        None => Failure::NoAnswer { reason: error.to_string() },
    }
}
