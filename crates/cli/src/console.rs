//! The terminal: results on stdout, everything else on stderr.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::arguments::{Color, Output};
use crate::exit::Failure;

pub(crate) struct Console {
    pub verbose: bool,
    pub quiet: bool,
    color: ColorChoice,
}

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const RED: Style = AnsiColor::Red.on_default();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();

impl Console {
    pub(crate) fn new(output: &Output) -> Console {
        if output.verbose >= 2 {
            trace_requests();
        }
        let color = match output.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Console { verbose: output.verbose > 0, quiet: output.quiet, color }
    }

    /// Prints a result. A reader that has gone away is no error.
    pub(crate) fn result(&self, text: &str) {
        let mut stream = AutoStream::new(std::io::stdout().lock(), self.color);
        let _ = stream.write_all(text.as_bytes());
    }

    /// Says something that is no result.
    pub(crate) fn say(&self, text: &str) {
        let mut stream = AutoStream::new(std::io::stderr().lock(), self.color);
        let _ = writeln!(stream, "{text}");
    }

    pub(crate) fn failure(&self, failure: &Failure) {
        let bold_red = RED.bold();
        for message in &failure.messages {
            self.say(&format!("{bold_red}error{bold_red:#}: {}", printable(message)));
        }
        if let Some(hint) = &failure.hint {
            self.say(&format!("{BOLD}hint{BOLD:#}: {}", printable(hint)));
        }
    }

    /// Progress that is drawn over itself makes sense.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    pub(crate) fn can_ask() -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Whether the answer to `question` is yes, in full.
    pub(crate) fn ask(&self, question: &str) -> bool {
        self.say(question);
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == "yes"
    }
}

/// Names come from the tenant: none of them shall move the cursor.
pub(crate) fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// Requests with their ids, as `azure_core` logs them: without bodies, tokens or unknown headers.
fn trace_requests() {
    let filter = "azure=debug,azure_core=debug,typespec_client_core=debug";
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .finish();
    // Set once, at the start.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
