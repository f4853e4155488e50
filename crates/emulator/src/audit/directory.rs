//! What the directory's log says of changes. Names of activities are documented; those of secrets and
//! federated credentials, and which properties are shown, are as logs quoted in public show them.

use std::fmt::Display;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::audit::principal_name_of;
use crate::model::application::Application;
use crate::model::audit::{DirectoryRecord, Modified, Target};
use crate::model::directory_role::DirectoryRoleMembership;
use crate::model::grant::{DelegatedGrant, Grant};
use crate::model::service_principal::ServicePrincipal;
use crate::store::{Change, State};

pub(super) fn records(state: &State, changes: &[Change]) -> Vec<DirectoryRecord> {
    // What goes along with a deleted service principal is not told of on its own (a guess).
    let goes_along = changes.iter().any(|change| {
        matches!(change, Change::ServicePrincipal(_) | Change::ServicePrincipalRemoved(_))
    });
    changes.iter().flat_map(|change| record(state, change, goes_along)).collect()
}

fn record(state: &State, change: &Change, goes_along: bool) -> Vec<DirectoryRecord> {
    match change {
        Change::Application(after) => {
            let before = state.applications.get(&after.id).map(Holder::of_application);
            written(state, before.as_ref(), &Holder::of_application(after), &APPLICATION)
        }
        Change::ApplicationRemoved(id) => {
            let gone = state.applications.get(id).map(Holder::of_application);
            gone.iter().map(|one| plain("Hard Delete application", "Delete", one)).collect()
        }
        Change::ServicePrincipal(after) => {
            let before = state.service_principals.get(&after.id);
            let before = before.map(|one| Holder::of_principal(state, one));
            let after = Holder::of_principal(state, after);
            written(state, before.as_ref(), &after, &SERVICE_PRINCIPAL)
        }
        Change::ServicePrincipalRemoved(id) => {
            let gone = state.service_principals.get(id).map(|one| Holder::of_principal(state, one));
            gone.iter().map(|one| plain("Hard delete service principal", "Delete", one)).collect()
        }
        Change::Grant(grant) => vec![granted(state, grant)],
        Change::GrantRemoved(id) if !goes_along => {
            state.grants.get(id).map(|grant| taken_back(state, grant)).into_iter().collect()
        }
        Change::DelegatedGrant(grant) => vec![delegated(state, grant, "Add", "Assign")],
        Change::DelegatedGrantRemoved(id) if !goes_along => {
            let gone = state.delegated_grants.get(id);
            gone.map(|grant| delegated(state, grant, "Remove", "Unassign")).into_iter().collect()
        }
        Change::DirectoryRoleMembership(one) => vec![member(state, one, "Add member to role")],
        Change::DirectoryRoleMembershipRemoved(id) => {
            let gone = state.directory_role_memberships.get(id);
            gone.map(|one| member(state, one, "Remove member from role")).into_iter().collect()
        }
        // Written by Azure, or by nobody.
        _ => Vec::new(),
    }
}

/// An application or a service principal, as far as the log tells them apart from what they were.
struct Holder {
    kind: &'static str,
    id: Uuid,
    name: String,
    deleted: bool,
    credentials: Vec<(Uuid, String)>,
    owners: Vec<Uuid>,
    /// Everything else.
    rest: Value,
}

/// What its activities are called.
struct Activities {
    add: &'static str,
    delete: &'static str,
    restore: &'static str,
    update: &'static str,
    add_credentials: &'static str,
    remove_credentials: &'static str,
    add_owner: &'static str,
    remove_owner: &'static str,
}

/// With a blank at its end, and a dash that is no hyphen (quoted from logs).
const CREDENTIALS: &str = "Update application – Certificates and secrets management ";

const APPLICATION: Activities = Activities {
    add: "Add application",
    delete: "Delete application",
    restore: "Restore application",
    update: "Update application",
    add_credentials: CREDENTIALS,
    remove_credentials: CREDENTIALS,
    add_owner: "Add owner to application",
    remove_owner: "Remove owner from application",
};

const SERVICE_PRINCIPAL: Activities = Activities {
    add: "Add service principal",
    delete: "Remove service principal",
    restore: "Restore service principal",
    update: "Update service principal",
    add_credentials: "Add service principal credentials",
    remove_credentials: "Remove service principal credentials",
    add_owner: "Add owner to service principal",
    remove_owner: "Remove owner from service principal",
};

