//! Recorded traffic of the real services, played to the emulator. What differs is explained in
//! docs/emulator.md or fails here.

mod claimed;
mod recording;
mod session;
mod shape;
mod substitution;
mod world;
mod world_directory;
mod world_resources;

use std::collections::BTreeMap;

use futures::StreamExt as _;

use session::Outcome;

#[tokio::test(flavor = "multi_thread")]
async fn recorded_requests_are_answered_as_recorded() {
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
    let mut unclaimed: BTreeMap<&str, usize> = BTreeMap::new();
    for interaction in sessions.iter().flatten() {
        if claimed::claim(&interaction.endpoint).is_none() {
            *unclaimed.entry(&interaction.endpoint).or_default() += 1;
        }
    }
    let agreeing = outcomes.iter().filter(|one| one.differences.is_empty()).count();
    println!("replayed {}, agreeing {agreeing}", outcomes.len());
    let mut by: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for one in &outcomes {
        for d in &one.differences {
            by.entry((one.topic, d)).or_default().push(&one.place);
        }
    }
    for ((topic, d), places) in by {
        println!("| {topic} | {d} | {} | {}", places.len(), places[places.len() - 1]);
    }
}
