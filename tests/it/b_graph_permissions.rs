//! Step B.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Tenant, spec, spec_with};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[test]
fn fifteen_permissions_are_requested_and_consented() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (application, principal) = tenant.application();
    let requested = &application["requiredResourceAccess"];
    assert_eq!(requested.as_array().unwrap().len(), 1);
    assert_eq!(requested[0]["resourceAppId"], GRAPH);
    let access = requested[0]["resourceAccess"].as_array().unwrap();
    assert!(access.iter().all(|access| access["type"] == "Role"));
    let requested = ids(access, "id");
    let path =
        format!("/servicePrincipals/{}/appRoleAssignments", principal["id"].as_str().unwrap());
    let granted = tenant.graph(Method::GET, &path, None);
    let granted = ids(granted["value"].as_array().unwrap(), "appRoleId");
    assert_eq!(requested.len(), 15);
    assert_eq!(requested, granted);
}

fn ids(elements: &[Value], key: &str) -> BTreeSet<String> {
    elements.iter().map(|element| element[key].as_str().unwrap().to_owned()).collect()
}

/// The portal adds User.Read, and people add what they need.
#[test]
fn requests_that_are_not_ours_stay() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let foreign = json!([
        { "resourceAppId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
          "resourceAccess": [{ "id": "41094075-9dad-400e-a0bd-54e686782033", "type": "Scope" }] },
        { "resourceAppId": GRAPH,
          "resourceAccess": [{ "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" }] },
    ]);
    tenant.graph(Method::PATCH, &path, json!({ "requiredResourceAccess": foreign }));
    let run = tenant.apply(&spec);
    assert_eq!(run.changes().len(), 15);
    assert!(run.changes().iter().all(|change| change.starts_with("~ request ")), "{run:?}");
    let (application, _) = tenant.application();
    let requested = &application["requiredResourceAccess"];
    assert_eq!(requested[0], foreign[0]);
    assert_eq!(requested[1]["resourceAccess"].as_array().unwrap().len(), 16);
    assert_eq!(requested[1]["resourceAccess"][0], foreign[1]["resourceAccess"][0]);
}

#[test]
fn a_consent_by_hand_is_told_and_pruned_when_asked() {
    let tenant = Tenant::new();
    let reporting = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&reporting);
    let (_, principal) = tenant.application();
    consent(&tenant, principal["id"].as_str().unwrap(), "Application.ReadWrite.All");
    let run = tenant.apply(&reporting);
    assert!(run.stdout.contains("Application.ReadWrite.All PRIVILEGED is consented"), "{run:?}");
    let pruning = spec_with(tenant.path(), &[PRODUCTION], "extras: prune\n");
    let run =
        tenant.run(&["apply", "--auto-approve", "--allow-deletes", pruning.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.changes(), ["- consent Application.ReadWrite.All PRIVILEGED"]);
    tenant.assert_nothing_to_do(pruning.to_str().unwrap());
}

/// Grants a permission of Microsoft Graph behind the tool's back.
pub fn consent(tenant: &Tenant, principal: &str, permission: &str) {
    let graph = format!("/servicePrincipals(appId='{GRAPH}')");
    let graph = tenant.graph(Method::GET, &graph, None);
    let roles = graph["appRoles"].as_array().unwrap();
    let role = roles.iter().find(|role| role["value"] == permission).unwrap();
    let path = format!("/servicePrincipals/{}/appRoleAssignedTo", graph["id"].as_str().unwrap());
    let body =
        json!({ "principalId": principal, "resourceId": graph["id"], "appRoleId": role["id"] });
    tenant.graph(Method::POST, &path, body);
}
