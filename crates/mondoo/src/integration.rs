//! An integration of a space with one tenant of Azure.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use spec::{IntegrationMrn, SpaceMrn};
use time::OffsetDateTime;

use crate::told::{IntegrationTold, selection};
use crate::transport::Purpose;
use crate::{Error, Feature, Mondoo, Operation, Schema, Secret, read};

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

const CREATE: &str = "createClientIntegration";
const UPDATE: &str = "updateClientIntegrationConfiguration";
const DELETE: &str = "deleteClientIntegration";
const LIST: &str = "listClientIntegrations";
const READ: &str = "clientIntegration";
const SCAN: &str = "triggerAction";

impl Mondoo {
    /// The space's integrations with Azure.
    pub async fn integrations(
        &self,
        space: &SpaceMrn,
        schema: &Schema,
    ) -> Result<Vec<Integration>, Error> {
        let text = format!(
            "query($input: ListClientIntegrationsInput!) {{ {LIST}(input: $input) \
             {{ __typename integrations {{ {} }} }} }}",
            selection(schema)
        );
        let list = Operation { root: LIST, purpose: Purpose::Read, text: &text };
        let input = json!({ schema.scope_of_list(): space.to_string() });
        let data = self.ask(&list, json!({ "input": input })).await?;
        let told: Option<Vec<IntegrationTold>> = read(LIST, &data[LIST]["integrations"])?;
        let azure = told.into_iter().flatten().filter(IntegrationTold::is_azure);
        azure.map(|told| told.read(LIST)).collect()
    }

    /// `None` only if the platform says that there is none.
    pub async fn integration(
        &self,
        mrn: &IntegrationMrn,
        schema: &Schema,
    ) -> Result<Option<Integration>, Error> {
        let text = format!(
            "query($mrn: String!) {{ {READ}(input: {{ mrn: $mrn }}) \
             {{ __typename integration {{ {} }} }} }}",
            selection(schema)
        );
        let one = Operation { root: READ, purpose: Purpose::Read, text: &text };
        match self.ask(&one, json!({ "mrn": mrn.to_string() })).await {
            Ok(data) => {
                let told: IntegrationTold = read(READ, &data[READ]["integration"])?;
                told.read(READ).map(Some)
            }
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes another integration each time: whoever got no answer lists first, and looks for it.
    pub async fn create(
        &self,
        space: &SpaceMrn,
        schema: &Schema,
        name: &str,
        configuration: &Configuration,
        labels: &BTreeMap<String, String>,
    ) -> Result<IntegrationMrn, Error> {
        #[derive(Deserialize)]
        struct Created {
            mrn: String,
        }
        let create = Operation {
            root: CREATE,
            purpose: Purpose::Create,
            text: "mutation($input: CreateClientIntegrationInput!) { \
                   createClientIntegration(input: $input) { __typename integration { mrn } } }",
        };
        let mut input = input(schema, name, configuration, labels)?;
        input[schema.scope_of_create()] = space.to_string().into();
        input["longLivedToken"] = false.into();
        let data = self.ask(&create, json!({ "input": input })).await?;
        let created: Created = read(CREATE, &data[CREATE]["integration"])?;
        Ok(IntegrationMrn::new(created.mrn))
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
        let update = Operation {
            root: UPDATE,
            purpose: Purpose::Write,
            text: "mutation($input: UpdateClientIntegrationConfigurationInput!) { \
                   updateClientIntegrationConfiguration(input: $input) { __typename name } }",
        };
        let mut input = input(schema, name, configuration, labels)?;
        input["mrn"] = mrn.to_string().into();
        self.ask(&update, json!({ "input": input })).await.map(drop)
    }

    /// The integration is gone afterwards, whether or not it was there.
    pub async fn delete(&self, mrn: &IntegrationMrn) -> Result<(), Error> {
        let delete = Operation {
            root: DELETE,
            purpose: Purpose::Write,
            text: "mutation($mrn: String!) { \
                   deleteClientIntegration(input: { mrn: $mrn }) { __typename mrn } }",
        };
        match self.ask(&delete, json!({ "mrn": mrn.to_string() })).await {
            Ok(_) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Asks for a scan now. It has begun once `scan.started` is later than this.
    pub async fn start_scan(&self, mrn: &IntegrationMrn) -> Result<(), Error> {
        let scan = Operation {
            root: SCAN,
            // A second scan does no harm, and none would.
            purpose: Purpose::Write,
            // A query, although it starts something (documented).
            text: "query($mrn: String!) { \
                   triggerAction(input: { mrn: $mrn, type: RUN_SCAN }) { __typename mrn } }",
        };
        self.ask(&scan, json!({ "mrn": mrn.to_string() })).await.map(drop)
    }
}

/// What creating and updating have in common: every field that is ours, because an update replaces
/// them all.
fn input(
    schema: &Schema,
    name: &str,
    configuration: &Configuration,
    labels: &BTreeMap<String, String>,
) -> Result<Value, Error> {
    let options = options(schema, configuration)?;
    let mut input = json!({
        "name": name,
        "type": "AZURE",
        "configurationOptions": { "azureConfigurationOptions": options },
    });
    if schema.offers_labels() {
        let label = |(key, value)| json!({ "key": key, "value": value });
        input["labels"] = labels.iter().map(label).collect();
    } else if !labels.is_empty() {
        return Err(Error::NotOffered(Feature::Labels));
    }
    Ok(input)
}

fn options(schema: &Schema, configuration: &Configuration) -> Result<Value, Error> {
    let Configuration { tenant_id, client_id, subscriptions, scan_vms, secret } = configuration;
    let none = Vec::new();
    let (allow, deny) = match subscriptions {
        Subscriptions::All => (&none, &none),
        // An empty list allows all.
        Subscriptions::Allow(ids) if ids.is_empty() => {
            return Err(Error::NotOffered(Feature::NoSubscription));
        }
        Subscriptions::Allow(ids) => (ids, &none),
        Subscriptions::Deny(ids) => (&none, ids),
    };
    let lists = schema.lists_sent();
    let mut options = json!({
        "tenantId": tenant_id,
        "clientId": client_id,
        lists.allow: allow,
        lists.deny: deny,
        "scanVms": scan_vms,
    });
    if schema.knows_management_group() {
        options["managementGroupId"] = "".into();
    }
    match secret {
        Some(Held::Wif) if !schema.offers_wif() => return Err(Error::NotOffered(Feature::Wif)),
        Some(Held::Wif) => options["useWif"] = true.into(),
        Some(Held::Certificate(pem)) => {
            options["certificate"] = pem.expose().into();
            if schema.knows_wif() {
                options["useWif"] = false.into();
            }
        }
        None => {}
    }
    Ok(options)
}
