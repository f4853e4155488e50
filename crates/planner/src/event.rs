//! Progress, for whoever watches: a terminal, a file, a test.

use serde::Serialize;

use crate::ChangeId;

/// Whoever wants to know.
pub type Events<'a> = &'a (dyn Fn(Event) + Sync);

/// One thing that has just happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// Live state is being read; `what` names the part.
    Reading {
        what: &'static str,
    },
    /// A change is in the plan.
    Planned {
        change: ChangeId,
    },
    Started {
        change: ChangeId,
    },
    /// Tried again because Azure has not caught up with an earlier change.
    Waiting {
        change: ChangeId,
        reason: String,
    },
    Applied {
        change: ChangeId,
    },
    Failed {
        change: ChangeId,
        error: String,
    },
    /// Left for a later run: what it needs has no effect yet.
    Postponed {
        change: ChangeId,
        reason: String,
    },
    /// Left out because `because` failed.
    Skipped {
        change: ChangeId,
        because: ChangeId,
    },
    /// Live state is compared with the spec once more.
    Verifying {
        attempt: u32,
    },
}

impl Event {
    /// The change that it is about.
    pub fn change(&self) -> Option<ChangeId> {
        match self {
            Event::Reading { what: _ } | Event::Verifying { attempt: _ } => None,
            Event::Planned { change }
            | Event::Started { change }
            | Event::Waiting { change, reason: _ }
            | Event::Applied { change }
            | Event::Failed { change, error: _ }
            | Event::Postponed { change, reason: _ }
            | Event::Skipped { change, because: _ } => Some(*change),
        }
    }
}
