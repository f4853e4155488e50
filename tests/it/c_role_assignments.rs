//! Step C.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{DEVELOPMENT, PRODUCTION, Tenant, spec};

#[test]
fn three_roles_are_assigned_at_each_subscription() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]));
    let (_, principal) = tenant.application();
    let principal = principal["id"].as_str().unwrap();
    for subscription in [PRODUCTION, DEVELOPMENT] {
        let scope = subscription.replace("subscription: ", "/subscriptions/");
        let assignments = assignments(&tenant, &scope, principal);
        let mut roles: Vec<_> =
            assignments.iter().map(|assignment| role_name(&tenant, &scope, assignment)).collect();
        roles.sort();
        assert_eq!(roles, ["Key Vault Reader", "Reader", "mondoo-role"]);
        for assignment in assignments {
            let properties = &assignment["properties"];
            assert_eq!(properties["scope"], scope);
            assert_eq!(properties["principalType"], "ServicePrincipal");
            let description = properties["description"].as_str().unwrap();
            assert!(description.ends_with("[mondoo-azure:mondoo-security]"), "{description}");
        }
    }
}

#[test]
fn what_somebody_else_assigned_is_enough() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let scope = PRODUCTION.replace("subscription: ", "/subscriptions/");
    let (_, principal) = tenant.application();
    let ours = assignments(&tenant, &scope, principal["id"].as_str().unwrap()).remove(0);
    tenant.arm(Method::DELETE, ours["id"].as_str().unwrap(), "2022-04-01", None);
    let other = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments/7f3b1c52-6a54-4d0e-9d2b-1f0a5c7e9b11"
    );
    let mut properties = json!({
        "roleDefinitionId": ours["properties"]["roleDefinitionId"],
        "principalId": ours["properties"]["principalId"],
        "principalType": "ServicePrincipal",
    });
    let body = json!({ "properties": properties });
    tenant.arm(Method::PUT, &other, "2022-04-01", body);
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    // Not so with a condition, which is somebody's decision: everything else goes on.
    properties["condition"] = "@Resource[Microsoft.Storage/x:y] StringEquals 'z'".into();
    properties["conditionVersion"] = "2.0".into();
    tenant.arm(Method::PUT, &other, "2022-04-01", json!({ "properties": properties }));
    let run = tenant.run(&["plan", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stdout.contains("[conditioned-assignment]"), "{run:?}");
    let run = tenant.run(&["export", "--as", "az", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(
        run.stdout.starts_with("#!") && run.stderr.contains("left out of the script"),
        "{run:?}"
    );
    let run = tenant.run(&["apply", "--auto-approve", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stdout.contains("\nBlocked: what stands at x"), "{run:?}");
}

fn assignments(tenant: &Tenant, scope: &str, principal: &str) -> Vec<Value> {
    let path = format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{principal}'"
    );
    let mut listed = tenant.arm(Method::GET, &path, "2022-04-01", None);
    let Value::Array(assignments) = listed["value"].take() else { panic!("{listed}") };
    assignments
}

fn role_name(tenant: &Tenant, scope: &str, assignment: &Value) -> String {
    let id = assignment["properties"]["roleDefinitionId"].as_str().unwrap();
    let guid = id.rsplit('/').next().unwrap();
    let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}");
    let definition = tenant.arm(Method::GET, &path, "2022-04-01", None);
    definition["properties"]["roleName"].as_str().unwrap().to_owned()
}
