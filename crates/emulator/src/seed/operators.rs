//! Operators to try split duties with: service principals that hold one thing each.

use uuid::Uuid;

use crate::encoding::uuid_of;
use crate::model::directory_role::{DirectoryRole, DirectoryRoleMembership};
use crate::seed::directory::{operator_application, principal};
use crate::seed::roles::{
    CONTRIBUTOR, OWNER, RBAC_ADMINISTRATOR, READER, USER_ACCESS_ADMINISTRATOR, assignment,
};
use crate::seed::{OPERATOR, PRODUCTION};
use crate::store::Change;

/// The operator that holds all that a set-up needs.
const DEPLOYER: &str = "deployer";

struct SeededOperator {
    name: &'static str,
    holds: Holding,
}

enum Holding {
    Nothing,
    /// A role of the directory, tenant-wide.
    Directory(DirectoryRole),
    /// A role at Production, and the condition that it comes with.
    Production(Uuid, Option<&'static str>),
}

const OTHERS: [SeededOperator; 9] = [
    in_directory("global-administrator", DirectoryRole::GlobalAdministrator),
    in_directory("application-administrator", DirectoryRole::ApplicationAdministrator),
    in_directory("privileged-role-administrator", DirectoryRole::PrivilegedRoleAdministrator),
    at_production("subscription-owner", OWNER, None),
    at_production("user-access-administrator", USER_ACCESS_ADMINISTRATOR, None),
    at_production("rbac-administrator", RBAC_ADMINISTRATOR, Some(NO_PRIVILEGED_ROLES)),
    at_production("contributor", CONTRIBUTOR, None),
    at_production("reader", READER, None),
    SeededOperator { name: "nobody", holds: Holding::Nothing },
];

/// What the portal offers for this role: every role may be given and taken but Owner, User Access
/// Administrator and Role Based Access Control Administrator (documented).
const NO_PRIVILEGED_ROLES: &str = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635, 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9, f58310d9-a9f6-439a-9e8d-f62e7b41a168})) AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAllValues:GuidNotEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635, 18d7d88d-d35e-4fb5-a5c3-7773c20a72d9, f58310d9-a9f6-439a-9e8d-f62e7b41a168}))";

/// The names of all seeded operators, the one first that may do everything.
pub fn operator_names() -> impl Iterator<Item = &'static str> {
    std::iter::once(DEPLOYER).chain(OTHERS.iter().map(|operator| operator.name))
}

/// Name and client id of all seeded operators.
pub(crate) fn operators() -> impl Iterator<Item = (&'static str, Uuid)> {
    let others = OTHERS.iter().map(|operator| (operator.name, operator.id_of("client")));
    std::iter::once((DEPLOYER, OPERATOR)).chain(others)
}

pub(super) fn changes(secret: &str) -> Vec<Change> {
    OTHERS.iter().flat_map(|operator| operator.changes(secret)).collect()
}

impl SeededOperator {
    fn changes(&self, secret: &str) -> Vec<Change> {
        let [application, client, password, id] =
            ["application", "client", "password", "principal"].map(|what| self.id_of(what));
        let mut changes = vec![
            operator_application(application, client, password, self.name, secret).into(),
            principal(id, client, self.name).into(),
        ];
        match self.holds {
            Holding::Nothing => {}
            Holding::Directory(role) => {
                let membership = DirectoryRoleMembership::new(role, id);
                changes.push(Change::DirectoryRoleMembership(membership));
            }
            Holding::Production(role, condition) => {
                let scope = format!("/subscriptions/{PRODUCTION}");
                changes.push(assignment(self.id_of("assignment"), scope, id, role, condition));
            }
        }
        changes
    }

    /// Always the same id.
    fn id_of(&self, what: &str) -> Uuid {
        uuid_of(&format!("{what} of the operator {}", self.name))
    }
}

const fn in_directory(name: &'static str, role: DirectoryRole) -> SeededOperator {
    SeededOperator { name, holds: Holding::Directory(role) }
}

const fn at_production(
    name: &'static str,
    role: Uuid,
    condition: Option<&'static str>,
) -> SeededOperator {
    SeededOperator { name, holds: Holding::Production(role, condition) }
}
