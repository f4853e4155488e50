//! The least rights, and that they suffice.

use std::path::Path;

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

const SCOPE: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

#[test]
fn the_least_rights_are_printed_without_asking_anybody() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let run = Run::of(binary(directory.path()).arg("permissions").arg(&path));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_snapshot!(run.stdout, @"
    To plan
       read the directory  [A, B, C, D, E and F]
          Microsoft Graph  Application.Read.All, Organization.Read.All
          directory role   Directory Readers
       */read at subscription 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081  [C, D and E]
          Azure role       Reader

    To apply, besides
       create applications  [A]
          Microsoft Graph  Application.ReadWrite.OwnedBy
          directory role   Application Developer
       create its service principal  [A]
          Microsoft Graph  Application.ReadWrite.OwnedBy
          directory role   Application Developer
       change the application  [B and F]
          Microsoft Graph  Application.ReadWrite.OwnedBy
          directory role   Application Developer
       consent to Microsoft Graph permissions  [B]
          Microsoft Graph  AppRoleAssignment.ReadWrite.All, Application.Read.All
          directory role   Privileged Role Administrator
       Microsoft.Authorization/roleAssignments/write at subscription 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081  [C and D]
          Azure role       Role Based Access Control Administrator
       Microsoft.Authorization/roleDefinitions/write at subscription 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081  [D]
          Azure role       User Access Administrator
       Microsoft.KeyVault/vaults/accessPolicies/write at subscription 1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081  [E]
          Azure role       Key Vault Contributor

    A workload needs the permissions or the role; a person needs the role, and a client such as az login.
    What is said of an application holds for one that this operator makes and so owns. Of one that
    somebody else made, Application.ReadWrite.All or Cloud Application Administrator is needed.
    `doctor` tells what you hold of what is needed now.
    ");
}

#[test]
fn programs_are_told_each_right_with_its_step_and_scope() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let arguments = ["permissions", "--only", "C", "--format", "json"];
    let run = Run::of(binary(directory.path()).args(arguments).arg(&path));
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let rights = printed["rights"].as_array().unwrap();
    assert_eq!(rights.len(), 3, "{printed}");
    let write = json!({
        "for": "apply",
        "step": "C",
        "service": "Azure Resource Manager",
        "right": "Microsoft.Authorization/roleAssignments/write",
        "scope": SCOPE,
        "place": SCOPE.trim_start_matches('/').replace("subscriptions/", "subscription "),
        "role": "Role Based Access Control Administrator",
        "graphPermissions": [],
    });
    assert_eq!(rights[2], write);
}

/// How somebody signs in who holds no more than was asked for.
pub struct Least {
    pub client_id: String,
    pub secret: String,
}

impl Least {
    fn run(&self, tenant: &Tenant, arguments: &[&str]) -> Run {
        let mut command = tenant.command(arguments);
        command.env("AZURE_CLIENT_ID", &self.client_id).env("AZURE_CLIENT_SECRET", &self.secret);
        Run::of(&mut command)
    }
}

/// A service principal that holds exactly what the rights name.
fn operator_with(tenant: &Tenant, rights: &[Value]) -> Least {
    let post = |path: &str, body: Value| tenant.graph(Method::POST, path, body);
    let application = post("/applications", json!({ "displayName": "least" }));
    let principal = post("/servicePrincipals", json!({ "appId": application["appId"] }));
    let graph = "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    let graph = tenant.graph(Method::GET, graph, None);
    let names = rights.iter().flat_map(|right| right["graphPermissions"].as_array().unwrap());
    for role in graph["appRoles"].as_array().unwrap() {
        if names.clone().any(|name| *name == role["value"]) {
            let path = format!("/servicePrincipals/{}/appRoleAssignedTo", text(&graph["id"]));
            post(
                &path,
                json!({
                    "principalId": principal["id"],
                    "resourceId": graph["id"],
                    "appRoleId": role["id"],
                }),
            );
        }
    }
    let in_azure = rights.iter().filter(|right| right["service"] == "Azure Resource Manager");
    let roles: std::collections::BTreeSet<_> = in_azure.map(|right| text(&right["role"])).collect();
    for role in roles {
        assign(tenant, text(&principal["id"]), role);
    }
    let path = format!("/applications/{}/addPassword", text(&application["id"]));
    let password = post(&path, json!({ "passwordCredential": { "displayName": "x" } }));
    Least {
        client_id: text(&application["appId"]).to_owned(),
        secret: text(&password["secretText"]).to_owned(),
    }
}

/// Somebody who holds what `permissions` prints for a plan of that spec.
pub fn least_to_plan(tenant: &Tenant, spec: &Path) -> Least {
    let mut command = binary(tenant.path());
    let printed = Run::of(command.args(["permissions", "--format", "json"]).arg(spec));
    let printed: Value = serde_json::from_str(&printed.stdout).unwrap();
    let rights = printed["rights"].as_array().unwrap().iter();
    let to_plan: Vec<_> = rights.filter(|right| right["for"] == "plan").cloned().collect();
    operator_with(tenant, &to_plan)
}

fn assign(tenant: &Tenant, principal: &str, role: &str) {
    let definitions = format!(
        "{SCOPE}/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName eq '{role}'"
    );
    let found = tenant.arm(Method::GET, &definitions, "2022-04-01", None);
    let definition = text(&found["value"][0]["id"]);
    // The name has to be a GUID, and another one for each role.
    let guid = definition.rsplit('/').next().unwrap();
    let path = format!("{SCOPE}/providers/Microsoft.Authorization/roleAssignments/{guid}");
    let body = json!({ "properties": {
        "roleDefinitionId": definition,
        "principalId": principal,
        "principalType": "ServicePrincipal",
    }});
    tenant.arm(Method::PUT, &path, "2022-04-01", body);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn the_least_rights_suffice_to_plan_and_to_apply() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let planner = least_to_plan(&tenant, path.as_ref());
    let plan = planner.run(&tenant, &["plan", path]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let refused = planner.run(&tenant, &["apply", "--auto-approve", path]);
    assert_ne!(refused.code, Some(0), "{refused:?}");

    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let printed = Run::of(binary(tenant.path()).args(["permissions", "--format", "json", path]));
    let printed: Value = serde_json::from_str(&printed.stdout).unwrap();
    let applier = operator_with(&tenant, printed["rights"].as_array().unwrap());
    let doctor = applier.run(&tenant, &["doctor", path]);
    assert!(doctor.last_line().contains(" 0 missing, 0 cannot tell"), "{doctor:?}");
    let apply = applier.run(&tenant, &["apply", "--auto-approve", path]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    tenant.assert_nothing_to_do(path);
}
