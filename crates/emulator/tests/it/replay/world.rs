//! What has to be there before a recording is played: it is read off the recording, and written
//! into the state of the sandbox before that starts.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::recording::{Interaction, Session};
use super::{world_directory, world_resources};

/// Changes of the state, by what they are about. What was put in first stays.
#[derive(Default)]
pub(super) struct World {
    changes: BTreeMap<String, Value>,
    /// Ids and paths that come into being while the recording is played, in lower case.
    made: BTreeSet<String>,
}

impl World {
    pub(super) fn of(session: &Session) -> Self {
        let mut world = Self::default();
        for interaction in session {
            if interaction.succeeded() {
                world.note_read(interaction);
                world_resources::deleted(&mut world, interaction);
                world.note_made(interaction);
            }
            world_resources::mentioned(&mut world, interaction, session);
            world_directory::mentioned(&mut world, interaction, session);
        }
        world
    }

    /// One line of the log for each change.
    pub(super) fn lines(&self) -> String {
        self.changes.values().map(|change| format!("{}\n", json!([change]))).collect()
    }

    /// Unless the recording makes it itself.
    pub(super) fn add(&mut self, id: &str, change: impl FnOnce() -> Value) {
        let id = id.to_ascii_lowercase();
        if !self.made.contains(&id) {
            self.changes.entry(id).or_insert_with(change);
        }
    }

    pub(super) fn makes(&self, id: &str) -> bool {
        self.made.contains(&id.to_ascii_lowercase())
    }

    pub(super) fn makes_one_that_ends(&self, end: &str) -> bool {
        self.made.iter().any(|id| id.ends_with(&end.to_ascii_lowercase()))
    }

    fn note_made(&mut self, interaction: &Interaction) {
        let body = &interaction.response.body;
        let made = match interaction.request.method.as_str() {
            "PUT" if !world_resources::updates(interaction) => Some(interaction.path()),
            "POST" if interaction.response.status == 201 => body["id"].as_str(),
            _ => None,
        };
        self.made.extend(made.map(str::to_ascii_lowercase));
        if interaction.request.method == "DELETE" {
            self.made.insert(format!("deleted {}", interaction.path()).to_ascii_lowercase());
        }
        if interaction.request.method == "PUT" {
            self.made.extend(body["name"].as_str().map(str::to_ascii_lowercase));
        }
        if interaction.path().eq_ignore_ascii_case("/v1.0/applications") {
            self.made.extend(body["appId"].as_str().map(str::to_ascii_lowercase));
        }
    }

    /// Whatever a read shows was there, unless an earlier write made it.
    fn note_read(&mut self, interaction: &Interaction) {
        let by_ids = interaction.path().ends_with("/getByIds");
        if interaction.request.method != "GET" && !by_ids {
            return;
        }
        for object in objects(&interaction.response.body) {
            world_resources::shown(self, object);
            world_directory::shown(self, interaction, object);
        }
    }
}

/// Those of a list, or the one.
fn objects(body: &Value) -> Vec<&Value> {
    match body["value"].as_array() {
        Some(objects) => objects.iter().filter(|object| object.is_object()).collect(),
        None => vec![body],
    }
}

/// A moment that the log can hold, whatever the recorder left of it.
pub(super) fn moment(recorded: &Value) -> Value {
    match recorded.as_str() {
        Some(text) if text.ends_with('Z') => recorded.clone(),
        _ => json!("2021-06-01T00:00:00Z"),
    }
}

/// Empty where there is none.
pub(super) fn list(recorded: &Value) -> Value {
    if recorded.is_array() { uncut(recorded.clone()) } else { json!([]) }
}

/// Without the marks that stand for what a recorder cut off.
pub(super) fn uncut(value: Value) -> Value {
    match value {
        Value::Array(elements) => elements
            .into_iter()
            .filter(|element| element.get("_truncated_array").is_none())
            .map(uncut)
            .collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, uncut(value))).collect()
        }
        value => value,
    }
}
