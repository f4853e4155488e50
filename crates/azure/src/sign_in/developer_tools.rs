//! The logins of Azure CLI and Azure Developer CLI: their commands are run.

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzureDeveloperCliCredential,
    AzureDeveloperCliCredentialOptions,
};

use super::{SignInError, from_credential};

pub(super) async fn by_az(tenant: &str, scope: &str) -> Result<AccessToken, SignInError> {
    let tenant_id = Some(tenant.to_owned());
    let options = AzureCliCredentialOptions { tenant_id, ..Default::default() };
    let credential = AzureCliCredential::new(Some(options)).map_err(|e| from_credential(&e))?;
    credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
}

pub(super) async fn by_azd(tenant: &str, scope: &str) -> Result<AccessToken, SignInError> {
    let tenant_id = Some(tenant.to_owned());
    let options = AzureDeveloperCliCredentialOptions { tenant_id, ..Default::default() };
    let credential =
        AzureDeveloperCliCredential::new(Some(options)).map_err(|e| from_credential(&e))?;
    credential.get_token(&[scope], None).await.map_err(|error| from_credential(&error))
}
