//! The file of `--events`: a line of JSON for each event.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use planner::{ChangeId, Event, Plan, PlannedChange};
use serde::Serialize;
use time::OffsetDateTime;

use crate::arguments::EventFile;
use crate::console::{Console, YELLOW};
use crate::exit::{Exit, Failure};
use crate::render;

pub(crate) struct EventLog<'a> {
    console: &'a Console,
    path: PathBuf,
    /// None, where nobody asked for it or nobody reads it any more.
    file: Mutex<Option<File>>,
}

/// An event, when it was, and what is told of the change in the plan.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[serde(flatten)]
    event: &'a Event,
    #[serde(flatten)]
    subject: Option<Subject>,
}

#[derive(Serialize)]
struct Subject {
    step: planner::Step,
    verb: planner::Verb,
    object: String,
    what: String,
    target: String,
}

impl<'a> EventLog<'a> {
    /// Before anything is sent.
    pub(crate) fn open(file: &EventFile, console: &'a Console) -> Result<EventLog<'a>, Failure> {
        let path = file.path.clone().unwrap_or_default();
        let opened = file.path.as_deref().map(create).transpose()?;
        Ok(EventLog { console, path, file: Mutex::new(opened) })
    }

    /// `plan`: the one that the event is about, once there is one.
    pub(crate) fn report(&self, event: &Event, plan: Option<&Plan>) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = file.as_mut() else { return };
        let subject = plan.zip(event.change()).map(|(plan, change)| Subject::new(plan, change));
        let line = Line { at: OffsetDateTime::now_utc(), event, subject };
        if let Err(error) = open.write_all(render::json::line(&line).as_bytes()) {
            *file = None;
            if error.kind() != ErrorKind::BrokenPipe {
                let path = self.path.display();
                self.console.say(&format!(
                    "{YELLOW}warning{YELLOW:#}: {path} could not be written any more: {error}"
                ));
            }
        }
    }

    pub(crate) fn planned(&self, plan: &Plan) {
        for (change, _) in plan.changes() {
            self.report(&Event::Planned { change }, Some(plan));
        }
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::new(Exit::BadInput, message).hint("name a file in a directory that is there")
    })
}

impl Subject {
    fn new(plan: &Plan, change: ChangeId) -> Subject {
        let PlannedChange { step, verb, object, what, target, .. } =
            PlannedChange::of(&plan.change(change).action);
        Subject { step, verb, object, what, target }
    }
}
