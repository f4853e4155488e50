//! For programs: docs/drift.md says what each part means.

use planner::PlannedFinding;
use planner::drift::{Kind, Line};
use serde::Serialize;

use super::{Outcome, Report};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format_version: u32,
    reports: Vec<One<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct One<'a> {
    spec: &'a str,
    outcome: &'static str,
    /// Why it failed; empty otherwise.
    errors: &'a [String],
    lines: &'a [Line],
    notes: &'a [PlannedFinding],
    /// Logs that told nothing.
    unread: &'a [String],
    unchanged: usize,
}

#[derive(Default, Serialize)]
struct Summary {
    missing: usize,
    changed: usize,
    extra: usize,
    unchanged: usize,
    failed: usize,
}

pub(crate) fn render(reports: &[Report]) -> String {
    let mut summary = Summary::default();
    for report in reports {
        match report.drift() {
            Some(drift) => {
                summary.missing += drift.count(Kind::Missing);
                summary.changed += drift.count(Kind::Changed);
                summary.extra += drift.count(Kind::Extra);
                summary.unchanged += drift.unchanged;
                summary.failed += usize::from(!drift.is_whole || drift.is_blocked);
            }
            None => summary.failed += 1,
        }
    }
    let reports = reports.iter().map(one).collect();
    let document = Document { format_version: 1, reports, summary };
    crate::render::json::document(&document)
}

fn one(report: &Report) -> One<'_> {
    let (spec, unread) = (report.spec.as_str(), report.unread());
    match &report.outcome {
        Outcome::Failed(failure) => One {
            spec,
            outcome: "failed",
            errors: &failure.messages,
            lines: &[],
            notes: &[],
            unread,
            unchanged: 0,
        },
        Outcome::Compared { drift, .. } => One {
            spec,
            outcome: match (drift.is_whole, drift.is_blocked, drift.lines.is_empty()) {
                (false, _, _) => "incomplete",
                (true, true, _) => "blocked",
                (true, false, false) => "drift",
                (true, false, true) => "noDrift",
            },
            errors: &[],
            lines: &drift.lines,
            notes: &drift.notes,
            unread,
            unchanged: drift.unchanged,
        },
    }
}
