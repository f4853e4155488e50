//! How the services differ from services at rest: what `--faults FILE` asks for.
//!
//! The default is a tenant in which nothing lags, fails or runs out.

mod delay;
mod fault;
mod limits;
mod luck;
mod mondoo;
mod replication;

use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use fault::Fault;

use crate::model::hierarchy::SubscriptionState;

pub(crate) use delay::Delay;
pub(crate) use fault::{Effect, Faults, Moment, Refusal};
pub(crate) use limits::Limits;
pub(crate) use luck::luck;
pub(crate) use mondoo::{Generation, MondooBehaviour};
pub(crate) use replication::{Lagging, Look, Replication};

/// Read from YAML or JSON; every key may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Behaviour {
    /// What every draw of a delay or a replica follows from: the same requests in the same order
    /// meet the same luck.
    pub(crate) seed: u64,
    /// How long every answer takes.
    pub(crate) latency: Delay,
    #[serde(deserialize_with = "replication::deserialize")]
    pub(crate) replication: Replication,
    pub(crate) faults: Vec<Fault>,
    /// How long the creation or deletion of a management group runs.
    pub(crate) operations: Delay,
    /// How long until a write is in the logs of who did what; minutes in Azure (documented).
    pub(crate) audit_delay: Delay,
    /// Whether quotas run down, and requests beyond them are refused.
    pub(crate) throttling: bool,
    /// Objects on a page that does not ask for a number; 100 when left out.
    pub(crate) page_size: Option<usize>,
    pub(crate) limits: Limits,
    /// The other ways in which the services are known to answer.
    pub(crate) variants: Vec<Variant>,
    /// Microsoft Graph permissions that this tenant's Graph does not offer, by value.
    pub(crate) without_permissions: Vec<String>,
    /// Actions that an Azure Policy of the tenant denies to everybody.
    pub(crate) denied_by_policy: Vec<String>,
    /// Subscriptions that the tenant has besides, as they are at each start.
    pub(crate) subscriptions: Vec<GivenSubscription>,
    pub(crate) mondoo: MondooBehaviour,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GivenSubscription {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) state: SubscriptionState,
    /// The tenant that delegated it to this one, if it is not this one's own.
    pub(crate) tenant_id: Option<Uuid>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Variant {
    /// A repeated grant is refused with "Permission being assigned already exists on the object"
    /// (often quoted, never recorded).
    GrantExistsPlainly,
    /// A service principal whose application is not there yet is refused with 403 instead of 400.
    BackingApplicationForbidden,
    /// `RoleAssignmentExists` does not name the assignment that exists.
    ExistingAssignmentUnnamed,
    /// Key Vault's management versions before 2026-02-01 are retired, as from 2027-02-27.
    OldVaultVersionsRetired,
    /// Errors of Graph spell it `innererror`.
    LowerCaseInnerError,
    /// The tenant has no Microsoft Entra ID P2, which Identity Protection takes.
    NoPremiumLicence,
    /// Throttled requests are not told how long to wait.
    NoRetryAfter,
}

#[derive(Debug, Error)]
#[error("the faults cannot be read: {0}")]
pub struct BehaviourError(serde_yaml::Error);

impl Behaviour {
    /// Errors name line and column.
    pub fn parse(yaml: &str) -> Result<Self, BehaviourError> {
        // A file of comments only asks for nothing.
        let behaviour: Option<Self> = serde_yaml::from_str(yaml).map_err(BehaviourError)?;
        Ok(behaviour.unwrap_or_default())
    }

    pub(crate) fn is(&self, variant: Variant) -> bool {
        self.variants.contains(&variant)
    }
}
