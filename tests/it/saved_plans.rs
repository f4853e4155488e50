//! A plan that one person saved and another reviewed is applied as it is, or not at all.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::support::{DEVELOPMENT, PRODUCTION, Run, Tenant, binary, spec, spec_with};

const SUBSCRIPTION: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

/// The whole of Production is there; a plan that adds Development was saved and reviewed.
struct Reviewed {
    tenant: Tenant,
    before: PathBuf,
    wanted: PathBuf,
}

impl Reviewed {
    fn new(more: &str) -> Reviewed {
        let tenant = Tenant::at_rest();
        let before = spec_with(tenant.path(), &[PRODUCTION], more);
        let kept = tenant.path().join("before.yaml");
        std::fs::rename(&before, &kept).unwrap();
        tenant.apply(&kept);
        let wanted = spec_with(tenant.path(), &[PRODUCTION, DEVELOPMENT], more);
        let run = tenant.run(&["plan", "--out", "plan.json", wanted.to_str().unwrap()]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(run.changes().len(), 6, "{run:?}");
        Reviewed { tenant, before: kept, wanted }
    }

    fn apply(&self) -> Run {
        self.tenant.requests();
        self.tenant.run(&[
            "apply",
            "--plan",
            "plan.json",
            "--no-wait",
            self.wanted.to_str().unwrap(),
        ])
    }

    /// Nothing was written, and the difference is shown.
    fn assert_refused(&self, reason: &str, line: &str) {
        let run = self.apply();
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.contains(reason), "{reason}: {run:?}");
        assert!(run.stderr.lines().any(|shown| shown.starts_with(line)), "{line}: {run:?}");
        let written: Vec<_> = writes(&self.tenant);
        assert!(written.is_empty(), "{written:?}");
    }

