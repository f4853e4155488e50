//! What became of each change. Partial failure is an ordinary outcome.

use std::collections::BTreeMap;

use planner::{ChangeId, Plan, Skip, Verb};

use crate::ApplyError;

#[derive(Clone, Debug)]
pub enum Status {
    Applied,
    Failed(ApplyError),
    /// Not tried, because a change that it needs failed.
    Skipped {
        because: ChangeId,
    },
    /// Left for later: what it needs is done, and has no effect yet.
    Postponed(ApplyError),
    /// Not tried, because the run was interrupted.
    Interrupted,
}

#[derive(Debug)]
pub struct Outcome {
    statuses: BTreeMap<ChangeId, (Verb, Status)>,
}

impl Outcome {
    pub(crate) fn new(plan: &Plan) -> Outcome {
        let untried =
            plan.changes().map(|(id, change)| (id, (change.action.verb(), Status::Interrupted)));
        Outcome { statuses: untried.collect() }
    }

    pub(crate) fn applied(&mut self, change: ChangeId) {
        self.set(change, Status::Applied);
    }

    pub(crate) fn failed(&mut self, change: ChangeId, error: ApplyError) {
        self.set(change, Status::Failed(error));
    }

    pub(crate) fn postponed(&mut self, change: ChangeId, error: ApplyError) {
        self.set(change, Status::Postponed(error));
    }

    pub(crate) fn skipped(&mut self, skip: Skip) {
        self.set(skip.change, Status::Skipped { because: skip.because });
    }

    fn set(&mut self, change: ChangeId, status: Status) {
        if let Some((_, current)) = self.statuses.get_mut(&change) {
            *current = status;
        }
    }

    pub fn statuses(&self) -> impl Iterator<Item = (ChangeId, &Status)> {
        self.statuses.iter().map(|(id, (_, status))| (*id, status))
    }

    /// Applied changes of one verb.
    pub fn applied_count(&self, verb: Verb) -> usize {
        let applied =
            |(v, status): &&(Verb, Status)| *v == verb && matches!(status, Status::Applied);
        self.statuses.values().filter(applied).count()
    }

    /// Nothing was written, because this operator may not.
    pub fn was_not_permitted(&self) -> bool {
        let refused = |status: &Status| match status {
            Status::Failed(error) => error.is_not_permitted(),
            Status::Skipped { .. } => true,
            Status::Applied | Status::Postponed(_) | Status::Interrupted => false,
        };
        self.statuses.values().all(|(_, status)| refused(status))
    }

    pub fn failed_count(&self) -> usize {
        self.count(|status| matches!(status, Status::Failed(_)))
    }

    /// Changes that were not tried, for whatever reason.
    pub fn skipped_count(&self) -> usize {
        self.count(|status| match status {
            Status::Skipped { .. } | Status::Postponed(_) | Status::Interrupted => true,
            Status::Applied | Status::Failed(_) => false,
        })
    }

    pub fn was_interrupted(&self) -> bool {
        self.count(|status| matches!(status, Status::Interrupted)) > 0
    }

    pub fn is_complete(&self) -> bool {
        self.count(|status| !matches!(status, Status::Applied)) == 0
    }

    fn count(&self, is: impl Fn(&Status) -> bool) -> usize {
        self.statuses.values().filter(|(_, status)| is(status)).count()
    }
}
