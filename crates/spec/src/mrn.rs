//! Names of objects on Mondoo's platform (MRN), as types of their own.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A space: `//captain.api.mondoo.app/spaces/<id>`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(
    title = "the MRN of a space: //captain.api.mondoo.app/spaces/ and its id",
    extend("pattern" = r"^//captain\.api\.mondoo\.app/spaces/[A-Za-z0-9._-]+$")
)]
pub struct SpaceMrn(String);

const SPACES: &str = "//captain.api.mondoo.app/spaces/";

impl SpaceMrn {
    /// The space's own id, the last part.
    pub fn id(&self) -> &str {
        self.0.strip_prefix(SPACES).unwrap_or(&self.0)
    }
}

/// A text that is no MRN of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a space is called {SPACES}<id>")]
pub struct NoSpace;

impl FromStr for SpaceMrn {
    type Err = NoSpace;

    fn from_str(text: &str) -> Result<Self, NoSpace> {
        let id = text.strip_prefix(SPACES).ok_or(NoSpace)?;
        let is_part =
            |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        let is_id = !id.is_empty() && id.chars().all(is_part);
        if is_id { Ok(SpaceMrn(text.to_owned())) } else { Err(NoSpace) }
    }
}

impl fmt::Display for SpaceMrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A policy: `//policy.api.mondoo.app/policies/<uid>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyMrn(String);

const POLICIES: &str = "//policy.api.mondoo.app/policies/";

impl PolicyMrn {
    /// From an MRN, or from the uid of a policy of Mondoo's such as `mondoo-azure-security`.
    pub fn new(mrn_or_uid: &str) -> Self {
        if mrn_or_uid.starts_with("//") {
            PolicyMrn(mrn_or_uid.to_owned())
        } else {
            PolicyMrn(format!("{POLICIES}{mrn_or_uid}"))
        }
    }

    /// The uid where it is a policy of Mondoo's, else the MRN.
    pub fn short(&self) -> &str {
        self.0.strip_prefix(POLICIES).unwrap_or(&self.0)
    }
}

impl fmt::Display for PolicyMrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An integration, as the platform gave it: its form has changed, so nothing is read into it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntegrationMrn(String);

impl IntegrationMrn {
    pub fn new(mrn: String) -> Self {
        IntegrationMrn(mrn)
    }
}

impl fmt::Display for IntegrationMrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
