//! For a comment or a job's summary: the counts first, the rest folded, and never more than a comment
//! takes.

use std::fmt::Write;

use planner::drift::{Drift, Kind, Line};

use super::{Outcome, Report, author, by_step, said, summary, total};
use crate::console::one_line;
use crate::render::markdown::{LIMIT, code, folded, row};
use crate::render::view::rows;

pub(crate) fn render(reports: &[Report]) -> String {
    let room = LIMIT / reports.len().max(1);
    let parts: Vec<String> = reports.iter().map(|report| one(report, room)).collect();
    if reports.len() == 1 {
        return parts.concat();
    }
    format!("**{}**\n\n{}", total(reports), parts.join("\n"))
}

fn one(report: &Report, room: usize) -> String {
    let spec = code(&report.spec);
    match &report.outcome {
        Outcome::Failed(failure) => {
            let messages = failure.messages.iter().map(|message| format!("- {}\n", code(message)));
            format!("**Failed**: {spec}\n\n{}", messages.collect::<String>())
        }
        Outcome::Compared { drift, .. } => {
            let mut text = format!("**{}**\n\n{spec}\n", summary(drift));
            if !drift.is_whole {
                text += "\n**Incomplete: not everything could be read.**\n";
            }
            let notes = notes(drift, report.unread());
            let left = room.saturating_sub(text.len() + notes.len());
            text + &steps(drift, left) + &notes
        }
    }
}

fn steps(drift: &Drift, room: usize) -> String {
    let mut text = String::new();
    for (title, lines) in by_step(drift) {
        let entries: Vec<String> = lines.into_iter().map(entry).collect();
        text += &folded(&title, &entries, room.saturating_sub(text.len()));
    }
    text
}

/// Hosts colour lines by their first character.
fn entry(line: &Line) -> String {
    let sign = match line.kind {
        Kind::Missing => '-',
        Kind::Changed => '!',
        Kind::Extra => '+',
    };
    let (kind, what) = (line.kind.as_str(), one_line(&line.what));
    let mut text = format!("{sign} {kind:<8} {what:<21} {}\n", one_line(&line.target));
    for field in &line.fields {
        text += &rows(field).iter().map(row).collect::<String>();
    }
    if let Some(author) = author(line) {
        let _ = writeln!(text, "      {}", one_line(&author));
    }
    text
}

fn notes(drift: &Drift, unread: &[String]) -> String {
    let lines: String = said(drift, unread).map(|note| format!("- {}\n", code(note))).collect();
    if lines.is_empty() { lines } else { format!("\n### Notes\n\n{lines}") }
}