    /// Somebody mends what another one broke, by the spec as it was.
    fn mend(&self) {
        let before = self.before.to_str().unwrap();
        let run = self.tenant.run(&["apply", "--auto-approve", "--no-wait", before]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}

/// Requests that change something.
fn writes(tenant: &Tenant) -> Vec<String> {
    let reads =
        ["GET ", "POST /{tenant}", "POST /v1.0/$batch", "POST /providers/Microsoft.ResourceGraph"];
    let routes = tenant.requests_by_route().into_keys();
    let is_read = |route: &String| {
        reads.iter().any(|read| route.starts_with(read))
            || route.ends_with("/token")
            || route.ends_with("getByIds")
            || route.ends_with("checkMemberGroups")
    };
    routes.filter(|route| !is_read(route)).collect()
}

#[test]
fn what_was_reviewed_is_applied_without_a_question() {
    let reviewed = Reviewed::new("");
    let run = reviewed.apply();
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(
        run.last_line(),
        "Apply complete: 5 created, 1 updated, 0 restored, 0 deleted, 0 failed, 0 skipped."
    );
    let again = reviewed.apply();
    assert_eq!(again.code, Some(0), "nothing is left of it: {again:?}");
    assert!(again.stdout.contains("No changes."), "{again:?}");
}

/// What somebody does, and the line that tells what it would lead to.
type Tampering<'a> = (&'a dyn Fn(), &'a str);

#[test]
fn whatever_was_not_reviewed_is_not_done() {
    let reviewed = Reviewed::new("");
    let tenant = &reviewed.tenant;
    let (application, principal) = tenant.application();
    let (application, principal) = (
        application["id"].as_str().unwrap().to_owned(),
        principal["id"].as_str().unwrap().to_owned(),
    );
    let patch = |body: Value| {
        tenant.graph(Method::PATCH, &format!("/applications/{application}"), body);
    };
    let all: [Tampering<'_>; 6] = [
        (&|| delete_first(tenant, &principal), "+    + consent"),
        (&|| delete_reader(tenant, &principal), "+    + Reader"),
        (&|| empty_role(tenant), "+        -   Microsoft.Compute/*/read"),
        (&|| patch(json!({ "displayName": "Renamed" })), "+    ~ application"),
        (&|| patch(json!({ "keyCredentials": [] })), "+    + trusted certificate"),
        (&|| add_vault(tenant), "+    + get, list"),
    ];
    for (tamper, line) in all {
        tamper();
        reviewed.assert_refused("of the changes to be made are not in it", line);
        reviewed.mend();
    }
    let run = reviewed.apply();
    assert_eq!(run.code, Some(0), "all is mended: {run:?}");
}

#[test]
fn what_adds_no_change_keeps_nobody_from_it() {
    let reviewed = Reviewed::new("");
    let tenant = &reviewed.tenant;
    let (_, principal) = tenant.application();
    consent(tenant, principal["id"].as_str().unwrap(), "Application.ReadWrite.All");
    let text = std::fs::read_to_string(&reviewed.wanted).unwrap();
    std::fs::write(&reviewed.wanted, format!("# reviewed\n{text}extras: report\n")).unwrap();
    let part =
        ["apply", "--auto-approve", "--no-wait", "--only", "C", reviewed.wanted.to_str().unwrap()];
    let run = tenant.run(&part);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = reviewed.apply();
    assert_eq!(run.code, Some(0), "a rest of it: {run:?}");
    assert!(run.stdout.contains("Apply complete: 3 created, 1 updated"), "{run:?}");
}

#[test]
fn what_an_extra_grant_makes_a_delete_was_not_reviewed() {
    let reviewed = Reviewed::new("extras: prune\n");
    let (_, principal) = reviewed.tenant.application();
    consent(&reviewed.tenant, principal["id"].as_str().unwrap(), "Application.ReadWrite.All");
    reviewed.assert_refused("1 of the changes to be made are not in it", "+    - consent");
}

#[test]
fn an_application_that_took_our_place_gets_nothing() {
    let reviewed = Reviewed::new("");
    let tenant = &reviewed.tenant;
    let (application, _) = tenant.application();
    let id = application["id"].as_str().unwrap();
    tenant.graph(Method::DELETE, &format!("/applications/{id}"), None);
    tenant.graph(Method::DELETE, &format!("/directory/deletedItems/{id}"), None);
    let body = json!({
        "displayName": "mondoo-security", "uniqueName": "mondoo-security",
        "tags": ["mondoo-azure:mondoo-security"],
    });
    let other = tenant.graph(Method::POST, "/applications", body);
    let body =
        json!({ "appId": other["appId"], "tags": ["WindowsAzureActiveDirectoryIntegratedApp"] });
    tenant.graph(Method::POST, "/servicePrincipals", body);
    reviewed.assert_refused("it is for the service principal", "error");
}

#[test]
fn another_spec_is_refused_before_anything_is_sent() {
    let reviewed = Reviewed::new("");
    let text = std::fs::read_to_string(&reviewed.wanted).unwrap();
    for (edited, reason) in [
        (format!("{text}scanVms: true\n"), "the spec is another one"),
        (text.replace("0a9b3c7d", "0a9b3c7e"), "it is for tenant 0a9b3c7d"),
    ] {
        std::fs::write(&reviewed.wanted, edited).unwrap();
        let run = reviewed.apply();
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.contains(reason), "{run:?}");
        assert_eq!(reviewed.tenant.requests(), 0);
    }
}

#[test]
fn deletes_have_to_be_said_twice() {
    let tenant = Tenant::at_rest();
    let both = spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]);
    tenant.apply(&both);
    let one = spec(tenant.path(), &[PRODUCTION]);
    let one = one.to_str().unwrap();
    let run = tenant.run(&["plan", "--out", "plan.json", one]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = tenant.run(&["apply", "--plan", "plan.json", one]);
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("--allow-deletes"), "{run:?}");
    let run = tenant.run(&["apply", "--plan", "plan.json", "--allow-deletes", one]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// A run was killed when the key was made and not yet trusted.
#[test]
fn a_key_that_was_made_meanwhile_is_the_reviewed_one_unless_it_is_in_git() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("file: certificate.pem", "generate: { output: key.pem }"))
        .unwrap();
    let path = path.to_str().unwrap();
    let run = tenant.run(&["plan", "--out", "plan.json", path]);
    assert_eq!(run.code, Some(0), "{run:?}");
    std::fs::rename(tenant.path().join("certificate.pem"), tenant.path().join("key.pem")).unwrap();
    let apply = || tenant.run(&["apply", "--plan", "plan.json", "--no-wait", path]);
    std::fs::create_dir(tenant.path().join(".git")).unwrap();
    let run = apply();
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(run.stderr.contains("may be somebody else's"), "{run:?}");
    std::fs::remove_dir(tenant.path().join(".git")).unwrap();
    let run = apply();
    assert_eq!(run.code, Some(0), "{run:?}");
}

fn delete_first(tenant: &Tenant, principal: &str) {
    let path = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let listed = tenant.graph(Method::GET, &path, None);
    let id = listed["value"][0]["id"].as_str().unwrap();
    tenant.graph(Method::DELETE, &format!("{path}/{id}"), None);
}

fn delete_reader(tenant: &Tenant, principal: &str) {
    let list = format!(
        "{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{principal}'"
    );
    let listed = tenant.arm(Method::GET, &list, "2022-04-01", None);
    let is_reader = |found: &&Value| {
        let role = found["properties"]["roleDefinitionId"].as_str().unwrap();
        role.ends_with("acdd72a7-3385-48ef-bd42-f606fba81ae7")
    };
    let reader = listed["value"].as_array().unwrap().iter().find(is_reader).unwrap();
    tenant.arm(Method::DELETE, reader["id"].as_str().unwrap(), "2022-04-01", None);
}

