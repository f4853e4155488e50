//! The terminal: results on stdout, everything else on stderr.

use std::io::{ErrorKind, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::arguments::{Color, Output};
use crate::exit::{Exit, Failure};

#[derive(Clone)]
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
        trace(output);
        let color = match output.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Console { verbose: output.verbose > 0, quiet: output.quiet, color }
    }

    /// Prints a result. A reader that has gone away is no error; a full disk is.
    pub(crate) fn result(&self, text: &str) -> Result<(), Failure> {
        let mut stream = AutoStream::new(std::io::stdout().lock(), self.color);
        printed(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
    }

    /// Prints a result in which nothing is styled, as it is.
    pub(crate) fn document(text: &str) -> Result<(), Failure> {
        let mut stream = std::io::stdout().lock();
        printed(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
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

    /// Somebody sees the plan, sees the question, and can answer.
    pub(crate) fn can_ask() -> bool {
        std::io::stdin().is_terminal()
            && std::io::stdout().is_terminal()
            && std::io::stderr().is_terminal()
    }

    /// Whether `question` is answered by exactly that word.
    pub(crate) fn ask(&self, question: &str, word: &str) -> bool {
        self.say(question);
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).is_ok() && answer.trim() == word
    }
}

fn printed(written: std::io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Failed, format!("the result could not be printed: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Names come from the tenant: none of them shall move the cursor, or speak to what reads a log.
pub(crate) fn printable(text: &str) -> String {
    text.split('\n').map(one_line).collect::<Vec<_>>().join("\n")
}

/// Nor begin a line of its own, where it is shown in one.
pub(crate) fn one_line(text: &str) -> String {
    if !text.contains(is_hidden) && !text.contains(BREAKS_A_LOG) && !text.contains("::") {
        return text.to_owned();
    }
    let text = text.replace(is_hidden, "\u{fffd}").replace(BREAKS_A_LOG, "#\u{fffd}");
    match text.trim_start().strip_prefix("::") {
        Some(rest) => format!("\u{fffd}:{rest}"),
        None => text,
    }
}

/// Azure Pipelines and `TeamCity` take commands after this anywhere in a line; GitHub Actions after
/// `::` at its beginning (both documented).
pub(crate) const BREAKS_A_LOG: &str = "##";

/// Moves the cursor, turns the text around, or is not seen at all.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// What libraries have to say: that a request is tried again; when asked, a line for each request with
/// its id; when asked once more, what `azure_core` does, without bodies, tokens or unknown headers.
fn trace(output: &Output) {
    let filter = match (output.verbose, output.quiet) {
        (2, _) => "azure=debug",
        (3.., _) => "azure=debug,azure_core=debug,typespec_client_core=debug",
        (_, true) => "off",
        (_, false) => "azure=warn",
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .without_time()
        .with_target(output.verbose >= 2)
        .finish();
    // Set once, at the start.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
