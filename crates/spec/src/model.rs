//! What a spec asks for, part by part.

use std::fmt;
use std::num::NonZeroU16;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ManagementGroupId, ObjectId, PolicyMrn, PrincipalId, ScopeId, SpaceMrn, SubscriptionId, VaultId,
};

/// Which of Microsoft's clouds the tenant lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cloud {
    Public,
    UsGovernment,
    #[serde(rename = "usgovernment-dod")]
    UsGovernmentDod,
    China,
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cloud::Public => "public",
            Cloud::UsGovernment => "usgovernment",
            Cloud::UsGovernmentDod => "usgovernment-dod",
            Cloud::China => "china",
        })
    }
}

/// The app registration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Application {
    pub display_name: String,
    pub owners: Vec<OwnerRef>,
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
    /// Given to operators who have no right in Microsoft Graph: the application, its permissions
    /// and its certificate are then as somebody else made them, and are not looked at.
    pub principal_id: Option<PrincipalId>,
}

/// How the spec names an owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum OwnerRef {
    Id(ObjectId),
    UserPrincipalName(String),
}

impl fmt::Display for OwnerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnerRef::Id(id) => id.fmt(f),
            OwnerRef::UserPrincipalName(name) => f.write_str(name),
        }
    }
}

/// Where the roles are assigned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scope {
    pub place: ScopeRef,
    /// The display name that the author believes it has; only of a subscription by its id.
    pub name: Option<String>,
}

/// How the spec names a scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ScopeRef {
    Id(ScopeId),
    /// A display name, which the tenant must resolve.
    SubscriptionNamed(String),
    /// The root management group: every present and future subscription.
    TenantRoot,
}

/// How the custom role is called and where it is defined; what it permits is in the rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CustomRole {
    pub name: String,
    /// Define it once at this group instead of at the scopes.
    pub defined_at: Option<ManagementGroupId>,
}

/// Which vaults on the access-policy model are opened to the application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyVaults {
    pub policies: AccessPolicies,
    pub exclude: Vec<Excluded>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum AccessPolicies {
    /// Every vault in scope.
    Discover,
    /// At least one, none twice as written.
    Listed(Vec<VaultRef>),
    None,
}

/// How the spec names a vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum VaultRef {
    Id(VaultId),
    Name(String),
}

impl VaultRef {
    /// Whether this means the vault of that id. Case does not matter.
    pub fn matches(&self, vault: &VaultId) -> bool {
        match self {
            VaultRef::Id(id) => id == vault,
            VaultRef::Name(name) => name.eq_ignore_ascii_case(vault.name()),
        }
    }
}

impl fmt::Display for VaultRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VaultRef::Id(id) => id.fmt(f),
            VaultRef::Name(name) => f.write_str(name),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Excluded {
    Vault(VaultRef),
    /// With all its vaults.
    Subscription(SubscriptionId),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Certificate {
    pub source: CertificateSource,
    pub renew_before_days: u16,
}

/// Where the certificate comes from that the application is to trust.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum CertificateSource {
    /// A PEM file that exists: a certificate, alone or with its key.
    File(PathBuf),
    /// Made by us when the application trusts none of ours.
    Generate(Generate),
    /// Read from a key vault.
    KeyVault(VaultCertificate),
    /// Printed by a command.
    Command(Command),
    /// The name of an environment variable that holds PEM.
    Environment(String),
    /// None: the application trusts Mondoo's own tokens.
    Federated,
}

/// A certificate in a key vault. Displayed as its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VaultCertificate {
    /// The vault's address, without a slash at its end.
    pub vault: String,
    pub name: String,
    /// The newest one when left out.
    pub version: Option<String>,
    pub output: Option<PathBuf>,
}

impl fmt::Display for VaultCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/certificates/{}", self.vault, self.name)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "/{version}"))
    }
}

/// A program that prints key and certificate in PEM. There is no shell around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    pub program: String,
    pub arguments: Vec<String>,
    pub output: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Generate {
    pub output: PathBuf,
    /// An RFC 4514 name such as `CN=mondoo-security`.
    pub subject: String,
    /// RSA modulus in bits.
    pub key_bits: u16,
    pub validity_days: NonZeroU16,
}

/// What to do with grants that are neither in the spec nor marked as ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Extras {
    Report,
    Prune,
}

/// The integration in a Mondoo space.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Integration {
    pub space: SpaceMrn,
    pub name: String,
    pub subscriptions: ScannedSubscriptions,
    /// Each once.
    pub policies: Vec<PolicyMrn>,
}

/// Which of the subscriptions that the application sees are scanned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ScannedSubscriptions {
    All,
    Allow(Vec<SubscriptionRef>),
    Deny(Vec<SubscriptionRef>),
}

/// How the spec names a subscription.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum SubscriptionRef {
    Id(SubscriptionId),
    /// A display name, which the tenant must resolve.
    Name(String),
}

impl fmt::Display for SubscriptionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubscriptionRef::Id(id) => id.fmt(f),
            SubscriptionRef::Name(name) => f.write_str(name),
        }
    }
}
