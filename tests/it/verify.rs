//! `verify` finds each thing that does not work, names it, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, binary, spec, spec_with};

const ROLES: &str = "2022-04-01";
const VAULTS: &str = "2026-02-01";
const SCOPE: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";
const PLATFORM: &str = "/providers/Microsoft.Management/managementGroups/platform";

/// A tenant in which a spec was applied, and what its set-up consists of.
struct Installed<'a> {
    tenant: &'a Tenant,
    spec: PathBuf,
    application: Value,
    principal: Value,
}

pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

/// The names of probes with one of these verdicts.
pub fn named(run: &Run, verdicts: &[&str]) -> BTreeSet<String> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"));
    let probes = report["probes"].as_array().unwrap().iter();
    let found = probes.filter(|probe| verdicts.contains(&text(probe, "/verdict")));
    found.map(|probe| text(probe, "/name").to_owned()).collect()
}

/// What does not work: every name begins with one of `expected`, and each of these begins one.
#[track_caller]
pub fn assert_only(run: &Run, verdicts: &[&str], expected: &[&str]) {
    let names = named(run, verdicts);
    let all_meant = names.iter().all(|name| expected.iter().any(|start| name.starts_with(start)));
    assert!(all_meant && names.len() == expected.len(), "{expected:?}: {run:?}");
}

impl<'a> Installed<'a> {
    fn new(tenant: &'a Tenant, scopes: &[&str]) -> Installed<'a> {
        let spec = spec(tenant.path(), scopes);
        tenant.apply(&spec);
        let (application, principal) = tenant.application();
        Installed { tenant, spec, application, principal }
    }

    fn verify(&self, more: &[&str]) -> Run {
        let spec = self.spec.to_str().unwrap();
        self.tenant.run(&[&["verify", "--format", "json", spec], more].concat())
    }

    #[track_caller]
    fn assert_clean(&self) {
        let run = self.verify(&[]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_only(&run, &["missing", "notYet", "unreadable", "notApplicable"], &[]);
    }

    /// Exactly these are missing; applying mends it.
    #[track_caller]
    fn assert_missing(&self, expected: &[&str]) {
        let run = self.verify(&[]);
        assert_eq!(run.code, Some(7), "{expected:?}: {run:?}");
        assert_only(&run, &["missing", "notYet"], expected);
        self.tenant.apply(&self.spec);
        self.assert_clean();
    }

    fn id(&self) -> &str {
        text(&self.principal, "/id")
    }

    fn assignments(&self, scope: &str) -> Vec<Value> {
        let id = self.id();
        let path = format!(
            "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{id}'"
        );
        let listed = self.tenant.arm(Method::GET, &path, ROLES, None);
        let at = listed["value"].as_array().unwrap().iter();
        at.filter(|one| one["properties"]["scope"] == scope).cloned().collect()
    }

    /// The names of Graph's permissions, by id.
    fn permission(&self, id: &Value) -> String {
        let path =
            "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=appRoles";
        let graph = self.tenant.graph(Method::GET, path, None);
        let role = graph["appRoles"].as_array().unwrap().iter().find(|role| role["id"] == *id);
        text(role.unwrap(), "/value").to_owned()
    }

    fn take_from_vault(&self, vault: &str, permissions: &Value) {
        let tenant = &self.tenant.sandbox.operator().tenant_id;
        let entry =
            json!({ "tenantId": tenant, "objectId": self.id(), "permissions": permissions });
        let path = format!("{}/accessPolicies/remove", Installed::vault(vault));
        let body = json!({ "properties": { "accessPolicies": [entry] } });
        self.tenant.arm(Method::PUT, &path, VAULTS, body);
    }

    fn vault(name: &str) -> String {
        format!("{SCOPE}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/{name}")
    }
}

#[test]
fn each_consent_that_is_gone_is_named() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    installed.assert_clean();
    let path = format!("/servicePrincipals/{}/appRoleAssignments", installed.id());
    let listed = tenant.graph(Method::GET, &path, None);
    let mut gone = Vec::new();
    // One after the other: what is gone already must not hide the next.
    for grant in listed["value"].as_array().unwrap() {
        let name = installed.permission(&grant["appRoleId"]);
        tenant.graph(Method::DELETE, &format!("{path}/{}", text(grant, "/id")), None);
        // The manual asks for it, and no API needs it any more.
        if name != "ThreatIndicators.Read.All" {
            gone.push(name);
        }
        let run = installed.verify(&[]);
        assert_eq!(run.code, Some(if gone.is_empty() { 0 } else { 7 }), "{run:?}");
        assert_eq!(named(&run, &["missing"]), gone.iter().cloned().collect(), "{run:?}");
    }
    tenant.apply(&installed.spec);
    installed.assert_clean();
}

#[test]
fn each_role_that_is_gone_is_named() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let names = [
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader at subscription"),
        ("21090545-7ca7-4776-b22c-e363652d74d2", "Key Vault Reader at subscription"),
    ];
    let assignments = installed.assignments(SCOPE);
    assert_eq!(assignments.len(), 3);
    for assignment in assignments {
        let role = text(&assignment, "/properties/roleDefinitionId");
        let name = names.iter().find(|(id, _)| role.ends_with(id));
        tenant.arm(Method::DELETE, text(&assignment, "/id"), ROLES, None);
        installed.assert_missing(&[name.map_or("mondoo-role at subscription", |(_, name)| name)]);
    }
}

