//! `sandbox`: the emulated tenant as a server.

use std::io::Write;
use std::path::Path;

use emulator::{Behaviour, Options, Sandbox as Server, Size};

use crate::arguments::{Generate, Reset, Sandbox, Serve};
use crate::console::{BOLD, Console};
use crate::exit::{Exit, Failure};
use crate::interrupt;
use crate::session::start_failure;

pub(crate) async fn run(action: Sandbox, console: &Console) -> Result<Exit, Failure> {
    match action {
        Sandbox::Serve(arguments) => serve(arguments, console).await,
        Sandbox::Reset(Reset { state }) => {
            emulator::reset(&state).map_err(|error| start_failure(&error))?;
            let state = state.display();
            console.result(&format!("{state}: reset; the next start makes a fresh tenant\n"))?;
            Ok(Exit::Done)
        }
        Sandbox::Generate(arguments) => generate(&arguments, console),
    }
}

fn generate(arguments: &Generate, console: &Console) -> Result<Exit, Failure> {
    let Generate { subscriptions, vaults, management_groups, state } = arguments;
    let size = Size {
        subscriptions: *subscriptions,
        vaults: *vaults,
        management_groups: *management_groups,
    };
    emulator::generate(state, size).map_err(|error| start_failure(&error))?;
    console.result(&format!(
        "{}: a tenant with {subscriptions} subscriptions, {vaults} vaults and {management_groups} \
         management groups besides those of a fresh one\n",
        state.display()
    ))?;
    Ok(Exit::Done)
}

async fn serve(arguments: Serve, console: &Console) -> Result<Exit, Failure> {
    let Serve { listen, state, operator, env_file, faults, request_log, allow_remote } = arguments;
    let behaviour = faults.as_deref().map(read_behaviour).transpose()?.unwrap_or_default();
    let options = Options {
        listen,
        reachable: allow_remote,
        behaviour,
        request_log,
        ..Options::in_directory(state)
    };
    if !listen.ip().is_loopback() {
        console.say(&format!(
            "{BOLD}Warning{BOLD:#} {listen} can be reached from other machines: whoever reads the \
             secret below can do anything in the sandbox."
        ));
    }
    let server = Server::start(options).await.map_err(|error| start_failure(&error))?;
    let variables = variables(&server, &operator);
    if let Some(file) = &env_file {
        write_environment(file, &variables).map_err(|error| {
            let message = format!("{} could not be written: {error}", file.display());
            Failure::new(Exit::Failed, message)
        })?;
    }
    let lines = variables.iter().map(|(name, value)| format!("{name:<20} {value}\n"));
    console.result(&lines.collect::<String>())?;
    if !console.quiet {
        console.say(&format!("{BOLD}Serving{BOLD:#} until stopped with Ctrl-C."));
    }
    interrupt::interrupted(interrupt::listen(console)).await;
    server.stop().await;
    Ok(Exit::Done)
}

fn read_behaviour(file: &Path) -> Result<Behaviour, Failure> {
    let unusable = |reason: &dyn std::fmt::Display| {
        Failure::new(Exit::BadInput, format!("{}: {reason}", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|error| unusable(&error))?;
    Behaviour::parse(&text).map_err(|error| unusable(&error))
}

/// What a client needs to know, by the names that other Azure tools read where there are such.
fn variables(server: &Server, operator: &str) -> [(&'static str, String); 10] {
    let operator = server.operators().get(operator).unwrap_or_else(|| server.operator());
    [
        ("SANDBOX_URL", server.url().to_owned()),
        ("SANDBOX_PROXY", server.proxy()),
        ("SANDBOX_CA", server.ca_file().display().to_string()),
        ("SANDBOX_SUBSCRIPTION", operator.subscription_id.clone()),
        ("AZURE_TENANT_ID", operator.tenant_id.clone()),
        ("AZURE_CLIENT_ID", operator.client_id.clone()),
        ("AZURE_CLIENT_SECRET", operator.client_secret.expose().to_owned()),
        ("MONDOO_API_ENDPOINT", server.url().to_owned()),
        ("MONDOO_API_TOKEN", server.mondoo().api_token.expose().to_owned()),
        ("SANDBOX_MONDOO_SPACE", server.mondoo().space.clone()),
    ]
}

/// Shell assignments, whole or not at all: a script that waits for the file can read it at once.
fn write_environment(file: &Path, variables: &[(&str, String)]) -> std::io::Result<()> {
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
    for (name, value) in variables {
        writeln!(temporary, "{name}='{}'", value.replace('\'', "'\\''"))?;
    }
    temporary.persist(file)?;
    Ok(())
}
