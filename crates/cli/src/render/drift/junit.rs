//! A suite for each spec, a case for each difference and for each step that is as it should be.

use std::fmt::Write;

use planner::Step;
use planner::drift::{Drift, Line};

use super::{Outcome, Report, author};
use crate::render::markdown;
use crate::render::verification::escaped;
use crate::render::view::rows;

pub(crate) fn render(reports: &[Report]) -> String {
    let suites: Vec<Suite> = reports.iter().map(Suite::new).collect();
    let total = Counts::of(suites.iter().flat_map(|suite| &suite.cases));
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"mondoo-azure drift\" {}>", total.attributes());
    for Suite { name, cases } in &suites {
        let counts = Counts::of(cases).attributes();
        let _ = writeln!(xml, "  <testsuite name=\"{}\" {counts}>", escaped(name));
        xml += &cases.iter().map(Case::xml).collect::<String>();
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

struct Suite {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    class: String,
    name: String,
    result: CaseResult,
}

enum CaseResult {
    Passed,
    Failed(String),
    Errored(String),
}

impl Suite {
    fn new(report: &Report) -> Suite {
        let case = |name: &str, message: String| Case {
            class: "mondoo-azure".to_owned(),
            name: name.to_owned(),
            result: CaseResult::Errored(message),
        };
        let cases = match &report.outcome {
            Outcome::Failed(failure) => vec![case("compare", failure.messages.join("; "))],
            Outcome::Compared { drift, .. } => {
                let notes = drift.notes.iter().map(|note| note.message.as_str());
                let told = || notes.clone().collect::<Vec<_>>().join("; ");
                let gap = (!drift.is_whole).then(|| case("everything could be read", told()));
                let blocked = drift.is_blocked.then(|| case("the spec can be applied", told()));
                compared(drift).chain(gap).chain(blocked).collect()
            }
        };
        Suite { name: report.spec.clone(), cases }
    }
}

fn compared(drift: &Drift) -> impl Iterator<Item = Case> + use<'_> {
    let passed = drift.clean.iter().map(|step| Case {
        class: class(Some(*step)),
        name: format!("{step} {}", step.title()),
        result: CaseResult::Passed,
    });
    drift.lines.iter().map(Case::of_line).chain(passed)
}

fn class(step: Option<Step>) -> String {
    step.map_or_else(|| "mondoo-azure".to_owned(), |step| format!("mondoo-azure.{step}"))
}

impl Case {
    fn of_line(line: &Line) -> Case {
        let fields = line.fields.iter().flat_map(|field| {
            rows(field).iter().map(|row| markdown::row(row).trim().to_owned()).collect::<Vec<_>>()
        });
        let parts = [line.kind.as_str().to_owned()].into_iter().chain(author(line)).chain(fields);
        Case {
            class: class(line.step),
            name: format!("{} {}", line.what, line.target),
            result: CaseResult::Failed(parts.collect::<Vec<_>>().join("; ")),
        }
    }

    fn xml(&self) -> String {
        let (class, name) = (escaped(&self.class), escaped(&self.name));
        let open = format!("    <testcase classname=\"{class}\" name=\"{name}\"");
        let (element, message) = match &self.result {
            CaseResult::Passed => return format!("{open}/>\n"),
            CaseResult::Failed(message) => ("failure", message),
            CaseResult::Errored(message) => ("error", message),
        };
        let message = escaped(message);
        format!("{open}>\n      <{element} message=\"{message}\"/>\n    </testcase>\n")
    }
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
}

impl Counts {
    fn of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> Counts {
        cases.into_iter().fold(Counts::default(), |mut counts, case| {
            counts.tests += 1;
            match case.result {
                CaseResult::Passed => {}
                CaseResult::Failed(_) => counts.failures += 1,
                CaseResult::Errored(_) => counts.errors += 1,
            }
            counts
        })
    }

    fn attributes(&self) -> String {
        let Counts { tests, failures, errors } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
    }
}
