//! Arguments of `verify`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use spec::AppId;

use super::values::{client_id, duration};
use super::{Connection, DEFAULT_SPEC};

/// Prove that it works: sign in as the application with its certificate, and try each grant
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    /// The application's client id; without it, an operator signs in to look it up
    #[arg(long, value_name = "ID", value_parser = client_id)]
    pub client_id: Option<AppId>,
    /// Ask again for DURATION (10m if left out) while grants are not there yet
    #[arg(
        long, value_name = "DURATION", value_parser = duration,
        num_args = 0..=1, require_equals = true, default_missing_value = "10m"
    )]
    pub wait: Option<Duration>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    pub format: ReportFormat,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    #[default]
    Text,
    Json,
    /// XML for CI systems: a test case for each probe
    Junit,
}
