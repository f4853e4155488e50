//! What doctor found, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use planner::rights::{Obstacle, Right, Standing, Verdict};
use planner::{Step, Steps};
use serde_json::{Value, json};

use crate::commands::doctor::Report;
use crate::console::{BOLD, DIM, GREEN, RED, YELLOW, one_line};

pub(crate) struct Header {
    pub tenant: String,
    pub tenant_name: Option<String>,
    pub operator: String,
    /// Requests and seconds.
    pub effort: (usize, f64),
}

pub(crate) fn text(report: &Report, only: &Steps) -> String {
    let Report { header, verdicts, obstacles, unread } = report;
    let Header { tenant, tenant_name, operator, effort: (requests, seconds) } = header;
    let tenant = match tenant_name {
        Some(name) => format!("{} ({tenant})", one_line(name)),
        None => tenant.clone(),
    };
    let operator = one_line(operator);
    let mut text = format!(
        "Tenant   {tenant}   as  {operator}\nRead     {requests} requests in {seconds:.1} s\n\n"
    );
    for step in only.iter() {
        let of_step: Vec<_> = verdicts.iter().filter(|verdict| verdict.step == step).collect();
        let _ = writeln!(text, "{BOLD}{step}  {}{BOLD:#}", step.title());
        if of_step.is_empty() {
            let _ = writeln!(text, "   {DIM}nothing to do{DIM:#}");
        }
        text.extend(lines(&of_step));
        text.extend(obstacles.iter().filter(|found| found.step == step).map(obstacle));
    }
    if !unread.is_empty() {
        let _ = writeln!(text, "\n{BOLD}Notes{BOLD:#}");
    }
    text.extend(unread.iter().map(|note| format!("   {YELLOW}!{YELLOW:#} {}\n", one_line(note))));
    let is_missing = |verdict: &Verdict| matches!(verdict.standing, Standing::Missing { .. });
    let pim = if verdicts.iter().any(is_missing) { PIM } else { "" };
    format!("{text}\n{pim}{}", summary(verdicts, obstacles))
}

/// Those of many vaults in short.
fn lines(of_step: &[&Verdict]) -> Vec<String> {
    let mut counted: BTreeMap<(&str, u8), usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for verdict in of_step {
        let right = match &verdict.right {
            Right::Azure(right, _) => right.action(),
            Right::Entra(_) | Right::Mondoo => "",
        };
        let standing = match verdict.standing {
            Standing::Held => 0,
            Standing::Missing { .. } => 1,
            Standing::CannotTell { .. } => 2,
        };
        let count = counted.entry((right, standing)).or_default();
        *count += 1;
        if *count <= SHOWN {
            lines.push(line(verdict));
        }
    }
    let more = counted.into_iter().filter(|(_, count)| *count > SHOWN);
    lines.extend(more.map(|((right, standing), count)| {
        let standing = ["held", "missing", "cannot tell"][usize::from(standing)];
        format!("   {DIM}{} more {standing}: {right}{DIM:#}\n", count - SHOWN)
    }));
    lines
}

fn line(verdict: &Verdict) -> String {
    let right = one_line(&verdict.right.to_string());
    match &verdict.standing {
        Standing::Held => format!("   {GREEN}held{GREEN:#}         {right}\n"),
        Standing::Missing { ask_for } => {
            let ask_for = one_line(ask_for);
            format!("   {RED}missing{RED:#}      {right}\n                ask for {ask_for}\n")
        }
        Standing::CannotTell { why } => {
            let why = one_line(why);
            format!("   {YELLOW}cannot tell{YELLOW:#}  {right}\n                {why}\n")
        }
    }
}

/// Roles that are not activated are nowhere to be seen.
const PIM: &str = "A role that is eligible in Privileged Identity Management is missing until you activate it \
                   and sign in\nagain.\n";

fn obstacle(found: &Obstacle) -> String {
    let message = one_line(&found.message);
    if found.blocks {
        format!("   {RED}in the way{RED:#}   {message}\n")
    } else {
        format!("   {YELLOW}!{YELLOW:#} {message}\n")
    }
}

/// The last line. The wording is an interface: scripts read it.
fn summary(verdicts: &[Verdict], obstacles: &[Obstacle]) -> String {
    if verdicts.is_empty() {
        return "Nothing to do, so no right is needed.\n".to_owned();
    }
    let count =
        |is: fn(&Standing) -> bool| verdicts.iter().filter(|verdict| is(&verdict.standing)).count();
    let held = count(|standing| matches!(standing, Standing::Held));
    let missing = count(|standing| matches!(standing, Standing::Missing { .. }));
    let unknown = count(|standing| matches!(standing, Standing::CannotTell { .. }));
    let blocking = obstacles.iter().filter(|found| found.blocks).count();
    format!(
        "Rights: {held} held, {missing} missing, {unknown} cannot tell; {blocking} in the way.\n"
    )
}

