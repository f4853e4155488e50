//! `adopt`: what was made by hand is recognised, and nothing of others changes.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::json;
use time::Duration;

use crate::d_custom_role::custom_roles;
use crate::f_certificate::add_foreign_certificate;
use crate::support::{
    AzureCli, ByHand, PRODUCTION, Run, SUBSCRIPTION, Tenant, Way, binary, differences, inventory,
    manual, set_up, spec, spec_with, terraform,
};

/// All that taking over changes.
const ADOPTED: &[&str] = &["~ application: tags, uniqueName", "~ servicePrincipal: tags"];

fn adopt(tenant: &Tenant, spec: &Path, app_id: &str) -> Run {
    tenant.run(&["adopt", spec.to_str().unwrap(), "--app-id", app_id, "--auto-approve"])
}

/// A tenant in which somebody has followed the manual, and the spec for it.
fn by_hand() -> (Tenant, PathBuf, ByHand) {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let made = set_up(&tenant, &manual(&tenant.path().join("certificate.pem")));
    (tenant, spec, made)
}

#[test]
fn a_set_up_of_the_manual_is_recognised_whole_and_left_whole() {
    let (tenant, spec, made) = by_hand();
    let before = inventory(&tenant);
    let run = adopt(&tenant, &spec, &made.app);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.changes(),
        ["~ application mondoo-security", "~ service principal mondoo-security"]
    );
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    assert_eq!(differences(&before, &inventory(&tenant)), ADOPTED);
    let (application, _) = tenant.application();
    assert_eq!(application["id"], made.object);
    let tags = json!(["mondoo-azure:mondoo-security", "mondoo-azure-adopted"]);
    assert_eq!(application["tags"], tags);
    let again = adopt(&tenant, &spec, &made.app);
    assert_eq!((again.code, again.changes()), (Some(0), Vec::new()), "{again:?}");
    let destroy = ["destroy", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()];
    let destroyed = tenant.run(&destroy);
    assert_eq!(destroyed.code, Some(0), "{destroyed:?}");
    assert_eq!(destroyed.changes(), ["~ application mondoo-security"]);
    assert_eq!(differences(&before, &inventory(&tenant)), ADOPTED);
}

/// The same by the script that stock clients are tried with.
#[test]
fn a_set_up_that_azure_cli_made_alone_is_recognised_whole() {
    let tenant = Tenant::at_rest();
    let Some(cli) = AzureCli::sign_in(&tenant) else { return };
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let pem = std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap();
    let public = &pem[pem.find("-----BEGIN CERTIFICATE").unwrap()..];
    std::fs::write(tenant.path().join("public.pem"), public).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/clients/manual-setup.sh");
    let subscription = SUBSCRIPTION.trim_start_matches("/subscriptions/");
    let mut command = cli.command(&tenant, "bash");
    let made = Run::of(command.args([script, "mondoo-security", subscription, "public.pem"]));
    assert_eq!(made.code, Some(0), "{made:?}");
    let before = inventory(&tenant);
    let run = adopt(&tenant, &spec, made.last_line());
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    let changed = differences(&before, &inventory(&tenant));
    assert_eq!(changed, ADOPTED);
}

#[test]
fn what_terraform_left_out_is_added_beside_what_it_made() {
    let tenant = Tenant::new();
    let more = "application: { displayName: Mondoo Security Integration }\n\
                roles: { custom: { name: tf-mondoo-security-role } }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let certificate = tenant.path().join("certificate.pem");
    let mut way = terraform(&certificate);
    way.actions.retain(|action| action != "Microsoft.Compute/virtualMachines/runCommand/action");
    way.actions.push("Microsoft.Compute/virtualMachines/runCommands/delete".to_owned());
    let made = set_up(&tenant, &way);
    let before = inventory(&tenant);
    let run = adopt(&tenant, &spec, &made.app);
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    let consents = ["+ appRoleAssignment"; 15];
    let others = ["+ assignment", "~ application: tags, uniqueName", "~ definition: properties"];
    let vaults = ["~ servicePrincipal: tags", "~ vault: properties", "~ vault: properties"];
    assert_eq!(
        differences(&before, &inventory(&tenant)),
        [&consents[..], &others, &vaults].concat()
    );
}

