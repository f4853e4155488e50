use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs_err::{self as fs, OpenOptions};

use crate::error::StartError;
use crate::store::lock::DirectoryLock;

/// The files of a sandbox, all in one directory and readable by their owner only.
#[derive(Clone)]
pub(crate) struct Directory(PathBuf);

const LOCK: &str = "lock";
const STATE: &str = "state.jsonl";
const CA_CERTIFICATE: &str = "ca.pem";
const CA_KEY: &str = "ca.key.pem";
const TOKEN_KEY: &str = "token-signing.key.pem";
const OPERATOR_SECRET: &str = "operator.secret";
const MONDOO_ACCOUNTS: &str = "mondoo-accounts.json";

impl Directory {
    pub(crate) fn create(path: &Path) -> Result<Self, StartError> {
        let failed = |source| StartError::Io { path: path.to_owned(), source };
        // Absolute, so that a later change of the working directory does not matter.
        let absolute = std::path::absolute(path).map_err(failed)?;
        fs::create_dir_all(&absolute).map_err(failed)?;
        Ok(Self(absolute))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.0.join(LOCK)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.0.join(STATE)
    }

    pub(crate) fn ca_certificate(&self) -> PathBuf {
        self.0.join(CA_CERTIFICATE)
    }

    pub(crate) fn ca_key(&self) -> PathBuf {
        self.0.join(CA_KEY)
    }

    pub(crate) fn token_key(&self) -> PathBuf {
        self.0.join(TOKEN_KEY)
    }

    pub(crate) fn operator_secret(&self) -> PathBuf {
        self.0.join(OPERATOR_SECRET)
    }

    pub(crate) fn mondoo_accounts(&self) -> PathBuf {
        self.0.join(MONDOO_ACCOUNTS)
    }

    pub(crate) fn io(&self, source: io::Error) -> StartError {
        StartError::Io { path: self.0.clone(), source }
    }

    /// None when there is no such file.
    pub(crate) fn read(&self, file: &Path) -> Result<Option<Vec<u8>>, StartError> {
        match fs::read(file) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io(source)),
        }
    }

    /// All or nothing, and on disk when it returns. One process at a time writes here, so the
    /// temporary name is fixed.
    pub(crate) fn write(&self, file: &Path, bytes: &[u8]) -> Result<(), StartError> {
        let write = || {
            let temporary = temporary(file);
            let mut target = private(&mut OpenOptions::new())
                .write(true)
                .create(true)
                .truncate(true)
                .open(&temporary)?;
            target.write_all(bytes)?;
            target.sync_all()?;
            fs::rename(&temporary, file)?;
            self.sync()
        };
        write().map_err(|source| self.io(source))
    }

    /// Makes the renames in the directory durable where the system can.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) { fs::File::open(&self.0)?.sync_all() } else { Ok(()) }
    }

    fn files(&self) -> Vec<PathBuf> {
        vec![
            self.state(),
            self.ca_certificate(),
            self.ca_key(),
            self.token_key(),
            self.operator_secret(),
            self.mondoo_accounts(),
        ]
    }
}

/// Removes the state in `directory`, so that the next start makes a fresh tenant with new keys.
///
/// Refused while a server runs on the directory. Removes only files that a sandbox makes; the lock
/// file stays, because removing it would let two servers hold a lock on it.
pub fn reset(directory: &Path) -> Result<(), StartError> {
    if !directory.exists() {
        return Ok(());
    }
    let directory = Directory::create(directory)?;
    // Other files of these names may be somebody's own; these two are nobody else's.
    if !directory.state().exists() && !directory.operator_secret().exists() {
        return Err(StartError::NoSandbox { directory: directory.0 });
    }
    let _lock = DirectoryLock::take(&directory)?;
    let files = directory.files();
    for file in files.iter().cloned().chain(files.iter().map(|file| temporary(file))) {
        match fs::remove_file(&file) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(directory.io(source));
            }
            _ => {}
        }
    }
    Ok(())
}

fn temporary(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    name.into()
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use fs_err::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600)
}

#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}
