//! Arguments of saved plans, and of what is made of them.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Target;

#[derive(Debug, Args)]
pub(crate) struct Saving {
    /// Save the plan to FILE, for review and for apply --plan
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Have the saved plan refused after a time (12h, 7d), or from an instant on
    /// (2026-12-01T00:00:00Z)
    #[arg(long, value_name = "WHEN", requires = "out", value_parser = expiry)]
    pub expires: Option<Expiry>,
}

/// When a saved plan ends. Only an instant makes two machines write the same bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expiry {
    After(Duration),
    At(OffsetDateTime),
}

impl Expiry {
    pub(crate) fn instant(self, now: OffsetDateTime) -> OffsetDateTime {
        match self {
            Expiry::After(duration) => (now + duration).replace_nanosecond(0).unwrap_or(now),
            Expiry::At(instant) => instant,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct EventFile {
    /// Write what happens to FILE, as lines of JSON
    #[arg(long = "events", value_name = "FILE")]
    pub path: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// For programs, as it is saved
    Json,
    /// For a comment on a pull request
    Markdown,
    /// One page for reviewers
    Html,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Markdown
    #[default]
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
}

/// Show a saved plan, without asking any service
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The plan that `plan --out` saved
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: PlanFormat,
}

/// Draw what is to be changed, and in which order
#[derive(Debug, Args)]
pub(crate) struct Graph {
    #[command(flatten)]
    pub target: Target,
    /// How to draw it
    #[arg(long, value_enum, default_value_t)]
    pub format: GraphFormat,
}

/// `90s`, `10m`, `12h`, `7d` or an RFC 3339 time.
fn expiry(text: &str) -> Result<Expiry, String> {
    if let Ok(instant) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(Expiry::At(instant));
    }
    let days = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok());
    let days = days.map(|days| Duration::from_secs(u64::from(days) * 24 * 3600));
    let duration = days.map_or_else(|| super::values::duration(text), Ok);
    duration.map(Expiry::After).map_err(|_| {
        "a duration such as 12h or 7d, or a time such as 2026-12-01T00:00:00Z".to_owned()
    })
}