#[test]
fn each_right_that_is_taken_out_of_the_role_is_named() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let list = format!(
        "{SCOPE}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'"
    );
    let listed = tenant.arm(Method::GET, &list, ROLES, None);
    let definition = &listed["value"][0];
    for (action, name) in [
        ("Microsoft.Web/sites/config/list/action", "settings of web apps at"),
        ("Microsoft.Compute/virtualMachines/runCommand/action", "run commands on virtual"),
        ("Microsoft.Compute/virtualMachines/runCommands/write", "run commands on virtual"),
        // Key Vault Reader has it, too.
        ("Microsoft.Support/*", ""),
    ] {
        let mut properties = definition["properties"].clone();
        let actions = properties["permissions"][0]["actions"].as_array_mut().unwrap();
        let before = actions.len();
        actions.retain(|one| one != action);
        assert_eq!(actions.len(), before - 1, "{action}");
        let body = json!({ "properties": properties });
        tenant.arm(Method::PUT, text(definition, "/id"), ROLES, body);
        if name.is_empty() {
            installed.assert_clean();
            continue;
        }
        let run = installed.verify(&[]);
        assert!(run.stdout.contains(&format!("not allowed: {action}")), "{run:?}");
        installed.assert_missing(&[name]);
    }
}

#[test]
fn access_to_vaults_that_is_gone_is_named_whole_or_in_part() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let all = json!(["get", "list"]);
    let whole = json!({ "keys": all, "secrets": all, "certificates": all });
    for permissions in [whole, json!({ "secrets": ["list"] }), json!({ "keys": ["get"] })] {
        installed.take_from_vault("kv-legacy", &permissions);
        installed.assert_missing(&["vault kv-legacy"]);
    }
}

/// Roles at a group have no data actions of their own, so there Key Vault Reader is all there is.
#[test]
fn a_role_that_is_gone_at_a_group_is_named_and_so_is_what_hangs_on_it() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &["managementGroup: platform"]);
    installed.assert_clean();
    let is_vault_reader = |one: &Value| {
        text(one, "/properties/roleDefinitionId").ends_with("21090545-7ca7-4776-b22c-e363652d74d2")
    };
    let assignment = installed.assignments(PLATFORM).into_iter().find(is_vault_reader).unwrap();
    tenant.arm(Method::DELETE, text(&assignment, "/id"), ROLES, None);
    let run = installed.verify(&[]);
    assert_only(&run, &["unreadable"], &["vault kv-rbac", "vault kv-dev-rbac"]);
    installed.assert_missing(&["Key Vault Reader at management group Platform"]);
}

