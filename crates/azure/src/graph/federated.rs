//! Tokens of other issuers that an application trusts.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::json;
use spec::ApplicationId;

use crate::error::unless_missing;
use crate::service::Call;
use crate::{Error, Writer};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FederatedCredential {
    pub id: String,
    /// Unique within its application, and never to change.
    pub name: String,
    pub issuer: String,
    pub subject: String,
    #[serde(default)]
    pub audiences: Vec<String>,
}

/// Properties of a [`FederatedCredential`] that are of use here.
pub(super) const SELECT: &str = "$select=id,name,issuer,subject,audiences";

/// Which tokens are trusted.
#[derive(Clone, Copy, Debug)]
pub struct TrustedTokens<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub audience: &'a str,
}

impl Writer {
    pub async fn add_federated_credential(
        &self,
        application: ApplicationId,
        name: &str,
        tokens: TrustedTokens<'_>,
    ) -> Result<(), Error> {
        let path = format!("/v1.0/applications/{application}/federatedIdentityCredentials");
        let TrustedTokens { issuer, subject, audience } = tokens;
        let body = json!({
            "name": name, "issuer": issuer, "subject": subject, "audiences": [audience],
        });
        self.reader.graph.send(Call::write(Method::Post, path, &[], body)).await.map(drop)
    }

    /// Lets the credential of that id stand for other tokens.
    pub async fn change_federated_credential(
        &self,
        application: ApplicationId,
        id: &str,
        tokens: TrustedTokens<'_>,
    ) -> Result<(), Error> {
        let path = format!("/applications/{application}/federatedIdentityCredentials/{id}");
        let TrustedTokens { issuer, subject, audience } = tokens;
        let body = json!({ "issuer": issuer, "subject": subject, "audiences": [audience] });
        self.patch(path, body).await
    }

    /// One that is gone is a success.
    pub async fn remove_federated_credential(
        &self,
        application: ApplicationId,
        id: &str,
    ) -> Result<(), Error> {
        let path = format!("/v1.0/applications/{application}/federatedIdentityCredentials/{id}");
        unless_missing(self.reader.graph.send(Call::delete(path, &[])).await).map(drop)
    }
}
