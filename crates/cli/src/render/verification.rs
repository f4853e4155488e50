//! What `verify` found: as text, as JSON, as the XML of `JUnit`.

use std::fmt::Write;

use anstyle::Style;
use planner::Step;
use planner::verify::{Probe, Verdict};
use serde::Serialize;
use spec::AppId;

use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, one_line};

pub(crate) struct Report<'a> {
    pub tenant: &'a str,
    pub client_id: AppId,
    pub probes: &'a [Probe],
}

pub(crate) fn text(report: &Report<'_>, verbose: bool) -> String {
    let Report { tenant, client_id, probes } = report;
    let mut text = format!("Tenant   {}   as  application {client_id}\n\n", one_line(tenant));
    let width = probes.iter().map(|probe| probe.name.chars().count()).max().unwrap_or_default();
    for step in Step::ALL {
        let of_step: Vec<_> = probes.iter().filter(|probe| probe.step == step).collect();
        if !of_step.is_empty() {
            let _ = writeln!(text, "{BOLD}{step:?}  {}{BOLD:#}", step.title());
        }
        text += &of_step.into_iter().map(|probe| line(probe, width)).collect::<String>();
    }
    text += &notes(probes, verbose);
    format!("{text}\n{}\n", summary(probes))
}

/// The reason stands beside the name, and what mends it below.
fn line(probe: &Probe, width: usize) -> String {
    let (word, style, reason) = shown(&probe.verdict);
    let (name, reason) = (one_line(&probe.name), one_line(reason));
    let mut line = format!("   {style}{word:<10}{style:#} {name:<width$}  {DIM}{reason}{DIM:#}");
    line.truncate(line.trim_end().len());
    if reason.is_empty() {
        line = format!("   {style}{word:<10}{style:#} {name}");
    }
    if let Verdict::Missing { what: _, mend } = &probe.verdict {
        let _ = write!(line, "\n   {:<10} {BOLD}mend{BOLD:#}: {}", "", one_line(mend));
    }
    line + "\n"
}

/// The word is part of the interface, like the summary.
fn shown(verdict: &Verdict) -> (&'static str, Style, &str) {
    match verdict {
        Verdict::Proven => ("ok", GREEN, ""),
        Verdict::Missing { what, mend: _ } => ("missing", RED, what),
        Verdict::NotYet { what } => ("not yet", YELLOW, what),
        Verdict::NoLicence { what } => ("no licence", YELLOW, what),
        Verdict::NetworkBlocked { what } => ("blocked", YELLOW, what),
        Verdict::NotApplicable { why } => ("-", DIM, why),
        Verdict::Unreadable { why } => ("unknown", YELLOW, why),
    }
}

/// The same note about many things is said once, unless all is asked for.
fn notes(probes: &[Probe], verbose: bool) -> String {
    let mut seen: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, note) in probes.iter().filter_map(|p| Some((p.name.as_str(), p.note.as_deref()?))) {
        match seen.iter_mut().find(|(known, _)| *known == note) {
            Some((_, names)) if !verbose => names.push(name),
            Some(_) | None => seen.push((note, vec![name])),
        }
    }
    if seen.is_empty() {
        return String::new();
    }
    let lines = seen.iter().map(|(note, names)| {
        let more = match names.len() {
            1 => String::new(),
            several => format!(" and {} more", several - 1),
        };
        format!("   ! {}{more}: {}\n", one_line(names[0]), one_line(note))
    });
    format!("\n{BOLD}Notes{BOLD:#}\n{}", lines.collect::<String>())
}

/// Scripts read it.
fn summary(probes: &[Probe]) -> String {
    let Summary {
        proven,
        missing,
        not_yet,
        no_licence,
        network_blocked,
        not_applicable,
        unreadable,
    } = Summary::of(probes);
    format!(
        "Verify: {proven} proven, {missing} missing, {not_yet} not yet, {no_licence} without \
         licence, {network_blocked} blocked, {unreadable} unknown, {not_applicable} not applicable."
    )
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    proven: usize,
    missing: usize,
    not_yet: usize,
    no_licence: usize,
    network_blocked: usize,
    not_applicable: usize,
    unreadable: usize,
}

