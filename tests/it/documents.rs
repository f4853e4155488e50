//! Documents say what the code does, as far as a test can tell.

use std::path::{Path, PathBuf};

use planner::{FindingCode, Step};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

/// Headings of one level, without its signs.
fn headings<'a>(text: &'a str, level: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(level)).collect()
}

#[test]
fn every_finding_has_its_section() {
    let text = read("docs/findings.md");
    let mut codes = FindingCode::ALL.map(|code| format!("`{code}`"));
    codes.sort();
    assert_eq!(headings(&text, "### "), codes);
}

/// Each code that counts as drift stands in the table of its kind.
#[test]
fn every_finding_that_is_drift_is_listed() {
    let text = read("docs/drift.md");
    for code in FindingCode::ALL {
        let listed = text.lines().find(|line| line.contains(&format!("[`{code}`](")));
        let kind = planner::drift::Kind::of_code(code);
        assert_eq!(listed.is_some(), kind.is_some(), "{code}");
        let (Some(line), Some(kind)) = (listed, kind) else { continue };
        assert!(line.starts_with(&format!("| {} |", kind.as_str())), "{code}: {line}");
    }
}

#[test]
fn every_step_has_its_section() {
    let text = read("docs/steps.md");
    let steps = Step::ALL.map(|step| format!("{step:?}  {}", step.title()));
    let sections: Vec<_> = headings(&text, "## ").into_iter().take(steps.len()).collect();
    assert_eq!(sections, steps);
}

#[test]
fn links_lead_to_something() {
    let documents = std::fs::read_dir(root().join("docs")).unwrap();
    let documents = documents.map(|entry| entry.unwrap().path());
    let documents = documents.filter(|path| path.extension() == Some("md".as_ref()));
    let mut links = 0;
    for document in documents.chain([root().join("README.md")]) {
        let text = std::fs::read_to_string(&document).unwrap();
        for target in targets(&text).filter(|target| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let linked = match file {
                "" => document.clone(),
                file => document.parent().unwrap().join(file),
            };
            assert!(linked.exists(), "{} links to {target}", document.display());
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&linked).unwrap();
                let found = anchors(&text).any(|anchor| anchor == heading);
                assert!(found, "{} links to {target}", document.display());
            }
            links += 1;
        }
    }
    assert!(links > 0);
}

/// What stands in the parentheses of `[text](target)`.
fn targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// Headings as GitHub makes anchors of them.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    })
}
