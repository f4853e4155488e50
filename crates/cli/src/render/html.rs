//! A plan as one page that asks nothing of any server: for reviewers, on a desk or a phone.

mod changes;
mod review;

use planner::{PlannedFinding, Severity};

use super::graph::{Graph, svg};
use super::view::View;
use crate::console::one_line;

pub(crate) use changes::fields;

const STYLE: &str = include_str!("html/page.css");

/// No script, no font, no picture from elsewhere: whatever a name would smuggle in stays text.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'";

pub(crate) fn text(view: View<'_>) -> String {
    let title = format!("Plan: {}", escaped(view.document.installation.as_str()));
    let sections = [
        section("changes", "Changes", &changes::text(view)),
        section(
            "findings",
            "Findings",
            &findings(&view.findings(), "There is nothing to say besides."),
        ),
        section("review", "Review", &review::text(view)),
        section("order", "Order", &order(view)),
    ];
    page(&title, &summary(view), &sections.concat())
}

/// A page whose parts are escaped already.
pub(crate) fn page(title: &str, header: &str, main: &str) -> String {
    let parts = [
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
        ),
        header.to_owned(),
        "</header>\n<main>\n".to_owned(),
        main.to_owned(),
        "</main>\n</body>\n</html>\n".to_owned(),
    ];
    parts.concat()
}

fn summary(view: View<'_>) -> String {
    let document = view.document;
    let mut facts = vec![("Tenant", document.tenant.to_string())];
    facts.extend(document.principal.map(|id| ("Service principal", id.to_string())));
    facts.extend(view.end().map(|end| ("Refused from", end)));
    facts.push(("Spec", format!("SHA-256 {}", document.spec)));
    let facts: String = facts
        .iter()
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{}</dd></div>\n", escaped(value)))
        .collect();
    let notes = view.left_out("Blocks", "below").into_iter();
    let notes: String =
        notes.chain(view.vaults()).map(|note| format!("<p>{}</p>\n", escaped(&note))).collect();
    let links = [
        ("changes", "Changes"),
        ("findings", "Findings"),
        ("review", "Review"),
        ("order", "Order"),
    ];
    let links = links.map(|(id, name)| format!("<a href=\"#{id}\">{name}</a>")).join("\n");
    let counts = escaped(&view.summary());
    format!(
        "<p class=\"counts\">{counts}</p>\n{notes}<dl class=\"facts\">\n{facts}</dl>\n<nav aria-label=\"Parts of the page\">\n{links}\n</nav>\n"
    )
}

pub(crate) fn section(id: &str, title: &str, content: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n{content}</section>\n"
    )
}

/// As a list, or that there are none.
fn findings(findings: &[&PlannedFinding], none: &str) -> String {
    if findings.is_empty() {
        return format!("<p>{none}</p>\n");
    }
    let items = findings.iter().map(|finding| {
        let (class, word) = match finding.severity {
            Severity::Blocks => ("blocks", "Blocks"),
            Severity::Warning => ("warning", "Warning"),
            Severity::Note => ("note", "Note"),
        };
        let message = escaped(&finding.message);
        format!(
            "<li><span class=\"badge {class}\">{word}</span> {message} <code>{}</code></li>\n",
            finding.code
        )
    });
    format!("<ul class=\"findings\">\n{}</ul>\n", items.collect::<String>())
}

fn order(view: View<'_>) -> String {
    if view.document.changes.is_empty() {
        return "<p>There is nothing to do.</p>\n".to_owned();
    }
    let graph = Graph::new(view);
    let sentence = match graph.collapsed {
        None => "From left to right, each change after those that it needs.",
        Some(_) => "There are too many to draw each: these are the steps.",
    };
    format!(
        "<p>{sentence}</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Picture of the order\">\n{}</div>\n",
        svg::text(&graph)
    )
}

/// Text from the tenant, for a page or a picture: no markup, nothing that moves or hides text.
pub(crate) fn escaped(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            // XML has no place for these.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            character => escaped.push(character),
        }
    }
    escaped
}
