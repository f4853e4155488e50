//! Identifiers as types of their own, so that an app id cannot pass for an object id.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::ManagementGroupId;

/// A GUID of one kind of object. Prints and compares in lower case, whatever the input's case.
pub struct Id<Kind>(Uuid, PhantomData<fn() -> Kind>);

/// The kinds of [`Id`]; no value of them exists.
pub mod kind {
    #[derive(Debug)]
    pub enum Tenant {}
    #[derive(Debug)]
    pub enum Subscription {}
    #[derive(Debug)]
    pub enum Application {}
    #[derive(Debug)]
    pub enum App {}
    #[derive(Debug)]
    pub enum Principal {}
    #[derive(Debug)]
    pub enum Object {}
    #[derive(Debug)]
    pub enum AppRole {}
    #[derive(Debug)]
    pub enum RoleDefinition {}
    #[derive(Debug)]
    pub enum RoleAssignment {}
    #[derive(Debug)]
    pub enum Key {}
}

pub type TenantId = Id<kind::Tenant>;
pub type SubscriptionId = Id<kind::Subscription>;
/// Object id of an application; for Graph's `/applications/{id}` only.
pub type ApplicationId = Id<kind::Application>;
/// Client id of an application: what a sign-in uses.
pub type AppId = Id<kind::App>;
/// Object id of a service principal: what grants, role assignments and vault entries name.
pub type PrincipalId = Id<kind::Principal>;
/// Object id of a user or any other object of the directory.
pub type ObjectId = Id<kind::Object>;
pub type AppRoleId = Id<kind::AppRole>;
pub type RoleDefinitionId = Id<kind::RoleDefinition>;
pub type RoleAssignmentId = Id<kind::RoleAssignment>;
/// `keyId` of a key credential.
pub type KeyId = Id<kind::Key>;

impl<Kind> Id<Kind> {
    pub const fn new(id: Uuid) -> Self {
        Id(id, PhantomData)
    }

    /// The id that belongs to `parts`: version 5 over their lower-case forms, one per line.
    pub fn derived(parts: &[&str]) -> Self {
        let name = parts.join("\n").to_lowercase();
        Id::new(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
    }
}

/// Ours alone, and never to change: every id that we choose hangs on it.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x6d0a_d00a_2ce5_4b7e_9f1d_7a43_0b5c_91e2);

impl<Kind> FromStr for Id<Kind> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Id::new)
    }
}

impl<Kind> fmt::Display for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<Kind> fmt::Debug for Id<Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

// Derives would ask the same of `Kind`, which has no values.
impl<Kind> Clone for Id<Kind> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Kind> Copy for Id<Kind> {}
impl<Kind> PartialEq for Id<Kind> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<Kind> Eq for Id<Kind> {}
impl<Kind> PartialOrd for Id<Kind> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<Kind> Ord for Id<Kind> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<Kind> std::hash::Hash for Id<Kind> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<Kind> Serialize for Id<Kind> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, Kind> Deserialize<'de> for Id<Kind> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl<Kind> JsonSchema for Id<Kind> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Guid".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "title": "a GUID such as 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081",
            "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        })
    }
}

/// Text that ARM compares without regard to case; prints as it was read.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Caseless(pub(crate) String);

impl Caseless {
    fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for Caseless {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for Caseless {}
impl PartialOrd for Caseless {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Caseless {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
impl std::hash::Hash for Caseless {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// ARM resource id of a key vault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VaultId(Caseless);

impl VaultId {
    pub fn new(resource_id: String) -> Self {
        VaultId(Caseless(resource_id))
    }

    /// The vault's own name, the last part of the id.
    pub fn name(&self) -> &str {
        let id = &self.0.0;
        id.rsplit('/').next().unwrap_or(id)
    }
}

impl fmt::Display for VaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.0)
    }
}

/// Where ARM assigns roles. Displays as the ARM path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScopeId {
    Subscription(SubscriptionId),
    ManagementGroup(ManagementGroupId),
}

impl fmt::Display for ScopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScopeId::Subscription(id) => write!(f, "/subscriptions/{id}"),
            ScopeId::ManagementGroup(id) => {
                write!(f, "/providers/Microsoft.Management/managementGroups/{id}")
            }
        }
    }
}
