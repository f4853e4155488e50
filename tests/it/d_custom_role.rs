//! Step D.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{DEVELOPMENT, PRODUCTION, Tenant, spec, spec_with};

const GROUP: &str = "managementGroup: platform";
const SCOPE: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

pub fn custom_roles(tenant: &Tenant, scope: &str) -> Vec<Value> {
    let path = format!(
        "{scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'"
    );
    let mut listed = tenant.arm(Method::GET, &path, "2022-04-01", None);
    let Value::Array(roles) = listed["value"].take() else { panic!("{listed}") };
    roles
}

fn write(tenant: &Tenant, role: &Value) {
    let path = format!(
        "{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/{}",
        role["name"].as_str().unwrap()
    );
    let body = json!({ "properties": role["properties"] });
    tenant.arm(Method::PUT, &path, "2022-04-01", body);
}

#[test]
fn subscriptions_share_the_role_of_the_manual() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]));
    let roles = custom_roles(&tenant, SCOPE);
    assert_eq!(roles.len(), 1);
    let properties = &roles[0]["properties"];
    assert_eq!(properties["roleName"], "mondoo-role");
    let permissions = &properties["permissions"][0];
    assert_eq!(permissions["actions"].as_array().unwrap().len(), 23);
    assert_eq!(permissions["dataActions"].as_array().unwrap().len(), 2);
    assert_eq!(properties["assignableScopes"].as_array().unwrap().len(), 2);
}

#[test]
fn a_management_group_has_the_other_role_of_the_manual() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &["managementGroup: platform"]));
    let group = "/providers/Microsoft.Management/managementGroups/platform";
    let roles = custom_roles(&tenant, group);
    assert_eq!(roles.len(), 1);
    let properties = &roles[0]["properties"];
    assert_eq!(properties["roleName"], "mondoo-role-platform");
    assert_eq!(properties["assignableScopes"], json!([group]));
    let permissions = &properties["permissions"][0];
    assert_eq!(permissions["actions"].as_array().unwrap().len(), 13);
    assert_eq!(permissions["dataActions"], json!([]));
}

#[test]
fn a_role_edited_by_hand_is_shown_as_a_difference_and_mended() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let mut role = custom_roles(&tenant, SCOPE).remove(0);
    role["properties"]["permissions"][0]["actions"][0] = json!("Microsoft.Compute/*");
    write(&tenant, &role);
    let plan = tenant.run(&["plan", "-v", spec.to_str().unwrap()]);
    assert_eq!(plan.changes(), ["~ role definition mondoo-role (23 actions, 2 data actions)"]);
    assert!(plan.stdout.contains("       -   Microsoft.Compute/*\n"), "{plan:?}");
    assert!(plan.stdout.contains("       +   Microsoft.Authorization/*/read\n"), "{plan:?}");
    tenant.apply(&spec);
}

#[test]
fn a_further_subscription_grows_the_same_role() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let before = custom_roles(&tenant, SCOPE).remove(0);
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]));
    let after = custom_roles(&tenant, SCOPE).remove(0);
    assert_eq!(after["name"], before["name"]);
    assert_eq!(after["properties"]["assignableScopes"].as_array().unwrap().len(), 2);
    // What left the spec goes when it is allowed: roles first, then the scope of the definition.
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let refused = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    let run = tenant.run(&["apply", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.last_line().contains(" 1 updated, 0 restored, 3 deleted, 0 failed"), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    let left = custom_roles(&tenant, SCOPE).remove(0);
    assert_eq!(left["properties"]["assignableScopes"].as_array().unwrap().len(), 1);
}

/// Azure lets no scope go where somebody holds the role: a wider role is right.
#[test]
fn a_scope_where_others_hold_the_role_stays() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]));
    let role = custom_roles(&tenant, SCOPE).remove(0);
    let scope = DEVELOPMENT.replace("subscription: ", "/subscriptions/");
    let assignments = format!("{scope}/providers/Microsoft.Authorization/roleAssignments");
    let properties = json!({
        "roleDefinitionId": role["id"],
        "principalId": "2c334455-6677-4889-9a9b-acbdcedfe0f1",
        "principalType": "User",
    });
    let path = format!("{assignments}/7f3b1c52-6a54-4d0e-9d2b-1f0a5c7e9b11");
    tenant.arm(Method::PUT, &path, "2022-04-01", json!({ "properties": properties }));
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    let left = custom_roles(&tenant, SCOPE).remove(0);
    assert_eq!(left["properties"]["assignableScopes"].as_array().unwrap().len(), 2);
}

#[test]
fn an_action_that_azure_does_not_know_is_named() {
    let tenant = Tenant::new();
    let more = "roles: { custom: { addActions: [Microsoft.Compute/disks/frobnicate] } }\nallowPrivileged: [Microsoft.Compute/disks/frobnicate]\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stderr.contains("one of its actions: 'Microsoft.Compute/disks/frob"), "{run:?}");
    assert!(run.stderr.contains("hint: take it out of roles.custom.addActions"), "{run:?}");
}

#[test]
fn a_group_that_left_the_spec_takes_its_role_along() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, GROUP]));
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.changes().iter().any(|l| l.starts_with("- role definition mondoo-role-platform")));
    assert_eq!(custom_roles(&tenant, SCOPE).len(), 1);
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
}

#[test]
fn a_foreign_role_of_the_same_name_blocks_before_any_write() {
    let tenant = Tenant::new();
    let foreign = json!({
        "name": "0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f",
        "properties": {
            "roleName": "mondoo-role",
            "description": "Made by hand",
            "permissions": [{ "actions": ["*/read"], "notActions": [] }],
            "assignableScopes": [SCOPE],
        },
    });
    write(&tenant, &foreign);
    let path = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("[role-name-taken]"), "{run:?}");
    let list = tenant.graph(
        Method::GET,
        "/applications?$filter=displayName eq 'mondoo-security'",
        Value::Null,
    );
    assert_eq!(list["value"], json!([]), "nothing was written");
    let renamed = "roles: { custom: { name: mondoo-scan } }\n";
    tenant.apply(&spec_with(tenant.path(), &[PRODUCTION], renamed));
}
