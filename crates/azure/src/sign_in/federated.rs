//! A token of another issuer, in a file that its owner renews.

use std::path::Path;

use super::SignInError;

/// Real ones have a few kilobytes.
const MOST_BYTES: u64 = 64 * 1024;

pub(super) fn read(file: &Path) -> Result<String, SignInError> {
    let failed = |reason: String| {
        let reason = format!("the federated token in {} {reason}", file.display());
        SignInError::Unavailable { reason }
    };
    let unreadable = |error: std::io::Error| failed(format!("cannot be read: {error}"));
    if std::fs::metadata(file).map_err(unreadable)?.len() > MOST_BYTES {
        return Err(failed("is larger than any token".to_owned()));
    }
    let token = std::fs::read_to_string(file).map_err(unreadable)?;
    match token.trim() {
        "" => Err(failed("is empty".to_owned())),
        token => Ok(token.to_owned()),
    }
}
