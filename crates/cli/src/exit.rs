//! How a run ends. The numbers are a contract with scripts.

use std::process::ExitCode;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// Failed, declined, or the state could not be read whole.
    Failed = 1,
    /// Changes are pending; with `--detailed-exitcode` alone.
    Pending = 2,
    /// A bad spec, certificate or argument, or a prompt without a terminal: nothing was sent.
    BadInput = 3,
    /// Not signed in, not permitted, or a named object not found: nothing was written.
    NotPermitted = 4,
    /// Some changes failed or were skipped.
    Partly = 5,
    /// The plan is blocked by a finding.
    Blocked = 6,
    /// `verify` found something that does not work.
    Wrong = 7,
    /// Interrupted, after what was in flight.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub exit: Exit,
    /// At least one.
    pub messages: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: String) -> Failure {
        Failure::several(exit, vec![message])
    }

    pub(crate) fn several(exit: Exit, messages: Vec<String>) -> Failure {
        Failure { exit, messages, hint: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Failure {
        Failure { hint: Some(hint.into()), ..self }
    }
}
