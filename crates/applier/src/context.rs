//! What every step needs at hand.

use std::path::PathBuf;
use std::time::Duration;

use azure::Writer;
use mondoo::Mondoo;
use planner::{Event, Events};
use time::OffsetDateTime;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::{Clients, Products};

pub(crate) struct Context<'a> {
    pub writer: &'a Writer,
    pub mondoo: Option<&'a Mondoo>,
    pub products: &'a Products,
    pub directory: PathBuf,
    /// Held while collections of the application or its principal are read and written back.
    pub editing: Mutex<()>,
    began: (OffsetDateTime, Instant),
    interrupted: watch::Receiver<bool>,
    events: Events<'a>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(
        clients: &'a Clients,
        products: &'a Products,
        directory: PathBuf,
        now: OffsetDateTime,
        interrupted: watch::Receiver<bool>,
        events: Events<'a>,
    ) -> Self {
        let (editing, began) = (Mutex::new(()), (now, Instant::now()));
        let Clients { writer, mondoo } = clients;
        let mondoo = mondoo.as_ref();
        Context { writer, mondoo, products, directory, editing, began, interrupted, events }
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        *self.interrupted.borrow()
    }

    /// Waits; false, at once, when the run is interrupted.
    pub(crate) async fn pause(&self, delay: Duration) -> bool {
        let mut interrupted = self.interrupted.clone();
        let signal = async {
            // Without a sender nobody ever interrupts.
            if interrupted.wait_for(|interrupted| *interrupted).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = tokio::time::sleep(delay) => true,
            () = signal => false,
        }
    }

    /// The time, from the clock that the run was started with.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock()()
    }

    /// The same for those who outlive this.
    pub(crate) fn clock(&self) -> impl Fn() -> OffsetDateTime + Send + Sync + 'static {
        let (now, instant) = self.began;
        move || now + time::Duration::try_from(instant.elapsed()).unwrap_or_default()
    }

    /// The id of the tenant that was signed in to.
    pub(crate) fn tenant(&self) -> String {
        self.writer.reader().tenant().map(|tenant| tenant.to_string()).unwrap_or_default()
    }

    pub(crate) fn report(&self, event: Event) {
        (self.events)(event);
    }
}
