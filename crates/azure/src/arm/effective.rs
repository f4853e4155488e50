//! What the caller itself may do.

use std::fmt;

use super::{RoleAssignment, RolePermissions};
use crate::service::Call;
use crate::{Error, Reader};

const VERSION: &str = "2022-04-01";

impl Reader {
    /// What all roles of the caller allow at `scope`, an ARM path: an entry for each. It shows
    /// neither conditions nor locks, and is not documented for management groups.
    pub async fn effective_permissions(&self, scope: &str) -> Result<Vec<RolePermissions>, Error> {
        let scope = scope.trim_end_matches('/');
        let path = format!("{scope}/providers/Microsoft.Authorization/permissions");
        self.arm.list(Call::get(path, &[("api-version", VERSION)])).await
    }

    /// Assignments that reach `scope`, an ARM path: there and above it, to the user or service
    /// principal or to a group that it is in.
    pub async fn assignments_reaching(
        &self,
        scope: &str,
        principal: impl fmt::Display,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let filter = format!("atScope() and assignedTo('{principal}')");
        self.list_assignments(scope.trim_end_matches('/'), &filter).await
    }
}
