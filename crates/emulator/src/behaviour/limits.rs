use serde::Deserialize;

use crate::quotas::Quota;

/// How many there may be, and how many requests callers may send.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Limits {
    pub(crate) role_assignments_per_subscription: usize,
    pub(crate) role_assignments_per_management_group: usize,
    pub(crate) custom_roles: usize,
    /// Of one caller in one subscription, or above all of them; all callers together have fifteen
    /// times as many.
    pub(crate) reads: u32,
    pub(crate) writes: u32,
    pub(crate) deletes: u32,
    /// Of Resource Graph, by one caller in five seconds.
    pub(crate) queries: u32,
    /// Of Microsoft Graph, by one application in ten seconds.
    pub(crate) resource_units: u32,
    /// Of Microsoft Graph, by one application in 150 seconds.
    pub(crate) graph_writes: u32,
    /// Reads of whole key credentials in the tenant in a minute.
    pub(crate) key_reads: u32,
}

/// The documented figures.
impl Default for Limits {
    fn default() -> Self {
        Self {
            role_assignments_per_subscription: 4000,
            role_assignments_per_management_group: 500,
            custom_roles: 5000,
            reads: 250,
            writes: 200,
            deletes: 200,
            queries: 15,
            resource_units: 3500,
            graph_writes: 3000,
            key_reads: 150,
        }
    }
}

impl Limits {
    pub(crate) fn reads(&self) -> Quota {
        within(self.reads, 10)
    }

    pub(crate) fn writes(&self) -> Quota {
        within(self.writes, 20)
    }

    pub(crate) fn deletes(&self) -> Quota {
        within(self.deletes, 20)
    }

    pub(crate) fn queries(&self) -> Quota {
        within(self.queries, 5)
    }

    pub(crate) fn resource_units(&self) -> Quota {
        within(self.resource_units, 10)
    }

    pub(crate) fn graph_writes(&self) -> Quota {
        within(self.graph_writes, 150)
    }

    pub(crate) fn key_reads(&self) -> Quota {
        within(self.key_reads, 60)
    }
}

/// An empty bucket is full again after so many seconds.
fn within(capacity: u32, seconds: u32) -> Quota {
    Quota { capacity, per_second: f64::from(capacity) / f64::from(seconds) }
}

impl Quota {
    pub(crate) fn times(self, factor: u32) -> Self {
        let Self { capacity, per_second } = self;
        Self { capacity: capacity * factor, per_second: per_second * f64::from(factor) }
    }
}
