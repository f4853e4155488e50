//! Key vaults and their access policies, as Resource Manager has them.

use azure_core::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spec::{PrincipalId, SubscriptionId, TenantId, VaultId};

use super::null_is_empty;
use crate::service::Call;
use crate::{Error, Reader, Writer};

/// Versions before this one are retired in February 2027.
const VERSION: &str = "2026-02-01";

#[derive(Clone, Debug)]
pub struct Vault {
    pub id: VaultId,
    pub tenant: TenantId,
    /// False where it is not said: such a vault is on access policies.
    pub rbac: bool,
    pub access_policies: Vec<AccessPolicy>,
    /// Where its contents are.
    pub address: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicy {
    pub object_id: String,
    /// Set where the entry is for somebody who uses a certain application.
    pub application_id: Option<String>,
    #[serde(default)]
    pub permissions: VaultPermissions,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VaultPermissions {
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_empty")]
    pub keys: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_empty")]
    pub secrets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_empty")]
    pub certificates: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "null_is_empty")]
    pub storage: Vec<String>,
}

#[derive(Deserialize)]
struct Resource {
    id: String,
    properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    tenant_id: TenantId,
    enable_rbac_authorization: Option<bool>,
    #[serde(default, deserialize_with = "null_is_empty")]
    access_policies: Vec<AccessPolicy>,
    vault_uri: Option<String>,
}

impl Reader {
    /// Every vault of a subscription, with its entries. None, where the provider was never
    /// registered there.
    pub async fn vaults(&self, subscription: SubscriptionId) -> Result<Vec<Vault>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults");
        let query = [("api-version", VERSION)];
        let listed: Vec<Resource> = match self.arm.list(Call::get(path, &query)).await {
            Err(error) if error.has_code("MissingSubscriptionRegistration") => Vec::new(),
            other => other?,
        };
        Ok(listed.into_iter().map(Vault::read).collect())
    }

    /// One vault, read directly.
    pub async fn vault(&self, id: &VaultId) -> Result<Vault, Error> {
        let query = [("api-version", VERSION)];
        let answer = self.arm.send(Call::get(id.to_string(), &query)).await?;
        answer.read().map(Vault::read)
    }
}

impl Vault {
    fn read(Resource { id, properties }: Resource) -> Vault {
        Vault {
            id: VaultId::new(id),
            tenant: properties.tenant_id,
            rbac: properties.enable_rbac_authorization.unwrap_or(false),
            access_policies: properties.access_policies,
            address: properties.vault_uri,
        }
    }
}

/// What an update of access policies does with the entry that is sent.
#[derive(Clone, Copy, Debug)]
pub enum PolicyUpdate {
    /// Its permissions are added to the entry, which is made where there is none.
    Add,
    /// The entry becomes what is sent.
    Replace,
    /// Its permissions are taken from the entry, as they are spelled there; an empty entry goes.
    Remove,
}

impl PolicyUpdate {
    fn operation(self) -> &'static str {
        match self {
            PolicyUpdate::Add => "add",
            PolicyUpdate::Replace => "replace",
            PolicyUpdate::Remove => "remove",
        }
    }
}

impl Writer {
    /// Changes the entry of `principal`. Every other entry stays as it is: the vault itself is never
    /// written.
    pub async fn update_access_policy(
        &self,
        update: PolicyUpdate,
        vault: &VaultId,
        tenant: TenantId,
        principal: PrincipalId,
        permissions: &VaultPermissions,
    ) -> Result<(), Error> {
        let body = json!({ "properties": { "accessPolicies": [{
            "tenantId": tenant,
            "objectId": principal,
            "permissions": permissions,
        }]}});
        let query = [("api-version", VERSION)];
        let path = format!("{vault}/accessPolicies/{}", update.operation());
        let call = Call::write(Method::Put, path, &query, body);
        self.reader.arm.send(call).await.map(drop)
    }
}
