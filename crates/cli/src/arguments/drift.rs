//! Arguments of what looks at live state and changes nothing.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Connection, DEFAULT_SPEC, Format, Only};

/// Check that live state is as the specs say, without changing anything; exit with 2 when it is not
#[derive(Debug, Args)]
pub(crate) struct Drift {
    /// Specs to check
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub specs: Vec<PathBuf>,
    /// Say who made it so, as far as the services' logs can be read
    #[arg(long)]
    pub who: bool,
    /// How to print the report
    #[arg(long, value_enum, default_value_t)]
    pub format: DriftFormat,
    #[command(flatten)]
    pub only: Only,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftFormat {
    #[default]
    Text,
    Json,
    /// For a comment or a job's summary: the count first, details folded
    Markdown,
    /// A page that asks nothing of any server
    Html,
    /// XML for CI systems: a test case for each difference
    Junit,
}

/// Show what is managed here: objects, certificates and their end, and who else has a hand in it
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub connection: Connection,
}
