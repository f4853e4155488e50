//! A plan as text: one line per object, grouped by step, the summary last.

use std::collections::HashSet;
use std::fmt::Write;

use anstyle::Style;
use azure::Operator;
use planner::steps::e_key_vault_access::{self, Model, Vault};
use planner::{
    Change, Desired, Field, Finding, Object, Observed, Plan, Severity, Step, Value, Verb,
};
use similar::{ChangeTag, TextDiff};

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

pub(crate) fn plan(plan: &Plan, desired: &Desired, observed: &Observed, verbose: bool) -> String {
    let vaults = if plan.is_empty() { String::new() } else { vaults(plan, desired, observed) };
    let summary = left_out(plan) + &vaults + &summary(plan);
    let parts = [steps(plan, verbose), findings(plan.findings()), summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn steps(plan: &Plan, verbose: bool) -> String {
    let mut text = String::new();
    let widths = plan.changes().map(|(_, change)| change.action.line().0.chars().count());
    let width = widths.max().unwrap_or_default().max(21);
    for step in Step::ALL {
        let changes = plan.changes().map(|(_, change)| change);
        let changes: Vec<_> = changes.filter(|change| change.action.step() == step).collect();
        if !changes.is_empty() {
            let _ = writeln!(text, "{BOLD}{step:?}  {}{BOLD:#}", step.title());
        }
        for change in changes {
            text += &line(change, width);
            if verbose {
                text += &change.action.fields().iter().map(field).collect::<String>();
            }
        }
    }
    text
}

/// `No changes.` or the counts. The wording is an interface: scripts read it.
fn summary(plan: &Plan) -> String {
    if plan.is_empty() {
        let unchanged = plan.unchanged();
        return format!("No changes. {unchanged} objects are as the spec wants them.\n");
    }
    let counts = Verb::ALL.map(|verb| {
        let count = plan.changes().filter(|(_, change)| change.action.verb() == verb).count();
        format!("{count} to {verb}")
    });
    format!("Plan: {}.\n", counts.join(", "))
}

/// `width` is that of the first column, so that the second one stands in line.
fn line(change: &Change, width: usize) -> String {
    let verb = change.action.verb();
    let style = style(verb);
    let (what, target) = change.action.line();
    let (what, target) = (one_line(&what), one_line(&target));
    format!("   {style}{}{style:#} {what:<width$} {target}\n", verb.symbol())
}

fn style(verb: Verb) -> Style {
    match verb {
        Verb::Create | Verb::Restore => GREEN,
        Verb::Update => YELLOW,
        Verb::Delete => RED,
    }
}

fn field(field: &Field) -> String {
    let Field { name, before, after } = field;
    match (before, after) {
        (Value::Text(before), Value::Text(after)) if after.contains('\n') => {
            format!("       {DIM}{name}{DIM:#}\n{}", difference(before, after))
        }
        (Value::Absent, Value::Text(after)) if after.contains('\n') => {
            let lines = after.lines().map(|line| format!("         {}\n", one_line(line)));
            format!("       {DIM}{name}{DIM:#}\n{}", lines.collect::<String>())
        }
        (before, Value::Absent) => format!("       {DIM}{name:<17}{DIM:#} {}\n", value(before)),
        (Value::Absent, after) => format!("       {DIM}{name:<17}{DIM:#} {}\n", value(after)),
        (before, after) => {
            format!("       {DIM}{name:<17}{DIM:#} {} -> {}\n", value(before), value(after))
        }
    }
}

pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Absent => "(none)".to_owned(),
        Value::Text(text) => one_line(text),
        Value::AfterApply => "(known after apply)".to_owned(),
    }
}

/// The lines that differ, with the lines around them.
pub(super) fn difference(before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let mut text = String::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            text += "         …\n";
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
            };
            let line = one_line(change.value().trim_end_matches('\n'));
            let _ = writeln!(text, "       {style}{sign} {line}{style:#}");
        }
    }
    text
}

fn findings(findings: &[Finding]) -> String {
    let mut sorted: Vec<_> = findings.iter().collect();
    sorted.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let lines = sorted.into_iter().map(|finding| {
        let (sign, style) = match finding.severity {
            Severity::Blocks => ('x', RED),
            Severity::Warning => ('!', YELLOW),
            Severity::Note => ('i', DIM),
        };
        let message = one_line(&finding.message);
        format!("   {style}{sign}{style:#} {message} {DIM}[{}]{DIM:#}\n", finding.code)
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("{BOLD}Notes{BOLD:#}\n{lines}") }
}

/// What the summary does not count, so that nobody takes it for the whole.
fn left_out(plan: &Plan) -> String {
    let blocked = plan
        .blocked_lines()
        .next()
        .map(|_| "Blocked: what stands at x above is left out until the spec or Azure changes.\n");
    let incomplete = (!plan.is_whole())
        .then_some("Incomplete: not everything could be read, as the notes above tell.\n");
    let waiting = (!plan.waiting().is_empty()).then_some(
        "Waiting: what waits for a step of somebody else is left out until that is done.\n",
    );
    blocked.into_iter().chain(incomplete).chain(waiting).collect()
}

/// How many vaults there are, and why the others need nothing.
fn vaults(plan: &Plan, desired: &Desired, observed: &Observed) -> String {
    let vaults: Vec<&Vault> = e_key_vault_access::wanted(desired, observed).collect();
    let rbac = vaults.iter().filter(|vault| vault.model == Model::Rbac).count();
    let is_wanted = |object| vaults.iter().any(|vault| Object::Vault(vault.id.clone()) == object);
    let changed: HashSet<_> = plan.changes().map(|(_, change)| change.action.object()).collect();
    let change = changed.into_iter().filter(|object| is_wanted(object.clone())).count();
    let total = vaults.len();
    format!(
        "Vaults: {total}, of which {change} to change and {rbac} on RBAC, which need nothing.\n"
    )
}
