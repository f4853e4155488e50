use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;

use crate::behaviour::{Look, Replication, luck};
use crate::store::{Change, State};

/// Copies of the state that hear of writes late, as they are asked when a request comes in.
pub(super) struct Replicas {
    replication: Replication,
    seed: u64,
    /// Changes and requests so far: what luck is drawn for.
    changes: u64,
    requests: u64,
    copies: [Copies; 4],
}

/// Of each copy there are two, and a request is answered by either: what one reply showed can be
/// missing from the next.
struct Copies {
    look: Look,
    pair: [Copy; 2],
}

struct Copy {
    state: State,
    /// By when they are heard of.
    waiting: BTreeMap<(OffsetDateTime, u64), Change>,
    /// When the latest change of an object is heard of: none overtakes an earlier one.
    latest: HashMap<String, OffsetDateTime>,
}

const LOOKS: [Look; 4] = [Look::Read, Look::List, Look::Reference, Look::Index];

/// The state as whoever looks sees it at one moment.
pub(crate) struct Views<'a> {
    /// As it is: what writes are judged by and applied to.
    pub(crate) truth: &'a State,
    seen: [&'a State; 4],
}

impl<'a> Views<'a> {
    pub(super) fn instant(truth: &'a State) -> Self {
        Self { truth, seen: [truth; 4] }
    }

    pub(crate) fn seen(&self, look: Look) -> &'a State {
        self.seen[place(look)]
    }
}

impl Replicas {
    /// None when everything is seen at once. Whatever the state holds already has been heard of.
    pub(super) fn of(state: &State, replication: &Replication, seed: u64) -> Option<Self> {
        let copy = || {
            let state = State::new(state.tenant.clone(), state.to_changes());
            Copy { state, waiting: BTreeMap::new(), latest: HashMap::new() }
        };
        (!replication.is_instant()).then(|| Self {
            replication: replication.clone(),
            seed,
            changes: 0,
            requests: 0,
            copies: LOOKS.map(|look| Copies { look, pair: [copy(), copy()] }),
        })
    }

    pub(super) fn hear_until(&mut self, now: OffsetDateTime) {
        for copy in self.copies.iter_mut().flat_map(|copies| &mut copies.pair) {
            copy.hear_until(now);
        }
    }

    pub(super) fn views<'a>(&'a mut self, truth: &'a State) -> Views<'a> {
        self.requests += 1;
        let request = self.requests;
        let seen = self.copies.each_ref().map(|Copies { look, pair }| {
            let second = luck(self.seed, &format!("request {request} {look:?}")) < 0.5;
            &pair[usize::from(second)].state
        });
        Views { truth, seen }
    }

    pub(super) fn tell(&mut self, change: &Change, now: OffsetDateTime) {
        self.changes += 1;
        for Copies { look, pair } in &mut self.copies {
            let delay = change.lagging().map(|kind| self.replication.delay(kind, *look));
            for (index, copy) in pair.iter_mut().enumerate() {
                let drawn_for = format!("change {} {look:?} {index}", self.changes);
                let delay = delay.map(|delay| delay.at(luck(self.seed, &drawn_for)));
                copy.tell(change, now + delay.unwrap_or_default(), self.changes);
            }
            if let Change::RoleDefinition(definition) = change
                && *look == Look::List
            {
                // An updated role is in no list until its new version has settled (observed).
                let gone = Change::RoleDefinitionRemoved(definition.name);
                for copy in pair.iter_mut() {
                    copy.state.apply(gone.clone());
                }
            }
            for copy in pair {
                copy.hear_until(now);
            }
        }
    }
}

impl Copy {
    fn tell(&mut self, change: &Change, at: OffsetDateTime, number: u64) {
        let latest = self.latest.entry(change.object()).or_insert(at);
        *latest = at.max(*latest);
        self.waiting.insert((*latest, number), change.clone());
    }

    fn hear_until(&mut self, now: OffsetDateTime) {
        while let Some(first) = self.waiting.first_entry().filter(|first| first.key().0 <= now) {
            self.state.apply(first.remove());
        }
    }
}

fn place(look: Look) -> usize {
    match look {
        Look::Read => 0,
        Look::List => 1,
        Look::Reference => 2,
        Look::Index => 3,
    }
}
