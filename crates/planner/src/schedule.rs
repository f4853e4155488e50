//! Which change may start next. Knows nothing of time or threads.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::{ChangeId, Object, Plan};

/// Hands out changes whose needs are applied, in the plan's order, never two of one object.
pub struct Schedule<'a> {
    plan: &'a Plan,
    /// Needs not yet applied, by change.
    missing: Vec<usize>,
    dependents: Vec<Vec<ChangeId>>,
    ready: BTreeSet<ChangeId>,
    busy: HashSet<Object>,
    /// Ready but for a running change of the same object.
    parked: HashMap<Object, BTreeSet<ChangeId>>,
    skipped: HashSet<ChangeId>,
}

/// A change that cannot be applied because another failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skip {
    pub change: ChangeId,
    pub because: ChangeId,
}

impl<'a> Schedule<'a> {
    pub fn new(plan: &'a Plan) -> Self {
        let mut dependents = vec![Vec::new(); plan.changes().len()];
        let mut missing = Vec::with_capacity(dependents.len());
        for (id, change) in plan.changes() {
            let needs: BTreeSet<_> = change.needs().iter().collect();
            missing.push(needs.len());
            for need in needs {
                dependents[need.index()].push(id);
            }
        }
        let ready =
            plan.changes().map(|(id, _)| id).filter(|id| missing[id.index()] == 0).collect();
        Schedule {
            plan,
            missing,
            dependents,
            ready,
            busy: HashSet::new(),
            parked: HashMap::new(),
            skipped: HashSet::new(),
        }
    }

    /// A change to start now. `None` means: wait for a running one, or all is done.
    pub fn start(&mut self) -> Option<ChangeId> {
        while let Some(id) = self.ready.pop_first() {
            let object = self.plan.change(id).action.object();
            if self.busy.insert(object.clone()) {
                return Some(id);
            }
            self.parked.entry(object).or_default().insert(id);
        }
        None
    }

    pub fn applied(&mut self, id: ChangeId) {
        self.release(id);
        for &dependent in &self.dependents[id.index()] {
            self.missing[dependent.index()] -= 1;
            if self.missing[dependent.index()] == 0 && !self.skipped.contains(&dependent) {
                self.ready.insert(dependent);
            }
        }
    }

    /// Returns every change that now never starts.
    pub fn failed(&mut self, id: ChangeId) -> Vec<Skip> {
        self.release(id);
        let mut skips = Vec::new();
        let mut queue = vec![id];
        while let Some(failed) = queue.pop() {
            for &dependent in &self.dependents[failed.index()] {
                if self.skipped.insert(dependent) {
                    skips.push(Skip { change: dependent, because: id });
                    queue.push(dependent);
                }
            }
        }
        skips.sort_by_key(|skip| skip.change);
        skips
    }

    fn release(&mut self, id: ChangeId) {
        let object = self.plan.change(id).action.object();
        self.busy.remove(&object);
        self.ready.extend(self.parked.remove(&object).unwrap_or_default());
    }
}
