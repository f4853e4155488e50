//! The file of `--http-log`.

use std::convert::Infallible;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use azure::HttpLog;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Where the requests of a run are written at its end.
#[derive(Clone, Debug)]
pub(crate) struct HttpLogFile {
    path: PathBuf,
    pub log: HttpLog,
}

impl FromStr for HttpLogFile {
    type Err = Infallible;

    fn from_str(path: &str) -> Result<HttpLogFile, Infallible> {
        Ok(HttpLogFile { path: path.into(), log: HttpLog::default() })
    }
}

impl HttpLogFile {
    /// Before anything is sent: at the end it would be too late.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.directory().is_dir() && !self.path.is_dir() {
            return Ok(());
        }
        let message =
            format!("{} cannot be written: it is not in a directory", self.path.display());
        Err(Failure::new(Exit::BadInput, message).hint("name a file in a directory that is there"))
    }

    /// Writes it, however the run ended.
    pub(crate) fn finish(
        &self,
        ended: Result<Exit, Failure>,
        console: &Console,
    ) -> Result<Exit, Failure> {
        let Err(error) = self.write() else { return ended };
        let message = format!("{} could not be written: {error}", self.path.display());
        let failure = Failure::new(Exit::Failed, message);
        match ended {
            Ok(Exit::Done) => Err(failure),
            ended => {
                console.failure(&failure);
                ended
            }
        }
    }

    /// Whole or not at all, and for its owner's eyes: `tempfile` makes it with mode 0600.
    fn write(&self) -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(self.directory())?;
        serde_json::to_writer_pretty(&mut file, &self.log.to_har())?;
        file.flush()?;
        file.persist(&self.path)?;
        Ok(())
    }

    fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        }
    }
}
