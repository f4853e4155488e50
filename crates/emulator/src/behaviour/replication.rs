use std::fmt;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::behaviour::Delay;

/// How long writes stay unseen, by the kind of object that was written.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Replication {
    pub(crate) applications: Lag,
    pub(crate) service_principals: Lag,
    pub(crate) grants: Lag,
    pub(crate) role_definitions: Lag,
    pub(crate) role_assignments: Lag,
    pub(crate) vaults: Lag,
}

/// How long until a write is seen, by who looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Lag {
    /// Reads of one object by its key.
    pub(crate) reads: Delay,
    /// Lists of the service that keeps the object.
    pub(crate) lists: Delay,
    /// Other objects and services that refer to it: assignments to a principal, sign-in with a
    /// certificate, the rights that an assignment gives.
    pub(crate) references: Delay,
    /// Resource Graph, and queries of Microsoft Graph with `ConsistencyLevel: eventual`.
    pub(crate) indexes: Delay,
}

/// Who looks at an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Read,
    List,
    Reference,
    Index,
}

/// A kind of object that takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lagging {
    Application,
    ServicePrincipal,
    Grant,
    RoleDefinition,
    RoleAssignment,
    Vault,
}

/// Measured between the creation of a principal and its first role assignment, in 255 recorded
/// sequences.
const REFERENCES: Delay =
    Delay::new(Duration::from_secs(15), Duration::from_secs(35), Duration::from_secs(121));

/// Of about 200 recorded searches right after a creation, 5 found nothing.
const LISTS: Delay = Delay::new(Duration::ZERO, Duration::ZERO, Duration::from_secs(40));

impl Replication {
    /// As recorded traffic shows it, where it shows anything.
    pub(crate) fn observed() -> Self {
        let observed = Lag {
            reads: Delay::default(),
            lists: LISTS,
            references: REFERENCES,
            indexes: REFERENCES,
        };
        Self {
            applications: observed,
            service_principals: observed,
            grants: observed,
            role_definitions: observed,
            role_assignments: observed,
            vaults: Lag { indexes: REFERENCES, ..Lag::default() },
        }
    }

    pub(crate) fn is_instant(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn delay(&self, kind: Lagging, look: Look) -> Delay {
        let lag = match kind {
            Lagging::Application => self.applications,
            Lagging::ServicePrincipal => self.service_principals,
            Lagging::Grant => self.grants,
            Lagging::RoleDefinition => self.role_definitions,
            Lagging::RoleAssignment => self.role_assignments,
            Lagging::Vault => self.vaults,
        };
        match look {
            Look::Read => lag.reads,
            Look::List => lag.lists,
            Look::Reference => lag.references,
            Look::Index => lag.indexes,
        }
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Replication, D::Error> {
    deserializer.deserialize_any(Written)
}

/// `observed`, or the lag of each kind.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Replication;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("observed, or lags by kind of object")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Replication, E> {
        match text {
            "observed" => Ok(Replication::observed()),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Replication, A::Error> {
        Replication::deserialize(MapAccessDeserializer::new(map))
    }
}
