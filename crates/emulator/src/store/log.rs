//! The log: a header line with format and tenant, then one JSON line per answered write.

use std::io::{self, Write as _};

use fs_err::{File, OpenOptions};
use serde::{Deserialize, Serialize};

use crate::error::StartError;
use crate::model::tenant::Tenant;
use crate::store::{Change, Directory, DirectoryLock, State};

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    tenant: Tenant,
}

const FORMAT: u32 = 1;

/// None when there is no log yet. A last line without its end is a write that nobody was told of,
/// and is left out.
pub(super) fn read(directory: &Directory) -> Result<Option<State>, StartError> {
    let Some(bytes) = directory.read(&directory.state())? else { return Ok(None) };
    let damaged =
        |line: usize, reason: String| StartError::Damaged { file: directory.state(), line, reason };
    let whole =
        bytes.iter().rposition(|byte| *byte == b'\n').map_or(&bytes[..0], |end| &bytes[..end]);
    let mut lines = whole.split(|byte| *byte == b'\n').enumerate();

    let first = lines.next().map_or(&[][..], |(_, line)| line);
    let header: Header =
        serde_json::from_slice(first).map_err(|error| damaged(1, error.to_string()))?;
    if header.format != FORMAT {
        return Err(damaged(
            1,
            format!("it has format {}, this version reads {FORMAT}", header.format),
        ));
    }
    let mut state = State::new(header.tenant, []);
    for (index, line) in lines {
        let changes: Vec<Change> =
            serde_json::from_slice(line).map_err(|error| damaged(index + 1, error.to_string()))?;
        for change in changes {
            state.apply(change);
        }
    }
    Ok(Some(state))
}

/// The open end of the log.
pub(super) struct Log {
    file: File,
    length: u64,
    /// Set when a failed write could not be undone: what follows it would be unreadable.
    broken: bool,
    /// Held as long as there may be writes.
    _lock: DirectoryLock,
}

impl Log {
    /// Replaces the file by the shortest log of the state.
    pub(super) fn rewrite(
        directory: &Directory,
        state: &State,
        lock: DirectoryLock,
    ) -> Result<Self, StartError> {
        let path = directory.state();
        let bytes = compact(state).map_err(|source| directory.io(source.into()))?;
        directory.write(&path, &bytes)?;
        let file =
            OpenOptions::new().append(true).open(path).map_err(|source| directory.io(source))?;
        Ok(Self { file, length: bytes.len() as u64, broken: false, _lock: lock })
    }

    /// On disk when it returns; on an error the file is as before.
    pub(super) fn append(&mut self, changes: &[Change]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed half-way; restart the sandbox"));
        }
        let mut line = serde_json::to_vec(changes)?;
        line.push(b'\n');
        let written = self.file.write_all(&line).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.length += line.len() as u64,
            Err(_) => self.broken = self.file.set_len(self.length).is_err(),
        }
        written
    }
}

fn compact(state: &State) -> serde_json::Result<Vec<u8>> {
    let header = Header { format: FORMAT, tenant: state.tenant.clone() };
    let mut bytes = serde_json::to_vec(&header)?;
    bytes.push(b'\n');
    for change in state.to_changes() {
        serde_json::to_writer(&mut bytes, &[change])?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
