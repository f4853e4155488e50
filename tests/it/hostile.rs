//! A tenant in which much is not as it should be: the plan says it as a colleague would.

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::f_certificate::add_foreign_certificate;
use crate::support::{PRODUCTION, Tenant, spec_with};

const SUBSCRIPTION: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

#[test]
fn a_hostile_tenant_is_explained() {
    let tenant = Tenant::new();
    let scope = format!("{PRODUCTION}, name: Production");
    let spec = spec_with(tenant.path(), &[&scope], "");
    tenant.apply(&spec);
    make_hostile(&tenant);
    let run = tenant.run(&["plan", "-v", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(6), "{run:?}");
    let text: Vec<_> = run.stdout.lines().skip(2).map(steady).collect();
    assert_snapshot!(text.join("\n"), @"

    D  Custom role
       ~ role definition       mondoo-role (23 actions, 2 data actions)
           definition
               /subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081
             actions:
           -   Microsoft.Compute/virtualMachines/*
           +   Microsoft.Authorization/*/read
               Microsoft.Compute/virtualMachines/runCommand/action
               Microsoft.Compute/virtualMachines/runCommands/read

    Notes
       x Reader is assigned at subscription Prod (old) (1b2c3d4e-…) under a condition, which Azure counts as assigned: remove that assignment or its condition [conditioned-assignment]
       ! subscription Prod (old) (1b2c3d4e-…) is called Production in the spec: look whether it is the right one, and correct its name there [subscription-renamed]
       ! owner Grace Hopper of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners [foreign-hand]
       ! certificate by hand of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners [foreign-hand]
       ! federated credential workflow of application mondoo-security is not ours, and reaches all that is granted here: remove it, or add an owner that you know to application.owners [foreign-hand]
       ! another application is called mondoo-security (client id …) and is not ours: it is left alone; look whether it still is of use [look-alike]
       ! Application.ReadWrite.All PRIVILEGED is consented, which the spec does not ask for: `extras: prune` removes it; keep: [Application.ReadWrite.All] hides it [extra]
       ! mondoo-role may run any code on virtual machines although scanVms is off: Microsoft.Compute/virtualMachines/runCommands/write, Microsoft.Compute/virtualMachines/runCommand/action [grants-code-execution]
       ! mondoo-role reads settings and connection strings of web apps, which often hold secrets [grants-app-settings]
       ! mondoo-role may change things, though a scan only reads: Microsoft.Insights/alertRules/*, Microsoft.Resources/deployments/*, Microsoft.Support/* [grants-writes]
       ! the access to vaults reads secret values; a scan needs their names alone: keyVaults.permissions.secrets: [list] [grants-secret-values]
       i ThreatIndicators.Read.All reaches no Graph API any more; the manual still lists it [permission-retired]

    Blocked: what stands at x above is left out until the spec or Azure changes.
    Vaults: 3, of which 0 to change and 2 on RBAC, which need nothing.
    Plan: 0 to create, 1 to update, 0 to restore, 0 to delete.
    ");
}

fn make_hostile(tenant: &Tenant) {
    let (application, principal) = tenant.application();
    look_alike(tenant);
    add_foreign_certificate(tenant, &application);
    add_hands(tenant, &application, &principal);
    conditioned(tenant, principal["id"].as_str().unwrap());
    let rename = format!("{SUBSCRIPTION}/providers/Microsoft.Subscription/rename");
    let name = json!({ "subscriptionName": "Prod (old)" });
    tenant.arm(Method::POST, &rename, "2021-10-01", name);
    let vault = format!(
        "{SUBSCRIPTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    let rbac = json!({ "properties": { "enableRbacAuthorization": true } });
    tenant.arm(Method::PATCH, &vault, "2026-02-01", rbac);
    edited_role(tenant);
    consent(tenant, principal["id"].as_str().unwrap(), "Application.ReadWrite.All");
}

/// Ids that differ from run to run become `…`.
fn steady(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let id = word.trim_matches(|c: char| !c.is_ascii_hexdigit());
        let is_new = id.len() == 36 && !id.starts_with("1b2c3d4e") && id.matches('-').count() == 4;
        if is_new { word.replace(id, "…") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

/// A workflow that may sign in as the application, and an owner of its service principal.
fn add_hands(tenant: &Tenant, application: &Value, principal: &Value) {
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let workflow = json!({
        "name": "workflow",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:somebody/something:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    });
    tenant.graph(Method::POST, &format!("{path}/federatedIdentityCredentials"), workflow);
    let path = format!("/servicePrincipals/{}/owners/$ref", principal["id"].as_str().unwrap());
    let grace = "https://graph.microsoft.com/v1.0/users/3d445566-7788-499a-abac-bdcedfe0f102";
    tenant.graph(Method::POST, &path, json!({ "@odata.id": grace }));
}

fn look_alike(tenant: &Tenant) {
    tenant.graph(Method::POST, "/applications", json!({ "displayName": "mondoo-security" }));
}

/// Somebody limited what Reader gives.
fn conditioned(tenant: &Tenant, principal: &str) {
    let assignments = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments");
    let list = format!("{assignments}?$filter=principalId eq '{principal}'");
    let listed = tenant.arm(Method::GET, &list, "2022-04-01", None);
    let is_reader = |id: &str| id.ends_with("acdd72a7-3385-48ef-bd42-f606fba81ae7");
    let listed = listed["value"].as_array().unwrap();
    let reader = listed
        .iter()
        .find(|found| is_reader(found["properties"]["roleDefinitionId"].as_str().unwrap()))
        .unwrap();
    let mut properties = reader["properties"].clone();
    properties["condition"] = "@Resource[Microsoft.Storage/x:y] StringEquals 'z'".into();
    properties["conditionVersion"] = "2.0".into();
    let id = reader["id"].as_str().unwrap();
    tenant.arm(Method::PUT, id, "2022-04-01", json!({ "properties": properties }));
}

fn edited_role(tenant: &Tenant) {
    let definitions = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions");
    let list = format!("{definitions}?$filter=type eq 'CustomRole'");
    let mut listed = tenant.arm(Method::GET, &list, "2022-04-01", None);
    let mut role = listed["value"][0].take();
    let actions = role["properties"]["permissions"][0]["actions"].as_array_mut().unwrap();
    actions[0] = "Microsoft.Compute/virtualMachines/*".into();
    let id = role["id"].as_str().unwrap().to_owned();
    let body = json!({ "properties": role["properties"].take() });
    tenant.arm(Method::PUT, &id, "2022-04-01", body);
}
