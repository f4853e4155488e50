//! A private key shall not end up in a commit.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::exit::{Exit, Failure};

/// Refuses a place for a new key that is inside a git work tree and not ignored there.
pub(crate) fn refuse(key: &Path) -> Result<(), Failure> {
    let Ok(absolute) = std::path::absolute(key) else { return Ok(()) };
    let Some(directory) = absolute.parent() else { return Ok(()) };
    let in_work_tree = directory.ancestors().any(|ancestor| ancestor.join(".git").exists());
    if !in_work_tree || is_ignored(directory, &absolute) {
        return Ok(());
    }
    let message = format!("git does not ignore {}, where the private key would go", key.display());
    let name = key.file_name().unwrap_or_default().display();
    let hint = format!("add {name} to .gitignore, or allow it with --allow-tracked-key");
    Err(Failure::new(Exit::BadInput, message).hint(hint))
}

/// Git's own answer; without git on this machine, no.
fn is_ignored(directory: &Path, key: &Path) -> bool {
    let git = Command::new("git")
        .arg("-C")
        .arg(directory)
        .args(["check-ignore", "--quiet", "--"])
        .arg(key)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    git.is_ok_and(|status| status.success())
}
