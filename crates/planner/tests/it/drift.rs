//! What counts as drift, and which event explains it.

use std::collections::BTreeMap;

use planner::drift::{About, Author, AzureEvent, DirectoryEvent, Drift, Evidence, Kind, Log};
use planner::{Desired, FindingCode, Observed, plan};
use spec::ObjectId;
use time::Duration;

use crate::plans::ONE_SUBSCRIPTION;
use crate::safety::done;
use crate::tenant::{NOW, PRODUCTION, desired, desired_with, untouched};

fn drift(desired: &Desired, observed: &Observed) -> Drift {
    Drift::new(&plan(desired, observed), desired, observed)
}

/// Of a finished tenant in which something was done behind our back.
fn behind(change: impl FnOnce(&mut Observed)) -> (Drift, Observed) {
    let desired = desired(ONE_SUBSCRIPTION);
    let mut observed = done(&desired);
    change(&mut observed);
    (drift(&desired, &observed), observed)
}

fn counts(drift: &Drift) -> [usize; 3] {
    Kind::ALL.map(|kind| drift.count(kind))
}

#[test]
fn everything_is_missing_before_and_nothing_after() {
    let desired = desired(ONE_SUBSCRIPTION);
    let [missing, changed, extra] = counts(&drift(&desired, &untouched()));
    assert!(missing > 20 && changed == 0 && extra == 0);
    let finished = drift(&desired, &done(&desired));
    assert_eq!(finished.lines, []);
    assert!(!finished.notes.is_empty(), "notes alone are no drift");
    assert!(finished.is_whole && !finished.is_blocked);
}

#[test]
fn hands_and_extras_are_drift_as_findings() {
    let (drift, _) = behind(|observed| {
        observed.application.owners.insert(ObjectId::derived(&["eve"]), "Eve".to_owned());
        let role = observed.graph_permissions.offered["Files.Read.All"];
        observed.graph_permissions.granted.insert(role, "grant".to_owned());
    });
    let codes: Vec<_> = drift.lines.iter().map(|line| line.finding).collect();
    assert_eq!(codes, [Some(FindingCode::ForeignHand), Some(FindingCode::Extra)]);
    assert_eq!(counts(&drift), [0, 0, 2]);
}

/// It blocks, and no change of the tenant mends it.
#[test]
fn a_spec_that_forbids_itself_is_not_in_order() {
    let desired = desired_with(ONE_SUBSCRIPTION, "graphPermissions: { add: [Mail.ReadWrite] }\n");
    let drift = drift(&desired, &done(&desired));
    assert!(drift.is_blocked, "{:?}", drift.notes);
}

fn event(minutes: i64, activity: &str, by: &str, text: &str) -> DirectoryEvent {
    DirectoryEvent {
        at: NOW + Duration::minutes(minutes),
        activity: activity.to_owned(),
        by: Some(by.to_owned()),
        text: text.to_owned(),
    }
}

fn name(drift: &Drift) -> &str {
    match &drift.lines[0].who {
        Author::Found { name, .. } => name,
        Author::NotAsked => "not asked",
        Author::NotFound => "not found",
    }
}

#[test]
fn the_newest_event_about_the_very_grant_explains_it() {
    let (mut drift, observed) = behind(|observed| {
        let (first, _) = observed.graph_permissions.granted.pop_first().unwrap();
        assert!(observed.graph_permissions.names.contains_key(&first));
    });
    assert_eq!(drift.lines.len(), 1);
    assert_eq!(name(&drift), "not asked");
    let graph = About::Id(observed.graph_permissions.graph.to_string());
    assert!(drift.logs().contains(&Log::Directory(graph.clone())), "{:?}", drift.logs());
    let object = drift.lines[0].object.clone().unwrap();
    let role = object.strip_prefix("consent ").unwrap();
    let ours = observed.application.principal.as_ref().unwrap().id.to_string();
    let taken = "Remove app role assignment from service principal";
    let text = format!("{}\n\"{ours}\"\n\"{}\"", "Microsoft Graph", role.to_uppercase());
    let mut evidence = Evidence::default();
    let mut told = |events: Vec<DirectoryEvent>| {
        evidence.directory = BTreeMap::from([(graph.clone(), events)]);
        drift.attribute(&evidence);
        name(&drift).to_owned()
    };
    assert_eq!(told(Vec::new()), "not found");
    let of_another_role = event(9, taken, "eve", &format!("\"{ours}\""));
    let of_another_client = event(9, taken, "eve", &format!("\"{role}\""));
    let given = event(9, "Add app role assignment to service principal", "eve", &text);
    let others = vec![of_another_role, of_another_client, given];
    assert_eq!(told(others.clone()), "not found");
    let events = [event(1, taken, "early", &text), event(5, taken, "late", &text)];
    assert_eq!(told([others, events.to_vec()].concat()), "late");
}

#[test]
fn an_assignment_is_known_by_our_name_or_by_what_it_granted() {
    let (mut drift, observed) = behind(|observed| {
        observed.role_assignments.assignments.retain(|one| !one.scope.ends_with(PRODUCTION));
    });
    let ours = observed.application.principal.as_ref().unwrap().id.to_string();
    let line = drift.lines.iter().position(|line| line.what == "Reader").unwrap();
    drift.lines.swap(0, line);
    let object = drift.lines[0].object.clone().unwrap();
    let role = object.rsplit(' ').next().unwrap();
    let subscription = Some(PRODUCTION.parse().unwrap());
    let log = Log::Azure { subscription, provider: "Microsoft.Authorization" };
    let deleted = |name: &str, response: String| AzureEvent {
        at: NOW,
        operation: "microsoft.authorization/roleassignments/DELETE".to_owned(),
        resource: format!(
            "/subscriptions/{PRODUCTION}/providers/Microsoft.Authorization/roleAssignments/{name}"
        ),
        by: Some("eve".to_owned()),
        response,
    };
    let mut told = |event: AzureEvent| {
        let mut evidence = Evidence::default();
        evidence.azure.insert(log.clone(), vec![event]);
        drift.attribute(&evidence);
        name(&drift).to_owned()
    };
    assert_eq!(told(deleted("another", String::new())), "not found");
    assert_eq!(told(deleted("another", format!("{ours} {role}"))), "eve");
    let scope = spec::ScopeId::Subscription(PRODUCTION.parse().unwrap());
    let id = planner::role_assignment_id(&scope, ours.parse().unwrap(), role.parse().unwrap());
    assert_eq!(told(deleted(&id.to_string(), String::new())), "eve");
}
