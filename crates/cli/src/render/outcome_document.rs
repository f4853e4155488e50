//! What became of a plan, for programs.

use applier::{Outcome, Status};
use planner::{Plan, PlannedChange, Step, Verb};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

/// What `apply --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "mondoo-azure outcome, format 1")]
pub(crate) struct OutcomeDocument {
    /// Version of this format.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    created: usize,
    updated: usize,
    restored: usize,
    deleted: usize,
    failed: usize,
    /// With what a finding kept out of the plan.
    skipped: usize,
    /// In the order of the plan.
    changes: Vec<ChangeOutcome>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChangeOutcome {
    step: Step,
    verb: Verb,
    /// Names the object for programs.
    object: String,
    /// What is changed, for people.
    what: String,
    /// Which one it is, or where.
    target: String,
    status: StatusName,
    /// Why it failed or was left for later.
    error: Option<String>,
    /// The failed change that it needs, by its place in `changes`, from 0 on.
    because: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum StatusName {
    Applied,
    Failed,
    /// Not tried, because a change that it needs failed.
    Skipped,
    /// Left for a later run, because what it needs has no effect yet.
    Postponed,
    /// Not tried, because the run was interrupted.
    Interrupted,
}

impl OutcomeDocument {
    pub(crate) fn new(outcome: &Outcome, plan: &Plan, blocked_lines: usize) -> OutcomeDocument {
        let changes = outcome.statuses().map(|(id, status)| {
            let change = PlannedChange::of(&plan.change(id).action);
            ChangeOutcome::new(change, status)
        });
        OutcomeDocument {
            created: outcome.applied_count(Verb::Create),
            updated: outcome.applied_count(Verb::Update),
            restored: outcome.applied_count(Verb::Restore),
            deleted: outcome.applied_count(Verb::Delete),
            failed: outcome.failed_count(),
            changes: changes.collect(),
            ..OutcomeDocument::nothing(outcome.skipped_count() + blocked_lines)
        }
    }

    /// There was nothing to do.
    pub(crate) fn nothing(skipped: usize) -> OutcomeDocument {
        OutcomeDocument {
            format_version: 1,
            created: 0,
            updated: 0,
            restored: 0,
            deleted: 0,
            failed: 0,
            skipped,
            changes: Vec::new(),
        }
    }

    /// JSON Schema (draft 7) of the format.
    pub(crate) fn schema() -> Value {
        let settings = SchemaSettings::draft07();
        settings.into_generator().into_root_schema_for::<OutcomeDocument>().to_value()
    }
}

impl ChangeOutcome {
    fn new(change: PlannedChange, status: &Status) -> ChangeOutcome {
        let PlannedChange { step, verb, object, what, target, privileged: _, fields: _, needs: _ } =
            change;
        let (status, error, because) = match status {
            Status::Applied => (StatusName::Applied, None, None),
            Status::Failed(error) => (StatusName::Failed, Some(error.to_string()), None),
            Status::Skipped { because } => (StatusName::Skipped, None, Some(because.index())),
            Status::Postponed(error) => (StatusName::Postponed, Some(error.to_string()), None),
            Status::Interrupted => (StatusName::Interrupted, None, None),
        };
        ChangeOutcome { step, verb, object, what, target, status, error, because }
    }
}
