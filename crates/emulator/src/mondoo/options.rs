use serde::Deserialize;

use crate::model::mondoo::{AzureOptions, HeldSecret};
use crate::mondoo::bundle::Bundle;
use crate::mondoo::error::RpcError;

/// Options of an integration with Azure, under all their names.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OptionsInput {
    tenant_id: String,
    client_id: String,
    subscriptions_allowlist: Option<Vec<String>>,
    subscriptions_denylist: Option<Vec<String>>,
    subscriptions_whitelist: Option<Vec<String>>,
    subscriptions_blacklist: Option<Vec<String>>,
    scan_vms: Option<bool>,
    discovery_targets: Option<Vec<String>>,
    management_group_id: Option<String>,
    certificate: Option<String>,
    client_secret: Option<String>,
    use_wif: Option<bool>,
}

impl OptionsInput {
    /// None when it is left out. That an empty one counts as left out is a guess, and so is that two
    /// of a kind are refused.
    pub(super) fn secret(&self) -> Result<Option<HeldSecret>, RpcError> {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let wif = self.use_wif.unwrap_or_default();
        match (given(&self.certificate), given(&self.client_secret), wif) {
            (None, None, false) => Ok(None),
            (Some(pem), None, false) => {
                Bundle::check(&pem).map_err(RpcError::invalid)?;
                Ok(Some(HeldSecret::Certificate(pem)))
            }
            (None, Some(secret), false) => Ok(Some(HeldSecret::ClientSecret(secret))),
            (None, None, true) => Ok(Some(HeldSecret::WorkloadIdentity)),
            _ => Err(RpcError::invalid("only one kind of credential can be given")),
        }
    }

    /// Everything else. A list that is left out is empty from now on. That the new name of a list wins
    /// over the old one is a guess.
    pub(super) fn kept(self) -> Result<AzureOptions, RpcError> {
        if self.tenant_id.is_empty() || self.client_id.is_empty() {
            return Err(RpcError::invalid("tenantId and clientId are required"));
        }
        let list = |new: Option<Vec<String>>, old: Option<Vec<String>>| {
            new.filter(|ids| !ids.is_empty()).or(old).unwrap_or_default()
        };
        Ok(AzureOptions {
            tenant_id: self.tenant_id,
            client_id: self.client_id,
            allowed: list(self.subscriptions_allowlist, self.subscriptions_whitelist),
            denied: list(self.subscriptions_denylist, self.subscriptions_blacklist),
            scan_vms: self.scan_vms.unwrap_or_default(),
            discovery_targets: self.discovery_targets.unwrap_or_default(),
            management_group: self.management_group_id.unwrap_or_default(),
        })
    }
}
