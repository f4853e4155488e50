//! A private key shall not end up in a commit.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::exit::{Exit, Failure};

/// Refuses a place for a new key that is inside a git work tree and not ignored there. Its directory
/// exists.
pub(crate) fn refuse(key: &Path) -> Result<(), Failure> {
    if !is_tracked(key) {
        return Ok(());
    }
    let name = key.file_name().unwrap_or_default();
    let message = format!("git does not ignore {}, where the private key would go", key.display());
    let hint =
        format!("add {} to .gitignore, or allow it with --allow-tracked-key", name.display());
    Err(Failure::new(Exit::BadInput, message).hint(hint))
}

/// Whether git has the file or would take it.
pub(crate) fn is_tracked(key: &Path) -> bool {
    let parent = key.parent().filter(|parent| !parent.as_os_str().is_empty());
    let Ok(directory) = parent.unwrap_or(Path::new(".")).canonicalize() else { return false };
    let name = key.file_name().unwrap_or_default();
    let in_work_tree = directory.ancestors().any(|ancestor| ancestor.join(".git").exists());
    in_work_tree && !is_ignored(&directory, Path::new(name))
}

/// Git's own answer; without git on this machine, no.
fn is_ignored(directory: &Path, name: &Path) -> bool {
    let git = Command::new("git")
        .current_dir(directory)
        // A hook's variables speak of another repository.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .args(["check-ignore", "--quiet", "--"])
        .arg(name)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    git.is_ok_and(|status| status.success())
}
