//! Tokens of everybody but the operator that may do everything.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::support::Tenant;

pub(crate) const AZURE_CLI: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
pub(crate) const GRAPH_COMMAND_LINE: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
pub(crate) const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
pub(crate) const ARM_SCOPE: &str = "https://management.azure.com/.default";

impl Tenant {
    /// The token of a seeded operator.
    pub(crate) async fn token_of(&self, operator: &str, scope: &str) -> String {
        let operator = &self.sandbox.operators()[operator];
        let form = [
            ("client_id", operator.client_id.as_str()),
            ("client_secret", operator.client_secret.expose()),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        self.sign_in(&form).await.text("/access_token")
    }

    /// The Graph token of a new application that holds the app roles of these names, and the id of
    /// its service principal.
    pub(crate) async fn graph_caller(&self, roles: &[&str]) -> (String, String) {
        let (application, client_id) = self.application("caller").await;
        let principal = self.service_principal(&client_id).await;
        let graph = self.graph_principal().await;
        let path = format!("/v1.0/servicePrincipals/{graph}?$select=appRoles");
        let offered = self.get(&path).await.list("/appRoles");
        for role in roles {
            let id = &offered.iter().find(|offered| offered["value"] == *role).unwrap()["id"];
            let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": id });
            let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
            assert_eq!(self.post(&path, body).await.status, 201);
        }
        let path = format!("/v1.0/applications/{application}/addPassword");
        let secret = self.post(&path, json!({})).await.text("/secretText");
        let form = [
            ("client_id", client_id.as_str()),
            ("client_secret", &secret),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        (self.sign_in(&form).await.text("/access_token"), principal)
    }

    /// The token of a person, by the part of the name before the domain.
    pub(crate) async fn token_of_person(&self, name: &str, client: &str, scope: &str) -> String {
        let form = [
            ("grant_type", "password"),
            ("client_id", client),
            ("username", &format!("{name}@contoso.onmicrosoft.com")),
            ("password", self.sandbox.operator().client_secret.expose()),
            ("scope", scope),
        ];
        self.sign_in(&form).await.text("/access_token")
    }
}

/// What a token says, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    serde_json::from_slice(&claims).unwrap()
}
