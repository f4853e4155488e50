//! Each change, folded: its fields before and after, what it needs, how it is taken back.

use std::fmt::Write;

use planner::{PlannedChange, PlannedField, Verb};

use super::escaped;
use crate::render::view::{Row, View, counts_of, rows};

/// More changes of one step than these are folded.
const MOST_CHANGES: usize = 100;

pub(super) fn text(view: View<'_>) -> String {
    let mut text = String::new();
    for (step, changes) in view.steps() {
        let (title, counts) = (step.title(), counts_of(&changes));
        let open = if changes.len() > MOST_CHANGES { "" } else { " open" };
        let _ = write!(
            text,
            "<details class=\"step\"{open}>\n<summary><h3>{step}  {title} \
             <small>{counts}</small></h3></summary>\n"
        );
        for (index, change) in changes {
            text += &self::change(view, index, change);
        }
        text += "</details>\n";
    }
    if text.is_empty() { "<p>None.</p>\n".to_owned() } else { text }
}

fn change(view: View<'_>, index: usize, change: &PlannedChange) -> String {
    let line = line(change);
    let fields = fields(&change.fields);
    let needs = needs(view, change);
    let (step, verb) = (change.step, change.verb);
    let undo = format!("<p><a href=\"#undo-{step}-{verb}\">How it is undone</a></p>\n");
    format!(
        "<details class=\"change {}\" id=\"change-{index}\">\n<summary>{line}</summary>\n{fields}{needs}{undo}</details>\n",
        class(change.verb)
    )
}

/// What stands in one line, here and wherever it is named.
pub(super) fn line(change: &PlannedChange) -> String {
    let (symbol, word) = (change.verb.symbol(), change.verb);
    let (what, target) = (escaped(&change.what), escaped(&change.target));
    format!(
        "<span class=\"verb\">{symbol} {word}</span> <span class=\"what\">{what}</span> \
         <span class=\"target\">{target}</span>"
    )
}

fn class(verb: Verb) -> &'static str {
    match verb {
        Verb::Create | Verb::Restore => "create",
        Verb::Update => "update",
        Verb::Delete => "delete",
    }
}

/// A table of what fits in a line each, and below it what does not.
pub(crate) fn fields(fields: &[PlannedField]) -> String {
    let (mut table, mut texts) = (String::new(), String::new());
    for field in fields {
        let rows = rows(field);
        if let [Row::Property { name, before, after }] = rows.as_slice() {
            let (name, before, after) = (escaped(name), cell(*before), cell(*after));
            let _ = writeln!(table, "<tr><th scope=\"row\">{name}</th>{before}{after}</tr>");
        } else {
            texts += &long_text(&rows);
        }
    }
    if table.is_empty() {
        return texts;
    }
    let heads = ["Field", "Before", "After"].map(|name| format!("<th scope=\"col\">{name}</th>"));
    let head = heads.concat();
    format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{table}</tbody>\n</table>\n{texts}")
}

fn cell(value: Option<&str>) -> String {
    match value {
        Some(value) => format!("<td>{}</td>", escaped(value)),
        None => "<td class=\"none\">none</td>".to_owned(),
    }
}

fn long_text(rows: &[Row<'_>]) -> String {
    let title = rows.iter().find_map(|row| match row {
        Row::Title(name) => Some(format!("<h4>{}</h4>\n", escaped(name))),
        Row::Property { .. } | Row::Line(..) | Row::Gap => None,
    });
    let lines = rows.iter().map(|row| match row {
        Row::Line('+', line) => format!("<ins>+ {}</ins>\n", escaped(line)),
        Row::Line('-', line) => format!("<del>- {}</del>\n", escaped(line)),
        Row::Line(_, line) => format!("<span>  {}</span>\n", escaped(line)),
        Row::Gap => "<span>  …</span>\n".to_owned(),
        Row::Title(_) | Row::Property { .. } => String::new(),
    });
    format!("{}<pre>{}</pre>\n", title.unwrap_or_default(), lines.collect::<String>())
}

fn needs(view: View<'_>, change: &PlannedChange) -> String {
    let name = |need: &usize| {
        let needed = &view.document.changes[*need];
        let (what, target) = (escaped(&needed.what), escaped(&needed.target));
        format!("<a href=\"#change-{need}\">{what} {target}</a>")
    };
    let names: Vec<_> = change.needs.iter().map(name).collect();
    if names.is_empty() {
        return String::new();
    }
    format!("<p>Comes after {}.</p>\n", names.join(", "))
}
