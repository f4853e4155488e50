//! A plan for a pull request: the counts first, the rest folded, and never more than a comment takes.

use std::fmt::Write;

use planner::{PlannedChange, Severity, Verb};

use super::view::{Row, View, counts_of, rows};
use crate::console::one_line;

/// GitHub takes 65,536 characters in a comment, GitLab a million (both documented). In bytes, and
/// with room for some lines of whoever posts it.
pub(super) const LIMIT: usize = 64_000;

/// Notes may take this much of it.
const NOTES_LIMIT: usize = 16_000;

/// Folds what does not fit, and says so.
pub(crate) fn text(view: View<'_>) -> String {
    let head = head(view);
    let notes = notes(view);
    let room = LIMIT.saturating_sub(head.len() + notes.len());
    let details = [Depth::Fields, Depth::Lines].map(|depth| details(view, depth, usize::MAX));
    let details = details.into_iter().find(|details| details.len() <= room);
    head + &details.unwrap_or_else(|| self::details(view, Depth::Lines, room)) + &notes
}

/// How much is said of a change.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Fields,
    Lines,
}

const WHERE: &str = "`mondoo-azure plan -v`, or `mondoo-azure show FILE` of the saved plan, has";

fn head(view: View<'_>) -> String {
    let document = view.document;
    let mut text = format!("**{}**\n\n", view.summary());
    let tenant = document.tenant;
    let _ = writeln!(
        text,
        "{} in tenant {}.",
        code(document.installation.as_str()),
        code(&tenant.to_string())
    );
    if let Some(end) = view.end() {
        let _ = writeln!(text, "Refused from {end} on.");
    }
    let privileged = document.changes.iter().filter(|change| change.privileged).count();
    if privileged > 0 {
        let _ = writeln!(text, "**{privileged} of the changes are PRIVILEGED.**");
    }
    for sentence in view.left_out("Blocks", "below") {
        let _ = writeln!(text, "**{sentence}**");
    }
    text + &view.vaults().map(|vaults| vaults + "\n").unwrap_or_default()
}

fn details(view: View<'_>, depth: Depth, room: usize) -> String {
    let steps = view.steps();
    let mut text = String::new();
    if depth == Depth::Lines {
        let _ = write!(
            text,
            "\nFields are left out here, because a comment takes no more: {WHERE} them.\n"
        );
    }
    let mut left = steps.len();
    for (step, changes) in steps {
        // What one step does not use is for those after it.
        let share = room.saturating_sub(text.len()) / left;
        left -= 1;
        let title = format!("{step}  {}: {}", step.title(), counts_of(&changes));
        let entries = changes.iter().map(|(_, change)| entry(change, depth));
        text += &folded(&title, &entries.collect::<Vec<_>>(), share);
    }
    text
}

/// As many entries as fit, in a block in which nothing is markup, and how many there are besides. No
/// line of an entry begins with a backtick, which alone would end the block.
pub(super) fn folded(title: &str, entries: &[String], room: usize) -> String {
    let frame = title.len() + 300;
    let mut used = frame;
    let fitting = entries.iter().take_while(|entry| {
        used += entry.len();
        used <= room
    });
    let count = fitting.count();
    let shown = entries[..count].concat();
    let mut text = format!("\n<details><summary>{title}</summary>\n\n");
    if count > 0 {
        let _ = write!(text, "```diff\n{shown}```\n");
    }
    if count < entries.len() {
        let more = entries.len() - count;
        let _ = write!(
            text,
            "\n{more} more are left out here, because a comment takes no more: {WHERE} them all.\n"
        );
    }
    text + "\n</details>\n"
}

/// Hosts colour lines by their first character: `+`, `-`, and `!` for what is neither.
fn entry(change: &PlannedChange, depth: Depth) -> String {
    let sign = match change.verb {
        Verb::Create | Verb::Restore => '+',
        Verb::Update => '!',
        Verb::Delete => '-',
    };
    let restore = if change.verb == Verb::Restore { "(restore) " } else { "" };
    let (what, target) = (one_line(&change.what), one_line(&change.target));
    let line = format!("{sign} {restore}{what:<21} {target}\n");
    match depth {
        Depth::Lines => line,
        Depth::Fields => {
            let rows = change
                .fields
                .iter()
                .flat_map(|field| rows(field).iter().map(row).collect::<Vec<_>>());
            line + &rows.collect::<String>()
        }
    }
}

pub(super) fn row(row: &Row<'_>) -> String {
    match row {
        Row::Property { name, before: Some(before), after: Some(after) } => {
            format!("      {name:<17} {} -> {}\n", one_line(before), one_line(after))
        }
        Row::Property { name, before, after } => {
            format!("      {name:<17} {}\n", one_line(before.or(*after).unwrap_or("(none)")))
        }
        Row::Title(name) => format!("      {name}\n"),
        Row::Line(sign, line) => format!("{sign}       {}\n", one_line(line)),
        Row::Gap => "        …\n".to_owned(),
    }
}

/// The gravest first, and as many as fit.
fn notes(view: View<'_>) -> String {
    let findings = view.findings();
    if findings.is_empty() {
        return String::new();
    }
    let mut text = "\n### Notes\n\n".to_owned();
    for (index, finding) in findings.iter().enumerate() {
        let severity = match finding.severity {
            Severity::Blocks => "**Blocks**",
            Severity::Warning => "Warning",
            Severity::Note => "Note",
        };
        let line = format!("- {severity} ({}): {}\n", finding.code, code(&finding.message));
        if text.len() + line.len() > NOTES_LIMIT {
            let more = findings.len() - index;
            let _ = write!(
                text,
                "\n{more} more notes are left out here, because a comment takes no more: {WHERE} them all.\n"
            );
            break;
        }
        text += &line;
    }
    text
}

/// A text in which nothing is markup, mention or link, and which ends where it should.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{blank}{text}{blank}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
