//! The people of the tenant and their groups. Everybody's password is the operators' secret.

use uuid::{Uuid, uuid};

use crate::model::directory_role::{DirectoryRole, DirectoryRoleMembership};
use crate::model::group::Group;
use crate::model::user::User;
use crate::seed::DOMAIN;
use crate::store::Change;

const ADA: Uuid = uuid!("2c334455-6677-4889-9a9b-acbdcedfe0f1");
const GRACE: Uuid = uuid!("3d445566-7788-499a-abac-bdcedfe0f102");
/// Could become a Global Administrator, but has not activated the role.
const KATHERINE: Uuid = uuid!("4e556677-8899-4aab-bcbd-cedfe0f10213");

const AUDITORS: Uuid = uuid!("5f667788-99aa-4bbc-8dce-dfe0f1021324");
const FINANCE: Uuid = uuid!("60778899-aabb-4ccd-9edf-e0f102132435");
const DIRECTORY_READERS: Uuid = uuid!("718899aa-bbcc-4dde-afe0-f10213243546");

/// Ada is in nothing. Grace is an auditor, so she is in Finance too, and reads the directory
/// through a group.
pub(super) fn changes(password: &str) -> Vec<Change> {
    let user = |id, given_name, surname| {
        Change::User(User::new(id, given_name, surname, DOMAIN, password))
    };
    let eligible = DirectoryRoleMembership {
        eligible: true,
        ..DirectoryRoleMembership::new(DirectoryRole::GlobalAdministrator, KATHERINE)
    };
    let readers = DirectoryRoleMembership::new(DirectoryRole::DirectoryReaders, DIRECTORY_READERS);
    vec![
        user(ADA, "Ada", "Lovelace"),
        user(GRACE, "Grace", "Hopper"),
        user(KATHERINE, "Katherine", "Johnson"),
        group(AUDITORS, "Auditors", false, GRACE),
        group(FINANCE, "Finance", false, AUDITORS),
        group(DIRECTORY_READERS, "Readers of the directory", true, GRACE),
        Change::DirectoryRoleMembership(eligible),
        Change::DirectoryRoleMembership(readers),
    ]
}

fn group(id: Uuid, display_name: &str, assignable_to_role: bool, member: Uuid) -> Change {
    let display_name = display_name.to_owned();
    Change::Group(Group { id, display_name, assignable_to_role, members: vec![member] })
}
