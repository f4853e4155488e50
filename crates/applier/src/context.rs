//! What every step needs at hand.

use std::path::PathBuf;

use azure::Writer;
use planner::{Event, Events};
use time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Products;

pub(crate) struct Context<'a> {
    pub writer: &'a Writer,
    pub products: &'a Products,
    pub directory: PathBuf,
    /// Held while collections of the application or its principal are read and written back.
    pub editing: Mutex<()>,
    began: (OffsetDateTime, Instant),
    events: Events<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        writer: &'a Writer,
        products: &'a Products,
        directory: PathBuf,
        now: OffsetDateTime,
        events: Events<'a>,
    ) -> Self {
        let began = (now, Instant::now());
        Context { writer, products, directory, editing: Mutex::new(()), began, events }
    }

    /// The time, from the clock that the run was started with.
    pub(crate) fn now(&self) -> OffsetDateTime {
        let (now, instant) = self.began;
        now + Duration::try_from(instant.elapsed()).unwrap_or_default()
    }

    pub(crate) fn report(&self, event: Event) {
        (self.events)(event);
    }
}
