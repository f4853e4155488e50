//! What is tried again because Azure is slow to hear of new objects, and what is not.

use planner::Plan;
use planner::steps::b_graph_permissions::Action as GraphPermission;
use planner::steps::c_role_assignments::{Action, Assignment};
use planner::steps::e_key_vault_access;
use serde_json::{Value, json};
use spec::{PrincipalId, RoleDefinitionId, ScopeId, SubscriptionId, TenantId, VaultId};
use time::Duration;

use crate::fake::{Fake, refusal};
use crate::order;

fn assign() -> Plan {
    let mut plan = Plan::default();
    let assignment = Assignment {
        scope: ScopeId::Subscription(SubscriptionId::derived(&["s"])),
        place: "s".to_owned(),
        role: RoleDefinitionId::derived(&["role"]),
        role_name: "Reader".to_owned(),
        privileged: false,
        description: "x".to_owned(),
    };
    plan.push(Action::Assign(assignment), &[]);
    plan
}

/// Refuses the first `times` requests.
fn refusing(times: usize, status: u16, code: &'static str) -> std::sync::Arc<Fake> {
    let mut left = times;
    Fake::new(move |_, _| {
        if left == 0 {
            return (201, json!({}));
        }
        left -= 1;
        (status, refusal(code, "not yet"))
    })
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_young_is_waited_for() {
    let fake = refusing(9, 400, "PrincipalNotFound");
    assert!(fake.apply(&assign(), Duration::minutes(1)).await.is_complete());
    assert_eq!(fake.count("PUT"), 10);
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_is_old_fails_at_once() {
    let fake = refusing(1, 400, "PrincipalNotFound");
    assert_eq!(fake.apply(&assign(), Duration::hours(1)).await.failed_count(), 1);
    assert_eq!(fake.count("PUT"), 1);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_object_is_young_no_more() {
    let fake = refusing(usize::MAX, 400, "PrincipalNotFound");
    assert_eq!(fake.apply(&assign(), Duration::minutes(14)).await.failed_count(), 1);
    let tries = fake.count("PUT");
    assert!((5..=20).contains(&tries), "{tries} tries in a minute");
}

#[tokio::test(start_paused = true)]
async fn what_replication_does_not_explain_fails_at_once() {
    for (status, code) in [(403, "AuthorizationFailed"), (409, "ReadOnlyDisabledSubscription")] {
        let fake = refusing(1, status, code);
        assert_eq!(fake.apply(&assign(), Duration::ZERO).await.failed_count(), 1);
        assert_eq!(fake.count("PUT"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_assignment_that_exists_under_another_name_is_enough() {
    let fake = refusing(1, 409, "RoleAssignmentExists");
    assert!(fake.apply(&assign(), Duration::hours(1)).await.is_complete());
}

/// Somebody else edits the same vault.
#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again_whatever_the_age() {
    let mut plan = Plan::default();
    let action = e_key_vault_access::Action {
        vault: VaultId::new("/vaults/a".to_owned()),
        tenant: TenantId::derived(&["t"]),
        before: None,
        change: e_key_vault_access::Change::Add(e_key_vault_access::Permissions::default()),
    };
    plan.push(action, &[]);
    let fake = refusing(3, 409, "ConflictError");
    assert!(fake.apply(&plan, Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("PUT /vaults/a/accessPolicies/add"), 4);
}

/// The answers to the items of a batch, by the permission that each asks for.
fn batch(body: &Value, mut answer: impl FnMut(&str) -> (u16, Value)) -> (u16, Value) {
    let names = ["a", "b"].map(|name| (json!(order::consent(name).role), name));
    let responses = body["requests"].as_array().unwrap().iter().map(|request| {
        let role = &request["body"]["appRoleId"];
        let name = names.iter().find(|(known, _)| known == role).map_or("", |(_, name)| name);
        let (status, body) = answer(name);
        json!({ "id": request["id"], "status": status, "body": body })
    });
    (200, json!({ "responses": responses.collect::<Vec<Value>>() }))
}

fn consents() -> Plan {
    let mut plan = Plan::default();
    plan.push(GraphPermission::Consent(order::consent("a")), &[]);
    plan.push(GraphPermission::Consent(order::consent("b")), &[]);
    plan
}

/// What waiting does not mend neither ends the waiting of others nor is sent again.
#[tokio::test(start_paused = true)]
async fn each_consent_is_tried_again_for_itself() {
    let mut tries = [0, 0];
    let fake = Fake::new(move |line, body| {
        if !line.ends_with("$batch") {
            return (200, order::requested(["a", "b"]));
        }
        batch(body, |name| {
            let index = usize::from(name == "b");
            tries[index] += 1;
            match (name, tries[index]) {
                ("a", 1) => (400, refusal("Request_BadRequest", "no such permission")),
                ("b", 1..4) => (404, refusal("Request_ResourceNotFound", "unknown")),
                ("b", 4) => (201, json!({})),
                _ => panic!("{name} was sent {} times", tries[index]),
            }
        })
    });
    let outcome = fake.apply(&consents(), Duration::ZERO).await;
    assert_eq!((outcome.failed_count(), fake.count("POST")), (1, 4));
}

/// Entra ID says so of parallel writes, with the same status as for a grant that exists.
#[tokio::test(start_paused = true)]
async fn contention_is_no_grant() {
    let mut left = 3;
    let fake = Fake::new(move |line, body| {
        if !line.ends_with("$batch") {
            return (200, order::requested(["a", "b"]));
        }
        left -= 1;
        batch(body, |_| match left {
            0 => (201, json!({})),
            _ => (409, refusal("Directory_ConcurrencyViolation", "wait and retry")),
        })
    });
    assert!(fake.apply(&consents(), Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("POST"), 3);
}

/// Whether a grant exists is decided by reading it, and a list may lag behind.
#[tokio::test(start_paused = true)]
async fn a_grant_that_is_said_to_exist_is_read() {
    let mut reads = 0;
    let fake = Fake::new(move |line, body| {
        if !line.ends_with("$batch") {
            return (200, order::requested(["a", "b"]));
        }
        if body["requests"][0]["method"] == "POST" {
            let exists = "EntitlementGrant entry already exists.";
            return batch(body, |_| (400, refusal("Request_BadRequest", exists)));
        }
        reads += 1;
        let id = PrincipalId::derived(&["graph"]);
        let listed = ["a", "b"].iter().take(reads).map(
            |name| json!({ "id": name, "resourceId": id, "appRoleId": order::consent(name).role }),
        );
        let principal = json!({ "id": id, "appId": id });
        let none = json!({ "value": [] });
        let bodies = [
            none.clone(),
            none.clone(),
            none,
            principal,
            json!({ "value": listed.collect::<Vec<_>>() }),
        ];
        let responses = bodies
            .iter()
            .enumerate()
            .map(|(index, body)| json!({ "id": index.to_string(), "status": 200, "body": body }));
        (200, json!({ "responses": responses.collect::<Vec<_>>() }))
    });
    assert!(fake.apply(&consents(), Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("POST"), 4, "two writes, and a read after each");
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_waits_no_more() {
    let fake = refusing(usize::MAX, 400, "PrincipalNotFound");
    let outcome = fake.apply_interrupted(&assign()).await;
    assert_eq!((outcome.failed_count(), fake.count("PUT")), (1, 1));
}
