//! Policies of a space, and of the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use mondoo::{Error, PolicyAction, Schema};
use serde_json::{Value, json};
use spec::PolicyMrn;

use crate::fake::{Answer, Fake, NEWEST, SPACE, look, schema};

/// A page of the catalogue, and the cursor of the next one.
fn page(policies: &[&str], next: Option<&str>) -> Answer {
    let edges: Value = policies
        .iter()
        .map(|uid| json!({ "node": { "mrn": PolicyMrn::new(uid).to_string() } }))
        .chain([json!({ "node": {} })])
        .collect();
    let info = json!({ "endCursor": next, "hasNextPage": next.is_some() });
    Answer::Data(json!({ "content": { "edges": edges, "pageInfo": info } }))
}

fn wanted(uids: &[&str]) -> BTreeSet<PolicyMrn> {
    uids.iter().map(|uid| PolicyMrn::new(uid)).collect()
}

#[tokio::test]
async fn a_look_at_a_space_tells_what_is_on() {
    let fake = Fake::new([look(&[])]);
    let space = fake.mondoo().await.look(&SPACE.parse().unwrap()).await.unwrap().unwrap();
    let expected = BTreeMap::from([
        (PolicyMrn::new("one"), PolicyAction::Active),
        (PolicyMrn::new("two"), PolicyAction::Ignore),
    ]);
    assert_eq!(space.active_policies, expected);
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn the_catalogue_is_read_until_all_are_found() {
    let fake = Fake::new([page(&["a", "b"], Some("2")), page(&["c"], Some("3"))]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    let found = mondoo.existing_policies(&space, &Schema::default(), &wanted(&["a", "c"])).await;
    assert_eq!(found, Ok(wanted(&["a", "c"])));
    let seen = fake.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[1].body["variables"]["input"]["after"], "2");
}

#[tokio::test]
async fn a_policy_that_no_page_has_is_not_found() {
    let fake = Fake::new([page(&["a"], Some("2")), page(&["b"], None)]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    let found = mondoo.existing_policies(&space, &Schema::default(), &wanted(&["a", "x"])).await;
    assert_eq!(found, Ok(wanted(&["a"])));
}

#[tokio::test]
async fn a_new_api_is_asked_for_these_policies_alone() {
    let fake = Fake::new([page(&["a"], None)]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    let newest = schema(&NEWEST).await;
    mondoo.existing_policies(&space, &newest, &wanted(&["a", "x"])).await.unwrap();
    let mrns = [PolicyMrn::new("a").to_string(), PolicyMrn::new("x").to_string()];
    assert_eq!(fake.input()["contentMrns"], json!(mrns));
}

#[tokio::test]
async fn pages_that_lead_nowhere_end() {
    let endless = || page(&["a"], Some("2"));
    let fake = Fake::new([endless(), endless(), endless()]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    let found = mondoo.existing_policies(&space, &Schema::default(), &wanted(&["x"])).await;
    assert!(matches!(found, Err(Error::Senseless { .. })));
    assert_eq!(fake.seen().len(), 2);
}

#[tokio::test]
async fn policies_are_assigned_to_the_space_at_once() {
    let fake = Fake::new([Answer::Data(json!({ "assignPolicy": true }))]);
    let (mondoo, space) = (fake.mondoo().await, SPACE.parse().unwrap());
    let policies = [PolicyMrn::new("a"), PolicyMrn::new("b")];
    mondoo.assign_policies(&space, &policies).await.unwrap();
    let mrns = policies.map(|mrn| mrn.to_string());
    let expected = json!({ "assetMrn": SPACE, "policyMrns": mrns, "action": "ACTIVE" });
    assert_eq!(fake.input(), expected);
    mondoo.assign_policies(&space, &[]).await.unwrap();
    assert_eq!(fake.seen().len(), 1);
}
