//! A plan as text: one line per object, grouped by step, the summary last.

use std::fmt::Write;

use anstyle::Style;
use azure::Operator;
use planner::{Observed, PlanDocument, PlannedChange, PlannedField, Severity, Verb};

use super::view::{Row, View, rows, sign};
use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, one_line};

/// Who asked whom, and what it took.
pub(crate) fn header(observed: &Observed, operator: &Operator, effort: (usize, f64)) -> String {
    let tenant = &observed.directory.tenant;
    let name = tenant.name.as_deref().map_or_else(String::new, one_line);
    let operator = one_line(&operator.to_string());
    let (requests, seconds) = effort;
    format!(
        "Tenant   {name} ({})   as  {operator}\nRead     {requests} requests in {seconds:.1} s\n\n",
        tenant.id
    )
}

/// Of a plan that was saved: nobody asked anybody.
pub(crate) fn saved_header(view: View<'_>) -> String {
    let until = view.end().map(|end| format!("Until    {end}\n")).unwrap_or_default();
    let document = view.document;
    format!("Spec     {}\nTenant   {}\n{until}\n", document.installation, document.tenant)
}

pub(crate) fn text(view: View<'_>, verbose: bool) -> String {
    let left_out = view.left_out("x", "above").into_iter();
    let summary = left_out.chain(view.vaults()).chain([view.summary()]);
    let summary: String = summary.map(|line| line + "\n").collect();
    let parts = [steps(view, verbose), findings(view), summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The changes alone, with all fields: made to be compared.
pub(crate) fn changes(document: &PlanDocument) -> String {
    steps(View::plan(document), true)
}

fn steps(view: View<'_>, verbose: bool) -> String {
    let mut text = String::new();
    let widths = view.document.changes.iter().map(|change| change.what.chars().count());
    let width = widths.max().unwrap_or_default().max(21);
    for (step, changes) in view.steps() {
        let _ = writeln!(text, "{BOLD}{step:?}  {}{BOLD:#}", step.title());
        for (_, change) in changes {
            text += &line(change, width);
            if verbose {
                text += &change.fields.iter().map(field).collect::<String>();
            }
        }
    }
    text
}

/// `width` is that of the first column, so that the second one stands in line.
fn line(change: &PlannedChange, width: usize) -> String {
    let style = style(change.verb);
    let (what, target) = (one_line(&change.what), one_line(&change.target));
    format!("   {style}{}{style:#} {what:<width$} {target}\n", change.verb.symbol())
}

fn style(verb: Verb) -> Style {
    match verb {
        Verb::Create | Verb::Restore => GREEN,
        Verb::Update => YELLOW,
        Verb::Delete => RED,
    }
}

pub(super) fn field(field: &PlannedField) -> String {
    rows(field).iter().map(row).collect()
}

fn row(row: &Row<'_>) -> String {
    match row {
        Row::Property { name, before: Some(before), after: Some(after) } => {
            let (before, after) = (one_line(before), one_line(after));
            format!("       {DIM}{name:<17}{DIM:#} {before} -> {after}\n")
        }
        Row::Property { name, before, after } => {
            let value = one_line(before.or(*after).unwrap_or("(none)"));
            format!("       {DIM}{name:<17}{DIM:#} {value}\n")
        }
        Row::Title(name) => format!("       {DIM}{name}{DIM:#}\n"),
        Row::Line(sign, line) => {
            let style = match sign {
                '-' => RED,
                '+' => GREEN,
                _ => Style::new(),
            };
            format!("       {style}{sign} {}{style:#}\n", one_line(line))
        }
        Row::Gap => "         …\n".to_owned(),
    }
}

fn findings(view: View<'_>) -> String {
    let lines = view.findings().into_iter().map(|finding| {
        let style = match finding.severity {
            Severity::Blocks => RED,
            Severity::Warning => YELLOW,
            Severity::Note => DIM,
        };
        let (sign, message) = (sign(finding.severity), one_line(&finding.message));
        format!("   {style}{sign}{style:#} {message} {DIM}[{}]{DIM:#}\n", finding.code)
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("{BOLD}Notes{BOLD:#}\n{lines}") }
}
