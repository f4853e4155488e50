//! Each change, folded: its fields before and after, what it needs, how it is taken back.

use planner::{PlannedChange, Verb};

use super::escaped;
use crate::render::view::{Row, View, Wording, rows};

pub(super) fn text(view: View<'_>) -> String {
    let mut text = String::new();
    for (step, changes) in view.steps() {
        let (title, counts) = (step.title(), view.counts_of(&changes));
        text += &format!("<h3>{step}  {title} <small>{counts}</small></h3>\n");
        for (index, change) in changes {
            text += &self::change(view, index, change);
        }
    }
    if text.is_empty() { "<p>None.</p>\n".to_owned() } else { text }
}

fn change(view: View<'_>, index: usize, change: &PlannedChange) -> String {
    let line = line(view, change);
    let fields = fields(change);
    let needs = needs(view, change);
    let undo = match view.wording {
        Wording::Plan => {
            let (step, verb) = (change.step, view.wording.verb(change.verb));
            format!("<p><a href=\"#undo-{step}-{verb}\">How it is undone</a></p>\n")
        }
        Wording::Drift => String::new(),
    };
    format!(
        "<details class=\"change {}\" id=\"change-{index}\">\n<summary>{line}</summary>\n{fields}{needs}{undo}</details>\n",
        class(change.verb)
    )
}

/// What stands in one line, here and wherever it is named.
pub(super) fn line(view: View<'_>, change: &PlannedChange) -> String {
    let (symbol, word) = (change.verb.symbol(), view.wording.verb(change.verb));
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
fn fields(change: &PlannedChange) -> String {
    let (mut table, mut texts) = (String::new(), String::new());
    for field in &change.fields {
        let rows = rows(field);
        if let [Row::Property { name, before, after }] = rows.as_slice() {
            let (before, after) = (cell(*before), cell(*after));
            table += &format!("<tr><th scope=\"row\">{}</th>{before}{after}</tr>\n", escaped(name));
        } else {
            texts += &long_text(&rows);
        }
    }
    if !table.is_empty() {
        let head = "<tr><th scope=\"col\">Field</th><th scope=\"col\">Before</th><th scope=\"col\">After</th></tr>";
        table = format!("<table>\n<thead>{head}</thead>\n<tbody>\n{table}</tbody>\n</table>\n");
    }
    table + &texts
}

fn cell(value: Option<&str>) -> String {
    match value {
        Some(value) => format!("<td>{}</td>", escaped(value)),
        None => "<td class=\"none\">none</td>".to_owned(),
    }
}

fn long_text(rows: &[Row<'_>]) -> String {
    let (mut title, mut lines) = (String::new(), String::new());
    for row in rows {
        match row {
            Row::Title(name) => title = format!("<h4>{}</h4>\n", escaped(name)),
            Row::Line('+', line) => lines += &format!("<ins>+ {}</ins>\n", escaped(line)),
            Row::Line('-', line) => lines += &format!("<del>- {}</del>\n", escaped(line)),
            Row::Line(_, line) => lines += &format!("<span>  {}</span>\n", escaped(line)),
            Row::Property { name, .. } => lines += &format!("<span>  {}</span>\n", escaped(name)),
            Row::Gap => lines += "<span>  …</span>\n",
        }
    }
    format!("{title}<pre>{lines}</pre>\n")
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
