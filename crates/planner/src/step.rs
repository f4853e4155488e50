//! The steps of Mondoo's manual, and which of them a run is about.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of Mondoo's manual, by its letter there.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Step {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
}

impl Step {
    pub const ALL: [Step; 7] = [Step::A, Step::B, Step::C, Step::D, Step::E, Step::F, Step::G];

    pub fn title(self) -> &'static str {
        match self {
            Step::A => "Application",
            Step::B => "Microsoft Graph permissions",
            Step::C => "Role assignments",
            Step::D => "Custom role",
            Step::E => "Key vault access",
            Step::F => "Certificate",
            Step::G => "Mondoo integration",
        }
    }

    /// Done in Azure Resource Manager.
    pub fn is_in_azure(self) -> bool {
        match self {
            Step::A | Step::B | Step::F | Step::G => false,
            Step::C | Step::D | Step::E => true,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Step, UnknownStep> {
        let is_meant = |step: &Step| step.to_string().eq_ignore_ascii_case(text.trim());
        Step::ALL.into_iter().find(is_meant).ok_or(UnknownStep)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownStep;

impl fmt::Display for UnknownStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the steps are {}", Steps::all())
    }
}

impl std::error::Error for UnknownStep {}

/// The steps that a run is about; the others are somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps(BTreeSet<Step>);

impl Steps {
    pub fn all() -> Steps {
        Steps::of(Step::ALL)
    }

    pub fn of(steps: impl IntoIterator<Item = Step>) -> Steps {
        Steps(steps.into_iter().collect())
    }

    pub fn has(&self, step: Step) -> bool {
        self.0.contains(&step)
    }

    pub fn iter(&self) -> impl Iterator<Item = Step> {
        self.0.iter().copied()
    }

    /// Whether it is about what Mondoo signs in with: neither certificate nor integration is understood
    /// without the other.
    pub fn touch_sign_in(&self) -> bool {
        self.has(Step::F) || self.has(Step::G)
    }

    /// Whether something is to be done in Azure Resource Manager.
    pub fn touch_azure(&self) -> bool {
        self.iter().any(Step::is_in_azure)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: Vec<_> = self.iter().map(|step| step.to_string()).collect();
        match letters.split_last() {
            Some((last, [])) => f.write_str(last),
            Some((last, rest)) => write!(f, "{} and {last}", rest.join(", ")),
            None => f.write_str("none"),
        }
    }
}
