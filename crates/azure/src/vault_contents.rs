//! Key Vault's own side: what is in a vault, without its values.

use azure_core::http::Url;
use serde::Deserialize;

use crate::service::{Call, Service};
use crate::{Error, Reader};

pub(crate) const VERSION: &str = "7.4";

/// A collection of a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultItems {
    Keys,
    Secrets,
    Certificates,
}

impl VaultItems {
    fn path(self) -> &'static str {
        match self {
            VaultItems::Keys => "/keys",
            VaultItems::Secrets => "/secrets",
            VaultItems::Certificates => "/certificates",
        }
    }
}

#[derive(Deserialize)]
struct Page {
    value: Vec<Item>,
}

/// Keys call their id otherwise.
#[derive(Deserialize)]
struct Item {
    #[serde(alias = "kid")]
    id: String,
}

impl Reader {
    /// The name of one item, if there is any that can be listed. Values are never asked for.
    pub async fn first_vault_item(
        &self,
        vault: &str,
        items: VaultItems,
    ) -> Result<Option<String>, Error> {
        let query = [("api-version", VERSION), ("maxresults", "1")];
        let call = Call::get(items.path().to_owned(), &query);
        let page: Page = self.vault_at(vault)?.send(call).await?.read()?;
        let name = page.value.first().and_then(|item| item.id.rsplit('/').next());
        Ok(name.map(str::to_owned))
    }

    /// Whether the rotation policy of a key can be read.
    pub async fn can_read_rotation_policy(&self, vault: &str, key: &str) -> Result<(), Error> {
        let path = format!("/keys/{key}/rotationpolicy");
        let call = Call::get(path, &[("api-version", VERSION)]);
        self.vault_at(vault)?.send(call).await.map(drop)
    }

    /// Who could write a vault's address must not thereby get a token for all vaults.
    pub(crate) fn vault_at(&self, address: &str) -> Result<Service, Error> {
        let url = Url::parse(address).ok().filter(|url| self.cloud.holds_vault(url));
        let url = url.ok_or_else(|| Error::Senseless {
            request: "Azure Resource Manager".to_owned(),
            reason: format!("{address} is no address of a vault in this cloud"),
        })?;
        Ok(Service::new("Key Vault", url, self.vaults.clone()))
    }
}
