//! Ctrl-C and SIGTERM while changes are applied: finish what is in flight, start nothing more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Interrupt {
    /// Catches signals from now on. A second one ends the process at once.
    pub(crate) fn listen() -> Interrupt {
        let interrupt = Interrupt::default();
        let heard = interrupt.clone();
        tokio::spawn(async move {
            signal().await;
            heard.flag.store(true, Ordering::Relaxed);
            heard.notify.notify_one();
            signal().await;
            std::process::exit(i32::from(crate::exit::Exit::Interrupted as u8));
        });
        interrupt
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// Ends when a signal comes.
    pub(crate) async fn heard(&self) {
        self.notify.notified().await;
    }
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = async {
        match signal(SignalKind::interrupt()) {
            Ok(mut stream) => stream.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => stream.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! { _ = interrupt => {}, _ = terminate => {} }
}
