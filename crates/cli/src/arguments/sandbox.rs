//! Arguments of `sandbox`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::SANDBOX_DIRECTORY;
use super::values::operators;

/// An emulated tenant on this machine, to try things out on
#[derive(Debug, Subcommand)]
pub(crate) enum Sandbox {
    /// Run it as a server until stopped
    Serve(Serve),
    /// Throw its state away; the next start makes a fresh tenant
    Reset(Reset),
    /// Make a large tenant, for tests of scale
    Generate(Generate),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where its state is kept
    #[arg(long, value_name = "DIR", default_value = SANDBOX_DIRECTORY)]
    pub state: PathBuf,
    /// Give the credentials of another seeded operator, to try out split duties
    #[arg(long, value_name = "NAME", default_value = "deployer", value_parser = operators())]
    pub operator: String,
    /// Write URL, CA file and credentials to FILE as shell variables
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Read from FILE what goes wrong: lag, latency, throttling, faults (docs/emulator.md)
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Write every request and its answer to FILE, as lines of JSON
    #[arg(long, value_name = "FILE")]
    pub request_log: Option<PathBuf>,
    /// Listen where other machines can reach it, too
    #[arg(long)]
    pub allow_remote: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Subscriptions to make
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub subscriptions: u32,
    /// Key vaults to make, spread over the subscriptions
    #[arg(long, value_name = "M", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub vaults: u32,
    /// Management groups to make, ten below each
    #[arg(long, value_name = "K", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub management_groups: u32,
    /// Where its state is kept
    #[arg(long, value_name = "DIR", default_value = SANDBOX_DIRECTORY)]
    pub state: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Reset {
    /// Where its state is kept
    #[arg(long, value_name = "DIR", default_value = SANDBOX_DIRECTORY)]
    pub state: PathBuf,
}
