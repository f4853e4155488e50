//! The spec: what somebody writes in git about one Mondoo installation in one Azure tenant.
//!
//! [`Spec::parse`] turns YAML into a [`Spec`] that is usable as it stands, or into every error it
//! finds, each with the place in the text. Pure: no file, network, clock or environment.

mod document;
mod error;
mod ids;
mod locations;
mod names;
mod profile;
mod rules;
mod schema;
mod structure;

use std::num::NonZeroU16;
use std::path::PathBuf;

pub use error::{Location, SpecError, SpecErrors};
pub use ids::{
    AppId, AppRoleId, ApplicationId, Id, KeyId, PrincipalId, RoleAssignmentId, RoleDefinitionId,
    ScopeId, SubscriptionId, TenantId, VaultId, kind,
};
pub use names::{InstallationName, ManagementGroupId, TenantRef};
pub use profile::{
    BuiltInRole, Caution, CustomRolePermissions, Line, Profile, RoleVariants, VaultPermissions,
};
pub use schema::schema;

/// A spec larger than this is refused unread: the largest real ones are a few hundred lines.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// One installation of Mondoo in one tenant. Paths are as written: relative to the spec's file.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub name: InstallationName,
    pub tenant: TenantRef,
    pub display_name: String,
    pub profile: &'static Profile,
    /// At least one, none twice.
    pub scopes: Vec<Scope>,
    pub custom_role_name: String,
    pub certificate: Certificate,
}

/// Where the roles are assigned.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    pub id: ScopeId,
    /// The display name that the author believes it has.
    pub name: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub source: CertificateSource,
    pub renew_before_days: u16,
}

/// Where the certificate comes from that the application is to trust.
#[derive(Clone, Debug, PartialEq)]
pub enum CertificateSource {
    /// A PEM file that exists: a certificate, alone or with its key.
    File(PathBuf),
    /// Made by us when the application trusts none of ours.
    Generate(Generate),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Generate {
    pub output: PathBuf,
    /// An RFC 4514 name such as `CN=mondoo-security`.
    pub subject: String,
    /// RSA modulus in bits.
    pub key_bits: u16,
    pub validity_days: NonZeroU16,
}

impl Spec {
    /// Parses one YAML document.
    ///
    /// # Errors
    /// A syntax error or duplicate key alone, else every structural error, else every broken rule.
    pub fn parse(yaml: &str) -> Result<Spec, SpecErrors> {
        let (value, locations) = locations::read(yaml)?;
        structure::check(&value, &locations)?;
        rules::check(value, &locations)
    }
}