fn empty_role(tenant: &Tenant) {
    let list = format!(
        "{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'"
    );
    let listed = tenant.arm(Method::GET, &list, "2022-04-01", None);
    let role = &listed["value"][0];
    let mut properties = role["properties"].clone();
    properties["permissions"][0]["actions"] = json!(["Microsoft.Compute/*/read"]);
    let body = json!({ "properties": properties });
    tenant.arm(Method::PUT, role["id"].as_str().unwrap(), "2022-04-01", body);
}

/// One that needed nothing until now.
fn add_vault(tenant: &Tenant) {
    let vault = format!(
        "{SUBSCRIPTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-rbac"
    );
    let model = json!({ "properties": { "enableRbacAuthorization": false } });
    tenant.arm(Method::PATCH, &vault, "2026-02-01", model);
}

/// A saved plan of a fresh tenant.
fn saved(tenant: &Tenant, arguments: &[&str]) -> Vec<u8> {
    let path = tenant.path().join("plan.json");
    let run = tenant.run(&[&["plan", "--out", "plan.json"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    std::fs::read(path).unwrap()
}

#[test]
fn two_machines_write_the_same_bytes() {
    let machines = [Tenant::at_rest(), Tenant::new()];
    let [first, second] = machines.each_ref().map(|tenant| {
        let path = spec(tenant.path(), &[PRODUCTION]);
        let text = std::fs::read_to_string(&path).unwrap();
        let generated = text.replace("file: certificate.pem", "generate: { output: ./key.pem }");
        std::fs::write(&path, generated).unwrap();
        path
    });
    let end = ["--expires", "2030-01-01T00:00:00Z"];
    let of_first = saved(&machines[0], &[&end[..], &["spec.yaml"]].concat());
    assert!(first.ends_with("spec.yaml"));
    assert_eq!(of_first, saved(&machines[1], &[&end[..], &[second.to_str().unwrap()]].concat()));
    let operator = machines[1].sandbox.operators()["global-administrator"].clone();
    let run =
        machines[1].run_as(&operator, &["plan", "--only", "A,B,F", "--out", "b.json", "spec.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = machines[0].run(&["plan", "--only", "A,B,F", "--out", "b.json", "spec.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let [one, other] =
        machines.each_ref().map(|tenant| std::fs::read(tenant.path().join("b.json")).unwrap());
    assert_eq!(one, other, "whoever plans");
    let text = String::from_utf8(of_first).unwrap();
    for machine in &machines {
        assert!(!text.contains(machine.path().to_str().unwrap()));
        assert!(!text.contains(&machine.sandbox.operator().client_id));
    }
    assert!(!text.contains("deployer") && !text.contains("requests"), "{text}");
}

fn assert_unusable(tenant: &Tenant, file: &Path, code: i32, reason: &str) {
    tenant.requests();
    let file = file.to_str().unwrap();
    let run = tenant.run(&["apply", "--plan", file, "spec.yaml"]);
    assert_eq!(run.code, Some(code), "{run:?}");
    assert!(run.stderr.contains(reason), "{reason}: {run:?}");
    assert_eq!(tenant.requests(), 0, "{reason}");
}

#[test]
fn a_file_that_is_not_as_it_was_written_is_refused_with_the_reason() {
    let tenant = Tenant::at_rest();
    spec(tenant.path(), &[PRODUCTION]);
    let text = String::from_utf8(saved(&tenant, &["spec.yaml"])).unwrap();
    let file = tenant.path().join("bad.json");
    for (content, reason) in [
        (text.replace("Application.Read.All", "Application.ReadWrite.All"), "it was edited"),
        (text[..text.len() / 2].to_owned(), "it was cut short"),
        (String::new(), "it was cut short"),
        (text.replace("\"formatVersion\": 1", "\"formatVersion\": 7"), "it is of format 7"),
        (std::fs::read_to_string(tenant.path().join("spec.yaml")).unwrap(), "it is no plan"),
    ] {
        std::fs::write(&file, content).unwrap();
        assert_unusable(&tenant, &file, 6, reason);
        let run = Run::of(binary(tenant.path()).args(["show", "bad.json"]));
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.contains(reason), "{run:?}");
    }
    assert_unusable(&tenant, &tenant.path().join("absent.json"), 3, "cannot be read");
    assert_unusable(&tenant, tenant.path(), 3, "cannot be read");
    saved(&tenant, &["--expires", "2020-01-01T00:00:00Z", "spec.yaml"]);
    assert_unusable(
        &tenant,
        &tenant.path().join("plan.json"),
        6,
        "it expired at 2020-01-01T00:00:00Z",
    );
    saved(&tenant, &["--expires", "7d", "spec.yaml"]);
    let run = tenant.run(&["apply", "--plan", "plan.json", "--no-wait", "spec.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}
