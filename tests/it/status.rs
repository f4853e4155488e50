//! `status` shows what is managed, how long it lasts, and who else has a hand in it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, spec};

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

fn status(tenant: &Tenant) -> Value {
    let spec = tenant.path().join("spec.yaml");
    let run = tenant.run(&["status", "--format", "json", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    report(&run)
}

#[test]
fn before_and_after_an_apply_the_counts_and_ids_are_right() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let before = status(&tenant);
    assert_eq!(before["application"], Value::Null);
    // A vault on RBAC needs nothing.
    assert_eq!(before["summary"]["managed"], 1);
    assert_eq!(before["summary"]["pending"], 24);
    tenant.apply(&spec);
    let after = status(&tenant);
    let (application, principal) = tenant.application();
    assert_eq!(after["application"]["clientId"], application["appId"]);
    assert_eq!(after["application"]["objectId"], application["id"]);
    assert_eq!(after["application"]["standing"], "live");
    assert_eq!(after["application"]["isAdopted"], false);
    assert_eq!(after["servicePrincipal"]["objectId"], principal["id"]);
    let steps = after["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| step["pending"] == 0 && step["managed"] != 0), "{after}");
    assert_eq!(after["summary"]["managed"], 25);
    let run = tenant.run(&["status", spec.to_str().unwrap()]);
    assert_eq!(
        run.last_line(),
        "Status: 25 objects as wanted, 0 to change, 1 certificates of which 0 expire soon, 0 \
         foreign hands."
    );
}

#[test]
fn certificates_are_listed_with_whose_they_are_and_what_is_left() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let ours = status(&tenant)["certificates"].as_array().unwrap().clone();
    assert_eq!(ours.len(), 1);
    let certificate = &ours[0];
    assert_eq!((&certificate["isOurs"], &certificate["isCurrent"]), (&json!(true), &json!(true)));
    assert!((363..=365).contains(&certificate["daysLeft"].as_i64().unwrap()), "{certificate}");
    assert_eq!(certificate["isExpiring"], false);
    let (application, _) = tenant.application();
    let live = &application["keyCredentials"][0];
    assert_eq!(certificate["keyId"], live["keyId"]);
    assert_eq!(certificate["thumbprint"], live["customKeyIdentifier"]);

    // Of another, by another name, and soon at its end.
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let payroll = "/applications?$filter=displayName eq 'Payroll'";
    let payroll = tenant.graph(Method::GET, payroll, None)["value"][0]["id"].clone();
    let keys = format!("/applications/{}?$select=keyCredentials", payroll.as_str().unwrap());
    let mut foreign = tenant.graph(Method::GET, &keys, None)["keyCredentials"][0].clone();
    foreign["displayName"] = json!("of somebody else");
    let body = json!({ "keyCredentials": [live, foreign] });
    tenant.graph(Method::PATCH, &path, body);
    let listed = status(&tenant);
    let foreign = &listed["certificates"][1];
    assert_eq!((&foreign["isOurs"], &foreign["name"]), (&json!(false), &json!("of somebody else")));
    assert_eq!(listed["summary"]["foreign"], 1);
}

#[test]
fn other_hands_adoption_and_deletion_are_shown() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, principal) = tenant.application();
    let id = application["id"].as_str().unwrap();
    let path = format!("/applications/{id}");
    let mut tags = application["tags"].as_array().unwrap().clone();
    tags.push(json!("mondoo-azure-adopted"));
    tenant.graph(Method::PATCH, &path, json!({ "tags": tags }));
    tenant.graph(Method::POST, &format!("{path}/addPassword"), json!({}));
    let owner = json!({ "@odata.id":
        format!("{}/v1.0/users/2c334455-6677-4889-9a9b-acbdcedfe0f1", tenant.sandbox.url()) });
    tenant.graph(Method::POST, &format!("{path}/owners/$ref"), owner);
    let seen = status(&tenant);
    assert_eq!(seen["application"]["isAdopted"], true);
    assert_eq!(seen["foreignCredentials"].as_array().unwrap().len(), 1, "{seen}");
    assert_eq!(seen["owners"][0]["isKnown"], false, "{seen}");
    assert_eq!(seen["summary"]["foreign"], 2);
    let text = tenant.run(&["status", spec.to_str().unwrap()]);
    assert!(text.stdout.contains("(live, adopted)"), "{text:?}");
    assert!(text.stdout.contains("owner Ada"), "{text:?}");

    tenant.graph(Method::DELETE, &path, None);
    let seen = status(&tenant);
    assert_eq!(seen["application"]["standing"], "deleted", "{seen}");
    assert_eq!(seen["servicePrincipal"]["standing"], "deleted", "{seen}");
    assert_eq!(seen["servicePrincipal"]["objectId"], principal["id"]);
}

#[test]
fn whoever_may_not_read_is_told_so() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let nobody = tenant.sandbox.operators()["nobody"].clone();
    let run = tenant.run_as(&nobody, &["status", spec.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(4), ""), "{run:?}");
}
