use std::fs::{File, TryLockError};

use fs_err::OpenOptions;

use crate::error::StartError;
use crate::store::files::Directory;

/// The operating system's lock on a directory: ends with the process, however that ends.
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    pub(crate) fn take(directory: &Directory) -> Result<Self, StartError> {
        let path = directory.lock();
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|source| directory.io(source))?;
        let file = file.into_parts().0;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StartError::Locked { directory: directory.path().to_owned() })
            }
            Err(TryLockError::Error(source)) => Err(directory.io(source)),
        }
    }
}
