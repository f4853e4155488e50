use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fs_err::File;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::error::StartError;
use crate::http::{Reply, Request};
use crate::timestamps::milliseconds;

/// A file with one JSON line for each request that was answered, in the order of the answers.
pub(crate) struct RequestLog(Mutex<File>);

impl RequestLog {
    /// Begins the file anew.
    pub(crate) fn create(path: &Path) -> Result<Self, StartError> {
        let file = File::create(path);
        let file = file.map_err(|source| StartError::Io { path: path.to_owned(), source })?;
        Ok(Self(Mutex::new(file)))
    }

    pub(crate) fn write(&self, request: &Request, reply: &Reply, at: OffsetDateTime) {
        let secret = carries_secret(request);
        let line = json!({
            "at": milliseconds(at),
            "method": request.method.as_str(),
            "target": request.target,
            "client": request.header("user-agent"),
            "status": reply.status.as_u16(),
            "request": request.json::<Value>().ok().filter(|_| !secret),
            "response": reply.body.as_ref().filter(|_| !secret),
        });
        if let Err(error) = self.append(&line) {
            tracing::warn!(%error, "the request log could not be written");
        }
    }

    fn append(&self, line: &Value) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(format!("{line}\n").as_bytes())
    }
}

/// Tokens, new passwords, secrets of vaults, and what an integration of Mondoo signs in with are in no
/// log.
fn carries_secret(request: &Request) -> bool {
    if let [vaults, _, secrets, _, ..] = request.segments.as_slice()
        && vaults.eq_ignore_ascii_case("vaults")
        && secrets.eq_ignore_ascii_case("secrets")
    {
        return true;
    }
    let last = request.segments.last().map(|segment| segment.to_ascii_lowercase());
    match last.as_deref() {
        Some("query") => request.json::<Value>().is_ok_and(|body| {
            let body = body.to_string();
            body.contains("certificate") || body.contains("clientSecret")
        }),
        Some(last) => {
            matches!(last, "token" | "exchangeexternaltoken") || last.ends_with("addpassword")
        }
        None => false,
    }
}