impl Summary {
    fn of(probes: &[Probe]) -> Summary {
        let mut summary = Summary::default();
        for probe in probes {
            *match probe.verdict {
                Verdict::Proven => &mut summary.proven,
                Verdict::Missing { .. } => &mut summary.missing,
                Verdict::NotYet { .. } => &mut summary.not_yet,
                Verdict::NoLicence { .. } => &mut summary.no_licence,
                Verdict::NetworkBlocked { .. } => &mut summary.network_blocked,
                Verdict::NotApplicable { .. } => &mut summary.not_applicable,
                Verdict::Unreadable { .. } => &mut summary.unreadable,
            } += 1;
        }
        summary
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    format_version: u32,
    tenant: &'a str,
    client_id: AppId,
    probes: &'a [Probe],
    summary: Summary,
}

pub(crate) fn json(report: &Report<'_>) -> String {
    let Report { tenant, client_id, probes } = report;
    let document = Document {
        format_version: 1,
        tenant,
        client_id: *client_id,
        probes,
        summary: Summary::of(probes),
    };
    let text = serde_json::to_string_pretty(&document);
    text.expect("names and texts only") + "\n"
}

/// A suite for each step, a case for each probe. What is neither proven nor wrong is skipped.
pub(crate) fn junit(report: &Report<'_>) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = Counts::of(report.probes.iter());
    let _ = writeln!(xml, "<testsuites name=\"mondoo-azure verify\" {}>", counts.attributes());
    for step in Step::ALL {
        let probes = || report.probes.iter().filter(|probe| probe.step == step);
        if probes().next().is_none() {
            continue;
        }
        let name = escaped(&format!("{step:?} {}", step.title()));
        let counts = Counts::of(probes()).attributes();
        let _ = writeln!(xml, "  <testsuite name=\"{name}\" {counts}>");
        xml += &probes().map(|probe| case(probe, step)).collect::<String>();
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>\n"
}

fn case(probe: &Probe, step: Step) -> String {
    let name = escaped(&probe.name);
    let (_, _, reason) = shown(&probe.verdict);
    let (element, text) = match &probe.verdict {
        Verdict::Proven => (None, String::new()),
        Verdict::Missing { what, mend } => (Some("failure"), format!("{what}; mend: {mend}")),
        Verdict::NotYet { .. } => (Some("failure"), reason.to_owned()),
        Verdict::Unreadable { .. } => (Some("error"), reason.to_owned()),
        Verdict::NoLicence { .. }
        | Verdict::NetworkBlocked { .. }
        | Verdict::NotApplicable { .. } => (Some("skipped"), reason.to_owned()),
    };
    let open = format!("    <testcase classname=\"mondoo-azure.{step:?}\" name=\"{name}\"");
    match element {
        None => format!("{open}/>\n"),
        Some(element) => {
            let text = escaped(&text);
            format!("{open}>\n      <{element} message=\"{text}\"/>\n    </testcase>\n")
        }
    }
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(probes: impl Iterator<Item = &'a Probe>) -> Counts {
        probes.fold(Counts::default(), |mut counts, probe| {
            counts.tests += 1;
            match probe.verdict {
                Verdict::Proven => {}
                Verdict::Missing { .. } | Verdict::NotYet { .. } => counts.failures += 1,
                Verdict::Unreadable { .. } => counts.errors += 1,
                Verdict::NoLicence { .. }
                | Verdict::NetworkBlocked { .. }
                | Verdict::NotApplicable { .. } => counts.skipped += 1,
            }
            counts
        })
    }

    fn attributes(&self) -> String {
        let Counts { tests, failures, errors, skipped } = self;
        format!(
            "tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        )
    }
}

/// Characters that XML cannot hold at all become spaces.
pub(super) fn escaped(text: &str) -> String {
    one_line(text).chars().fold(String::new(), |mut escaped, c| {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            c => escaped.push(c),
        }
        escaped
    })
}
