//! The application, and what it may do in Microsoft Graph.

use spec::Rights;

use super::{Item, Notes, Patch};
use crate::privileged::{only_reads, shown};
use crate::steps::a_application::{self, SINGLE_TENANT, Standing};
use crate::{Desired, Observed};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Application {
    /// None, where it is the installation's name.
    pub display_name: Option<String>,
    /// Object ids, with the name of each.
    pub owners: Vec<Item>,
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
}

pub(super) fn application(
    desired: &Desired,
    observed: &Observed,
    notes: &mut Notes,
) -> Application {
    let a_application::Observed { application, owners, .. } = &observed.application;
    let Some(live) = application else { return Application::default() };
    if live.standing != Standing::Live {
        notes.say("the application is disabled or deleted".to_owned());
    }
    if live.sign_in_audience != SINGLE_TENANT {
        notes.say(format!(
            "the application signs in people of other tenants, too ({}): apply narrows that",
            live.sign_in_audience
        ));
    }
    for credential in a_application::credentials(desired, observed) {
        notes.say(format!("{credential} of the application is not ours, and stays"));
    }
    let name = &live.display_name;
    let is_said = name != desired.installation.as_str();
    if is_said && !is_name(name) {
        notes.say("the application's display name is none that a spec can have".to_owned());
    }
    let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
    Application {
        display_name: Some(name.clone()).filter(|name| is_said && is_name(name)),
        owners: owners.iter().map(|(id, name)| Item::with(id.to_string(), name)).collect(),
        notes: text(&live.notes).filter(|notes| notes.chars().count() <= 1024),
        service_management_reference: text(&live.service_management_reference),
    }
}

/// What a spec takes as a display name.
fn is_name(name: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let odd = |c: char| c.is_control() || turns(c);
    name.trim() == name && (1..=120).contains(&name.chars().count()) && !name.chars().any(odd)
}

/// What is consented and requested against the profile. What is consented alone would be requested by
/// a plan for a spec that has it: without it, it is an extra.
pub(super) fn graph_permissions(rights: &Rights, observed: &Observed, notes: &mut Notes) -> Patch {
    for api in &observed.graph_permissions.elsewhere {
        notes.say(format!("it holds permissions of {api}, which no spec grants, and they stay"));
    }
    Patch { add: added(rights, observed, notes), remove: removed(rights, observed) }
}

/// What of the profile is not held. What the tenant does not offer is left out of every plan.
fn removed(rights: &Rights, observed: &Observed) -> Vec<Item> {
    let live = &observed.graph_permissions;
    let why = |name: &str| {
        let offered = live.offered.iter().find(|(offered, _)| offered.eq_ignore_ascii_case(name));
        let (_, role) = offered?;
        match (live.granted.contains_key(role), live.requested.contains(role)) {
            (true, true) => None,
            (true, false) => Some("consented, but not requested"),
            (false, true) => Some("requested, but not consented"),
            (false, false) => Some("not held"),
        }
    };
    let lines = rights.graph_permissions.iter();
    lines.filter_map(|line| Some(Item::with(&line.name, why(&line.name)?))).collect()
}

fn added(rights: &Rights, observed: &Observed, notes: &mut Notes) -> Vec<Item> {
    let live = &observed.graph_permissions;
    let mut added = Vec::new();
    for role in live.granted.keys() {
        let Some(name) = live.names.get(role) else {
            notes.say(format!("permission {role} is consented, whose name is not known"));
            continue;
        };
        if rights.graph_permissions.iter().any(|line| line.name.eq_ignore_ascii_case(name)) {
            continue;
        }
        if !live.requested.contains(role) || !live.offered.contains_key(name) {
            let shown = shown(name, !only_reads(name));
            notes.say(format!(
                "{shown} is consented, and not requested or not offered any more: it stays, and is \
                 told as an extra"
            ));
        } else if only_reads(name) {
            added.push(Item::plain(name));
        } else {
            added.push(Item::with(name, "PRIVILEGED: it does more than read"));
            notes.privileged(name, "consented");
        }
    }
    added
}
