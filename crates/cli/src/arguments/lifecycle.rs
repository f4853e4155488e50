//! Arguments of coming and going.

use std::path::PathBuf;

use clap::Args;
use spec::AppId;

use crate::exit::{Exit, Failure};

use super::values::client_id;
use super::{Connection, DEFAULT_SPEC, Following, PlanFormat, Saving, Target, Writing};

/// Take over an application that was made by hand: it gets our name and mark, and what it holds counts
#[derive(Debug, Args)]
pub(crate) struct Adopt {
    #[command(flatten)]
    pub target: Target,
    /// The application's client id; without it, those of the spec's display name are listed
    #[arg(long, value_name = "ID", value_parser = client_id)]
    pub app_id: Option<AppId>,
    #[command(flatten)]
    pub review: Review,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub following: Following,
}

/// Take away what this installation made, and nothing else
#[derive(Debug, Args)]
pub(crate) struct Destroy {
    /// The spec
    #[arg(value_name = "SPEC", default_value = DEFAULT_SPEC)]
    pub spec: PathBuf,
    /// Remove the application for good, so that nobody can restore it and its name is free
    #[arg(long)]
    pub purge: bool,
    #[command(flatten)]
    pub review: Review,
    #[command(flatten)]
    pub writing: Writing,
    #[command(flatten)]
    pub connection: Connection,
}

/// A plan that is looked at before it is applied.
#[derive(Debug, Args)]
pub(crate) struct Review {
    /// Show the plan, and write nothing
    #[arg(long, conflicts_with = "auto_approve")]
    pub dry_run: bool,
    /// How to print the plan of --dry-run
    #[arg(long, value_enum, default_value_t, requires = "dry_run")]
    pub plan_format: PlanFormat,
    #[command(flatten)]
    pub saving: Saving,
    /// Apply without asking what FILE has, which was saved by --dry-run --out and reviewed, and nothing
    /// else
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub plan: Option<PathBuf>,
}

impl Review {
    /// A plan is saved to be reviewed, and not while it is applied.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.saving.out.is_none() || self.dry_run {
            return Ok(());
        }
        let message = "--out saves a plan that is not applied yet".to_owned();
        Err(Failure::new(Exit::BadInput, message)
            .hint("add --dry-run, and apply it with --plan later"))
    }
}