pub(crate) fn json(report: &Report, only: &Steps) -> String {
    let Report { header, verdicts, obstacles, unread } = report;
    let Header { tenant, tenant_name, operator, effort: (requests, _) } = header;
    let steps: Vec<Value> = only.iter().map(|step| step_json(step, verdicts, obstacles)).collect();
    let document = json!({
        "formatVersion": 1,
        "tenant": tenant,
        "tenantName": tenant_name,
        "operator": operator,
        "requests": requests,
        "steps": steps,
        "notes": unread,
    });
    format!("{document:#}\n")
}

fn step_json(step: Step, verdicts: &[Verdict], obstacles: &[Obstacle]) -> Value {
    let of_step: Vec<_> = verdicts.iter().filter(|verdict| verdict.step == step).collect();
    let is = |is: fn(&Standing) -> bool| of_step.iter().any(|verdict| is(&verdict.standing));
    let standing = if of_step.is_empty() {
        "nothingToDo"
    } else if is(|standing| matches!(standing, Standing::Missing { .. })) {
        "missing"
    } else if is(|standing| matches!(standing, Standing::CannotTell { .. })) {
        "cannotTell"
    } else {
        "held"
    };
    let rights: Vec<_> = of_step.into_iter().map(verdict_json).collect();
    let obstacles = obstacles.iter().filter(|found| found.step == step);
    let obstacles: Vec<_> = obstacles
        .map(
            |Obstacle { step: _, blocks, message }| json!({ "blocks": blocks, "message": message }),
        )
        .collect();
    json!({
        "step": step,
        "title": step.title(),
        "standing": standing,
        "rights": rights,
        "obstacles": obstacles,
    })
}

fn verdict_json(verdict: &Verdict) -> Value {
    let Verdict { step: _, right, standing } = verdict;
    let mut value = right_json(right);
    let (standing, more) = match standing {
        Standing::Held => ("held", None),
        Standing::Missing { ask_for } => ("missing", Some(("askFor", ask_for))),
        Standing::CannotTell { why } => ("cannotTell", Some(("why", why))),
    };
    value["standing"] = standing.into();
    if let Some((name, text)) = more {
        value[name] = text.as_str().into();
    }
    value
}

pub(super) fn right_json(right: &Right) -> Value {
    match right {
        Right::Entra(right) => json!({ "service": "Microsoft Graph", "right": right.to_string() }),
        Right::Azure(right, place) => json!({
            "service": "Azure Resource Manager",
            "right": right.action(),
            // Known only once the scope was found.
            "scope": Some(&place.path).filter(|path| !path.is_empty()),
            "place": place.name,
        }),
        Right::Mondoo => json!({ "service": "Mondoo", "right": right.to_string() }),
    }
}

/// What is missing, once for each role or permission to ask for.
pub(crate) fn refusals(verdicts: &[Verdict]) -> Vec<String> {
    let mut by_asking: Vec<(&str, Vec<&Verdict>)> = Vec::new();
    for verdict in verdicts {
        let Standing::Missing { ask_for } = &verdict.standing else { continue };
        match by_asking.iter_mut().find(|(known, _)| known == ask_for) {
            Some((_, verdicts)) => verdicts.push(verdict),
            None => by_asking.push((ask_for, vec![verdict])),
        }
    }
    let sentence = |(ask_for, verdicts): (&str, Vec<&Verdict>)| {
        let steps = Steps::of(verdicts.iter().map(|verdict| verdict.step));
        let mut rights: Vec<_> = verdicts.iter().map(|verdict| verdict.right.to_string()).collect();
        rights.dedup();
        format!("for step {steps} you lack: {}; ask for {ask_for}", rights.join(", "))
    };
    shortened(by_asking.into_iter().map(sentence).collect())
}

/// What may fail and may not.
pub(crate) fn doubts(verdicts: &[Verdict]) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&Verdict>> = BTreeMap::new();
    for verdict in verdicts {
        // Of Mondoo's nobody can tell, so nobody need be told each time.
        if let Standing::CannotTell { why } = &verdict.standing
            && verdict.right != Right::Mondoo
        {
            by_reason.entry(why).or_default().push(verdict);
        }
    }
    let sentence = |(why, verdicts): (&str, Vec<&Verdict>)| {
        let steps = Steps::of(verdicts.iter().map(|verdict| verdict.step));
        let right = &verdicts[0].right;
        format!("whether you may do step {steps} is not known ({right}): {why}")
    };
    shortened(by_reason.into_iter().map(sentence).collect())
}

/// Nobody reads more at a time.
const SHOWN: usize = 10;

fn shortened(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    lines.extend((more > 0).then(|| format!("{more} more like these: `doctor` shows all")));
    lines
}
