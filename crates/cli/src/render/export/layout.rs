//! What the scripts of all languages say, as comments in theirs.

use std::fmt::Write;

use std::collections::{BTreeMap, BTreeSet};

use planner::{Action, Plan, Severity, Step, Verb};

use super::Source;
use crate::console::one_line;

/// What a script does about one action.
pub(super) enum Piece {
    Code(String),
    /// Why it does nothing, and who does it.
    Left(String),
}

/// How a language looks.
pub(super) struct Language<'a> {
    /// Begins a comment that ends with its line.
    pub comment: &'static str,
    /// The code says itself what it is about, while it runs.
    pub tells: bool,
    /// What the actions of a step have in common.
    pub begin: &'a dyn Fn(Step, &[&Action]) -> String,
    pub piece: &'a dyn Fn(&Action) -> Piece,
}

pub(super) struct Body {
    pub text: String,
    /// What the script leaves, by the reason.
    left: BTreeMap<String, Vec<String>>,
}

/// The changes in the order of the plan, step by step.
pub(super) fn body(plan: &Plan, language: &Language<'_>) -> Body {
    let Language { comment: mark, tells, begin, piece } = language;
    let mut body = Body { text: String::new(), left: BTreeMap::new() };
    let actions: Vec<_> = plan.changes().map(|(_, change)| &change.action).collect();
    for actions in actions.chunk_by(|one, next| one.step() == next.step()) {
        let step = actions[0].step();
        let title = format!("{mark} {step}  {}\n", step.title());
        let _ = write!(body.text, "\n{title}{}", comment(mark, why(step)));
        body.text += &paragraph(&begin(step, actions));
        for action in actions {
            let heading = heading(action);
            match piece(action) {
                Piece::Code(code) => {
                    let title = if *tells { String::new() } else { comment(mark, &heading) };
                    let _ = write!(body.text, "\n{title}{}", line(&code));
                }
                Piece::Left(reason) => {
                    let text = format!("Not done here: {reason}");
                    let comments = comment(mark, &heading) + &comment(mark, &text);
                    let _ = write!(body.text, "\n{comments}");
                    body.left.entry(reason).or_default().push(heading);
                }
            }
        }
    }
    body
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{}", line(text)) }
}

fn line(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// What stands above everything: whose plan this is, how it is used, and what it leaves.
pub(super) fn header(source: &Source<'_>, mark: &str, use_: &[String], body: &Body) -> String {
    let mut text = comment(mark, &title(source));
    let mut add = |paragraph: String| {
        let _ = write!(text, "{mark}\n{paragraph}");
    };
    for paragraph in use_ {
        add(comment(mark, paragraph));
    }
    if !body.left.is_empty() {
        let mut list = comment(mark, "Not done here:");
        for (reason, headings) in &body.left {
            list += &item(mark, &format!("{}: {reason}", summary(headings)));
        }
        add(list);
    }
    let findings = source.plan.findings().iter();
    let told: Vec<_> = findings.filter(|finding| finding.severity > Severity::Note).collect();
    if !told.is_empty() {
        let list = told.iter().map(|finding| item(mark, &finding.message));
        add(comment(mark, "To be known before:") + &list.collect::<String>());
    }
    let waiting: Vec<_> = source.plan.waiting().iter().map(heading).collect();
    if !waiting.is_empty() {
        let sentence = format!("Waits for a step of somebody else: {}", summary(&waiting));
        add(comment(mark, &sentence));
    }
    text
}

/// Few are named, many are counted.
fn summary(headings: &[String]) -> String {
    match headings {
        [few @ .., last] if few.len() < 3 => {
            few.iter().map(|heading| format!("{heading}, ")).collect::<String>() + last
        }
        many => format!("{} and {} more", many[0], many.len() - 1),
    }
}

fn title(source: &Source<'_>) -> String {
    let tenant = &source.observed.directory.tenant;
    let name = tenant.name.as_ref().map_or_else(String::new, |name| format!("{name} "));
    let now = source.observed.now;
    let count = |verb: Verb| {
        let of_verb = source.plan.changes().filter(|(_, change)| change.action.verb() == verb);
        format!("{} to {verb}", of_verb.count())
    };
    format!(
        "What mondoo-azure would do for {} in tenant {name}({}), as of {} {:02}:{:02} UTC: {}.",
        source.desired.installation,
        tenant.id,
        now.date(),
        now.hour(),
        now.minute(),
        Verb::ALL.map(count).join(", ")
    )
}

/// As the plan has it: `+ Reader  subscription Production (1b2c3d4e-…)`.
pub(super) fn heading(action: &Action) -> String {
    let (what, target) = action.line();
    one_line(&format!("{} {what}  {target}", action.verb().symbol()))
}

fn why(step: Step) -> &'static str {
    match step {
        Step::A => {
            "The app registration that Mondoo signs in as, for this tenant alone, and its service \
             principal, which holds the rights."
        }
        Step::B => {
            "Application permissions of Microsoft Graph: declared on the application, and consented \
             to for the tenant, which is what grants them."
        }
        Step::C => "Built-in roles, by which Mondoo finds and reads resources.",
        Step::D => {
            "One custom role for what the built-in roles lack, and where it is assigned. It is found \
             again by its id and by the mark that ends its description."
        }
        Step::E => {
            "Vaults on access policies do not look at roles. Each gets one entry more; the vault \
             itself and the entries of others stay as they are."
        }
        Step::F => {
            "What Mondoo signs in with. A certificate is added beside those that are there; its \
             private key is not in here, and nobody needs it here."
        }
        Step::G => "Mondoo's own side, which is not in Azure.",
    }
}

const WIDTH: usize = 98;

/// Lines of a comment, broken between words.
pub(super) fn comment(mark: &str, text: &str) -> String {
    wrapped(&format!("{mark} "), &format!("{mark} "), text)
}

fn item(mark: &str, text: &str) -> String {
    wrapped(&format!("{mark} - "), &format!("{mark}   "), text)
}

fn wrapped(first: &str, rest: &str, text: &str) -> String {
    let (mut lines, mut current) = (String::new(), first.to_owned());
    let mut is_empty = true;
    for word in one_line(text).split(' ') {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(lines, "{}", current.trim_end());
            rest.clone_into(&mut current);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current += word;
        is_empty = false;
    }
    lines + current.trim_end() + "\n"
}

/// The paragraphs of a library that `text` calls, and those that these call. Each begins with
/// comments and a function `NAME() {` or `function NAME`, or is needed by all.
pub(super) fn used(library: &str, text: &str) -> String {
    let mut left: Vec<&str> = library.split("\n\n").collect();
    let mut words: BTreeSet<&str> = text.split(is_no_name).collect();
    let mut kept = BTreeSet::new();
    loop {
        let is_called = |paragraph: &&str| {
            let names = defined(paragraph);
            names.is_empty() || names.iter().any(|name| words.contains(name))
        };
        let (called, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_called);
        if called.is_empty() {
            break;
        }
        words.extend(called.iter().flat_map(|paragraph| paragraph.split(is_no_name)));
        kept.extend(called);
        left = others;
    }
    let paragraphs = library.split("\n\n").filter(|paragraph| kept.contains(paragraph));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn is_no_name(character: char) -> bool {
    !(character.is_ascii_alphanumeric() || character == '_' || character == '-')
}

fn defined(paragraph: &str) -> Vec<&str> {
    let names = paragraph.lines().filter_map(|line| match line.strip_prefix("function ") {
        Some(rest) => rest.split(is_no_name).next(),
        None => line.split_once("() {").map(|(name, _)| name),
    });
    names.filter(|name| !name.contains(is_no_name)).collect()
}