/// At a management group, where the manual's role has the same name as anywhere.
#[test]
fn a_role_at_a_management_group_is_recognised_by_who_holds_it() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &["managementGroup: platform"]);
    let certificate = tenant.path().join("certificate.pem");
    let profile = ::spec::Profile::documented();
    let actions = &profile.custom_role.management_group.actions;
    let scope = "/providers/Microsoft.Management/managementGroups/platform";
    let actions = actions.iter().map(|line| line.name.clone()).collect();
    let way = Way { scope, actions, data_actions: Vec::new(), ..manual(&certificate) };
    let made = set_up(&tenant, &way);
    let before = inventory(&tenant);
    let run = adopt(&tenant, &spec, &made.app);
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    let changed = differences(&before, &inventory(&tenant));
    // The vaults of the group's other subscription had no access policy.
    assert_eq!(changed, [ADOPTED, &["~ vault: properties"; 2]].concat());
}

#[test]
fn a_role_that_others_hold_too_is_not_widened() {
    let (tenant, spec, made) = by_hand();
    let role = custom_roles(&tenant, SUBSCRIPTION).remove(0);
    let mut properties = role["properties"].clone();
    properties["permissions"][0]["actions"].as_array_mut().unwrap().pop();
    let path = role["id"].as_str().unwrap();
    tenant.arm(Method::PUT, path, "2022-04-01", json!({ "properties": properties }));
    let client_id = &tenant.sandbox.operator().client_id;
    let other = format!("/servicePrincipals(appId='{client_id}')");
    let assignment = json!({ "properties": {
        "roleDefinitionId": role["id"], "principalType": "ServicePrincipal",
        "principalId": tenant.graph(Method::GET, &other, None)["id"],
    }});
    let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    let path = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments/{id}");
    tenant.arm(Method::PUT, &path, "2022-04-01", assignment);
    let before = inventory(&tenant);
    let run = adopt(&tenant, &spec, &made.app);
    assert_eq!(run.code, Some(5), "{run:?}");
    assert!(run.stdout.contains("1 assignments to others use it"), "{run:?}");
    assert!(run.stdout.contains("set roles.custom.name"), "{run:?}");
    assert_eq!(differences(&before, &inventory(&tenant)), ADOPTED);
}