impl Holder {
    fn of_application(one: &Application) -> Self {
        let keys = one.key_credentials.iter().map(|key| (key.key_id, &key.display_name));
        let passwords = one.password_credentials.iter().map(|key| (key.key_id, &key.display_name));
        Self {
            kind: "Application",
            id: one.id,
            name: one.display_name.clone(),
            deleted: one.deleted.is_some(),
            credentials: named(keys.chain(passwords)),
            owners: one.owners.clone(),
            rest: rest(one),
        }
    }

    fn of_principal(state: &State, one: &ServicePrincipal) -> Self {
        let keys = one.key_credentials.iter().map(|key| (key.key_id, &key.display_name));
        let passwords = one.password_credentials.iter().map(|key| (key.key_id, &key.display_name));
        let name = principal_name_of(state, one.id);
        Self {
            kind: "ServicePrincipal",
            id: one.id,
            name: name.unwrap_or_else(|| one.display_name.clone()),
            deleted: one.deleted.is_some(),
            credentials: named(keys.chain(passwords)),
            owners: one.owners.clone(),
            rest: rest(one),
        }
    }

    fn target(&self, modified: Vec<Modified>) -> Target {
        let kind = self.kind.to_owned();
        Target { id: self.id, kind, name: Some(self.name.clone()), modified }
    }
}

fn named<'a>(keys: impl Iterator<Item = (Uuid, &'a Option<String>)>) -> Vec<(Uuid, String)> {
    let shown = |id: Uuid, name: &Option<String>| {
        format!("[KeyIdentifier={id},DisplayName={}]", name.as_deref().unwrap_or_default())
    };
    keys.map(|(id, name)| (id, shown(id, name))).collect()
}

fn rest(one: &impl Serialize) -> Value {
    let mut value = json!(one);
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| {
            !["key_credentials", "password_credentials", "owners", "deleted"]
                .contains(&name.as_str())
        });
    }
    value
}

fn written(
    state: &State,
    before: Option<&Holder>,
    after: &Holder,
    activities: &Activities,
) -> Vec<DirectoryRecord> {
    let Some(before) = before else { return vec![plain(activities.add, "Add", after)] };
    match (before.deleted, after.deleted) {
        (false, true) => return vec![plain(activities.delete, "Delete", after)],
        (true, false) => return vec![plain(activities.restore, "Update", after)],
        (false, false) | (true, true) => {}
    }
    let mut records = owners(state, before, after, activities);
    records.extend(credentials(before, after, activities));
    if records.is_empty() || before.rest != after.rest {
        records.push(updated(before, after, activities.update));
    }
    records
}

fn plain(activity: &str, operation: &str, one: &Holder) -> DirectoryRecord {
    record_of(activity, operation, vec![one.target(Vec::new())])
}

fn record_of(activity: &str, operation: &str, targets: Vec<Target>) -> DirectoryRecord {
    DirectoryRecord {
        activity: activity.to_owned(),
        category: "ApplicationManagement".to_owned(),
        operation: operation.to_owned(),
        targets,
    }
}

fn updated(before: &Holder, after: &Holder, activity: &str) -> DirectoryRecord {
    let mut modified = Vec::new();
    if before.name != after.name {
        let listed = |name: &str| json!([name]).to_string();
        modified.push(changed(
            "DisplayName",
            Some(listed(&before.name)),
            Some(listed(&after.name)),
        ));
    }
    record_of(activity, "Update", vec![after.target(modified)])
}

fn credentials(
    before: &Holder,
    after: &Holder,
    activities: &Activities,
) -> Option<DirectoryRecord> {
    let ids = |one: &Holder| one.credentials.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let (old, new) = (ids(before), ids(after));
    let activity = if new.iter().any(|id| !old.contains(id)) {
        activities.add_credentials
    } else if old.iter().any(|id| !new.contains(id)) {
        activities.remove_credentials
    } else {
        return None;
    };
    let shown = |one: &Holder| {
        json!(one.credentials.iter().map(|(_, shown)| shown).collect::<Vec<_>>()).to_string()
    };
    let described = changed("KeyDescription", Some(shown(before)), Some(shown(after)));
    Some(record_of(activity, "Update", vec![after.target(vec![described])]))
}