#[test]
fn a_certificate_that_the_application_does_not_trust_is_named() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let application = format!("/applications/{}", text(&installed.application, "/id"));
    tenant.graph(Method::PATCH, &application, json!({ "keyCredentials": [] }));
    installed.assert_missing(&["certificate "]);
}

#[test]
fn a_tenant_or_application_that_is_not_there_is_named_without_an_operator() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let client_id = text(&installed.application, "/appId");
    let with = |client_id: &str, path: &Path| {
        let mut command = tenant.command(&["verify", "--format", "json", "--client-id", client_id]);
        // Nobody else signs in.
        command.env_remove("AZURE_CLIENT_ID").env_remove("AZURE_CLIENT_SECRET").arg(path);
        Run::of(&mut command)
    };
    let run = with(client_id, &installed.spec);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = with("00000000-0000-4000-8000-000000000000", &installed.spec);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing", "notYet"], &["sign-in to Microsoft Graph"]);
    assert!(run.stdout.contains("no such application"), "{run:?}");
    let elsewhere = std::fs::read_to_string(&installed.spec).unwrap();
    let elsewhere = elsewhere.replace("0a9b3c7d-5e1f", "deadbeef-5e1f");
    let path = tenant.path().join("elsewhere.yaml");
    std::fs::write(&path, elsewhere).unwrap();
    let run = with(client_id, &path);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing", "notYet"], &["sign-in to Microsoft Graph"]);
    assert!(run.stdout.contains("no such tenant"), "{run:?}");
}

