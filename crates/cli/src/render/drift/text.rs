//! One line per object, grouped by step, the summary last.

use std::fmt::Write;

use anstyle::Style;
use planner::drift::{Drift, Kind, Line};
use planner::{PlannedFinding, Severity};

use super::{Outcome, Report, author, by_step, is_unasked, summary, total};
use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, one_line};
use crate::render::plan::field;

pub(crate) fn render(reports: &[Report], verbose: bool) -> String {
    let several = reports.len() > 1;
    let mut text = String::new();
    for report in reports {
        if several {
            let _ = writeln!(text, "{BOLD}{}{BOLD:#}", one_line(&report.spec));
        }
        text += &one(report, verbose);
        if several {
            text.push('\n');
        }
    }
    if several {
        let _ = writeln!(text, "{}", total(reports));
    }
    text
}

/// Why a spec failed is said where errors are.
fn one(report: &Report, verbose: bool) -> String {
    match &report.outcome {
        Outcome::Failed(_) => "Failed.\n".to_owned(),
        Outcome::Compared { header, drift, testimony: _ } => {
            let parts = [lines(drift, verbose), notes(drift, report.unread(), verbose)];
            let parts: String = parts
                .iter()
                .filter(|part| !part.is_empty())
                .map(|part| format!("{part}\n"))
                .collect();
            let incomplete = if drift.is_whole || drift.lines.is_empty() {
                ""
            } else {
                "Incomplete: not everything could be read, as the notes above tell.\n"
            };
            format!("{header}{parts}{incomplete}{}\n", summary(drift))
        }
    }
}

fn lines(drift: &Drift, verbose: bool) -> String {
    let mut text = String::new();
    let of_change = drift.lines.iter().filter(|line| line.finding.is_none());
    let width = of_change.map(|line| line.what.chars().count()).max().unwrap_or_default().max(21);
    for (title, of_step) in by_step(drift) {
        let _ = writeln!(text, "{BOLD}{title}{BOLD:#}");
        text += &of_step.into_iter().map(|one| line(one, width, verbose)).collect::<String>();
    }
    text
}

/// What changed is shown with how it was; the rest of the fields where somebody wants more.
fn line(line: &Line, width: usize, verbose: bool) -> String {
    let style = style(line.kind);
    let (what, target) = (one_line(&line.what), one_line(&line.target));
    let mut text = format!("   {style}{:<8}{style:#} ", line.kind.as_str());
    let _ = match line.finding {
        Some(code) => writeln!(text, "{target} {DIM}[{code}]{DIM:#}"),
        None => writeln!(text, "{what:<width$} {target}"),
    };
    if verbose || line.kind == Kind::Changed {
        text += &line.fields.iter().map(field).collect::<String>();
    }
    if let Some(author) = author(line) {
        let _ = writeln!(text, "            {DIM}{}{DIM:#}", one_line(&author));
    }
    text
}

fn style(kind: Kind) -> Style {
    match kind {
        Kind::Missing => RED,
        Kind::Changed => YELLOW,
        Kind::Extra => GREEN,
    }
}

/// What keeps the report from being whole is always said; what only is to be known, where somebody
/// wants more.
fn notes(drift: &Drift, unread: &[String], verbose: bool) -> String {
    let is_said = |note: &&PlannedFinding| {
        verbose || note.code.is_gap() || note.severity == Severity::Blocks || is_unasked(note)
    };
    let notes = drift.notes.iter().filter(is_said).map(|note| {
        format!("   {YELLOW}!{YELLOW:#} {} {DIM}[{}]{DIM:#}\n", one_line(&note.message), note.code)
    });
    let unread = unread.iter().map(|one| format!("   {YELLOW}!{YELLOW:#} {}\n", one_line(one)));
    let text: String = notes.chain(unread).collect();
    if text.is_empty() { text } else { format!("{BOLD}Notes{BOLD:#}\n{text}") }
}
