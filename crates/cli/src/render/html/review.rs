//! What a reviewer has to answer for.

use std::collections::BTreeSet;

use planner::{FindingCode, HeldRight, PlannedFinding, Service, Verb};

use super::{changes, escaped, findings};
use crate::render::undo::undo;
use crate::render::view::View;

/// More places than these are folded.
const MOST_PLACES: usize = 3;

pub(super) fn text(view: View<'_>) -> String {
    let grants = |finding: &&&PlannedFinding| {
        matches!(
            finding.code,
            FindingCode::GrantsCodeExecution
                | FindingCode::GrantsSecretValues
                | FindingCode::GrantsAppSettings
                | FindingCode::GrantsWrites
        )
    };
    let unread = |finding: &&&PlannedFinding| {
        finding.code.is_gap() || finding.code == FindingCode::NotLookedAt
    };
    let all = view.findings();
    let grants: Vec<_> = all.iter().filter(grants).copied().collect();
    let unread: Vec<_> = all.iter().filter(unread).copied().collect();
    let parts = [
        part("What is privileged", &privileged(view)),
        part(
            "What can run code, read secret values or change things",
            &findings(&grants, "Nothing of what the spec asks for does."),
        ),
        part("How each change is undone", &undone(view)),
        part("What the application may do afterwards", &rights(&view.document.rights_afterwards)),
        part(
            "What was not readable",
            &findings(&unread, "Everything that is spoken of here was read."),
        ),
    ];
    parts.concat()
}

fn part(title: &str, content: &str) -> String {
    format!("<h3>{title}</h3>\n{content}")
}

fn privileged(view: View<'_>) -> String {
    let changes = view.document.changes.iter().enumerate();
    let items: String = changes
        .filter(|(_, change)| change.privileged)
        .map(|(index, change)| {
            format!("<li><a href=\"#change-{index}\">{}</a></li>\n", changes::line(change))
        })
        .collect();
    if items.is_empty() {
        return "<p>No change grants a right that does more than read, but for what stands under the next \
                heading.</p>\n"
            .to_owned();
    }
    format!("<ul>\n{items}</ul>\n")
}

/// Once for each step and verb: each change has a link to its own.
fn undone(view: View<'_>) -> String {
    let kinds: BTreeSet<_> =
        view.document.changes.iter().map(|change| (change.step, change.verb)).collect();
    if kinds.is_empty() {
        return "<p>There is nothing to undo.</p>\n".to_owned();
    }
    let items = kinds.into_iter().map(|(step, verb): (_, Verb)| {
        let title = step.title();
        format!(
            "<dt id=\"undo-{step}-{verb}\">{step}  {title}: {verb}</dt>\n<dd>{}</dd>\n",
            escaped(undo(step, verb))
        )
    });
    format!("<dl>\n{}</dl>\n", items.collect::<String>())
}

fn rights(rights: &[HeldRight]) -> String {
    let services = [
        (Service::MicrosoftGraph, "Microsoft Graph"),
        (Service::OtherApi, "Other APIs"),
        (Service::Azure, "Azure roles"),
        (Service::KeyVault, "In key vaults"),
    ];
    let lists = services.map(|(service, title)| {
        let items: String = rights.iter().filter(|right| right.of == service).map(right).collect();
        if items.is_empty() { items } else { format!("<h4>{title}</h4>\n<ul>\n{items}</ul>\n") }
    });
    let text = lists.concat();
    if text.is_empty() { "<p>Nothing.</p>\n".to_owned() } else { text }
}

fn right(right: &HeldRight) -> String {
    let HeldRight { of: _, right, places } = right;
    let right = escaped(right);
    let count = places.len();
    let places: Vec<_> = places.iter().map(|place| escaped(place)).collect();
    match count {
        0 => format!("<li>{right}</li>\n"),
        1..=MOST_PLACES => format!("<li>{right}: {}</li>\n", places.join(", ")),
        _ => {
            let items: String = places.iter().map(|place| format!("<li>{place}</li>\n")).collect();
            format!(
                "<li><details><summary>{right}: {count} places</summary>\n<ul>\n{items}</ul>\n</details></li>\n"
            )
        }
    }
}
