//! The script for Azure CLI, run by Azure CLI.

use std::path::Path;

use planner::role_assignment_id;
use reqwest::Method;
use serde_json::{Value, json};
use spec::{ManagementGroupId, RoleDefinitionId, ScopeId};

use crate::f_certificate::add_foreign_certificate;
use crate::support::{AzureCli, DEVELOPMENT, PRODUCTION, Run, Tenant, spec, spec_with};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const PRODUCTION_ID: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
const GROUP: &str = "/providers/Microsoft.Management/managementGroups/platform";
const SHARED: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults\
                      /providers/Microsoft.KeyVault/vaults/kv-shared";
const ROLES: &str = "2022-04-01";
const VAULTS: &str = "2026-02-01";

/// Each permission costs a run of Azure CLI, which takes its second.
const LEFT_OUT: [&str; 11] = [
    "AuditLog.Read.All",
    "Domain.Read.All",
    "IdentityProvider.Read.All",
    "IdentityRiskEvent.Read.All",
    "IdentityRiskyUser.Read.All",
    "Policy.Read.ConditionalAccess",
    "Policy.Read.PermissionGrant",
    "SecurityActions.Read.All",
    "SecurityEvents.Read.All",
    "ThreatAssessment.Read.All",
    "ThreatIndicators.Read.All",
];

