//! The least rights of a spec, for people and for programs.

use std::collections::BTreeSet;
use std::fmt::Write;

use planner::Steps;
use planner::rights::{Least, Phase, Right};
use serde_json::{Value, json};

use super::doctor::right_json;
use crate::console::{BOLD, DIM, one_line};

pub(crate) fn text(least: &[Least]) -> String {
    let mut text = String::new();
    for phase in [Phase::Plan, Phase::Apply] {
        let title = match phase {
            Phase::Plan => "To plan",
            Phase::Apply => "To apply, besides",
        };
        let _ = writeln!(text, "{BOLD}{title}{BOLD:#}");
        let of_phase: Vec<_> = least.iter().filter(|one| one.phase == phase).collect();
        let mut told = BTreeSet::new();
        for Least { phase: _, step: _, right, permissions, role } in &of_phase {
            if told.insert(right) {
                let same = of_phase.iter().filter(|other| other.right == *right);
                let steps = Steps::of(same.map(|other| other.step)).to_string();
                text += &lines(&steps, right, permissions, role);
            }
        }
        if of_phase.is_empty() {
            let _ = writeln!(text, "   {DIM}nothing{DIM:#}");
        }
        text.push('\n');
    }
    text + "A workload needs the permissions or the role; a person needs the role, and a client such as \
            az login.\nWhat is said of an application holds for one that this operator makes and so \
            owns. Of one that\nsomebody else made, Application.ReadWrite.All or Cloud Application \
            Administrator is needed.\n`doctor` tells what you hold of what is needed now.\n"
}

fn lines(steps: &str, right: &Right, permissions: &[&str], role: &str) -> String {
    let mut text = format!("   {}  {DIM}[{steps}]{DIM:#}\n", one_line(&right.to_string()));
    if !permissions.is_empty() {
        let _ = writeln!(text, "      Microsoft Graph  {}", permissions.join(", "));
    }
    let kind = match right {
        Right::Entra(_) => "directory role ",
        Right::Azure(..) => "Azure role     ",
        Right::Mondoo => "Mondoo role    ",
    };
    let _ = writeln!(text, "      {kind}  {role}");
    text
}

pub(crate) fn json(least: &[Least]) -> String {
    let rights: Vec<Value> = least.iter().map(one).collect();
    format!("{:#}\n", json!({ "formatVersion": 1, "rights": rights }))
}

fn one(least: &Least) -> Value {
    let Least { phase, step, right, permissions, role } = least;
    let mut value = right_json(right);
    value["for"] = phase.to_string().into();
    value["step"] = json!(step);
    value["graphPermissions"] = json!(permissions);
    value["role"] = role.as_str().into();
    value
}
