//! What travels together, and what failure leaves out.

use applier::{ApplyError, Status};
use planner::Plan;
use planner::steps::a_application::{Action as Application, NewApplication};
use planner::steps::b_graph_permissions::{Action as GraphPermission, Consent};
use planner::steps::d_custom_role::{Action as Role, Definition, Permissions};
use serde_json::{Value, json};
use spec::{AppRoleId, PrincipalId, RoleDefinitionId, ScopeId, SubscriptionId};
use time::Duration;

use crate::fake::{Fake, refusal};

pub fn consent(name: &str) -> Consent {
    Consent {
        graph: PrincipalId::derived(&["graph"]),
        permission: name.to_owned(),
        role: AppRoleId::derived(&[name]),
        granted: false,
        requested: false,
        privileged: false,
    }
}

pub fn new_application() -> NewApplication {
    let name = || "x".to_owned();
    NewApplication {
        unique_name: name(),
        display_name: name(),
        notes: None,
        service_management_reference: None,
        tag: name(),
    }
}

/// An application that requests the permissions of these consents.
pub fn requested<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    let access = names.into_iter().map(|name| json!({ "id": consent(name).role, "type": "Role" }));
    json!({ "requiredResourceAccess": [{
        "resourceAppId": azure::GRAPH_APP_ID,
        "resourceAccess": access.collect::<Vec<_>>(),
    }]})
}

#[tokio::test(start_paused = true)]
async fn consents_travel_twenty_at_a_time() {
    let names: Vec<_> = (0..45).map(|index| format!("p{index}")).collect();
    let mut plan = Plan::default();
    for name in &names {
        plan.push(GraphPermission::Consent(consent(name)), &[]);
    }
    let fake = Fake::new(move |line, body| {
        if !line.ends_with("$batch") {
            return (200, requested(names.iter().map(String::as_str)));
        }
        let requests = body["requests"].as_array().unwrap();
        assert!(requests.len() <= 20);
        let responses =
            requests.iter().map(|r| json!({ "id": r["id"], "status": 201, "body": {} }));
        (200, json!({ "responses": responses.collect::<Vec<_>>() }))
    });
    assert!(fake.apply(&plan, Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("POST /v1.0/$batch"), 3);
}

#[tokio::test(start_paused = true)]
async fn a_held_name_is_told_and_only_what_needs_the_application_is_skipped() {
    let mut plan = Plan::default();
    plan.push(Application::CreateApplication(new_application()), &[]);
    plan.push(Application::CreatePrincipal { display_name: "x".to_owned() }, &[]);
    plan.push(GraphPermission::Consent(consent("a")), &[]);
    let message = "Another object with the same value for property uniqueName already exists.";
    let fake = Fake::new(move |_, _| (400, refusal("Request_BadRequest", message)));
    let outcome = fake.apply(&plan, Duration::days(1)).await;
    let statuses: Vec<_> = outcome.statuses().map(|(_, status)| status).collect();
    assert!(matches!(
        statuses.as_slice(),
        [
            Status::Failed(ApplyError::NameHeld { .. }),
            Status::Skipped { .. },
            Status::Skipped { .. }
        ]
    ));
    assert_eq!(fake.count(""), 1);
}

pub fn role() -> Definition {
    Definition {
        id: RoleDefinitionId::derived(&["role"]),
        name: "mondoo-role".to_owned(),
        description: "x".to_owned(),
        permissions: Permissions::default(),
        assignable_scopes: vec!["/subscriptions/ours".to_owned()],
    }
}

fn subscription() -> ScopeId {
    ScopeId::Subscription(SubscriptionId::derived(&["ours"]))
}

/// A scope that somebody added after the plan was made would be lost: a PUT replaces them all.
#[tokio::test(start_paused = true)]
async fn a_role_is_read_again_before_it_is_replaced() {
    let mut plan = Plan::default();
    plan.push(
        Role::Redefine {
            before: role(),
            after: role(),
            at: subscription(),
            dropped: Vec::new(),
            privileged: false,
        },
        &[],
    );
    let fake = Fake::new(|line, body| {
        let scopes = json!(["/SUBSCRIPTIONS/ours", "/subscriptions/new"]);
        if line.starts_with("PUT") {
            let written = &body["properties"]["assignableScopes"];
            assert_eq!(*written, json!(["/subscriptions/ours", "/subscriptions/new"]));
        }
        let properties = json!({ "roleName": "mondoo-role", "assignableScopes": scopes });
        (200, json!({ "id": "/x", "name": role().id, "properties": properties }))
    });
    assert!(fake.apply(&plan, Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("PUT"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_role_name_that_is_taken_out_of_sight_is_told() {
    let mut plan = Plan::default();
    plan.push(Role::Define { definition: role(), at: subscription(), privileged: false }, &[]);
    let fake = Fake::new(|_, _| (409, refusal("RoleDefinitionWithSameNameExists", "taken")));
    let outcome = fake.apply(&plan, Duration::days(1)).await;
    let (_, status) = outcome.statuses().next().unwrap();
    assert!(matches!(status, Status::Failed(ApplyError::RoleNameTaken { .. })), "{status:?}");
}
