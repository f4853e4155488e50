//! What the application itself is answered: the reads that a verdict on the set-up is made of.
//!
//! Settings of a web app are asked for by POST, because Azure has no other way; it changes nothing.

mod azure;
mod entra;

use ::azure::{Audience, Error, Reader, SignInError};
use planner::Desired;
use planner::verify::{Answers, Failure, Outstanding, Questions, SignIn, SignInFailure, SignIns};
use time::OffsetDateTime;

/// What is known before anybody signs in.
pub struct Known {
    pub now: OffsetDateTime,
    /// Of the certificate's DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_after: OffsetDateTime,
    /// What is left to do, where an operator has looked.
    pub outstanding: Option<Outstanding>,
}

/// Asks everything that the spec gives reason to. `signed_in` is the application with its
/// certificate, or why it could not sign in.
pub async fn ask(signed_in: &Result<Reader, Error>, desired: &Desired, known: Known) -> Answers {
    let Known { now, sha256, not_after, outstanding } = known;
    let reader = match signed_in {
        Ok(reader) => reader,
        Err(error) => {
            let failed = || sign_in(Err(error.clone()));
            let sign_ins = SignIns { graph: failed(), arm: failed(), vaults: failed() };
            let (entra, azure) = (None, None);
            return Answers { now, sha256, not_after, outstanding, sign_ins, entra, azure };
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
    Answers { now, sha256, not_after, outstanding, sign_ins, entra, azure }
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
