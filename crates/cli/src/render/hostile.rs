//! Whatever a tenant calls its objects, each format says what it would say of any other name.

use planner::{PlanDocument, Value};
use proptest::prelude::*;
use serde_json::json;

use super::graph::{Graph, dot, mermaid, svg};
use super::view::View;
use super::{html, json as json_format, markdown, plan};
use crate::console::{is_hidden, printable};

/// What has a meaning to a terminal, a log, a browser, Markdown, Mermaid or Graphviz.
const FRAGMENTS: [&str; 38] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "</svg>",
    "<!--",
    "]]>",
    "&lt;",
    "\"",
    "'",
    "\u{1b}[31m",
    "\u{1b}]8;;https://evil.example\u{7}",
    "\u{9b}2J",
    "\r",
    "\n",
    "\n::error::x",
    "::set-output name=x::y",
    "  ::warning::x",
    "##vso[task.setvariable]x",
    "##[error]x",
    "###",
    "##teamcity[x]",
    "|",
    "`",
    "```",
    "````\n",
    "~~~",
    "- x",
    "@team",
    "#1",
    "https://evil.example",
    "[x](javascript:x)",
    "%%{init: {}}%%",
    "\\",
    "\\\"",
    "\u{202e}",
    "\u{2028}",
    "\u{e0041}",
    "\u{feff}x",
];

pub(crate) fn name() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => proptest::sample::select(FRAGMENTS.as_slice()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => Just("Production".to_owned()),
    ];
    proptest::collection::vec(fragment, 0..5).prop_map(|fragments| fragments.concat())
}

/// A document in which every text that a tenant can choose is one of these.
fn document(names: [&str; 6]) -> PlanDocument {
    let [what, target, before, after, message, place] = names;
    let field = |name: &str, before: Value, after: Value| json!({ "name": name, "before": before, "after": after });
    let text = |text: &str| Value::Text(text.to_owned());
    let fields = [
        field("displayName", text("as it was"), text(&after.replace('\n', " "))),
        field("notes", text(&before.replace('\n', " ")), Value::AfterApply),
        field("definition", Value::Absent, text(after)),
    ];
    let change = |step: &str, verb: &str, needs: &[usize]| {
        json!({
            "step": step, "verb": verb, "object": format!("x {target}"), "what": what,
            "target": target, "privileged": true, "fields": fields, "needs": needs,
        })
    };
    let finding = json!({
        "code": "look-alike", "severity": "warning", "step": null, "subject": place,
        "message": message,
    });
    let right = json!({ "of": "azure", "right": what, "places": [place] });
    let document = json!({
        "formatVersion": 1, "installation": "mondoo", "principal": null, "spec": "0",
        "tenant": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
        "changes": [change("A", "create", &[]), change("C", "delete", &[0])],
        "findings": [finding], "unchanged": 1, "rightsAfterwards": [right], "digest": "",
        "vaults": { "total": 1, "toChange": 1, "rbac": 0 },
    });
    serde_json::from_value(document).unwrap()
}

/// The same with names that mean nothing, and as many lines.
fn harmless(names: [&str; 6]) -> PlanDocument {
    let lines = |name: &str| {
        let lines: Vec<_> = name.lines().map(|_| "x").collect();
        if name.contains('\n') { lines.join("\n") + "\n" } else { "x".to_owned() }
    };
    let names = names.map(lines);
    document(names.each_ref().map(String::as_str))
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn formats(document: &PlanDocument) -> [(&'static str, String); 7] {
    let view = View::plan(document);
    let graph = Graph::new(view);
    [
        ("text", plain(&plan::text(view, true))),
        ("json", json_format::document(document)),
        ("markdown", markdown::text(view)),
        ("html", html::text(view)),
        ("mermaid", mermaid::text(&graph)),
        ("dot", dot::text(&graph)),
        ("svg", svg::text(&graph)),
    ]
}

/// What is left of Markdown without code, in which nothing has a meaning.
fn without_code(markdown: &str) -> String {
    let (mut rest, mut open): (String, Option<usize>) = (String::new(), None);
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match open {
            Some(fence) if ticks >= fence && line.len() == ticks => open = None,
            Some(_) => {}
            None if ticks >= 3 => open = Some(ticks),
            None => rest += &(without_spans(line) + "\n"),
        }
    }
    assert_eq!(open, None, "a block is not closed: {markdown}");
    rest
}

fn without_spans(line: &str) -> String {
    let Some(start) = line.find('`') else { return line.to_owned() };
    let (before, rest) = line.split_at(start);
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let mut at = ticks;
    while let Some(found) = rest[at..].find('`') {
        let run = rest[at + found..].len() - rest[at + found..].trim_start_matches('`').len();
        at += found + run;
        if run == ticks {
            return format!("{before}{}", without_spans(&rest[at..]));
        }
    }
    panic!("a span is not closed: {line}");
}

/// What is left of a text without what stands in quotes.
fn without_quoted(text: &str) -> String {
    let (mut rest, mut quoted, mut escaped) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            c => rest.push(c),
        }
    }
    assert!(!quoted, "{text}");
    rest
}

