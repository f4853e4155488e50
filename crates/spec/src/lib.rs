//! The spec: what somebody writes in git about one Mondoo installation in one Azure tenant.
//!
//! [`Spec::parse`] turns YAML into a [`Spec`] that is usable as it stands, or into every error it
//! finds, each with the place in the text. Pure: no file, network, clock or environment.

mod digest;
mod document;
mod error;
mod ids;
mod locations;
mod model;
mod mrn;
mod names;
mod profile;
mod rights;
mod rules;
mod schema;
mod similar;
mod structure;
mod texts;

pub use digest::SpecDigest;
pub use error::{Location, SpecError, SpecErrors};
pub use ids::{
    AppId, AppRoleId, ApplicationId, Id, KeyId, NAMESPACE, ObjectId, PrincipalId, RoleAssignmentId,
    RoleDefinitionId, ScopeId, SubscriptionId, TenantId, VaultId, kind,
};
pub use model::{
    AccessPolicies, Application, Certificate, CertificateSource, Cloud, Command, CustomRole,
    Excluded, Extras, Generate, Integration, KeyVaults, OwnerRef, ScannedSubscriptions, Scope,
    ScopeRef, SubscriptionRef, VaultCertificate, VaultRef,
};
pub use mrn::{IntegrationMrn, NoSpace, PolicyMrn, SpaceMrn};
pub use names::{InstallationName, ManagementGroupId, TenantRef};
pub use profile::{Profile, RoleVariants};
pub use rights::{BuiltInRole, Caution, CustomRolePermissions, Line, Rights, VaultPermissions};
pub use schema::schema;

use serde::Serialize;

/// A spec larger than this is refused unread: the largest real ones are a few hundred lines.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// One installation of Mondoo in one tenant. Paths are as written: relative to the spec's file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spec {
    pub name: InstallationName,
    pub tenant: TenantRef,
    pub cloud: Cloud,
    /// Scans look inside virtual machines, by running commands there.
    pub scan_vms: bool,
    pub application: Application,
    /// The profile with the spec's patches applied.
    pub rights: Rights,
    /// Privileged rights that are wanted all the same, as written; compare without case.
    pub allow_privileged: Vec<String>,
    /// At least one, none twice as written.
    pub scopes: Vec<Scope>,
    pub custom_role: CustomRole,
    pub key_vaults: KeyVaults,
    /// Not looked at where the application has a `principal_id`.
    pub certificate: Certificate,
    /// Not managed where there is none.
    pub integration: Option<Integration>,
    pub extras: Extras,
    /// Known extras that are not reported; compare without case.
    pub keep: Vec<String>,
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
