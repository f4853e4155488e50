//! What is not as it was when the plan was made is not taken away.

use applier::{ApplyError, Status};
use planner::Plan;
use planner::steps::a_application::Action as Application;
use planner::steps::c_role_assignments::{Action as Assignment, Removal};
use planner::steps::d_custom_role::Action as Role;
use planner::steps::e_key_vault_access::{Action as Access, Change, Permissions as Entry};
use serde_json::{Value, json};
use spec::{
    ApplicationId, PrincipalId, RoleDefinitionId, ScopeId, SubscriptionId, TenantId, VaultId,
};
use time::Duration;

use crate::fake::Fake;
use crate::order::{new_application, role};

/// Applies one change where every read is answered by `live`; counts what was written after it.
async fn attempt(action: impl Into<planner::Action>, live: Value) -> (bool, usize) {
    let mut plan = Plan::default();
    plan.push(action, &[]);
    let fake =
        Fake::new(
            move |line, _| {
                if line.starts_with("GET") { (200, live.clone()) } else { (204, Value::Null) }
            },
        );
    let outcome = fake.apply(&plan, Duration::days(1)).await;
    let is_changed =
        |(_, status): (_, &Status)| matches!(status, Status::Failed(ApplyError::Changed { .. }));
    let writes = ["PUT", "POST", "DELETE"].map(|method| fake.count(method)).iter().sum();
    (outcome.statuses().any(is_changed), writes)
}

#[tokio::test(start_paused = true)]
async fn an_assignment_that_gives_something_else_stays() {
    let role = RoleDefinitionId::derived(&["role"]);
    let removal = || Removal {
        orphan_of: None,
        id: "/subscriptions/x/assignment".to_owned(),
        role,
        role_name: "Reader".to_owned(),
        place: "x".to_owned(),
    };
    let live = |principal: &str, role: RoleDefinitionId| {
        json!({ "id": "/x", "name": "x", "properties": {
            "scope": "/subscriptions/x",
            "roleDefinitionId": format!("/roleDefinitions/{role}"),
            "principalId": PrincipalId::derived(&[principal]),
        }})
    };
    let other = RoleDefinitionId::derived(&["other"]);
    let remove = |live| attempt(Assignment::Remove(removal()), live);
    assert_eq!(remove(live("principal", role)).await, (false, 1));
    assert_eq!(remove(live("somebody", role)).await, (false, 0));
    assert_eq!(remove(live("principal", other)).await, (false, 0));
}

#[tokio::test(start_paused = true)]
async fn a_definition_that_somebody_made_theirs_stays() {
    let delete = |name: &str, description: &str| {
        let at = "/subscriptions/ours".to_owned();
        let properties = json!({ "roleName": name, "description": description });
        let live = json!({ "id": "/x", "name": role().id, "properties": properties });
        attempt(Role::Delete { definition: role(), at }, live)
    };
    assert_eq!(delete("mondoo-role", "x").await, (false, 1));
    assert_eq!(delete("theirs", "x").await, (true, 0));
    assert_eq!(delete("mondoo-role", "Made by hand").await, (true, 0));
}

/// The whole list is written, so it must have been read.
#[tokio::test(start_paused = true)]
async fn a_definition_that_is_gone_is_not_replaced() {
    let mut plan = Plan::default();
    let at = ScopeId::Subscription(SubscriptionId::derived(&["new"]));
    let (before, after) = (role(), role());
    plan.push(Role::Redefine { before, after, at, dropped: Vec::new(), privileged: false }, &[]);
    let fake =
        Fake::new(|_, _| (404, json!({ "error": { "code": "RoleDefinitionDoesNotExist" } })));
    let outcome = fake.apply(&plan, Duration::days(1)).await;
    assert_eq!((outcome.failed_count(), fake.count("PUT")), (1, 0));
    assert_eq!(fake.count("GET /subscriptions/ours/"), 1, "where it was found before");
}

#[tokio::test(start_paused = true)]
async fn access_that_grew_is_not_taken_away() {
    let entry = |keys: &[&str]| Entry {
        keys: keys.iter().map(ToString::to_string).collect(),
        ..Entry::default()
    };
    let change = |change: Change, live: &[&str], application: Option<&str>| {
        let action = Access {
            vault: VaultId::new("/vaults/a".to_owned()),
            tenant: TenantId::derived(&["t"]),
            before: Some(entry(&["Get", "sign"])),
            change,
        };
        let policy = json!({
            "objectId": PrincipalId::derived(&["principal"]),
            "applicationId": application,
            "permissions": { "keys": live },
        });
        let properties =
            json!({ "tenantId": TenantId::derived(&["t"]), "accessPolicies": [policy] });
        attempt(action, json!({ "id": "/vaults/a", "properties": properties }))
    };
    let reduce = || Change::Reduce { wanted: entry(&["get", "list"]) };
    assert_eq!(change(Change::Remove, &["get", "SIGN"], None).await, (false, 1));
    assert_eq!(change(Change::Remove, &["get", "sign", "decrypt"], None).await, (true, 0));
    assert_eq!(change(Change::Remove, &["get"], Some("x")).await, (false, 0), "not our entry");
    assert_eq!(change(reduce(), &["get", "sign", "list"], None).await, (false, 1));
    assert_eq!(change(reduce(), &["get", "sign", "purge"], None).await, (true, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_application_is_purged_only_with_our_tag() {
    let purge = |tags: &[&str]| {
        let id = ApplicationId::derived(&["deleted"]);
        let (name, tag) = ("x".to_owned(), "mondoo-azure:x".to_owned());
        let live = json!({ "id": id, "appId": id, "displayName": "x", "tags": tags });
        attempt(Application::PurgeApplication { id, name, tag }, live)
    };
    assert_eq!(purge(&["mondoo-azure:x"]).await, (false, 1));
    assert_eq!(purge(&["mondoo-azure:xy"]).await, (true, 0));
}

/// An update has no body: whoever made the application meanwhile is not known.
#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_took_meanwhile_is_not_ours() {
    let action = Application::CreateApplication(new_application());
    assert_eq!(attempt(action, Value::Null).await, (true, 0));
}
