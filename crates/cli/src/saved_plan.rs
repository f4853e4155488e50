//! The file of `plan --out` and `apply --plan`.

use std::fmt::Write as _;
use std::fs::Permissions;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use planner::{PlanDocument, Stale, Value};
use similar::{ChangeTag, TextDiff};
use time::OffsetDateTime;

use crate::console::{Console, GREEN, RED, one_line};
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render;
use crate::tracked_key;

/// Some thousand times what a large tenant's plan takes.
const MAX_BYTES: u64 = 1024 * 1024 * 1024;

const PLAN_AGAIN: &str = "plan again with --out, and have that reviewed";

/// A plan that was reviewed. It is compared with a fresh one, and never executed.
pub(crate) struct SavedPlan {
    path: PathBuf,
    document: PlanDocument,
}

/// Before anything is sent: at the end it would be too late.
pub(crate) fn check_place(path: &Path) -> Result<(), Failure> {
    let is_file = path.symlink_metadata().map_or(true, |metadata| metadata.is_file());
    if directory(path).is_dir() && is_file {
        return Ok(());
    }
    let message = format!("{} cannot be written: it is no file in a directory", path.display());
    Err(Failure::new(Exit::BadInput, message).hint("name a file in a directory that is there"))
}

/// Whole or not at all.
pub(crate) fn write(path: &Path, document: &PlanDocument) -> Result<(), Failure> {
    let written = || -> std::io::Result<()> {
        let mut builder = tempfile::Builder::new();
        let mut file =
            builder.permissions(Permissions::from_mode(0o666)).tempfile_in(directory(path))?;
        file.write_all(render::json::document(document).as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    written().map_err(|error| {
        Failure::new(Exit::Failed, format!("{} could not be written: {error}", path.display()))
    })
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// What cannot be read is a wrong argument; what is not as it was written is refused.
pub(crate) fn read(path: &Path) -> Result<PlanDocument, Failure> {
    let mut bytes = Vec::new();
    let read =
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes));
    read.map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Failure::new(Exit::BadInput, message).hint("name a file that plan --out wrote")
    })?;
    PlanDocument::parse(&bytes).map_err(|reason| {
        let message = format!("{} is refused: {reason}", path.display());
        Failure::new(Exit::Blocked, message).hint(PLAN_AGAIN)
    })
}

impl SavedPlan {
    /// As far as it can be told before any service is asked.
    pub(crate) fn read(path: &Path, inputs: &Inputs) -> Result<SavedPlan, Failure> {
        let document = read(path)?;
        let now = OffsetDateTime::now_utc();
        let saved = SavedPlan { path: path.to_owned(), document };
        let checked = saved.document.check_spec(&inputs.desired.tenant, &inputs.digest, now);
        checked.map_err(|stale| saved.refusal(&stale))?;
        Ok(saved)
    }

    /// Refuses a plan that does more, and shows where they differ.
    pub(crate) fn check(
        &self,
        fresh: &PlanDocument,
        inputs: &Inputs,
        console: &Console,
    ) -> Result<(), Failure> {
        self.check_key(fresh, inputs)?;
        self.document.check(fresh).map_err(|stale| {
            if let Stale::Unreviewed(_) = stale {
                console.say(&self.difference(fresh));
            }
            self.refusal(&stale)
        })
    }

    fn refusal(&self, stale: &Stale) -> Failure {
        let message =
            format!("{} is refused, and nothing was written: {stale}", self.path.display());
        Failure::new(Exit::Blocked, message).hint(PLAN_AGAIN)
    }

    /// A key that a run before this one made is the new one that was reviewed; what somebody put into
    /// the repository is not.
    fn check_key(&self, fresh: &PlanDocument, inputs: &Inputs) -> Result<(), Failure> {
        let (Some(output), None) = (new_key(&self.document), new_key(fresh)) else {
            return Ok(());
        };
        let file = inputs.directory.join(output);
        if !file.exists() || !tracked_key::is_tracked(&file) {
            return Ok(());
        }
        let message = format!(
            "{} is refused, and nothing was written: it makes a new key, and git does not ignore {}, so \
             that it may be somebody else's",
            self.path.display(),
            file.display()
        );
        Err(Failure::new(Exit::Blocked, message).hint(PLAN_AGAIN))
    }

    /// `-` is in the file and not to be done now, `+` is to be done now and not in the file.
    fn difference(&self, fresh: &PlanDocument) -> String {
        let [saved, fresh] = [&self.document, fresh].map(|document| {
            anstream::adapter::strip_str(&render::plan::changes(document)).to_string()
        });
        let diff = TextDiff::from_lines(&saved, &fresh);
        let mut text = format!("--- {}\n+++ now\n", one_line(&self.path.display().to_string()));
        for (index, group) in diff.grouped_ops(3).iter().enumerate() {
            if index > 0 {
                text += "  …\n";
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let line = one_line(change.value().trim_end_matches('\n'));
                let _ = match change.tag() {
                    ChangeTag::Equal => writeln!(text, "  {line}"),
                    ChangeTag::Delete => writeln!(text, "{RED}- {line}{RED:#}"),
                    ChangeTag::Insert => writeln!(text, "{GREEN}+ {line}{GREEN:#}"),
                };
            }
        }
        text
    }
}

/// Where a plan puts the key that it makes.
fn new_key(plan: &PlanDocument) -> Option<&str> {
    let files = plan.changes.iter().filter(|change| change.object == "certificateFile");
    let mut fields = files.flat_map(|change| &change.fields).filter(|field| field.name == "output");
    match fields.next().map(|field| &field.after) {
        Some(Value::Text(output)) => Some(output),
        Some(Value::Absent | Value::AfterApply) | None => None,
    }
}
