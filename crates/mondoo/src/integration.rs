//! An integration of a space with one tenant of Azure.

use std::collections::BTreeMap;

use spec::{IntegrationMrn, SpaceMrn};
use time::OffsetDateTime;

use crate::{Error, Mondoo, Schema, Secret};

/// All that an integration is told: an update replaces every field. It narrows nothing to a
/// management group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    pub tenant_id: String,
    pub client_id: String,
    pub subscriptions: Subscriptions,
    pub scan_vms: bool,
    /// `None`, in an update, keeps the certificate or secret that the integration holds; an
    /// integration without one is to be told [`Held::Wif`] each time.
    pub secret: Option<Held>,
}

/// What to scan, by subscription ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscriptions {
    All,
    Allow(Vec<String>),
    Deny(Vec<String>),
}

/// By what an integration signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// Key and certificate, in PEM.
    Certificate(Secret),
    /// Nothing: the platform's own workload identity.
    Wif,
}

/// An integration as the platform tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    pub mrn: IntegrationMrn,
    pub name: String,
    pub tenant_id: String,
    pub client_id: String,
    /// With both lists, those of `Allow` that `Deny` does not name.
    pub subscriptions: Subscriptions,
    pub scan_vms: Option<bool>,
    /// The group below which it scans, where the API tells.
    pub management_group: Option<String>,
    pub secret_kind: SecretKind,
    pub wif: Option<Wif>,
    pub labels: BTreeMap<String, String>,
    pub created: Option<OffsetDateTime>,
    pub modified: Option<OffsetDateTime>,
    pub scan: Scan,
    pub messages: Vec<Message>,
    pub assets: u64,
}

/// What an integration holds; it never tells the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretKind {
    Certificate,
    ClientSecret,
    Wif,
    Other(String),
}

/// What a federated credential is to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wif {
    pub issuer: String,
    pub subject: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub attempted: Option<OffsetDateTime>,
    pub started: Option<OffsetDateTime>,
    pub finished: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub status: MessageStatus,
    pub text: String,
    pub at: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageStatus {
    Info,
    Warning,
    Error,
    Other(String),
}

impl Mondoo {
    /// The space's integrations with Azure.
    pub async fn integrations(
        &self,
        space: &SpaceMrn,
        schema: &Schema,
    ) -> Result<Vec<Integration>, Error> {
        let _ = (space, schema, &self.api);
        Err(Error::NoToken)
    }

    /// `None` only if the platform says that there is none.
    pub async fn integration(
        &self,
        mrn: &IntegrationMrn,
        schema: &Schema,
    ) -> Result<Option<Integration>, Error> {
        let _ = (mrn, schema, &self.api);
        Err(Error::NoToken)
    }

    /// Makes another integration each time: whoever got no answer lists first, and looks for the name.
    pub async fn create(
        &self,
        space: &SpaceMrn,
        schema: &Schema,
        name: &str,
        configuration: &Configuration,
        labels: &BTreeMap<String, String>,
    ) -> Result<IntegrationMrn, Error> {
        let _ = (space, schema, name, configuration, labels, &self.api);
        Err(Error::NoToken)
    }

    /// Name, configuration and labels are these afterwards, and nothing else of either is left.
    pub async fn update(
        &self,
        mrn: &IntegrationMrn,
        schema: &Schema,
        name: &str,
        configuration: &Configuration,
        labels: &BTreeMap<String, String>,
    ) -> Result<(), Error> {
        let _ = (mrn, schema, name, configuration, labels, &self.api);
        Err(Error::NoToken)
    }

    /// The integration is gone afterwards, whether or not it was there.
    pub async fn delete(&self, mrn: &IntegrationMrn) -> Result<(), Error> {
        let _ = (mrn, &self.api);
        Err(Error::NoToken)
    }

    /// Asks for a scan now. It has begun when `scan.started` is later than this.
    pub async fn start_scan(&self, mrn: &IntegrationMrn) -> Result<(), Error> {
        let _ = (mrn, &self.api);
        Err(Error::NoToken)
    }
}
