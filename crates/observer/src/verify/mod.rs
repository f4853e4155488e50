//! What the application itself is answered: the reads that a verdict on the set-up is made of.
//!
//! Settings of a web app are asked for by POST, because Azure has no other way; it changes nothing.

mod azure;
mod entra;

use ::azure::{Audience, Error, Reader, SignInError};
use planner::Desired;
use planner::verify::{Answers, Failure, Questions, Registration, SignIn, SignInFailure, SignIns};
use spec::AppId;
use time::OffsetDateTime;

/// What is known before anybody signs in.
pub struct Known {
    pub now: OffsetDateTime,
    /// Of the certificate's DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_after: OffsetDateTime,
    pub registration: Option<Registration>,
}

/// The application of the spec as an operator sees it: its client id, and what belongs to it.
///
/// # Errors
/// The operator may not look, or Graph does not answer.
pub async fn registration(
    operator: &Reader,
    desired: &Desired,
) -> Result<Option<(AppId, Registration)>, Error> {
    let Some(application) = operator.application(desired.installation.as_str()).await? else {
        return Ok(None);
    };
    let has_principal = operator.principal(application.app_id).await?.principal.is_some();
    let trusted = application.key_credentials.iter().map(|credential| credential.key_id).collect();
    Ok(Some((application.app_id, Registration { trusted, has_principal })))
}

/// Asks everything that the spec gives reason to. `signed_in` is the application with its
/// certificate, or why it could not sign in.
pub async fn ask(signed_in: &Result<Reader, Error>, desired: &Desired, known: Known) -> Answers {
    let Known { now, sha256, not_after, registration } = known;
    let reader = match signed_in {
        Ok(reader) => reader,
        Err(error) => {
            let failed = || sign_in(Err(error.clone()));
            let sign_ins = SignIns { graph: failed(), arm: failed(), vaults: failed() };
            let (entra, azure) = (None, None);
            return Answers { now, sha256, not_after, registration, sign_ins, entra, azure };
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
    Answers { now, sha256, not_after, registration, sign_ins, entra, azure }
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
