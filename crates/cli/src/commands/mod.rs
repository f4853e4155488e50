//! One file per command.

mod adopt;
mod apply;
mod approval;
mod certificate;
mod destroy;
pub(crate) mod doctor;
mod drift;
mod export;
mod export_spec;
mod graph;
mod hand_over;
mod permissions;
mod plan;
mod rotate;
mod sandbox;
mod scan;
mod schema;
mod show;
mod status;
mod validate;
mod verify;

use crate::arguments::{Certificate, Command};
use crate::console::Console;
use crate::exit::{Exit, Failure};

pub(crate) async fn run(command: Command, console: &Console) -> Result<Exit, Failure> {
    match command.http_log().cloned() {
        Some(file) => {
            file.check()?;
            file.finish(Box::pin(dispatch(command, console)).await, console)
        }
        None => Box::pin(dispatch(command, console)).await,
    }
}

async fn dispatch(command: Command, console: &Console) -> Result<Exit, Failure> {
    match command {
        Command::Validate(arguments) => validate::run(&arguments, console),
        Command::Plan(arguments) => plan::run(&arguments, console).await,
        Command::Show(arguments) => show::run(&arguments, console),
        Command::Graph(arguments) => graph::run(&arguments, console).await,
        Command::Export(arguments) => export::run(&arguments, console).await,
        Command::Apply(arguments) => apply::run(&arguments, console).await,
        Command::Adopt(arguments) => Box::pin(adopt::run(&arguments, console)).await,
        Command::Destroy(arguments) => destroy::run(&arguments, console).await,
        Command::Drift(arguments) => drift::run(&arguments, console).await,
        Command::Status(arguments) => status::run(&arguments, console).await,
        Command::Doctor(arguments) => doctor::run(&arguments, console).await,
        Command::Permissions(arguments) => permissions::run(&arguments, console),
        Command::Verify(arguments) => Box::pin(verify::run(&arguments, console)).await,
        Command::Certificate(Certificate::Generate(arguments)) => {
            certificate::generate(&arguments, console)
        }
        Command::Certificate(Certificate::Inspect(arguments)) => {
            certificate::inspect(&arguments, console)
        }
        Command::Certificate(Certificate::Rotate(arguments)) => {
            rotate::run(&arguments, console).await
        }
        Command::Schema(which) => schema::run(&which, console),
        Command::Sandbox(action) => sandbox::run(action, console).await,
    }
}
