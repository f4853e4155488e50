//! Work that goes on after its request was answered, and where its progress is asked for.

use time::{Duration, OffsetDateTime};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::encoding::{base64url, from_base64url, sha256};

/// Recorded purges took four to six seconds.
pub(super) const DURATION: Duration = Duration::seconds(5);

pub(super) struct Operation {
    pub(super) started: OffsetDateTime,
}

impl Operation {
    pub(super) fn is_finished(&self, now: OffsetDateTime) -> bool {
        now >= self.started + DURATION
    }

    /// An address that is signed and some kilobytes long (observed): only as it is does it lead to
    /// the progress. `path` is that of all such operations.
    pub(super) fn location(&self, call: &Call<'_>, path: &str) -> Result<String, ArmError> {
        let id = base64url(format!("sandbox {}", self.started.unix_timestamp_nanos()).as_bytes());
        let version = api_version(call.request)?;
        let t = call.now.unix_timestamp_nanos();
        let (c, s) = (filler(&id, 2435), filler(&format!("{id} {t}"), 342));
        let h = signature(&id, &t.to_string(), &c, &s);
        Ok(format!("{}{path}/{id}?api-version={version}&t={t}&c={c}&s={s}&h={h}", call.url))
    }

    /// How one is refused whose address was changed is a guess.
    pub(super) fn at(call: &Call<'_>, id: &str) -> Result<Self, ArmError> {
        let part = |name: &str| call.request.query(name).unwrap_or_default();
        let signed = part("h") == signature(id, part("t"), part("c"), part("s"));
        started(id).filter(|_| signed).map(|started| Self { started }).ok_or_else(|| {
            let message = format!("The operation '{id}' could not be found.");
            ArmError::not_found("OperationNotFound", message)
        })
    }
}

fn started(id: &str) -> Option<OffsetDateTime> {
    let text = String::from_utf8(from_base64url(id)?).ok()?;
    let nanos = text.strip_prefix("sandbox ")?.parse().ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()
}

fn signature(id: &str, t: &str, c: &str, s: &str) -> String {
    base64url(&sha256(format!("{id} {t} {c} {s}").as_bytes()))
}

fn filler(seed: &str, length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        text += &base64url(&sha256(format!("{seed} {}", text.len()).as_bytes()));
    }
    text.truncate(length);
    text
}
