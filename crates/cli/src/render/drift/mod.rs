//! What `drift` found: as text, as JSON, as Markdown, as a page, as the XML of `JUnit`.

pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod text;

use observer::{DAYS, Testimony};
use planner::drift::{Author, Drift, Kind, Line};
use planner::{FindingCode, PlannedFinding, Severity, Step};
use time::OffsetDateTime;

use crate::exit::Failure;

/// What became of one spec.
pub(crate) struct Report {
    /// As it was named.
    pub spec: String,
    pub outcome: Outcome,
}

pub(crate) enum Outcome {
    Compared {
        /// Who asked, where, and what it took.
        header: String,
        drift: Drift,
        /// Where somebody wants to know who did it.
        testimony: Option<Testimony>,
    },
    Failed(Failure),
}

impl Report {
    fn drift(&self) -> Option<&Drift> {
        match &self.outcome {
            Outcome::Compared { drift, .. } => Some(drift),
            Outcome::Failed(_) => None,
        }
    }

    /// Logs that told nothing, as sentences.
    fn unread(&self) -> &[String] {
        match &self.outcome {
            Outcome::Compared { testimony: Some(testimony), .. } => &testimony.unread,
            Outcome::Compared { testimony: None, .. } | Outcome::Failed(_) => &[],
        }
    }
}

/// The last line about a spec. The wording is an interface: scripts read it.
fn summary(drift: &Drift) -> String {
    let [missing, changed, extra] = Kind::ALL.map(|kind| drift.count(kind));
    let unchanged = drift.unchanged;
    let as_wanted = format!("{unchanged} objects are as the spec wants them");
    if !drift.lines.is_empty() {
        format!("Drift: {missing} missing, {changed} changed, {extra} extra.")
    } else if !drift.is_whole {
        format!("Incomplete: {as_wanted}; others could not be read.")
    } else if drift.is_blocked {
        format!("Blocked: {as_wanted}; what the notes name keeps the spec from being applied.")
    } else {
        format!("No drift. {as_wanted}.")
    }
}

/// The last line about several specs.
fn total(reports: &[Report]) -> String {
    let compared: Vec<&Drift> = reports.iter().filter_map(Report::drift).collect();
    let drifted = compared.iter().filter(|drift| !drift.lines.is_empty()).count();
    let is_clean = |drift: &&&Drift| drift.lines.is_empty() && drift.is_whole && !drift.is_blocked;
    let clean = compared.iter().filter(is_clean).count();
    let failed = reports.len() - drifted - clean;
    format!("Specs: {clean} without drift, {drifted} with drift, {failed} failed.")
}

/// Mondoo's side could not be compared.
fn is_unasked(note: &PlannedFinding) -> bool {
    note.code == FindingCode::NoMondooAccess
}

/// The lines of each step that has some, under its title; last what is of no step.
fn by_step(drift: &Drift) -> Vec<(String, Vec<&Line>)> {
    let steps = Step::ALL.map(Some).into_iter().chain([None]);
    let group = |step: Option<Step>| {
        let title = step
            .map_or_else(|| "As a whole".to_owned(), |step| format!("{step}  {}", step.title()));
        (title, drift.lines.iter().filter(|line| line.step == step).collect::<Vec<_>>())
    };
    steps.map(group).filter(|(_, lines)| !lines.is_empty()).collect()
}

/// What keeps a report from being whole, and what it could not find out.
fn said<'a>(drift: &'a Drift, unread: &'a [String]) -> impl Iterator<Item = &'a str> {
    let is_told = |note: &&PlannedFinding| {
        note.code.is_gap() || note.severity == Severity::Blocks || is_unasked(note)
    };
    let notes = drift.notes.iter().filter(is_told).map(|note| note.message.as_str());
    notes.chain(unread.iter().map(String::as_str))
}

/// Who made it so, as the end of a sentence. Nothing where nobody wants to know.
fn author(line: &Line) -> Option<String> {
    match &line.who {
        Author::NotAsked => None,
        Author::NotFound => Some(format!("by whom: not in the logs of the last {DAYS} days")),
        Author::Found { name, at, activity } => {
            Some(format!("by {name} on {} ({activity})", moment(*at)))
        }
    }
}

fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute())
}
