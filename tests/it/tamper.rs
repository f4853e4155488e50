//! Whatever somebody does to one object, the next plan undoes exactly that.

use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::support::{Run, Tenant, examples};

const ROLES: &str = "2022-04-01";
const VAULTS: &str = "2026-02-01";

/// Each example has its own mixture of objects.
#[test]
fn each_object_in_turn_is_deleted_changed_and_mended() {
    for example in examples() {
        let tenant = Tenant::new();
        let spec = tenant.path().join(example.file_name().unwrap());
        std::fs::copy(&example, &spec).unwrap();
        tenant.apply(&spec);
        let spec = spec.to_str().unwrap();
        let mend =
            || tenant.run(&["apply", "--auto-approve", "--allow-deletes", "--no-wait", spec]);
        let text = std::fs::read_to_string(&example).unwrap();
        let name = text.lines().find_map(|line| line.strip_prefix("name: ")).unwrap();
        let ours = Ours::of(&tenant, name.split(' ').next().unwrap());
        ours.tamper_with_consents(&mend);
        ours.add_to_grants(&mend, text.contains("\nextras: prune"));
        ours.tamper_with_roles(&mend);
        ours.tamper_with_vaults(&mend);
        ours.tamper_with_the_application(&mend);
        tenant.assert_nothing_to_do(spec);
    }
}

/// The objects of one installation, as the services list them.
pub struct Ours<'a> {
    tenant: &'a Tenant,
    application: Value,
    principal: Value,
}

fn assert_mended(run: &Run, line: &str) {
    assert_eq!(run.code, Some(0), "{run:?}");
    let changes = run.changes();
    assert!(changes.len() == 1 && changes[0].starts_with(line), "{line}: {run:?}");
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

impl<'a> Ours<'a> {
    pub fn of(tenant: &'a Tenant, name: &str) -> Ours<'a> {
        let (application, principal) = tenant.application_named(name);
        Ours { tenant, application, principal }
    }

    fn id(&self) -> &str {
        text(&self.principal, "/id")
    }

    pub fn tamper_with_consents(&self, mend: &dyn Fn() -> Run) {
        let path = format!("/servicePrincipals/{}/appRoleAssignments", self.id());
        let listed = self.tenant.graph(Method::GET, &path, None);
        assert!(listed["value"].as_array().unwrap().len() >= 14, "{listed}");
        for grant in listed["value"].as_array().unwrap() {
            let grant = format!("{path}/{}", text(grant, "/id"));
            self.tenant.graph(Method::DELETE, &grant, None);
            assert_mended(&mend(), "+ consent ");
        }
    }

    /// More than the spec wants is told, or taken back where the spec says so.
    pub fn add_to_grants(&self, mend: &dyn Fn() -> Run, prunes: bool) {
        consent(self.tenant, self.id(), "Application.ReadWrite.All");
        let run = mend();
        if prunes {
            assert_mended(&run, "- consent Application.ReadWrite.All");
            return;
        }
        assert!(run.changes().is_empty(), "{run:?}");
        assert!(
            run.stdout.contains("Application.ReadWrite.All PRIVILEGED is consented"),
            "{run:?}"
        );
    }

    /// Assignments everywhere, then the definitions behind them.
    pub fn tamper_with_roles(&self, mend: &dyn Fn() -> Run) {
        let places =
            ["1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081", "2c3d4e5f-6071-4829-ba3c-4d5e6f708192"];
        let mut done = Vec::new();
        for scope in places.map(|id| format!("/subscriptions/{id}")) {
            let list = format!(
                "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{}'",
                self.id()
            );
            let listed = self.tenant.arm(Method::GET, &list, ROLES, None);
            for assignment in listed["value"].as_array().unwrap() {
                let id = text(assignment, "/id").to_owned();
                if done.contains(&id) {
                    continue;
                }
                self.tenant.arm(Method::DELETE, &id, ROLES, None);
                assert_mended(&mend(), "+ ");
                done.push(id);
            }
            assert!(done.len() >= 3, "{listed}");
            let list = format!(
                "{scope}/providers/Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'"
            );
            let listed = self.tenant.arm(Method::GET, &list, ROLES, None);
            for definition in listed["value"].as_array().unwrap() {
                let mut properties = definition["properties"].clone();
                properties["permissions"][0]["actions"] = json!(["Microsoft.Compute/*/read"]);
                let body = json!({ "properties": properties });
                self.tenant.arm(Method::PUT, text(definition, "/id"), ROLES, body);
                assert_mended(&mend(), "~ role definition ");
            }
        }
    }

    /// Every entry is taken away whole, then in part.
    pub fn tamper_with_vaults(&self, mend: &dyn Fn() -> Run) {
        let subscriptions = self.tenant.arm(Method::GET, "/subscriptions", "2022-12-01", None);
        for subscription in subscriptions["value"].as_array().unwrap() {
            let list = format!("{}/providers/Microsoft.KeyVault/vaults", text(subscription, "/id"));
            let listed = self.tenant.arm(Method::GET, &list, VAULTS, None);
            for vault in listed["value"].as_array().unwrap() {
                let entries = vault["properties"]["accessPolicies"].as_array().unwrap();
                let Some(entry) = entries.iter().find(|entry| entry["objectId"] == self.id())
                else {
                    continue;
                };
                let part = json!({
                    "tenantId": entry["tenantId"],
                    "objectId": entry["objectId"],
                    "permissions": { "keys": ["list"] },
                });
                for (taken, line) in [(entry, "+ "), (&part, "~ list vault ")] {
                    let path = format!("{}/accessPolicies/remove", text(vault, "/id"));
                    let body = json!({ "properties": { "accessPolicies": [taken] } });
                    self.tenant.arm(Method::PUT, &path, VAULTS, body);
                    assert_mended(&mend(), line);
                }
            }
        }
    }

    pub fn tamper_with_the_application(&self, mend: &dyn Fn() -> Run) {
        let application = format!("/applications/{}", text(&self.application, "/id"));
        for change in [
            json!({ "displayName": "Renamed" }),
            json!({ "signInAudience": "AzureADMultipleOrgs" }),
            json!({ "tags": [] }),
        ] {
            self.tenant.graph(Method::PATCH, &application, change);
            assert_mended(&mend(), "~ application ");
        }
        let principal = format!("/servicePrincipals/{}", self.id());
        self.tenant.graph(Method::PATCH, &principal, json!({ "tags": [] }));
        assert_mended(&mend(), "~ service principal ");
        let federated = format!("{application}/federatedIdentityCredentials");
        let listed = self.tenant.graph(Method::GET, &federated, None);
        if let Some(trust) = listed["value"].as_array().unwrap().first() {
            let trust = format!("{federated}/{}", text(trust, "/id"));
            self.tenant.graph(Method::DELETE, &trust, None);
            assert_mended(&mend(), "+ federated credential ");
        } else {
            self.tenant.graph(Method::PATCH, &application, json!({ "keyCredentials": [] }));
            assert_mended(&mend(), "+ trusted certificate ");
        }
    }
}
