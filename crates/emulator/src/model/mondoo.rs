//! What is kept of Mondoo's platform: integrations, and the policies of spaces.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

#[derive(Clone, Default)]
pub(crate) struct Mondoo {
    /// By MRN.
    pub(crate) integrations: BTreeMap<String, Integration>,
    /// By the MRNs of the space and of the policy.
    pub(crate) policies: BTreeMap<(String, String), PolicyAction>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum MondooChange {
    Integration(Box<Integration>),
    /// By its MRN.
    IntegrationRemoved(String),
    Policy {
        space: String,
        policy: String,
        action: PolicyAction,
    },
    PolicyRemoved {
        space: String,
        policy: String,
    },
}

impl Mondoo {
    pub(crate) fn apply(&mut self, change: MondooChange) {
        match change {
            MondooChange::Integration(one) => {
                self.integrations.insert(one.mrn.clone(), *one);
            }
            MondooChange::IntegrationRemoved(mrn) => {
                self.integrations.remove(&mrn);
            }
            MondooChange::Policy { space, policy, action } => {
                self.policies.insert((space, policy), action);
            }
            MondooChange::PolicyRemoved { space, policy } => {
                self.policies.remove(&(space, policy));
            }
        }
    }

    /// Changes that make this from nothing.
    pub(crate) fn to_changes(&self) -> impl Iterator<Item = MondooChange> {
        let integrations = self.integrations.values().cloned();
        let policies = self.policies.iter().map(|((space, policy), action)| {
            let (space, policy) = (space.clone(), policy.clone());
            MondooChange::Policy { space, policy, action: *action }
        });
        integrations.map(|one| MondooChange::Integration(Box::new(one))).chain(policies)
    }
}

impl MondooChange {
    pub(crate) fn object(&self) -> String {
        match self {
            Self::Integration(one) => one.mrn.clone(),
            Self::IntegrationRemoved(mrn) => mrn.clone(),
            Self::Policy { space, policy, .. } | Self::PolicyRemoved { space, policy } => {
                format!("{policy} in {space}")
            }
        }
    }
}

/// An integration with Azure; there are no others.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Integration {
    pub(crate) mrn: String,
    /// The MRN of the space.
    pub(crate) space: String,
    pub(crate) name: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) modified: OffsetDateTime,
    /// The name of the account that made it.
    pub(crate) created_by: String,
    pub(crate) options: AzureOptions,
    pub(crate) secret: HeldSecret,
    pub(crate) annotations: Vec<KeyValue>,
    pub(crate) labels: Vec<KeyValue>,
    /// In the order in which they run; none begins before the one before it has ended.
    pub(crate) scans: Vec<Scan>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AzureOptions {
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) allowed: Vec<String>,
    pub(crate) denied: Vec<String>,
    pub(crate) scan_vms: bool,
    pub(crate) discovery_targets: Vec<String>,
    /// Empty for the whole tenant.
    pub(crate) management_group: String,
}

/// What the integration signs in with. It is never shown.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum HeldSecret {
    /// Private key and certificate in PEM.
    Certificate(String),
    ClientSecret(String),
    /// A token that the platform issues for the integration.
    WorkloadIdentity,
}

impl HeldSecret {
    /// The names are guesses.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "CERTIFICATE",
            Self::ClientSecret(_) => "CLIENT_SECRET",
            Self::WorkloadIdentity => "WIF",
        }
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    pub(crate) value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum PolicyAction {
    Active,
    Ignore,
}

/// One run of the scanner, with what it will have found when it ends.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Scan {
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) attempted: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) started: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) finished: OffsetDateTime,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
    /// How many assets of which type.
    pub(crate) assets: BTreeMap<String, u32>,
}

impl Integration {
    /// The last scan that has ended by now.
    pub(crate) fn last_finished(&self, now: OffsetDateTime) -> Option<&Scan> {
        self.scans.iter().rev().find(|scan| scan.finished <= now)
    }

    pub(crate) fn last_started(&self, now: OffsetDateTime) -> Option<&Scan> {
        self.scans.iter().rev().find(|scan| scan.started <= now)
    }

    /// Puts a scan behind those that still run or wait, and forgets those whose results nobody
    /// will see again.
    pub(crate) fn queue(
        &mut self,
        takes: Duration,
        now: OffsetDateTime,
        found: Result<BTreeMap<String, u32>, String>,
    ) {
        let started = self.scans.last().map_or(now, |last| last.finished.max(now));
        let last_finished = self.scans.iter().rposition(|scan| scan.finished <= now);
        self.scans.drain(..last_finished.unwrap_or_default());
        let finished = started + takes;
        let (assets, failure) = match found {
            Ok(assets) => (assets, None),
            Err(failure) => (BTreeMap::new(), Some(failure)),
        };
        self.scans.push(Scan { attempted: now, started, finished, failure, assets });
    }
}