/// Neither is the set-up's to mend.
#[test]
fn firewalls_and_licences_are_told_apart_and_fail_nothing() {
    let tenant = Tenant::with("variants: [noPremiumLicence]");
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let change = |vault: &str, properties: Value| {
        let body = json!({ "properties": properties });
        tenant.arm(Method::PATCH, &Installed::vault(vault), VAULTS, body);
    };
    change("kv-legacy", json!({ "networkAcls": { "defaultAction": "Deny" } }));
    change("kv-rbac", json!({ "publicNetworkAccess": "Disabled" }));
    let run = installed.verify(&[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_only(&run, &["networkBlocked"], &["vault kv-legacy", "vault kv-rbac"]);
    let risk = ["IdentityRiskEvent.Read.All", "IdentityRiskyUser.Read.All"];
    assert_only(&run, &["noLicence"], &risk);
    assert_only(&run, &["missing", "notYet", "unreadable"], &[]);
    // What the firewall hides from us, the vault's own list of entries tells.
    installed.take_from_vault("kv-legacy", &json!({ "keys": ["get", "list"] }));
    let run = installed.verify(&[]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing"], &["vault kv-legacy"]);
}

#[test]
fn what_is_on_its_way_is_waited_for() {
    let late = "{ references: { median: 8s, p90: 8s, most: 8s } }";
    let tenant =
        Tenant::with(&format!("replication: {{ grants: {late}, roleAssignments: {late} }}"));
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let spec = spec.to_str().unwrap();
    let apply = tenant.run(&["apply", "--auto-approve", "--no-wait", spec]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    let run = tenant.run(&["verify", "--format", "json", spec]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert_only(&run, &["missing"], &[]);
    assert!(named(&run, &["notYet"]).contains("Domain.Read.All"), "{run:?}");
    let run = tenant.run(&["verify", "--wait=2m", "--format", "json", spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_only(&run, &["missing", "notYet", "unreadable"], &[]);
    assert!(run.stderr.contains("Waiting: "), "{run:?}");
}

#[test]
fn after_an_apply_that_waited_verify_is_clean_in_a_tenant_that_lags() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION, "managementGroup: platform"]);
    tenant.apply(&spec);
    let run = tenant.run(&["verify", "--wait", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.last_line().starts_with("Verify: 36 proven, 0 missing, 0 not yet, "), "{run:?}");
}

#[test]
fn the_report_is_text_json_or_xml_for_ci() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    let grants = format!("/servicePrincipals/{}/appRoleAssignments", installed.id());
    let listed = tenant.graph(Method::GET, &grants, None);
    let is_domain = |one: &&Value| installed.permission(&one["appRoleId"]) == "Domain.Read.All";
    let grant = listed["value"].as_array().unwrap().iter().find(is_domain).unwrap();
    tenant.graph(Method::DELETE, &format!("{grants}/{}", text(grant, "/id")), None);
    let spec = installed.spec.to_str().unwrap();

    let shown = tenant.run(&["verify", spec]);
    assert_eq!(shown.code, Some(7), "{shown:?}");
    assert!(shown.stdout.contains("   missing    Domain.Read.All "), "{shown:?}");
    assert!(shown.stdout.contains("mend: run mondoo-azure apply"), "{shown:?}");
    assert!(shown.last_line().starts_with("Verify: "), "{shown:?}");

    let report: Value = serde_json::from_str(&installed.verify(&[]).stdout).unwrap();
    assert_eq!(report["formatVersion"], 1);
    assert_eq!(report["clientId"], installed.application["appId"]);
    assert_eq!(report["summary"]["missing"], 1);
    let probes = report["probes"].as_array().unwrap();
    let probe = probes.iter().find(|probe| probe["name"] == "Domain.Read.All").unwrap();
    assert_eq!((text(probe, "/step"), text(probe, "/verdict")), ("B", "missing"));

    let xml = tenant.run(&["verify", "--format", "junit", spec]);
    assert_eq!(xml.code, Some(7), "{xml:?}");
    let cases = xml.stdout.matches("<testcase ").count();
    assert_eq!(cases, probes.len());
    let head = format!("<testsuites name=\"mondoo-azure verify\" tests=\"{cases}\" failures=\"1\"");
    assert!(xml.stdout.starts_with("<?xml ") && xml.stdout.contains(&head), "{xml:?}");
    assert!(well_formed(&xml.stdout), "{xml:?}");
}

/// Every element ends, in its order, and no attribute holds what it must not.
fn well_formed(xml: &str) -> bool {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(2) {
        let Some((tag, after)) = tag.split_once('>') else { return false };
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        let stray = tag.matches('"').count() % 2 == 1 || !after.trim().is_empty();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            _ if stray => return false,
            (true, _) if open.pop() != Some(name) => return false,
            (false, false) => open.push(name),
            (true, _) | (false, true) => {}
        }
    }
    open.is_empty()
}

#[test]
fn without_the_private_key_nothing_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec_with(directory.path(), &[PRODUCTION], "");
    let pem = directory.path().join("certificate.pem");
    let whole = std::fs::read_to_string(&pem).unwrap();
    let certificate = &whole[whole.find("-----BEGIN CERTIFICATE-----").unwrap()..];
    std::fs::write(&pem, certificate).unwrap();
    let verify = || {
        let mut command = binary(directory.path());
        command.args(["verify", "--cloud-metadata", "https://127.0.0.1:1"]).arg(&spec);
        Run::of(command.env("AZURE_CLIENT_ID", "x").env("AZURE_CLIENT_SECRET", "y"))
    };
    let run = verify();
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("it holds no private key"), "{run:?}");
    assert!(run.stderr.contains("verify signs in with the private key"), "{run:?}");
    std::fs::remove_file(&pem).unwrap();
    let run = verify();
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("certificate.pem cannot be read"), "{run:?}");
}

#[test]
fn an_application_that_was_never_made_is_said_to_be_none() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["verify", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(7), "{run:?}");
    assert!(run.stderr.contains("no application of the installation mondoo-security"), "{run:?}");
}

#[test]
fn proving_takes_few_requests_and_writes_nothing() {
    let tenant = Tenant::at_rest();
    let installed = Installed::new(&tenant, &[PRODUCTION]);
    tenant.requests();
    let client_id = text(&installed.application, "/appId");
    let run = installed.verify(&["--client-id", client_id]);
    assert_eq!(run.code, Some(0), "{run:?}");
    // Metadata, five tokens, two of Graph, then per scope and subscription six, per vault four.
    let requests = tenant.requests();
    assert!(requests <= 1 + 5 + 2 + 1 + 8 + 3 * 4, "{requests}");
    tenant.assert_nothing_to_do(installed.spec.to_str().unwrap());
}
