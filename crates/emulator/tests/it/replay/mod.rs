//! Recorded traffic of the real services, played to the emulator. What differs is explained in
//! docs/emulator.md or fails here.

mod claimed;
mod explained;
mod recording;
mod session;
mod shape;
mod substitution;
mod world;
mod world_directory;
mod world_resources;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use futures::StreamExt as _;

use claimed::CLAIMED;
use explained::{Difference, Document};
use session::Outcome;

use crate::support::COMPARED;

#[tokio::test(flavor = "multi_thread")]
async fn recorded_requests_are_answered_as_recorded_or_it_is_explained_why_not() {
    let Some(sessions) = recording::sessions() else {
        println!("there are no recordings here: nothing is replayed");
        return;
    };
    let outcomes: Vec<Outcome> = futures::stream::iter(&sessions)
        .map(session::play)
        .buffered(8)
        .flat_map(futures::stream::iter)
        .collect()
        .await;
    let unclaimed = sessions.iter().flatten().filter(|one| claimed::claim(&one.endpoint).is_none());
    println!("not claimed: {:#?}", counted(unclaimed.map(|one| one.endpoint.as_str())));
    println!("{} replies of this process are as described", COMPARED.load(Ordering::Relaxed));
    let faults = faults(&outcomes, sessions.iter().flatten().count());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Where the document and what came out differ.
fn faults(outcomes: &[Outcome], recorded: usize) -> Vec<String> {
    let document = Document::read();
    let (found, explained) = (differences(outcomes), document.explained());
    let unexplained = found.iter().filter(|(difference, _)| !explained.contains(*difference));
    let unexplained = unexplained.map(|((topic, difference), places)| {
        format!("not explained: | {topic} | {difference} | {} x, {}", places.len(), places[0])
    });
    let gone = explained.iter().filter(|one| !found.contains_key(*one));
    let gone =
        gone.map(|(topic, difference)| format!("explained, but gone: {topic}: {difference}"));

    let (replayed, agreeing) =
        (outcomes.len(), outcomes.iter().filter(|one| one.differences.is_empty()).count());
    let figures = [
        format!(
            "{replayed} recorded interactions are replayed: {agreeing} agree, {} differ as explained",
            replayed - agreeing
        ),
        format!("of {recorded} recorded interactions, {} are not replayed", recorded - replayed),
    ];
    let stated = figures.into_iter().chain(rows(outcomes));
    let unstated = stated.filter(|text| !document.says(text));
    let unstated = unstated.map(|text| format!("not stated: {text}"));
    unexplained.chain(gone).chain(unstated).collect()
}

/// With the places in which they occur.
fn differences(outcomes: &[Outcome]) -> BTreeMap<Difference, Vec<&str>> {
    let mut found: BTreeMap<Difference, Vec<&str>> = BTreeMap::new();
    for outcome in outcomes {
        for difference in &outcome.differences {
            let key = (outcome.topic.to_owned(), difference.clone());
            found.entry(key).or_default().push(&outcome.place);
        }
    }
    found
}

/// The beginnings of the rows in the table of endpoints.
fn rows(outcomes: &[Outcome]) -> Vec<String> {
    let played = counted(outcomes.iter().map(|one| one.endpoint));
    let agreed = outcomes.iter().filter(|one| one.differences.is_empty());
    let agreed = counted(agreed.map(|one| one.endpoint));
    let endpoints: BTreeSet<&str> = CLAIMED.iter().map(|(endpoint, _)| *endpoint).collect();
    let count =
        |counts: &BTreeMap<&str, usize>, endpoint| counts.get(endpoint).copied().unwrap_or(0);
    endpoints
        .into_iter()
        .map(|one| format!("| `{one}` | {} of {} |", count(&agreed, one), count(&played, one)))
        .collect()
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}
