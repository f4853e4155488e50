//! Events of the logs, and which of them explains a line.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{About, Author, AzureTrail, DirectoryTrail, Log, Trail};

/// What Entra ID's log tells of one thing that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryEvent {
    pub at: OffsetDateTime,
    pub activity: String,
    pub by: Option<String>,
    /// Ids and names of its targets and all values that it shows, as one text.
    pub text: String,
}

/// What Azure's log tells of one operation that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct AzureEvent {
    pub at: OffsetDateTime,
    pub operation: String,
    /// ARM path.
    pub resource: String,
    pub by: Option<String>,
    /// What was answered, as text.
    pub response: String,
}

/// What could be read of the logs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub directory: BTreeMap<About, Vec<DirectoryEvent>>,
    /// By log: a subscription's, or the tenant's.
    pub azure: BTreeMap<Log, Vec<AzureEvent>>,
}

impl Evidence {
    /// By the newest event on the first of the trails that has any.
    pub(super) fn author(&self, trails: &[Trail]) -> Author {
        trails.iter().find_map(|trail| self.follow(trail)).unwrap_or(Author::NotFound)
    }

    fn follow(&self, trail: &Trail) -> Option<Author> {
        match trail {
            Trail::Directory(trail) => {
                let events = self.directory.get(&trail.about)?.iter();
                let newest = events.filter(|event| trail.explains(event)).max_by_key(|e| e.at)?;
                Some(found(newest.by.as_ref(), newest.at, newest.activity.trim()))
            }
            Trail::Azure(trail) => {
                let logs = trail.logs();
                let events = logs.iter().filter_map(|log| self.azure.get(log)).flatten();
                let newest = events.filter(|event| trail.explains(event)).max_by_key(|e| e.at)?;
                Some(found(newest.by.as_ref(), newest.at, &newest.operation))
            }
        }
    }
}

fn found(by: Option<&String>, at: OffsetDateTime, activity: &str) -> Author {
    let name = by.cloned().unwrap_or_else(|| "somebody whom the log does not name".to_owned());
    Author::Found { name, at, activity: activity.to_owned() }
}

impl DirectoryTrail {
    fn explains(&self, event: &DirectoryEvent) -> bool {
        // One of them is written with a dash and a blank that documents do not agree on.
        let is_meant = self.activities.iter().any(|one| event.activity.contains(one));
        is_meant && self.mentions.iter().all(|one| has(&event.text, one))
    }
}

impl AzureTrail {
    fn explains(&self, event: &AzureEvent) -> bool {
        let is_meant = self.operations.iter().any(|one| event.operation.eq_ignore_ascii_case(one));
        let is_there = has(&event.resource, &self.resource)
            || self.or_answered.as_ref().is_some_and(|(place, answer)| {
                has(&event.resource, place) && answer.iter().all(|one| has(&event.response, one))
            });
        is_meant && is_there
    }
}

fn has(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
