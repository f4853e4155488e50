//! A page of what differs, for whoever is sent it: with before and after, and who did it.

use std::fmt::Write;

use planner::drift::{Drift, Kind, Line};

use super::{Outcome, Report, author, by_step, said, summary, total};
use crate::render::html::{escaped, fields, page, section};

pub(crate) fn render(reports: &[Report]) -> String {
    let (title, counts) = match reports {
        [report] => (format!("Drift: {}", report.spec), None),
        several => (format!("Drift of {} specs", several.len()), Some(total(several))),
    };
    let counts = counts.map(|counts| format!("<p class=\"counts\">{}</p>\n", escaped(&counts)));
    let sections = reports.iter().enumerate().map(|(index, report)| {
        section(&format!("spec-{index}"), &escaped(&report.spec), &one(report))
    });
    page(&escaped(&title), &counts.unwrap_or_default(), &sections.collect::<String>())
}

fn one(report: &Report) -> String {
    match &report.outcome {
        Outcome::Failed(failure) => {
            let messages = failure.messages.iter();
            let messages = messages.map(|message| format!("<li>{}</li>\n", escaped(message)));
            format!(
                "<p class=\"counts\">Failed.</p>\n<ul>\n{}</ul>\n",
                messages.collect::<String>()
            )
        }
        Outcome::Compared { drift, .. } => {
            let mut text = format!("<p class=\"counts\">{}</p>\n", escaped(&summary(drift)));
            if !drift.is_whole {
                text += "<p>Incomplete: not everything could be read.</p>\n";
            }
            text + &steps(drift) + &notes(drift, report.unread())
        }
    }
}

fn steps(drift: &Drift) -> String {
    let mut text = String::new();
    for (title, lines) in by_step(drift) {
        let _ = write!(
            text,
            "<details class=\"step\" open>\n<summary><h3>{title} <small>{}</small></h3></summary>\n",
            lines.len()
        );
        text += &lines.into_iter().map(entry).collect::<String>();
        text += "</details>\n";
    }
    text
}

/// In the colours of what apply would do about it.
fn entry(line: &Line) -> String {
    let class = match line.kind {
        Kind::Missing => "create",
        Kind::Changed => "update",
        Kind::Extra => "delete",
    };
    let (kind, what, target) = (line.kind.as_str(), escaped(&line.what), escaped(&line.target));
    let who = author(line).map(|author| format!("<p>{}</p>\n", escaped(&author)));
    format!(
        "<details class=\"change {class}\">\n<summary><span class=\"verb\">{kind}</span> \
         <span class=\"what\">{what}</span> <span class=\"target\">{target}</span></summary>\n{}{}\
         </details>\n",
        fields(&line.fields),
        who.unwrap_or_default()
    )
}

fn notes(drift: &Drift, unread: &[String]) -> String {
    let notes = said(drift, unread).map(|note| format!("<li>{}</li>\n", escaped(note)));
    let notes: String = notes.collect();
    if notes.is_empty() { notes } else { format!("<h3>Notes</h3>\n<ul>\n{notes}</ul>\n") }
}
