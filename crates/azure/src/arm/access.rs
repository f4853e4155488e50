//! What the operator may do in Azure, and what is in the way.

use serde::Deserialize;
use spec::{ObjectId, SubscriptionId};

use super::RolePermissions;
use crate::service::Call;
use crate::{Error, Reader};

const PERMISSIONS_VERSION: &str = "2022-04-01";
const LOCKS_VERSION: &str = "2016-09-01";

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
    /// What the operator's own roles allow at `scope`, an ARM path: an entry for each of them. It
    /// shows neither conditions nor locks, and is not documented for management groups.
    pub async fn permissions(&self, scope: &str) -> Result<Vec<RolePermissions>, Error> {
        let scope = scope.trim_end_matches('/');
        let path = format!("{scope}/providers/Microsoft.Authorization/permissions");
        self.arm.list(Call::get(path, &[("api-version", PERMISSIONS_VERSION)])).await
    }

    /// Whether some role of `operator` at `scope` or above, by itself or through groups, comes under
    /// a condition; and the ids of the roles that come without one.
    pub async fn conditions(&self, scope: &str, operator: ObjectId) -> Result<Conditions, Error> {
        let scope = scope.trim_end_matches('/');
        let filter = format!("atScope() and assignedTo('{operator}')");
        let assignments = self.list_assignments(scope, &filter).await?;
        let (conditional, free): (Vec<_>, Vec<_>) =
            assignments.into_iter().partition(|assignment| assignment.has_condition);
        let free = free.into_iter().map(|assignment| assignment.role.to_string()).collect();
        Ok(Conditions { any: !conditional.is_empty(), free })
    }

    /// Every lock in a subscription.
    pub async fn locks(&self, subscription: SubscriptionId) -> Result<Vec<Lock>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Authorization/locks");
        let query = [("api-version", LOCKS_VERSION)];
        let listed: Vec<Resource> = self.arm.list(Call::get(path, &query)).await?;
        Ok(listed.into_iter().map(Lock::read).collect())
    }
}

/// Under which conditions the operator holds roles.
#[derive(Clone, Debug)]
pub struct Conditions {
    pub any: bool,
    /// Roles that are held without one.
    pub free: Vec<String>,
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
