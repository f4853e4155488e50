//! Why nobody is signed in.

use std::fmt::Write;

use azure_core::error::ErrorKind;

use crate::error::Silence;
use crate::transport::{error_chain, silence};

#[derive(Clone, Debug, thiserror::Error)]
pub enum SignInError {
    /// Entra ID said no; `description` is its own, with the AADSTS code.
    #[error("sign-in was refused: {description}")]
    Refused { code: Option<u32>, description: String },
    #[error("sign-in got no answer: {0}")]
    NoAnswer(Silence),
    /// The answer does not come from Entra ID.
    #[error("sign-in got an answer that makes no sense: {reason}")]
    Senseless { reason: String },
    /// There is nothing to sign in with: no file, no tool, no login, no identity.
    #[error("nobody is signed in: {reason}")]
    Unavailable { reason: String },
    /// Several ways were tried: each by its name, with its reason.
    #[error("nobody is signed in; what was tried:{}", lines(.0))]
    NoneWorked(Vec<(&'static str, SignInError)>),
}

/// A line for each way.
fn lines(reasons: &[(&'static str, SignInError)]) -> String {
    reasons.iter().fold(String::new(), |mut lines, (name, error)| {
        let reason = match error {
            SignInError::Refused { code: _, description } => format!("refused: {description}"),
            SignInError::NoAnswer(silence) => format!("no answer: {silence}"),
            SignInError::Senseless { reason } => format!("an answer that makes no sense: {reason}"),
            SignInError::Unavailable { reason } => reason.clone(),
            SignInError::NoneWorked(_) => error.to_string(),
        };
        // Writing to a string does not fail.
        let _ = write!(lines, "\n  {name:<20} {reason}");
        lines
    })
}

/// Finds Entra's own words among the causes of a credential's error.
pub(crate) fn from_credential(error: &azure_core::Error) -> SignInError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(refusal) = inner.downcast_ref::<SignInError>() {
            return refusal.clone();
        }
        if let Some(error) = inner.downcast_ref::<azure_core::Error>()
            && let ErrorKind::Connection | ErrorKind::Io = error.kind()
        {
            return SignInError::NoAnswer(silence(error));
        }
        cause = inner.source();
    }
    SignInError::Unavailable { reason: plain(&error_chain(error)) }
}

/// Longer reasons are stack traces and web pages.
const LONGEST_REASON: usize = 500;

/// In one line, without the names and links that credentials put around it.
fn plain(reason: &str) -> String {
    let mut parts = reason.split("To troubleshoot, visit ");
    let first = parts.next().unwrap_or_default();
    let (_, first) = first.split_once(" authentication failed.").unwrap_or(("", first));
    let rest = parts.map(|part| part.split_once(' ').map_or("", |(_link, rest)| rest));
    let whole = rest.fold(first.to_owned(), |text, rest| text + rest);
    let line = one_line(&whole);
    match line.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
