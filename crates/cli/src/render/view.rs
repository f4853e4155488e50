//! What every format of a plan shows.

use planner::{
    FindingCode, PlanDocument, PlannedChange, PlannedField, PlannedFinding, Severity, Step, Value,
    Verb,
};
use similar::{ChangeTag, TextDiff};
use time::format_description::well_known::Rfc3339;

/// A saved plan, or one that could be saved.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub document: &'a PlanDocument,
}

impl<'a> View<'a> {
    pub(crate) fn plan(document: &'a PlanDocument) -> View<'a> {
        View { document }
    }

    /// The counts. The wording is an interface: scripts read it.
    pub(crate) fn summary(self) -> String {
        let document = self.document;
        if document.changes.is_empty() {
            let unchanged = document.unchanged;
            return format!("No changes. {unchanged} objects are as the spec wants them.");
        }
        let counts = Verb::ALL.map(|verb| format!("{} to {verb}", document.count(verb)));
        format!("Plan: {}.", counts.join(", "))
    }

    /// What the counts leave out, so that nobody takes them for the whole. `sign` marks the findings
    /// that block, and `place` is where findings are, above or below.
    pub(crate) fn left_out(self, sign: &str, place: &str) -> Vec<String> {
        let document = self.document;
        let waits = document.findings.iter().any(|finding| finding.code == FindingCode::Waits);
        let blocked = format!(
            "Blocked: what stands at {sign} {place} is left out until the spec or Azure changes."
        );
        let incomplete =
            format!("Incomplete: not everything could be read, as the notes {place} tell.");
        let waiting =
            "Waiting: what waits for a step of somebody else is left out until that is done.";
        let sentences = [
            (document.blocks_lines(), blocked),
            (!document.is_whole(), incomplete),
            (waits, waiting.to_owned()),
        ];
        sentences.into_iter().filter_map(|(is_so, sentence)| is_so.then_some(sentence)).collect()
    }

    /// From when on the plan is refused.
    pub(crate) fn end(self) -> Option<String> {
        self.document.expires.and_then(|end| end.format(&Rfc3339).ok())
    }

    /// How many vaults there are, and why the others need nothing.
    pub(crate) fn vaults(self) -> Option<String> {
        let planner::Vaults { total, to_change, rbac } = self.document.vaults;
        let is_about_them = !self.document.changes.is_empty() && total > 0;
        is_about_them.then(|| {
            format!(
                "Vaults: {total}, of which {to_change} to change and {rbac} on RBAC, which need \
                 nothing."
            )
        })
    }

    /// Each step that something changes in, and its changes with their places in the document.
    pub(crate) fn steps(self) -> Vec<(Step, Vec<(usize, &'a PlannedChange)>)> {
        let mut steps: Vec<_> = Step::ALL.map(|step| (step, Vec::new())).into();
        for (index, change) in self.document.changes.iter().enumerate() {
            if let Some((_, changes)) = steps.iter_mut().find(|(step, _)| *step == change.step) {
                changes.push((index, change));
            }
        }
        steps.retain(|(_, changes)| !changes.is_empty());
        steps
    }

    /// The gravest first.
    pub(crate) fn findings(self) -> Vec<&'a PlannedFinding> {
        let mut sorted: Vec<_> = self.document.findings.iter().collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        sorted
    }
}

/// `2 to create, 1 to update`.
pub(crate) fn counts_of(changes: &[(usize, &PlannedChange)]) -> String {
    let count = |verb| changes.iter().filter(|(_, change)| change.verb == verb).count();
    let counts = Verb::ALL.map(|verb| (count(verb), verb));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts = counts.map(|(count, verb)| format!("{count} to {verb}"));
    counts.collect::<Vec<_>>().join(", ")
}

pub(crate) fn sign(severity: Severity) -> char {
    match severity {
        Severity::Blocks => 'x',
        Severity::Warning => '!',
        Severity::Note => 'i',
    }
}

/// One line of a property, as every format lays it out. Texts come from the tenant: each format
/// neutralises them in its own way.
pub(crate) enum Row<'a> {
    Property {
        name: &'a str,
        /// None, where it was not there.
        before: Option<&'a str>,
        /// None, where it goes.
        after: Option<&'a str>,
    },
    /// Above the lines of a longer text.
    Title(&'a str),
    /// `+`, `-` or a blank, and a line of the text.
    Line(char, String),
    /// Lines that do not differ.
    Gap,
}

const AFTER_APPLY: &str = "(known after apply)";

pub(crate) fn rows(field: &PlannedField) -> Vec<Row<'_>> {
    let PlannedField { name, before, after } = field;
    match (before, after) {
        (Value::Text(before), Value::Text(after)) if after.contains('\n') => {
            [Row::Title(name)].into_iter().chain(difference(before, after)).collect()
        }
        (Value::Absent, Value::Text(after)) if after.contains('\n') => {
            let lines = after.lines().map(|line| Row::Line(' ', line.to_owned()));
            [Row::Title(name)].into_iter().chain(lines).collect()
        }
        (before, after) => vec![Row::Property { name, before: shown(before), after: shown(after) }],
    }
}

fn shown(value: &Value) -> Option<&str> {
    match value {
        Value::Absent => None,
        Value::Text(text) => Some(text),
        Value::AfterApply => Some(AFTER_APPLY),
    }
}

/// The lines that differ, with the lines around them.
fn difference(before: &str, after: &str) -> Vec<Row<'static>> {
    let diff = TextDiff::from_lines(before, after);
    let mut rows = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            rows.push(Row::Gap);
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            rows.push(Row::Line(sign, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    rows
}
