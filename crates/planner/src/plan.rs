//! The plan: changes in an order that cannot be cyclic, and what there is to say about them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Action, Finding, FindingCode, Product, Severity};

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

/// Everything that apply does, and nothing else.
#[derive(Debug, Default, PartialEq)]
pub struct Plan {
    changes: Vec<Change>,
    findings: Vec<Finding>,
    unchanged: usize,
    makers: BTreeMap<Product, ChangeId>,
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

    pub fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Counts an object that is as it should be.
    pub fn keep(&mut self) {
        self.unchanged += 1;
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
        self.unchanged
    }

    /// Nothing to do. Findings may remain.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether all was readable that the plan speaks of.
    pub fn is_whole(&self) -> bool {
        let gaps = [FindingCode::Unreadable, FindingCode::DeletePostponed];
        self.findings.iter().all(|finding| !gaps.contains(&finding.code))
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

impl ChangeId {
    pub(crate) fn index(self) -> usize {
        self.0
    }
}
