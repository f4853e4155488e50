//! Locks: what is in the way of everybody.

use serde::Deserialize;
use spec::SubscriptionId;

use crate::service::Call;
use crate::{Error, Reader};

const VERSION: &str = "2016-09-01";

/// Keeps what is at or below its scope from being deleted or written.
#[derive(Clone, Debug)]
pub struct Lock {
    pub name: String,
    /// ARM path of what is locked.
    pub scope: String,
    /// `ReadOnly` or `CanNotDelete`.
    pub level: String,
}

#[derive(Deserialize)]
struct Resource {
    id: String,
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    level: String,
}

/// Between what is locked and the lock's name.
const LOCKS: &str = "/providers/microsoft.authorization/locks/";

impl Reader {
    /// Every lock in a subscription.
    pub async fn locks(&self, subscription: SubscriptionId) -> Result<Vec<Lock>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/locks");
        let query = [("api-version", VERSION)];
        let listed: Vec<Resource> = self.arm.list(Call::get(path, &query)).await?;
        Ok(listed.into_iter().map(Lock::read).collect())
    }
}

impl Lock {
    fn read(Resource { id, name, properties }: Resource) -> Lock {
        let end = id.to_ascii_lowercase().rfind(LOCKS).unwrap_or(id.len());
        Lock { name, scope: id[..end].to_owned(), level: properties.level }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_locked_stands_before_the_name_of_the_lock() {
        let lock = |id: &str| {
            let properties = Properties { level: "ReadOnly".to_owned() };
            Lock::read(Resource { id: id.to_owned(), name: "keep".to_owned(), properties }).scope
        };
        let vault = "/subscriptions/x/resourceGroups/y/providers/Microsoft.KeyVault/vaults/z";
        assert_eq!(lock(&format!("{vault}/providers/Microsoft.Authorization/locks/keep")), vault);
    }
}
