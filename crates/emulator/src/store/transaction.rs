use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use time::OffsetDateTime;

use crate::behaviour::Behaviour;
use crate::error::StartError;
use crate::http::Reply;
use crate::model::tenant::Tenant;
use crate::store::log::{self, Log};
use crate::store::replicas::Replicas;
use crate::store::{Change, Directory, DirectoryLock, State, Views};

pub(crate) struct Store(Mutex<Inner>);

struct Inner {
    state: State,
    /// None when every write is seen at once.
    replicas: Option<Replicas>,
    /// None once the store is closed.
    log: Option<Log>,
}

/// A reply and the changes that must be on disk before it is sent.
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    pub(crate) changes: Vec<Change>,
}

#[derive(Debug, Error)]
#[error("the sandbox could not write its state: {0}")]
pub(crate) struct WriteFailed(io::Error);

impl Store {
    /// Reads the directory's state, or seeds it; a log that is read is compacted. `given` is what there
    /// is in either case.
    pub(crate) fn open(
        directory: &Directory,
        lock: DirectoryLock,
        behaviour: &Behaviour,
        seed: impl FnOnce() -> (Tenant, Vec<Change>),
        given: Vec<Change>,
    ) -> Result<Self, StartError> {
        let fresh = || {
            let (tenant, changes) = seed();
            State::new(tenant, changes)
        };
        let mut state = log::read(directory)?.unwrap_or_else(fresh);
        for change in given {
            state.apply(change);
        }
        let log = Log::rewrite(directory, &state, lock)?;
        // After the log is written: another run may offer them again.
        state.withhold(&behaviour.without_permissions);
        let replicas = Replicas::of(&state, &behaviour.replication, behaviour.seed);
        Ok(Self(Mutex::new(Inner { state, replicas, log: Some(log) })))
    }

    /// Runs a handler alone on the state. What it changes is on disk, and on its way to whoever looks,
    /// before its reply is returned.
    pub(crate) fn transact<E: From<WriteFailed>>(
        &self,
        now: OffsetDateTime,
        handler: impl FnOnce(&Views<'_>) -> Result<Answer, E>,
    ) -> Result<Reply, E> {
        let mut inner = self.inner();
        let Inner { state, replicas, log } = &mut *inner;
        let answer = match replicas {
            None => handler(&Views::instant(state)),
            Some(replicas) => {
                replicas.hear_until(now);
                handler(&replicas.views(state))
            }
        }?;
        if !answer.changes.is_empty() {
            let closed = || WriteFailed(io::Error::other("it has stopped"));
            log.as_mut().ok_or_else(closed)?.append(&answer.changes).map_err(WriteFailed)?;
            for change in answer.changes {
                if let Some(replicas) = replicas {
                    replicas.tell(&change, now);
                }
                state.apply(change);
            }
        }
        Ok(answer.reply)
    }

    /// Grows with every change.
    pub(crate) fn revision(&self) -> u64 {
        self.inner().state.revision
    }

    /// Ends writing and releases the directory, whoever still holds the store.
    pub(crate) fn close(&self) {
        self.inner().log = None;
    }

    /// A handler that panicked has changed nothing, so a poisoned lock guards a sound state.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
