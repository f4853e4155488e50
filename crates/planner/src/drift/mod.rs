//! How live state differs from the spec, and who made it so.

mod kind;
mod trail;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use spec::ObjectId;
use time::OffsetDateTime;

use crate::{
    Action, Desired, Finding, FindingCode, Observed, Plan, PlannedChange, PlannedField,
    PlannedFinding, Severity, Step,
};

pub use kind::Kind;
pub use trail::{About, AzureTrail, DirectoryTrail, Log, Trail};
pub use who::{AzureEvent, DirectoryEvent, Evidence};

/// What a spec does not find as it wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    pub lines: Vec<Line>,
    /// What else is to be said, and is no difference.
    pub notes: Vec<PlannedFinding>,
    /// How many objects are as the spec wants them.
    pub unchanged: usize,
    /// Steps in which all that was compared is so.
    pub clean: Vec<Step>,
    /// Whether all was readable that the spec speaks of.
    pub is_whole: bool,
    /// Whether the spec itself forbids to be applied.
    pub is_blocked: bool,
}

/// One object that is not as the spec wants it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub kind: Kind,
    /// Nothing where it is about the whole.
    pub step: Option<Step>,
    /// What kind of object it is, or the code of the finding.
    pub what: String,
    /// Which one it is or where; of a finding, its sentence.
    pub target: String,
    /// Names the object for programs, where a change would mend it.
    pub object: Option<String>,
    /// Of a finding that no change mends.
    pub finding: Option<FindingCode>,
    /// How it is, and how it should be.
    pub fields: Vec<PlannedField>,
    pub who: Author,
    #[serde(skip)]
    pub trails: Vec<Trail>,
}

/// Who made it so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "known", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Author {
    /// Or it is nobody's doing.
    NotAsked,
    /// Not in what could be read of the logs.
    NotFound,
    /// By the newest event that explains it.
    Found {
        name: String,
        #[serde(with = "time::serde::rfc3339")]
        #[schemars(with = "String")]
        at: OffsetDateTime,
        /// As the log calls it.
        activity: String,
    },
}

impl Line {
    fn of_action(action: &Action, desired: &Desired, observed: &Observed) -> Line {
        let PlannedChange { step, verb, object, what, target, fields, .. } =
            PlannedChange::of(action);
        Line {
            kind: Kind::of_verb(verb),
            step: Some(step),
            what,
            target,
            object: Some(object),
            finding: None,
            fields,
            who: Author::NotAsked,
            trails: trail::of_action(action, desired, observed),
        }
    }

    fn of_finding(finding: &Finding, kind: Kind, observed: &Observed) -> Line {
        Line {
            kind,
            step: finding.step,
            what: finding.code.to_string(),
            target: finding.message.clone(),
            object: None,
            finding: Some(finding.code),
            fields: Vec::new(),
            who: Author::NotAsked,
            trails: trail::of_finding(finding, observed),
        }
    }
}

impl Drift {
    pub fn new(plan: &Plan, desired: &Desired, observed: &Observed) -> Drift {
        let changes = plan.actions().map(|action| Line::of_action(action, desired, observed));
        let mut lines: Vec<Line> = changes.collect();
        let mut notes = Vec::new();
        for finding in plan.findings() {
            match Kind::of_finding(finding) {
                Some(kind) => lines.push(Line::of_finding(finding, kind, observed)),
                None => notes.push(PlannedFinding::new(finding)),
            }
        }
        let is_blocked = notes.iter().any(|note| note.severity == Severity::Blocks);
        let (unchanged, is_whole) = (plan.unchanged(), is_whole(plan));
        let is_clean = |step: &Step| {
            plan.unchanged_in(*step) > 0 && lines.iter().all(|line| line.step != Some(*step))
        };
        let clean = Step::ALL.into_iter().filter(is_clean).collect();
        Drift { lines, notes, unchanged, clean, is_whole, is_blocked }
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.lines.iter().filter(|line| line.kind == kind).count()
    }

    /// The logs that may tell of some line, each once.
    pub fn logs(&self) -> Vec<Log> {
        let trails = self.lines.iter().flat_map(|line| &line.trails);
        let mut logs: Vec<Log> = trails.flat_map(Trail::logs).collect();
        logs.sort();
        logs.dedup();
        logs
    }

    /// Says of each line who made it so, as far as `evidence` tells.
    pub fn attribute(&mut self, evidence: &Evidence) {
        // Of what is on this machine or ends by itself, no log tells.
        for line in self.lines.iter_mut().filter(|line| !line.trails.is_empty()) {
            line.who = evidence.author(&line.trails);
        }
    }

    /// Whom the logs name by nothing but an id.
    pub fn unnamed(&self) -> BTreeSet<ObjectId> {
        let names = self.lines.iter().filter_map(|line| match &line.who {
            Author::Found { name, .. } => name.parse().ok(),
            Author::NotAsked | Author::NotFound => None,
        });
        names.collect()
    }

    pub fn name(&mut self, names: &BTreeMap<ObjectId, String>) {
        for line in &mut self.lines {
            if let Author::Found { name, .. } = &mut line.who
                && let Some(known) = name.parse().ok().and_then(|id: ObjectId| names.get(&id))
            {
                name.clone_from(known);
            }
        }
    }
}

/// A plan goes on without Mondoo; a look at live state that leaves it out is not whole.
pub(crate) fn is_whole(plan: &Plan) -> bool {
    let is_asked = |finding: &Finding| finding.code != FindingCode::NoMondooAccess;
    plan.is_whole() && plan.findings().iter().all(is_asked)
}