fn marks(text: &str) -> [usize; 4] {
    ['<', '>', '"', '\''].map(|mark| text.matches(mark).count())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_name_says_anything_to_what_shows_it(names in proptest::array::uniform6(name())) {
        let names = names.each_ref().map(String::as_str);
        let (hostile, harmless) = (document(names), harmless(names));
        for ((format, text), (_, expected)) in formats(&hostile).into_iter().zip(formats(&harmless)) {
            prop_assert!(!text.contains(|c| c != '\n' && is_hidden(c)), "{format}: {text:?}");
            prop_assert!(!text.contains("##[") && !text.contains("##vso"), "{format}: {text}");
            prop_assert!(!text.contains("##teamcity"), "{format}: {text}");
            let mut lines = text.lines();
            prop_assert!(lines.all(|line| !line.trim_start().starts_with("::")), "{format}: {text}");
            match format {
                "html" | "svg" => prop_assert_eq!(marks(&text), marks(&expected), "{}", text),
                "markdown" => prop_assert_eq!(without_code(&text), without_code(&expected)),
                "mermaid" | "dot" => prop_assert_eq!(without_quoted(&text), without_quoted(&expected)),
                "json" => {
                    let read: PlanDocument = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(&read, &hostile);
                }
                _ => prop_assert_eq!(text.lines().count(), expected.lines().count()),
            }
        }
    }

    #[test]
    fn what_is_said_on_stderr_moves_nothing_either(name in name()) {
        let text = printable(&format!("cannot read {name}"));
        prop_assert!(!text.contains(|c| c != '\n' && is_hidden(c)), "{text:?}");
        prop_assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
}

#[test]
fn mermaid_is_shown_letters_and_digits_alone() {
    let text = mermaid::text(&Graph::new(View::plan(&document(["`\"<x>;#%{"; 6]))));
    assert!(text.contains("#96;#34;#60;x#62;#59;#35;#37;#123;"), "{text}");
}

#[test]
fn a_difference_of_hostile_texts_stays_in_its_lines() {
    let mut document = document(["x"; 6]);
    let field = &mut document.changes[0].fields[2];
    field.before = Value::Text("actions:\n  </pre><b>\n  ::error::x\n  ```\nend\n".to_owned());
    field.after = Value::Text("actions:\n  ##[error]\n  ::error::x\n  \u{1b}[1m\nend\n".to_owned());
    for (format, text) in formats(&document) {
        let lines = text.lines().map(|line| line.trim_start_matches(['+', '-', ' ']));
        for line in lines {
            assert!(!line.starts_with("::") && !line.contains("##["), "{format}: {line}");
        }
        assert!(!text.contains('\u{1b}'), "{format}: {text}");
        assert!(
            !text.contains("</pre><b>") || matches!(format, "text" | "json" | "markdown"),
            "{text}"
        );
    }
    without_code(&markdown::text(View::plan(&document)));
}

#[test]
fn a_comment_is_never_longer_than_hosts_take() {
    for length in [10, 1000, 100_000] {
        let mut document = document(["x"; 6]);
        let change = document.changes[0].clone();
        document.changes = vec![change; length];
        let finding = document.findings[0].clone();
        document.findings = vec![finding; length];
        let text = markdown::text(View::plan(&document));
        assert!(text.len() < 65_536, "{length}: {}", text.len());
        let first = text.lines().next().unwrap();
        assert_eq!(
            first,
            format!("**Plan: {length} to create, 0 to update, 0 to restore, 0 to delete.**")
        );
        let entries = text.lines().filter(|line| line.starts_with("+ x")).count();
        let left_out = text.lines().filter_map(|line| line.split_once(" more are left out here"));
        let left_out: usize = left_out.map(|(count, _)| count.parse::<usize>().unwrap()).sum();
        assert_eq!(entries + left_out, length, "what is cut is counted");
    }
}
