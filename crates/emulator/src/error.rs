use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

/// Why a sandbox could not start or be reset.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("a sandbox is already running on {}; stop it, or choose another directory", directory.display())]
    Locked { directory: PathBuf },

    #[error(
        "{} is damaged in line {line}: {reason}; nothing was changed, `mondoo-azure sandbox reset --state {}` starts over",
        file.display(),
        file.parent().unwrap_or(file).display()
    )]
    Damaged { file: PathBuf, line: usize, reason: String },

    #[error(
        "{address} can be reached from other machines; use 127.0.0.1 or [::1], or say --allow-remote"
    )]
    NotLoopback { address: SocketAddr },

    #[error("{} holds a tenant already; choose another directory, or run `mondoo-azure sandbox reset --state {}` first", directory.display(), directory.display())]
    Occupied { directory: PathBuf },

    #[error("{} holds no sandbox: nothing was removed", directory.display())]
    NoSandbox { directory: PathBuf },

    #[error("cannot use {} for the sandbox's state: {source}; check that it can be read and written", path.display())]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any free one")]
    Listen {
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
}
