//! Mondoo's API as a client uses it.

use serde_json::{Value, json};

use crate::certificates::TestCertificate;
use crate::support::{Answer, TENANT, Tenant};

pub(crate) const SPACE: &str = "//captain.api.mondoo.app/spaces/abc";
pub(crate) const EMPTY: &str = "//captain.api.mondoo.app/spaces/empty";
pub(crate) const CLIENT: &str = "7b6a5948-3d2c-4b1a-8908-17263544f5e6";

const READ: &str = "query($mrn: String!) { clientIntegration(input: {mrn: $mrn}) { integration {
    mrn name type status created lastModified lastCheckin
    scanJobAttempted scanJobStarted scanJobFinished
    messages { message status identifier timestamp suppressedByUser }
    labels { key value } assetCounts { assetType total } createdBy { name email }
    configurationOptions { ... on AzureConfigurationOptions {
        tenantId clientId subscriptionsWhitelist subscriptionsBlacklist scanVms secretType
    } }
} } }";
const CREATE: &str = "mutation($input: CreateClientIntegrationInput!) {
    createClientIntegration(input: $input) { integration { mrn name token } }
}";
const UPDATE: &str = "mutation($input: UpdateClientIntegrationConfigurationInput!) {
    updateClientIntegrationConfiguration(input: $input) { name }
}";

impl Tenant {
    /// With the API token, which may do everything.
    pub(crate) async fn mondoo(&self, query: &str, variables: Value) -> Answer {
        let token = self.sandbox.mondoo().api_token.expose().to_owned();
        self.mondoo_as(&token, query, variables).await
    }

    pub(crate) async fn mondoo_as(&self, token: &str, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables });
        self.call_as(token, "POST", "/query", &[], Some(body)).await
    }

    pub(crate) async fn try_create(&self, input: Value) -> Answer {
        self.mondoo(CREATE, json!({ "input": input })).await
    }

    /// The MRN of a new integration with these options.
    pub(crate) async fn integrate(&self, name: &str, options: Value) -> String {
        let answer = self.try_create(create_input(name, options)).await;
        answer.text("/data/createClientIntegration/integration/mrn")
    }

    pub(crate) async fn try_read(&self, mrn: &str) -> Answer {
        self.mondoo(READ, json!({ "mrn": mrn })).await
    }

    pub(crate) async fn read(&self, mrn: &str) -> Value {
        let answer = self.try_read(mrn).await;
        let integration = answer.body.pointer("/data/clientIntegration/integration");
        integration.unwrap_or_else(|| panic!("{answer:?}")).clone()
    }

    /// `more` comes on top of what every update needs.
    pub(crate) async fn try_update(&self, mrn: &str, options: Value, more: Value) -> Answer {
        let mut input = json!({
            "mrn": mrn,
            "type": "AZURE",
            "configurationOptions": { "azureConfigurationOptions": options },
        });
        merge(&mut input, more);
        self.mondoo(UPDATE, json!({ "input": input })).await
    }
}

pub(crate) fn create_input(name: &str, options: Value) -> Value {
    json!({
        "spaceMrn": SPACE,
        "name": name,
        "type": "AZURE",
        "longLivedToken": false,
        "configurationOptions": { "azureConfigurationOptions": options },
    })
}

/// Those of an integration with this tenant; `more` comes on top.
pub(crate) fn options(client: &str, more: Value) -> Value {
    let mut options = json!({ "tenantId": TENANT, "clientId": client });
    merge(&mut options, more);
    options
}

pub(crate) fn with_certificate(client: &str) -> Value {
    options(client, json!({ "certificate": TestCertificate::new().bundle() }))
}

pub(crate) fn merge(into: &mut Value, more: Value) {
    into.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
}

impl Answer {
    /// An operation's refusal, which comes with status 200.
    #[track_caller]
    pub(crate) fn is_rpc_error(&self, field: &str, code: &str) {
        assert_eq!(
            (self.status, &self.body["errors"][0]["path"][0]),
            (200, &json!(field)),
            "{self:?}"
        );
        let start = format!("rpc error: code = {code} desc = ");
        assert!(self.text("/errors/0/message").starts_with(&start), "{self:?}");
        assert!(self.body["data"].is_null() || self.body["data"][field].is_null(), "{self:?}");
    }

    /// The refusal of a document that does not fit the schema.
    #[track_caller]
    pub(crate) fn is_invalid(&self, part: &str) {
        assert_eq!((self.status, &self.body["data"]), (422, &Value::Null), "{self:?}");
        assert!(self.text("/errors/0/message").contains(part), "{self:?}");
    }
}
