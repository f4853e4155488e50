//! The tenant's state: in memory, behind one lock, and on disk as an append-only log.

mod change;
mod files;
mod lock;
mod log;
mod state;

use std::sync::{Mutex, PoisonError};

use thiserror::Error;

pub(crate) use change::Change;
pub(crate) use files::Directory;
pub use files::reset;
pub(crate) use lock::DirectoryLock;
pub(crate) use state::State;

use crate::error::StartError;
use crate::http::Reply;
use crate::model::tenant::Tenant;
use log::Log;

pub(crate) struct Store {
    inner: Mutex<(State, Log)>,
    /// Held until the last request is answered.
    _lock: DirectoryLock,
}

/// A reply and the changes that must be on disk before it is sent.
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    pub(crate) changes: Vec<Change>,
}

#[derive(Debug, Error)]
#[error("the sandbox could not write its state")]
pub(crate) struct WriteFailed(#[from] std::io::Error);

impl Store {
    /// Reads the directory's state, or seeds it; a log that is read is compacted.
    pub(crate) fn open(
        directory: &Directory,
        lock: DirectoryLock,
        seed: impl FnOnce() -> (Tenant, Vec<Change>),
    ) -> Result<Self, StartError> {
        let state = match log::read(directory)? {
            Some(state) => state,
            None => {
                let (tenant, changes) = seed();
                State::new(tenant, changes)
            }
        };
        let log = Log::rewrite(directory, &state)?;
        Ok(Self { inner: Mutex::new((state, log)), _lock: lock })
    }

    /// Runs a handler alone on the state. What it changes is on disk, and visible, before its reply is returned.
    pub(crate) fn transact<E: From<WriteFailed>>(
        &self,
        handler: impl FnOnce(&State) -> Result<Answer, E>,
    ) -> Result<Reply, E> {
        // A handler that panicked has changed nothing, so a poisoned lock guards a sound state.
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (state, log) = &mut *inner;
        let answer = handler(state)?;
        if !answer.changes.is_empty() {
            log.append(&answer.changes).map_err(WriteFailed)?;
            answer.changes.into_iter().for_each(|change| state.apply(change));
        }
        Ok(answer.reply)
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self { reply, changes: Vec::new() }
    }
}

impl Answer {
    pub(crate) fn with_changes(reply: Reply, changes: Vec<Change>) -> Self {
        Self { reply, changes }
    }
}
