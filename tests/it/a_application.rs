//! Step A.

use reqwest::Method;
use serde_json::json;

use crate::f_certificate::add_foreign_certificate;
use crate::support::{PRODUCTION, Tenant, spec, spec_with};

#[test]
fn the_application_and_its_service_principal_are_as_the_manual_makes_them() {
    let tenant = Tenant::new();
    let more = "application: { displayName: Mondoo Security }\n";
    tenant.apply(&spec_with(tenant.path(), &[PRODUCTION], more));
    let (application, principal) = tenant.application();
    assert_eq!(application["displayName"], "Mondoo Security");
    assert_eq!(application["signInAudience"], "AzureADMyOrg");
    assert_eq!(application["tags"], json!(["mondoo-azure:mondoo-security"]));
    assert_eq!(principal["accountEnabled"], true);
    let tags = principal["tags"].as_array().unwrap();
    assert!(tags.contains(&json!("WindowsAzureActiveDirectoryIntegratedApp")), "{tags:?}");
}

#[test]
fn changes_by_hand_are_mended_and_additions_by_hand_stay() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (before, _) = tenant.application();
    let path = format!("/applications/{}", before["id"].as_str().unwrap());
    let by_hand = json!({
        "displayName": "Renamed",
        "signInAudience": "AzureADMultipleOrgs",
        "notes": "ask Ada",
        "tags": ["cost-centre-42"],
    });
    tenant.graph(Method::PATCH, &path, by_hand);
    let run = tenant.apply(&spec);
    assert_eq!(run.changes(), ["~ application Renamed"]);
    let (after, _) = tenant.application();
    assert_eq!(after["displayName"], before["displayName"]);
    assert_eq!(after["signInAudience"], before["signInAudience"]);
    assert_eq!(after["notes"], "ask Ada");
    assert_eq!(after["tags"], json!(["cost-centre-42", "mondoo-azure:mondoo-security"]));
    assert_eq!(after["keyCredentials"], before["keyCredentials"]);
}

#[test]
fn a_name_held_by_a_deleted_application_is_explained() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    tenant.graph(Method::DELETE, &path, None);
    let run = tenant.run(&["apply", "--auto-approve", "--quiet", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("still holds the name mondoo-security: restore or purge it"));
    assert!(run.last_line().contains(" 1 failed, "), "{run:?}");
}

#[test]
fn an_application_that_somebody_put_in_our_place_is_given_nothing() {
    let tenant = Tenant::new();
    let squatted = json!({ "displayName": "Mondoo", "uniqueName": "mondoo-security" });
    let application = tenant.graph(Method::POST, "/applications", squatted);
    add_foreign_certificate(&tenant, &application);
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let before = tenant.graph(Method::GET, &path, None);
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("others have a hand in it (certificate by hand)"), "{run:?}");
    assert_eq!(tenant.graph(Method::GET, &path, None), before);
    // Somebody looked at it, and says that it is the right one.
    let ours = json!({ "tags": ["mondoo-azure:mondoo-security"] });
    tenant.graph(Method::PATCH, &path, ours);
    tenant.apply(&spec);
}
