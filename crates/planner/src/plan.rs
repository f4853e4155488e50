//! The plan: changes in an order that cannot be cyclic, and what there is to say about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Action, Finding, FindingCode, Product, Severity, Step, Steps, Verb};

/// Index of a change in its plan. Only [`Plan::push`] makes one, so a change can need earlier
/// changes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ChangeId(usize);

#[derive(Debug, PartialEq)]
pub struct Change {
    pub action: Action,
    /// Changes that must be applied before this one, each of them earlier in the plan.
    needs: Vec<ChangeId>,
}

impl Change {
    pub fn needs(&self) -> &[ChangeId] {
        &self.needs
    }
}

/// What a plan takes away that has to be said twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sweep {
    pub deleted: usize,
    /// Objects of ours that there are, the deleted ones among them.
    pub existing: usize,
    pub consents: usize,
}

/// In percent of what there is.
const LARGE_PART: usize = 30;

/// Everything that apply does, and nothing else.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    changes: Vec<Change>,
    findings: Vec<Finding>,
    unchanged: BTreeMap<Step, usize>,
    /// What cannot be done before somebody else has done another step.
    waiting: Vec<Action>,
    makers: BTreeMap<Product, ChangeId>,
    /// Whose part is being planned.
    step: Option<Step>,
}

impl Plan {
    /// Appends a change. It needs the makers of everything its action uses, and `after`.
    ///
    /// A product without a maker in the plan exists already.
    pub fn push(&mut self, action: impl Into<Action>, after: &[ChangeId]) -> ChangeId {
        let action = action.into();
        let id = ChangeId(self.changes.len());
        let makers = action.uses().iter().filter_map(|product| self.makers.get(product));
        let needs: BTreeSet<_> = makers.chain(after).copied().collect();
        if let Some(product) = action.makes() {
            self.makers.insert(product, id);
        }
        self.changes.push(Change { action, needs: needs.into_iter().collect() });
        id
    }

    /// Lets every other change wait for these, which need nothing.
    pub(crate) fn put_first(&mut self, first: &[ChangeId]) {
        for (index, change) in self.changes.iter_mut().enumerate() {
            if !first.contains(&ChangeId(index)) {
                let needs: BTreeSet<_> = change.needs.iter().chain(first).copied().collect();
                change.needs = needs.into_iter().collect();
            }
        }
    }

    /// What is found and kept from here on is of `step`.
    pub(crate) fn begin(&mut self, step: Step) {
        self.step = Some(step);
    }

    pub fn find(&mut self, finding: Finding) {
        self.findings.push(Finding { step: self.step, ..finding });
    }

    /// Counts an object that is as it should be.
    pub(crate) fn keep(&mut self) {
        if let Some(step) = self.step {
            *self.unchanged.entry(step).or_default() += 1;
        }
    }

    /// Leaves out what is not of `steps`, and what waits for that.
    pub(crate) fn only(self, steps: &Steps) -> Plan {
        let left_to = self.left_to(steps);
        let Plan { changes, findings, unchanged, waiting: _, makers: _, step: _ } = self;
        let is_said = |finding: &Finding| finding.step.is_none_or(|step| steps.has(step));
        let mut plan = Plan {
            findings: findings.into_iter().filter(is_said).collect(),
            unchanged: unchanged.into_iter().filter(|(step, _)| steps.has(*step)).collect(),
            ..Plan::default()
        };
        let mut waits: BTreeMap<Step, BTreeSet<Step>> = BTreeMap::new();
        let mut ids = BTreeMap::new();
        for (index, Change { action, needs }) in changes.into_iter().enumerate() {
            match left_to[index] {
                None => {
                    ids.insert(ChangeId(index), ChangeId(plan.changes.len()));
                    let needs = needs.iter().map(|need| ids[need]).collect();
                    plan.changes.push(Change { action, needs });
                }
                Some(other) if steps.has(action.step()) => {
                    waits.entry(other).or_default().insert(action.step());
                    plan.waiting.push(action);
                }
                Some(_) => {}
            }
        }
        plan.findings.extend(waits.into_iter().map(|(other, steps)| waits_for(other, steps)));
        plan
    }

    /// Of each change, the step that it is left to or waits for; nothing, where it is done.
    fn left_to(&self, steps: &Steps) -> Vec<Option<Step>> {
        let mut left: Vec<Option<Step>> = Vec::new();
        for Change { action, needs } in &self.changes {
            let other = Some(action.step()).filter(|step| !steps.has(*step));
            left.push(other.or_else(|| needs.iter().find_map(|need| left[need.0])));
        }
        for (index, change) in self.changes.iter().enumerate() {
            // A key is made for whoever trusts it.
            if change.action.makes() == Some(Product::Certificate) && left[index].is_none() {
                let users = self.changes.iter().enumerate();
                let mut users = users.filter(|(_, user)| user.needs.contains(&ChangeId(index)));
                left[index] = users.find_map(|(user, _)| left[user]);
            }
        }
        left
    }

    pub fn changes(&self) -> impl ExactSizeIterator<Item = (ChangeId, &Change)> {
        self.changes.iter().enumerate().map(|(index, change)| (ChangeId(index), change))
    }

    pub fn change(&self, id: ChangeId) -> &Change {
        &self.changes[id.0]
    }

    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub fn unchanged(&self) -> usize {
        self.unchanged.values().sum()
    }

    pub fn unchanged_in(&self, step: Step) -> usize {
        self.unchanged.get(&step).copied().unwrap_or_default()
    }

    /// What is to be done now, and what once its time comes.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.changes.iter().map(|change| &change.action).chain(&self.waiting)
    }

    /// What is to be done once somebody else has done the step that it waits for.
    pub fn waiting(&self) -> &[Action] {
        &self.waiting
    }

    /// Why it has to be allowed once more: it takes back a consent, or a large part of what there is.
    pub fn sweep(&self) -> Option<Sweep> {
        let verb = |change: &Change| change.action.verb();
        let gone: Vec<_> = self.changes.iter().filter(|c| verb(c) == Verb::Delete).collect();
        let consents = gone.iter().filter(|change| change.action.step() == Step::B).count();
        let changed = self.changes.iter().filter(|c| verb(c) == Verb::Update).count();
        let existing = self.unchanged() + changed + gone.len();
        let sweep = Sweep { deleted: gone.len(), existing, consents };
        let is_large = sweep.deleted * 100 > existing * LARGE_PART;
        (is_large || consents > 0).then_some(sweep)
    }

    /// Whether one of its changes makes that.
    pub fn makes(&self, product: Product) -> bool {
        self.changes.iter().any(|change| change.action.makes() == Some(product))
    }

    /// Nothing to do. Findings may remain.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether all was readable that the plan speaks of.
    pub fn is_whole(&self) -> bool {
        self.findings.iter().all(|finding| !finding.code.is_gap())
    }

    /// Findings that forbid any write.
    pub fn blockers(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.severity == Severity::Blocks && f.subject.is_none())
    }

    /// Findings that keep one scope or vault out of the plan.
    pub fn blocked_lines(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.severity == Severity::Blocks && f.subject.is_some())
    }
}

fn waits_for(other: Step, waiting: BTreeSet<Step>) -> Finding {
    let waiting = Steps::of(waiting);
    let message = format!(
        "of {waiting}, something waits for step {other}, which this run does not do: have {other} \
         ({}) applied, and run this again",
        other.title()
    );
    Finding::note(FindingCode::Waits, message)
}

impl ChangeId {
    pub fn index(self) -> usize {
        self.0
    }
}
