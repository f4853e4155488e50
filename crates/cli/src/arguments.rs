//! The command line. Doc comments are the help text.

mod certificate;
mod drift;
mod export;
mod lifecycle;
mod plan_files;
mod sandbox;
mod values;
mod verify;

use std::fmt;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use planner::{Step, Steps};
use url::Url;

use crate::http_log::HttpLogFile;
use values::{https, parallelism};

pub(crate) use sandbox::{Generate, Reset, Sandbox, Serve};

pub(crate) use certificate::{Certificate, GenerateCertificate, Inspect, Rotate};
pub(crate) use drift::{Drift, DriftFormat, Status};
pub(crate) use export::{Export, ExportForm, ExportFormat};
pub(crate) use lifecycle::{Adopt, Destroy, Review};
pub(crate) use plan_files::{EventFile, Graph, GraphFormat, PlanFormat, Saving, Show};
pub(crate) use verify::{ReportFormat, Verify};

/// Sets up Mondoo's access to an Azure tenant from a spec, and finds what drifted.
#[derive(Debug, Parser)]
#[command(name = "mondoo-azure", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Show more: once for the fields of each change, twice for requests and their ids
    #[arg(short, long, action = ArgAction::Count, global = true, help_heading = "Output")]
    pub verbose: u8,
    /// Show results and errors only, no progress
    #[arg(long, global = true, help_heading = "Output")]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, global = true, help_heading = "Output")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(Validate),
    Plan(Plan),
    Show(Show),
    Graph(Graph),
    Export(Export),
    Apply(Apply),
    Adopt(Adopt),
    Destroy(Destroy),
    Drift(Drift),
    Status(Status),
    Doctor(Doctor),
    Permissions(Permissions),
    Verify(Verify),
    #[command(subcommand)]
    Certificate(Certificate),
    #[command(subcommand)]
    Schema(Schema),
    #[command(subcommand)]
    Sandbox(Sandbox),
}

impl Command {
    /// Where requests are to be written, of a command that sends some.
    pub(crate) fn http_log(&self) -> Option<&HttpLogFile> {
        match self {
            Command::Plan(plan) => plan.target.connection.http_log.as_ref(),
            Command::Graph(graph) => graph.target.connection.http_log.as_ref(),
            Command::Export(export) => export.target.connection.http_log.as_ref(),
            Command::Apply(apply) => apply.target.connection.http_log.as_ref(),
            Command::Adopt(adopt) => adopt.target.connection.http_log.as_ref(),
            Command::Destroy(destroy) => destroy.connection.http_log.as_ref(),
            Command::Drift(drift) => drift.connection.http_log.as_ref(),
            Command::Status(status) => status.connection.http_log.as_ref(),
            Command::Doctor(doctor) => doctor.target.connection.http_log.as_ref(),
            Command::Verify(verify) => verify.connection.http_log.as_ref(),
            Command::Certificate(Certificate::Rotate(rotate)) => {
                rotate.connection.http_log.as_ref()
            }
            Command::Validate(_)
            | Command::Show(_)
            | Command::Certificate(Certificate::Generate(_) | Certificate::Inspect(_))
            | Command::Permissions(_)
            | Command::Schema(_)
            | Command::Sandbox(_) => None,
        }
    }
}

/// Check specs without asking any service: structure, rules, certificate file
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Specs to check
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub specs: Vec<PathBuf>,
    #[command(flatten)]
    pub key: KeyFile,
}

/// Show what apply would change
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub target: Target,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
    #[command(flatten)]
    pub saving: Saving,
    #[command(flatten)]
    pub events: EventFile,
}

/// Make the tenant what the spec says, after showing the plan and asking
#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[command(flatten)]
    pub target: Target,
    /// Apply without asking what FILE has, which was saved by plan --out and reviewed, and nothing else
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub following: Following,
}

/// How changes are made.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Apply without asking
    #[arg(long)]
    pub auto_approve: bool,
    /// How many changes may be under way at once
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = parallelism)]
    pub parallelism: usize,
    /// Let --auto-approve and --plan delete, too
    #[arg(long)]
    pub allow_deletes: bool,
    /// Do not wait until Azure shows the changes everywhere
    #[arg(long)]
    pub no_wait: bool,
    /// How to print what became of it; the plan goes to stderr then
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    #[command(flatten)]
    pub events: EventFile,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Following {
    /// Follow a scan that was started to its end
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
}

/// Tell whether you may do what the plan takes: held, missing, cannot tell, by step
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub target: Target,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Print the least rights for plan and for apply, without asking any service
#[derive(Debug, Args)]
pub(crate) struct Permissions {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    #[command(flatten)]
    pub only: Only,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Print a JSON Schema
#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// The schema of a spec, for editors
    Spec,
    /// The schema of a saved plan
    Plan,
    /// The schema of what `apply --format json` prints
    Outcome,
}

/// Which spec, on which tenant.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    #[command(flatten)]
    pub key: KeyFile,
    /// Make a new application instead of restoring a deleted one, which is removed for good
    #[arg(long)]
    pub purge_deleted: bool,
    /// Run the command of the certificate's source, and plan with what it prints
    #[arg(long)]
    pub allow_command: bool,
    #[command(flatten)]
    pub only: Only,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Only {
    /// Do these steps alone, such as A,B,F or C,D,E, and leave the others to somebody else
    #[arg(long = "only", value_name = "STEP,…", value_delimiter = ',')]
    steps: Vec<Step>,
}

impl Only {
    pub(crate) fn steps(&self) -> Steps {
        if self.steps.is_empty() { Steps::all() } else { Steps::of(self.steps.iter().copied()) }
    }
}

#[derive(Debug, Args)]
pub(crate) struct KeyFile {
    /// Let a key be written where git would commit it
    #[arg(long)]
    pub allow_tracked_key: bool,
}

/// Where the services are.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Use an emulated tenant inside this process instead of Azure
    #[arg(long, conflicts_with_all = ["cloud_metadata", "ca_certificate", "auth"])]
    pub sandbox: bool,
    /// Where the emulated tenant's state is kept
    #[arg(long, value_name = "DIR", default_value = SANDBOX_DIRECTORY, requires = "sandbox")]
    pub sandbox_dir: PathBuf,
    /// Read the cloud's endpoints from URL/metadata/endpoints
    #[arg(long, value_name = "URL", value_parser = https)]
    pub cloud_metadata: Option<Url>,
    /// Trust the certificate authorities in FILE (PEM) too
    #[arg(long, value_name = "FILE")]
    pub ca_certificate: Option<PathBuf>,
    /// Sign in in this way only (docs/sign-in.md)
    #[arg(long, value_enum, value_name = "NAME")]
    pub auth: Option<Auth>,
    /// Write all requests to FILE (HAR), without tokens and secrets
    #[arg(long, value_name = "FILE")]
    pub http_log: Option<HttpLogFile>,
}

/// A way to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// `AZURE_CLIENT_SECRET`
    ClientSecret,
    /// `AZURE_CLIENT_CERTIFICATE_PATH`
    ClientCertificate,
    /// `AZURE_FEDERATED_TOKEN_FILE`
    WorkloadIdentity,
    /// A job of GitHub Actions with `id-token: write`
    GithubOidc,
    /// The identity of this machine or app service
    ManagedIdentity,
    /// The login of `az`
    AzureCli,
    /// The login of `azd`
    AzureDeveloperCli,
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

pub(crate) const DEFAULT_SPEC: &str = "mondoo-azure.yaml";
const SANDBOX_DIRECTORY: &str = ".mondoo-azure/sandbox";