/// Exports, and leaves the script where it is run.
fn export(tenant: &Tenant, spec: &Path) {
    let run = tenant.run(&["export", "--as", "az", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    std::fs::write(tenant.path().join("script.sh"), run.stdout).unwrap();
}

fn run(cli: &AzureCli, tenant: &Tenant, variables: &[(&str, &str)]) -> Run {
    let mut command = cli.command(tenant, "bash");
    let run = Run::of(command.arg("script.sh").envs(variables.iter().copied()));
    assert_eq!(run.code, Some(0), "{run:?}");
    run
}

#[test]
fn a_script_for_azure_cli_makes_everything_and_then_nothing() {
    let tenant = Tenant::new();
    let Some(cli) = AzureCli::sign_in(&tenant) else { return };
    let more = format!("graphPermissions: {{ remove: [{}] }}\n", LEFT_OUT.join(", "));
    let spec = spec_with(tenant.path(), &[PRODUCTION, "managementGroup: platform"], &more);
    let text = std::fs::read_to_string(&spec).unwrap();
    let certificate = "{ generate: { output: made.pem, keySize: 3072 } }";
    std::fs::write(&spec, text.replace("{ file: certificate.pem }", certificate)).unwrap();
    export(&tenant, &spec);
    let arguments = ["certificate", "generate", "--output", "made.pem", spec.to_str().unwrap()];
    assert_eq!(Run::of(crate::support::binary(tenant.path()).args(arguments)).code, Some(0));

    let first = run(&cli, &tenant, &[("CERTIFICATE", "made.pem")]);
    assert!(first.stdout.ends_with(" written, 0 left.\n"), "{first:?}");
    assert_eq!(first.stderr, "", "{first:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    assert_names_are_ours(&tenant);

    tenant.requests_by_route();
    let second = run(&cli, &tenant, &[("CERTIFICATE", "made.pem")]);
    assert_eq!(second.stdout, "Done: 0 written, 0 left.\n");
    let requests = tenant.requests_by_route();
    let writes = requests.keys().filter(|route| !route.starts_with("GET "));
    let writes: Vec<_> = writes.filter(|route| !route.ends_with("/token")).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

/// They hang on the principal, which the script alone has seen: it derives them as apply does.
fn assert_names_are_ours(tenant: &Tenant) {
    let (_, principal) = tenant.application();
    let id = principal["id"].as_str().unwrap();
    let reader: RoleDefinitionId = READER.parse().unwrap();
    let group = ScopeId::ManagementGroup(ManagementGroupId::new("platform".to_owned()));
    let production = PRODUCTION_ID.rsplit('/').next().unwrap().parse().unwrap();
    for (scope, path) in [(group, GROUP), (ScopeId::Subscription(production), PRODUCTION_ID)] {
        let name = role_assignment_id(&scope, id.parse().unwrap(), reader);
        let path = format!("{path}/providers/Microsoft.Authorization/roleAssignments/{name}");
        let live = tenant.arm(Method::GET, &path, ROLES, None);
        assert_eq!(live["properties"]["principalId"], id, "{live}");
        assert_eq!(live["properties"]["principalType"], "ServicePrincipal");
    }
}

#[test]
fn a_script_for_azure_cli_mends_what_is_ours_and_keeps_what_is_not() {
    let tenant = Tenant::new();
    let Some(cli) = AzureCli::sign_in(&tenant) else { return };
    tenant.apply(&spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]));
    // Another scope, another name: assignments go, the role shrinks, the application is renamed.
    let more = "application: { displayName: \"it's $(id) `id`\" }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    tamper(&tenant);
    export(&tenant, &spec);

    let careful = run(&cli, &tenant, &[]);
    assert!(careful.stdout.contains("left, because ALLOW_DELETES is not yes"), "{careful:?}");
    assert!(careful.stdout.ends_with(" written, 4 left.\n"), "{careful:?}");
    let run = run(&cli, &tenant, &[("ALLOW_DELETES", "yes")]);
    assert!(run.stdout.ends_with("Done: 4 written, 0 left.\n"), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    assert_foreign_things_stay(&tenant);
}

fn tamper(tenant: &Tenant) {
    let (application, principal) = tenant.application();
    let id = principal["id"].as_str().unwrap();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let foreign = json!([
        { "resourceAppId": "797f4846-ba00-4fd7-ba43-dac1f8f63013",
          "resourceAccess": [{ "id": "41094075-9dad-400e-a0bd-54e686782033", "type": "Scope" }] },
        { "resourceAppId": GRAPH,
          "resourceAccess": [{ "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" }] },
    ]);
    let body = json!({ "requiredResourceAccess": foreign, "tags": ["theirs"], "notes": "theirs" });
    tenant.graph(Method::PATCH, &path, body);
    // Theirs takes the place of ours.
    let without = json!({ "id": application["id"], "keyCredentials": [] });
    add_foreign_certificate(tenant, &without);
    let body = json!({ "properties": { "accessPolicies": [{
        "tenantId": principal["appOwnerOrganizationId"], "objectId": id,
        "permissions": { "keys": ["list", "backup"] },
    }]}});
    tenant.arm(Method::PUT, &format!("{SHARED}/accessPolicies/replace"), VAULTS, body);
    let list = format!(
        "{PRODUCTION_ID}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'"
    );
    let listed = tenant.arm(Method::GET, &list, ROLES, None);
    let ours = listed["value"].as_array().unwrap().iter();
    let role = ours.into_iter().find(|role| role["properties"]["roleName"] == "mondoo-role");
    let mut properties = role.unwrap()["properties"].clone();
    properties["permissions"][0]["actions"] = json!(["Microsoft.Compute/*/read"]);
    let body = json!({ "properties": properties });
    tenant.arm(Method::PUT, role.unwrap()["id"].as_str().unwrap(), ROLES, body);
}

fn assert_foreign_things_stay(tenant: &Tenant) {
    let (application, principal) = tenant.application();
    assert_eq!(application["displayName"], "it's $(id) `id`");
    assert_eq!(application["notes"], "theirs");
    assert_eq!(application["tags"], json!(["theirs", "mondoo-azure:mondoo-security"]));
    let names = application["keyCredentials"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|one| one["displayName"].as_str().unwrap()).collect();
    assert!(names.contains(&"by hand") && names.len() == 2, "{names:?}");
    let requested = application["requiredResourceAccess"].as_array().unwrap();
    assert_eq!(requested[0]["resourceAppId"], "797f4846-ba00-4fd7-ba43-dac1f8f63013");
    assert_eq!(requested[1]["resourceAccess"].as_array().unwrap().len(), 16);
    let vault = tenant.arm(Method::GET, SHARED, VAULTS, None);
    let entries = vault["properties"]["accessPolicies"].as_array().unwrap();
    let is_ours = |entry: &&Value| entry["objectId"] == principal["id"];
    let ours = entries.iter().find(is_ours).unwrap();
    assert_eq!(ours["permissions"]["keys"], json!(["list", "backup", "get"]));
    assert!(entries.iter().any(|entry| !is_ours(&entry)), "{entries:?}");
}