#[test]
fn other_hands_are_listed_first_and_do_not_block() {
    let (tenant, spec, made) = by_hand();
    let path = format!("/applications/{}", made.object);
    let application = tenant.graph(Method::GET, &path, None);
    add_foreign_certificate(&tenant, &application);
    let password = json!({ "passwordCredential": { "displayName": "for the old script" } });
    tenant.graph(Method::POST, &format!("{path}/addPassword"), password);
    let spec = spec.to_str().unwrap();
    let dry = tenant.run(&["adopt", spec, "--app-id", &made.app, "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let hands = "Hands    others, who reach all that it holds:\n   ! certificate by hand\n   ! \
                 password for the old script\n\n";
    assert!(dry.stdout.contains(hands), "{dry:?}");
    assert!(dry.stdout.find(hands) < dry.stdout.find("A  Application"), "{dry:?}");
    let run = adopt(&tenant, Path::new(spec), &made.app);
    assert_eq!(run.code, Some(0), "{run:?}");
    // Holding the roles is proof enough that it was let in by somebody who may.
    tenant.assert_nothing_to_do(spec);
}

#[test]
fn a_plan_to_adopt_is_saved_reviewed_and_applied_as_it_is() {
    let (tenant, spec, made) = by_hand();
    let spec = spec.to_str().unwrap();
    let before = inventory(&tenant);
    let adopt = ["adopt", spec, "--app-id", &made.app];
    let saved = tenant.run(&[&adopt[..], &["--dry-run", "--out", "plan.json"]].concat());
    assert_eq!(saved.code, Some(0), "{saved:?}");
    assert_eq!(differences(&before, &inventory(&tenant)), [] as [&str; 0]);
    let shown = Run::of(binary(tenant.path()).args(["show", "plan.json"]));
    assert!(shown.stdout.contains("~ application"), "{shown:?}");
    let forgotten = tenant.run(&[&adopt[..], &["--out", "plan.json"]].concat());
    assert_eq!(forgotten.code, Some(3), "{forgotten:?}");
    let run = tenant.run(&[&adopt[..], &["--plan", "plan.json"]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec);
}

#[test]
fn what_is_no_client_id_of_this_tenant_is_called_what_it_is() {
    let (tenant, spec, made) = by_hand();
    let before = inventory(&tenant);
    let check = |id: &str, words: &[&str]| {
        let run = adopt(&tenant, &spec, id);
        assert!(matches!(run.code, Some(3 | 4 | 6)), "{run:?}");
        let text = format!("{}{}", run.stdout, run.stderr);
        assert!(words.iter().all(|word| text.contains(word)), "{words:?} in {text}");
    };
    check(&made.object, &["object id of application mondoo-security", &made.app]);
    check(&made.principal, &["object id of the service principal", &made.app]);
    check("9b5f3f5e-63c4-4a3e-8f0e-1d2c3b4a5968", &["no application of the client id"]);
    check("00000003-0000-0000-c000-000000000000", &["Microsoft Graph of tenant f8cdef31-"]);
    check("mondoo-security", &["--app-id"]);
    assert_eq!(differences(&before, &inventory(&tenant)), [] as [&str; 0]);
}

#[test]
fn what_must_not_be_taken_over_is_refused() {
    let (tenant, spec, made) = by_hand();
    let path = format!("/applications/{}", made.object);
    let check = |change: serde_json::Value, back: serde_json::Value, words: &str| {
        tenant.graph(Method::PATCH, &path, change);
        let before = inventory(&tenant);
        let run = adopt(&tenant, &spec, &made.app);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stdout.contains(words), "{words} in {run:?}");
        assert_eq!(differences(&before, &inventory(&tenant)), [] as [&str; 0]);
        tenant.graph(Method::PATCH, &path, back);
    };
    let audience = |audience: &str| json!({ "signInAudience": audience });
    check(audience("AzureADMultipleOrgs"), audience("AzureADMyOrg"), "is multi-tenant");
    let tags = |tags: &[&str]| json!({ "tags": tags });
    check(tags(&["mondoo-azure:elsewhere"]), tags(&[]), "of another installation");
    let enabled = |enabled: bool| json!({ "accountEnabled": enabled });
    let principal = format!("/servicePrincipals/{}", made.principal);
    tenant.graph(Method::PATCH, &principal, enabled(false));
    check(tags(&[]), tags(&[]), "is disabled");
    tenant.graph(Method::PATCH, &principal, enabled(true));
    let named = json!({ "uniqueName": "somebody-elses" });
    check(named, tags(&[]), "set `name: somebody-elses` in the spec");
}

#[test]
fn which_one_is_meant_has_to_be_said() {
    let (tenant, spec, made) = by_hand();
    let twin = tenant.graph(
        Method::POST,
        "/applications",
        json!({ "displayName": "mondoo-security", "signInAudience": "AzureADMyOrg" }),
    );
    let run = tenant.run(&["adopt", spec.to_str().unwrap(), "--auto-approve"]);
    assert_eq!(run.code, Some(4), "{run:?}");
    for id in [&made.app, &made.object, twin["appId"].as_str().unwrap()] {
        assert!(run.stderr.contains(id), "{id} in {run:?}");
    }
    let today = tenant.now().date().to_string();
    assert_eq!(run.stderr.matches(&format!("created {today}")).count(), 2, "{run:?}");
    // The report is a day behind.
    assert_eq!(run.stderr.matches("last sign-in not known").count(), 2, "{run:?}");
    tenant.advance(3 * 24 * 60 * 60);
    let run = tenant.run(&["adopt", spec.to_str().unwrap(), "--auto-approve"]);
    let yesterday = (tenant.now() - Duration::DAY).date();
    assert!(run.stderr.contains(&format!("last sign-in {yesterday}")), "{run:?}");
    let named = json!({ "displayName": "another", "uniqueName": "mondoo-security" });
    tenant.graph(Method::POST, "/applications", named);
    let taken = adopt(&tenant, &spec, &made.app);
    assert_eq!(taken.code, Some(4), "{taken:?}");
    assert!(taken.stderr.contains("is taken by another application"), "{taken:?}");
}
