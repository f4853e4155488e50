//! Names with rules, checked once where they come in.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::TenantId;
use crate::ids::Caseless;

/// Name of an installation: the application's `uniqueName` and part of every marker and id.
///
/// Lower case, because services differ in whether they compare such keys with their case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(
    title = "lower-case letters, digits and inner dashes, at most 64 of them",
    extend("pattern" = "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")
)]
pub struct InstallationName(String);

impl InstallationName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What every object of this installation carries where it can: `mondoo-azure:<name>`.
    pub fn marker(&self) -> String {
        format!("mondoo-azure:{}", self.0)
    }
}

impl fmt::Display for InstallationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Id of a management group, which is not its display name.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
#[schemars(
    title = "the id of a management group: letters, digits, - _ ( ) . and at most 90 of them",
    extend("pattern" = "^[A-Za-z0-9_().-]{0,89}[A-Za-z0-9_()-]$")
)]
pub struct ManagementGroupId(Caseless);

impl ManagementGroupId {
    pub fn new(id: String) -> Self {
        ManagementGroupId(Caseless(id))
    }

    pub fn as_str(&self) -> &str {
        &self.0.0
    }
}

impl fmt::Display for ManagementGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.0)
    }
}

/// How the spec names its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum TenantRef {
    Id(TenantId),
    /// A verified domain of the tenant.
    Domain(String),
}

impl fmt::Display for TenantRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TenantRef::Id(id) => id.fmt(f),
            TenantRef::Domain(domain) => f.write_str(domain),
        }
    }
}
