//! `mondoo-azure`: lets Mondoo into an Azure tenant, and keeps it so.

mod advice;
mod arguments;
mod commands;
mod console;
mod environment;
mod event_log;
mod exit;
mod http_log;
mod inputs;
mod interrupt;
mod mondoo_account;
mod progress;
mod render;
mod saved_plan;
mod session;
mod tracked_key;
mod vault_source;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use console::Console;
use exit::{Exit, Failure};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let console = Console::new(&arguments.output);
    let exit = match runtime()
        .and_then(|runtime| runtime.block_on(commands::run(arguments.command, &console)))
    {
        Ok(exit) => exit,
        Err(failure) => {
            console.failure(&failure);
            failure.exit
        }
    };
    exit.into()
}

/// Clap would exit with 2, which here means pending changes and nothing else.
fn usage(error: &clap::Error) -> ExitCode {
    match (error.print(), error.use_stderr()) {
        (_, true) => Exit::BadInput.into(),
        (Err(failed), false) if failed.kind() != ErrorKind::BrokenPipe => Exit::Failed.into(),
        (_, false) => Exit::Done.into(),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(Exit::Failed, format!("no threads: {error}")))
}
