//! A plan as text: one line per object, grouped by step, the summary last.

use std::fmt::Write;

use anstyle::Style;
use azure::Operator;
use planner::steps::e_key_vault_access::{Model, Vault};
use planner::{Change, Field, Finding, Observed, Plan, Seen, Severity, Step, Value, Verb};
use similar::{ChangeTag, TextDiff};

use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, printable};

/// Who asked whom, and what it took.
pub(crate) fn header(observed: &Observed, operator: &Operator, effort: (usize, f64)) -> String {
    let tenant = &observed.directory.tenant;
    let name = printable(&tenant.name);
    let operator = printable(&operator.to_string());
    let (requests, seconds) = effort;
    format!(
        "Tenant   {name} ({})   as  {operator}\nRead     {requests} requests in {seconds:.1} s\n\n",
        tenant.id
    )
}

pub(crate) fn plan(plan: &Plan, observed: &Observed, verbose: bool) -> String {
    let vaults = if plan.is_empty() { String::new() } else { vaults(plan, observed) };
    let summary = blocked(plan) + &vaults + &summary(plan);
    let parts = [steps(plan, verbose), findings(plan.findings()), summary];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn steps(plan: &Plan, verbose: bool) -> String {
    let mut text = String::new();
    for step in Step::ALL {
        let changes = plan.changes().map(|(_, change)| change);
        let changes: Vec<_> = changes.filter(|change| change.action.step() == step).collect();
        if !changes.is_empty() {
            let _ = writeln!(text, "{BOLD}{step:?}  {}{BOLD:#}", step.title());
        }
        for change in changes {
            text += &line(change);
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

fn line(change: &Change) -> String {
    let verb = change.action.verb();
    let style = style(verb);
    let (what, target) = change.action.line();
    let (what, target) = (printable(&what), printable(&target));
    format!("   {style}{}{style:#} {what:<21} {target}\n", verb.symbol())
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
            let lines = after.lines().map(|line| format!("         {}\n", printable(line)));
            format!("       {DIM}{name}{DIM:#}\n{}", lines.collect::<String>())
        }
        (Value::Absent, after) => format!("       {DIM}{name:<17}{DIM:#} {}\n", value(after)),
        (before, after) => {
            format!("       {DIM}{name:<17}{DIM:#} {} -> {}\n", value(before), value(after))
        }
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Absent => "(none)".to_owned(),
        Value::Text(text) => printable(text),
        Value::AfterApply => "(known after apply)".to_owned(),
    }
}

/// The lines that differ, with the lines around them.
fn difference(before: &str, after: &str) -> String {
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
            let line = printable(change.value().trim_end_matches('\n'));
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
        let message = printable(&finding.message);
        format!("   {style}{sign}{style:#} {message} {DIM}[{}]{DIM:#}\n", finding.code)
    });
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("{BOLD}Notes{BOLD:#}\n{lines}") }
}

/// What stands at x above, so that nobody takes the summary for the whole.
fn blocked(plan: &Plan) -> String {
    match plan.blocked_lines().count() {
        0 => String::new(),
        1 => "Blocked: one scope or vault, left out until the spec or it changes.\n".to_owned(),
        count => {
            format!("Blocked: {count} scopes or vaults, left out until the spec or they change.\n")
        }
    }
}

/// How many vaults there are, and why the others need nothing.
fn vaults(plan: &Plan, observed: &Observed) -> String {
    let read = observed.key_vault_access.vaults.values().filter_map(|vaults| match vaults {
        Seen::Read(vaults) => Some(vaults),
        Seen::Unreadable(_) => None,
    });
    let vaults: Vec<&Vault> = read.flatten().collect();
    let rbac = vaults.iter().filter(|vault| vault.model == Model::Rbac).count();
    let change = plan.changes().filter(|(_, change)| change.action.step() == Step::E).count();
    let total = vaults.len();
    format!(
        "Vaults: {total}, of which {change} to change and {rbac} on RBAC, which need nothing.
"
    )
}
