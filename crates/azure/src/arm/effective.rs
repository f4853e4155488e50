//! What the caller itself may do.

use spec::{PrincipalId, ScopeId};

use super::{RoleAssignment, RolePermissions};
use crate::service::Call;
use crate::{Error, Reader};

const VERSION: &str = "2022-04-01";

impl Reader {
    /// What all roles of the caller allow at `scope`, an entry for each.
    pub async fn effective_permissions(
        &self,
        scope: &ScopeId,
    ) -> Result<Vec<RolePermissions>, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/permissions");
        self.arm.list(Call::get(path, &[("api-version", VERSION)])).await
    }

    /// Assignments that reach `scope`: there and above it, to the principal or to a group that it is
    /// in.
    pub async fn assignments_reaching(
        &self,
        scope: &ScopeId,
        principal: PrincipalId,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let filter = format!("atScope() and assignedTo('{principal}')");
        let query = [("api-version", VERSION), ("$filter", filter.as_str())];
        self.list_assignments(&scope.to_string(), &query).await
    }
}
