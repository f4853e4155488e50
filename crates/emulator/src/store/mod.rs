//! The tenant's state: in memory, behind one lock, and on disk as an append-only log.

mod change;
mod files;
mod lock;
mod log;
mod replicas;
mod state;
mod transaction;

pub(crate) use change::Change;
pub(crate) use files::Directory;
pub use files::reset;
pub(crate) use lock::DirectoryLock;
pub(crate) use replicas::Views;
pub(crate) use state::State;
pub(crate) use transaction::{Answer, Store, WriteFailed};
