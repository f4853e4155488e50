//! A certificate that a program prints: those of Vault, step-ca and their like.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{KeyPair, PemError};

/// A program that prints key and certificate in PEM. There is no shell around it.
#[derive(Clone, Debug)]
pub struct Command {
    /// A path with a slash is relative to `directory`; a bare name is looked up as everywhere.
    pub program: String,
    pub arguments: Vec<String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// How long it may take.
    pub limit: Duration,
}

/// Most of it is spent on the network.
pub const COMMAND_LIMIT: Duration = Duration::from_secs(60);
/// Real output is a few kilobytes.
const MAX_OUTPUT: usize = 1024 * 1024;
/// What is kept of what a program says besides.
const MAX_SAID: usize = 4096;
const SAID_LINES: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("{program} cannot be started: {reason}")]
    NotStarted { program: String, reason: io::Error },
    #[error("{program} ended with {status}{}", told(.said))]
    Failed { program: String, status: ExitStatus, said: String },
    #[error("{program} was stopped: it took longer than {} seconds{}", .limit.as_secs(), told(.said))]
    TooSlow { program: String, limit: Duration, said: String },
    #[error("{program} was stopped: it printed more than 1 MiB")]
    TooMuch { program: String },
    #[error("what {program} printed cannot be used: {reason}")]
    Unusable { program: String, reason: PemError },
}

impl CommandError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            CommandError::NotStarted { .. } => {
                "install it, or correct `command.run`: a program and its arguments, without a shell"
            }
            CommandError::Failed { .. } | CommandError::TooSlow { .. } => {
                "run it by hand: it gets no input, and this environment"
            }
            CommandError::TooMuch { .. } | CommandError::Unusable { .. } => {
                "it has to print PEM: an RSA key that is not encrypted, and its certificate"
            }
        }
    }
}

fn told(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

impl Command {
    /// Runs it without input and with this process's environment. What it prints is in no error.
    pub fn run(&self, now: OffsetDateTime) -> Result<KeyPair, CommandError> {
        let printed = self.output()?;
        KeyPair::parse(&printed, now).map_err(|reason| self.unusable(reason))
    }

    fn unusable(&self, reason: PemError) -> CommandError {
        CommandError::Unusable { program: self.program.clone(), reason }
    }

    fn output(&self) -> Result<Zeroizing<Vec<u8>>, CommandError> {
        let program = self.program.clone();
        let mut running = Running::start(self)
            .map_err(|reason| CommandError::NotStarted { program: program.clone(), reason })?;
        let ended = running.wait(self.limit);
        match ended {
            Ended::Printed(printed, status) if status.success() => Ok(printed),
            Ended::Printed(_, status) => {
                Err(CommandError::Failed { program, status, said: running.said() })
            }
            Ended::TooMuch => Err(CommandError::TooMuch { program }),
            Ended::TooSlow => {
                let (limit, said) = (self.limit, running.said());
                Err(CommandError::TooSlow { program, limit, said })
            }
        }
    }

    /// Where a relative path begins does not hang on the platform.
    fn path(&self) -> PathBuf {
        let path = Path::new(&self.program);
        let is_bare = path.components().count() == 1 && !self.program.contains('/');
        if is_bare { path.to_owned() } else { self.place().join(path) }
    }

    /// An empty path is this process's own directory.
    fn place(&self) -> PathBuf {
        let directory = std::path::absolute(&self.directory);
        directory.unwrap_or_else(|_| PathBuf::from("."))
    }
}

/// A program with somebody who listens to each of its outputs: nobody waits for a pipe that a
/// descendant keeps open.
struct Running {
    child: Child,
    printed: Receiver<Zeroizing<Vec<u8>>>,
    said: Receiver<Vec<u8>>,
}

enum Ended {
    Printed(Zeroizing<Vec<u8>>, ExitStatus),
    TooMuch,
    TooSlow,
}

impl Running {
    fn start(command: &Command) -> io::Result<Running> {
        let mut child = std::process::Command::new(command.path())
            .args(&command.arguments)
            .current_dir(command.place())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (send, printed) = mpsc::channel();
        std::thread::spawn(move || send.send(whole(stdout)));
        let (send, said) = mpsc::channel();
        std::thread::spawn(move || send.send(end(stderr)));
        Ok(Running { child, printed, said })
    }

    /// Ends it where it goes on for too long.
    fn wait(&mut self, limit: Duration) -> Ended {
        let until = Instant::now() + limit;
        let ended = match self.printed.recv_timeout(limit) {
            Ok(printed) if printed.len() > MAX_OUTPUT => Ended::TooMuch,
            Ok(printed) => loop {
                match self.child.try_wait() {
                    Ok(Some(status)) => return Ended::Printed(printed, status),
                    Ok(None) if Instant::now() < until => {
                        std::thread::sleep(Duration::from_millis(10));
                    }
                    Ok(None) | Err(_) => break Ended::TooSlow,
                }
            },
            Err(_) => Ended::TooSlow,
        };
        // One that has ended by itself meanwhile cannot be killed, and that is all that can go wrong.
        let _ = self.child.kill();
        let _ = self.child.wait();
        ended
    }

    /// The last lines that it said. Whoever prints a key there does not see it in a log.
    fn said(&self) -> String {
        let said = self.said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        if said.contains("PRIVATE KEY") {
            return "it said a private key, which is not shown".to_owned();
        }
        let lines: Vec<_> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = &lines[lines.len().saturating_sub(SAID_LINES)..];
        last.join(" / ").replace(char::is_control, "\u{fffd}")
    }
}

fn whole(output: Option<impl Read>) -> Zeroizing<Vec<u8>> {
    // As long as it can get: what grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_OUTPUT + 1));
    let limit = (MAX_OUTPUT + 1) as u64;
    // What cannot be read is as good as not printed.
    let _ = output.map(|output| output.take(limit).read_to_end(&mut bytes));
    bytes
}

/// The end of an output; all of it is read, so that nobody waits to be heard.
fn end(output: Option<impl Read>) -> Vec<u8> {
    let mut kept: Vec<u8> = Vec::new();
    let mut buffer = [0; MAX_SAID];
    let Some(mut output) = output else { return kept };
    while let Ok(length @ 1..) = output.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..length]);
        kept.drain(..kept.len().saturating_sub(MAX_SAID));
    }
    kept
}
