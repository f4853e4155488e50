use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, de};

use crate::http::Reply;

/// What goes wrong with some requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    /// As the request log shows it: `GET /subscriptions/{subscription}`. All routes when left out.
    pub(crate) route: Option<String>,
    /// Requests of that route that go well before the first one that does not.
    #[serde(default)]
    pub(crate) after: u64,
    /// How many go wrong; 0 is all.
    #[serde(default = "once")]
    pub(crate) times: u64,
    #[serde(rename = "do", with = "serde_yaml::with::singleton_map")]
    pub(crate) effect: Effect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum Effect {
    /// The service's own error for a status, and nothing is done. Statuses that it has no words for
    /// have an empty body.
    Status {
        #[serde(deserialize_with = "status")]
        code: StatusCode,
        #[serde(default, with = "humantime_serde")]
        retry_after: Option<Duration>,
    },
    #[serde(with = "humantime_serde")]
    Delay(Duration),
    /// The connection breaks before or after the request took effect.
    Drop(Moment),
    /// The request takes effect; only so many bytes of the answer arrive before the connection
    /// breaks.
    Truncate(usize),
    /// A gateway's page with this status instead of an answer; nothing is done.
    #[serde(deserialize_with = "status")]
    Html(StatusCode),
    /// The right answer under another content type.
    ContentType(String),
}

impl Effect {
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Status { code, retry_after } => Some(Refusal::new(*code, *retry_after)),
            Self::Delay(_)
            | Self::Drop(_)
            | Self::Truncate(_)
            | Self::Html(_)
            | Self::ContentType(_) => None,
        }
    }
}

/// A service's refusal that nothing in the request is to blame for; with words where the services
/// have some for the status.
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(code: StatusCode, retry_after: Option<Duration>) -> Self {
        Self { status: code, retry_after }
    }

    pub(crate) fn stamp(&self, reply: Reply) -> Reply {
        match self.retry_after {
            Some(after) => reply.with_header("retry-after", after.as_secs().to_string()),
            None => reply,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Moment {
    Before,
    After,
}

/// The faults, and how many requests each of them has met.
pub(crate) struct Faults(Vec<(Fault, AtomicU64)>);

impl Faults {
    pub(crate) fn new(faults: &[Fault]) -> Self {
        Self(faults.iter().map(|fault| (fault.clone(), AtomicU64::new(0))).collect())
    }

    /// What goes wrong with a request to this route. Every fault that names the route counts it; the
    /// first one whose turn it is has its way.
    pub(crate) fn meet(&self, route: &str) -> Option<&Effect> {
        let meant = self.0.iter().filter(|(fault, _)| fault.is_about(route));
        let due = meant.filter(|(fault, met)| fault.is_due(met.fetch_add(1, Ordering::Relaxed)));
        due.map(|(fault, _)| &fault.effect).fold(None, |first, next| first.or(Some(next)))
    }
}

impl Fault {
    fn is_about(&self, route: &str) -> bool {
        self.route.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(route))
    }

    fn is_due(&self, met_before: u64) -> bool {
        met_before >= self.after && (self.times == 0 || met_before - self.after < self.times)
    }
}

fn once() -> u64 {
    1
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StatusCode, D::Error> {
    StatusCode::from_u16(u16::deserialize(deserializer)?).map_err(de::Error::custom)
}
