//! Ctrl-C and SIGTERM while changes are applied: finish what is in flight, start nothing more.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::console::Console;
use crate::exit::Exit;

/// Becomes true at the first signal. A second one ends the process at once.
pub(crate) fn listen(console: &Console) -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    let console = console.clone();
    tokio::spawn(async move {
        heard().await;
        if !console.quiet {
            console.say("Finishing what is in flight; once more ends at once.");
        }
        sender.send_replace(true);
        heard().await;
        std::process::exit(i32::from(Exit::Interrupted as u8));
    });
    receiver
}

/// Ends at the first signal.
pub(crate) async fn interrupted(mut signal: watch::Receiver<bool>) {
    // An error means that the listener is gone, and with it the runtime.
    let _ = signal.wait_for(|heard| *heard).await;
}

async fn heard() {
    tokio::select! {
        () = one(SignalKind::interrupt()) => {},
        () = one(SignalKind::terminate()) => {},
    }
}

async fn one(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        // Where it cannot be caught, it does what it does by itself.
        Err(_) => std::future::pending().await,
    }
}