/// An entry for each who comes or goes: the owner is the target, and so is what is owned.
fn owners(
    state: &State,
    before: &Holder,
    after: &Holder,
    activities: &Activities,
) -> Vec<DirectoryRecord> {
    let came = after.owners.iter().filter(|owner| !before.owners.contains(owner));
    let went = before.owners.iter().filter(|owner| !after.owners.contains(owner));
    let came = came.map(|owner| (owner, activities.add_owner, "Assign"));
    let went = went.map(|owner| (owner, activities.remove_owner, "Unassign"));
    let owned = format!("{}.ObjectID", after.kind);
    let record = |(owner, activity, operation): (&Uuid, &str, &str)| {
        let id = quoted(after.id);
        let of = match operation {
            "Assign" => changed(&owned, None, Some(id)),
            _ => changed(&owned, Some(id), None),
        };
        let targets = vec![person(state, *owner, vec![of]), after.target(Vec::new())];
        record_of(activity, operation, targets)
    };
    came.chain(went).map(record).collect()
}

fn person(state: &State, id: Uuid, modified: Vec<Modified>) -> Target {
    let user = state.users.get(&id).map(|user| user.principal_name.clone());
    let kind = if user.is_some() { "User" } else { "ServicePrincipal" };
    let name = user.or_else(|| principal_name_of(state, id));
    Target { id, kind: kind.to_owned(), name, modified }
}

fn granted(state: &State, grant: &Grant) -> DirectoryRecord {
    let modified = of_grant(state, grant, |name, value| changed(name, None, Some(value)));
    let target = api(state, grant.resource, modified);
    record_of("Add app role assignment to service principal", "Assign", vec![target])
}

fn taken_back(state: &State, grant: &Grant) -> DirectoryRecord {
    let modified = of_grant(state, grant, |name, value| changed(name, Some(value), None));
    let target = api(state, grant.resource, modified);
    record_of("Remove app role assignment from service principal", "Unassign", vec![target])
}

/// The API is the target; who holds the role is among the properties only (quoted from logs).
fn of_grant(
    state: &State,
    grant: &Grant,
    modified: impl Fn(&str, String) -> Modified,
) -> Vec<Modified> {
    let resource = state.service_principals.get(&grant.resource);
    let role = resource.and_then(|resource| resource.app_role(grant.role));
    let (value, shown) = role.map_or(("", ""), |role| (&role.value, &role.display_name));
    let holder = state.service_principals.get(&grant.principal);
    let name = principal_name_of(state, grant.principal).unwrap_or_default();
    let app_id = holder.map_or_else(String::new, |holder| holder.app_id.to_string());
    vec![
        modified("AppRole.Id", quoted(grant.role)),
        modified("AppRole.Value", quoted(value)),
        modified("AppRole.DisplayName", quoted(shown)),
        modified("ServicePrincipal.ObjectID", quoted(grant.principal)),
        modified("ServicePrincipal.DisplayName", quoted(name)),
        modified("ServicePrincipal.AppId", quoted(app_id)),
    ]
}

fn delegated(
    state: &State,
    grant: &DelegatedGrant,
    verb: &str,
    operation: &str,
) -> DirectoryRecord {
    let scope = Some(quoted(grant.scope.as_deref().unwrap_or_default()));
    let client = Some(quoted(grant.client));
    let (scope, client) = match operation {
        "Assign" => ((None, scope), (None, client)),
        _ => ((scope, None), (client, None)),
    };
    let modified = vec![
        changed("DelegatedPermissionGrant.Scope", scope.0, scope.1),
        changed("ServicePrincipal.ObjectID", client.0, client.1),
    ];
    let activity = format!("{verb} delegated permission grant");
    record_of(&activity, operation, vec![api(state, grant.resource, modified)])
}

fn api(state: &State, id: Uuid, modified: Vec<Modified>) -> Target {
    let kind = "ServicePrincipal".to_owned();
    Target { id, kind, name: principal_name_of(state, id), modified }
}

fn member(state: &State, one: &DirectoryRoleMembership, activity: &str) -> DirectoryRecord {
    let role = changed("Role.DisplayName", None, Some(quoted(one.role.name())));
    let targets = vec![person(state, one.principal, vec![role])];
    let category = "RoleManagement".to_owned();
    DirectoryRecord { category, ..record_of(activity, "Assign", targets) }
}

fn changed(name: &str, old: Option<String>, new: Option<String>) -> Modified {
    Modified { name: name.to_owned(), old, new }
}

/// Values are JSON inside of text.
fn quoted(value: impl Display) -> String {
    json!(format!("{value}")).to_string()
}
