//! What is tried again because Azure is slow to hear of new objects, and what is not.

use planner::Plan;
use planner::steps::c_role_assignments::{Action, Assignment};
use planner::steps::e_key_vault_access;
use serde_json::{Value, json};
use spec::{RoleDefinitionId, ScopeId, SubscriptionId, TenantId, VaultId};
use time::Duration;

use crate::fake::{Fake, refusal};

fn assign() -> Plan {
    let mut plan = Plan::default();
    let assignment = Assignment {
        scope: ScopeId::Subscription(SubscriptionId::derived(&["s"])),
        place: "s".to_owned(),
        role: RoleDefinitionId::derived(&["role"]),
        role_name: "Reader".to_owned(),
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
        has_entry: false,
        add: e_key_vault_access::Permissions::default(),
    };
    plan.push(action, &[]);
    let fake = refusing(3, 409, "ConflictError");
    assert!(fake.apply(&plan, Duration::days(1)).await.is_complete());
    assert_eq!(fake.count("PUT /vaults/a/accessPolicies/add"), 4);
}

/// Graph says 404 for a principal that it will know in a moment; granted ones are not sent again.
#[tokio::test(start_paused = true)]
async fn consents_are_tried_again_one_by_one() {
    let mut plan = Plan::default();
    for name in ["a", "b"] {
        plan.push(crate::order::consent(name), &[]);
    }
    let mut sizes = Vec::new();
    let fake = Fake::new(move |line, body| {
        if !line.ends_with("$batch") {
            return (200, crate::order::requested(["a", "b"]));
        }
        let requests = body["requests"].as_array().unwrap();
        sizes.push(requests.len());
        let unknown = refusal("Request_ResourceNotFound", "unknown");
        let responses = requests.iter().map(|request| match (sizes.len(), &request["id"]) {
            (1, id) if id == "1" => json!({ "id": id, "status": 404, "body": unknown }),
            (_, id) => json!({ "id": id, "status": 201, "body": {} }),
        });
        assert!(sizes.len() < 2 || requests.len() == 1, "only the refused one again");
        (200, json!({ "responses": responses.collect::<Vec<Value>>() }))
    });
    assert!(fake.apply(&plan, Duration::ZERO).await.is_complete());
    assert_eq!(fake.count("POST"), 2);
}
