//! Live state as a spec, which plans empty.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::d_custom_role::custom_roles;
use crate::f_certificate::add_foreign_certificate;
use crate::support::{
    PRODUCTION, Run, SUBSCRIPTION, Tenant, Way, differences, inventory, manual, set_up, spec,
    terraform,
};

const ROLES: &str = "2022-04-01";
const VAULTS: &str = "2026-02-01";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const SECURITY_READER: &str = "39bc4728-0917-49c7-9d2c-d95423bc2eb4";

/// Describes what is live, in a file of the tenant's directory.
pub fn described(tenant: &Tenant, arguments: &[&str]) -> PathBuf {
    let run = tenant.run(&[&["export", "--as", "spec"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let path = tenant.path().join("described.yaml");
    std::fs::write(&path, &run.stdout).unwrap();
    path
}

/// The application of that client id, without a spec.
fn described_by_id(tenant: &Tenant, app_id: &str) -> PathBuf {
    let tenant_id = &tenant.sandbox.operator().tenant_id;
    let of = ["--app-id", app_id, "--tenant", tenant_id, "--certificate-out", "trusted.pem"];
    described(tenant, &of)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

pub fn assert_plans_empty(tenant: &Tenant, path: &Path, what: &str) {
    let plan = tenant.run(&["plan", "--detailed-exitcode", path.to_str().unwrap()]);
    assert_eq!(plan.code, Some(0), "{what}: {plan:?}\n{}", text(path));
    let first = text(path);
    let told = ["A plan for it is not empty", "To go by it", "What adopting it changes"];
    assert!(!told.iter().any(|told| first.contains(told)), "{what}: {first}");
}

/// The objects of an installation at Production.
struct Live<'a> {
    tenant: &'a Tenant,
    application: Value,
    principal: String,
}

type Drift = (&'static str, fn(&Live<'_>));

/// What somebody may do in between, each of it on its own.
const DRIFTS: [Drift; 15] = [
    ("a consent is taken back", |live| live.revoke(1)),
    ("two consents are taken back", |live| live.revoke(2)),
    ("a permission is requested and consented", |live| live.grant("User.Read.All")),
    ("a privileged one is", |live| live.grant("Application.ReadWrite.All")),
    ("one is consented alone", |live| {
        consent(live.tenant, &live.principal, "AppRoleAssignment.ReadWrite.All");
    }),
    ("Reader is taken away", |live| live.unassign("acdd72a7-3385-48ef-bd42-f606fba81ae7")),
    ("Key Vault Reader is", |live| live.unassign("21090545-7ca7-4776-b22c-e363652d74d2")),
    ("another role is assigned", |live| live.assign(SECURITY_READER, SUBSCRIPTION)),
    ("one that writes is", |live| live.assign(CONTRIBUTOR, SUBSCRIPTION)),
    ("one is assigned below", |live| {
        live.assign(SECURITY_READER, &format!("{SUBSCRIPTION}/resourceGroups/rg-vaults"));
    }),
    ("the custom role is changed", |live| live.change_role()),
    ("a vault is closed", |live| {
        let all = ["get", "list"];
        let entry = json!({ "keys": all, "secrets": all, "certificates": all });
        live.vault("kv-legacy", "remove", &entry);
    }),
    ("a vault is opened wider", |live| {
        live.vault("kv-shared", "add", &json!({ "keys": ["delete"] }));
    }),
    ("the application is renamed", |live| {
        live.patch(json!({ "displayName": "# Not: a comment", "notes": "- one\n\"two\"\n" }));
    }),
    ("others get a hand in it", |live| {
        add_foreign_certificate(live.tenant, &live.application);
        let path =
            format!("/applications/{}/addPassword", live.application["id"].as_str().unwrap());
        live.tenant.graph(Method::POST, &path, json!({ "passwordCredential": {} }));
    }),
];

impl Live<'_> {
    fn revoke(&self, count: usize) {
        let path = format!("/servicePrincipals/{}/appRoleAssignments", self.principal);
        let listed = self.tenant.graph(Method::GET, &path, None);
        for grant in listed["value"].as_array().unwrap().iter().rev().take(count) {
            let id = grant["id"].as_str().unwrap();
            self.tenant.graph(Method::DELETE, &format!("{path}/{id}"), None);
        }
    }

    fn patch(&self, body: Value) {
        let id = self.application["id"].as_str().unwrap();
        self.tenant.graph(Method::PATCH, &format!("/applications/{id}"), body);
    }

    /// As the portal does it: requested, then consented.
    fn grant(&self, permission: &str) {
        let graph = "00000003-0000-0000-c000-000000000000";
        let path = format!("/servicePrincipals(appId='{graph}')");
        let offered = self.tenant.graph(Method::GET, &path, None);
        let role = offered["appRoles"].as_array().unwrap().iter();
        let role = role.clone().find(|role| role["value"] == permission).unwrap();
        let (live, _) = self.tenant.application();
        let mut access = live["requiredResourceAccess"].clone();
        let entry = json!({ "id": role["id"], "type": "Role" });
        access[0]["resourceAccess"].as_array_mut().unwrap().push(entry);
        self.patch(json!({ "requiredResourceAccess": access }));
        consent(self.tenant, &self.principal, permission);
    }

    fn unassign(&self, role: &str) {
        let list = format!(
            "{SUBSCRIPTION}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{}'",
            self.principal
        );
        let listed = self.tenant.arm(Method::GET, &list, ROLES, None);
        for held in listed["value"].as_array().unwrap() {
            if held["properties"]["roleDefinitionId"].as_str().unwrap().ends_with(role) {
                self.tenant.arm(Method::DELETE, held["id"].as_str().unwrap(), ROLES, None);
            }
        }
    }

    fn assign(&self, role: &str, scope: &str) {
        let authorization = format!("{scope}/providers/Microsoft.Authorization");
        let name = ::spec::ObjectId::derived(&[role, scope]);
        let roles = "providers/Microsoft.Authorization/roleDefinitions";
        let definition = format!("{SUBSCRIPTION}/{roles}/{role}");
        let body = json!({ "properties": {
            "roleDefinitionId": definition,
            "principalId": self.principal,
            "principalType": "ServicePrincipal",
        }});
        let path = format!("{authorization}/roleAssignments/{name}");
        self.tenant.arm(Method::PUT, &path, ROLES, body);
    }

    fn change_role(&self) {
        let role = custom_roles(self.tenant, SUBSCRIPTION).remove(0);
        let mut properties = role["properties"].clone();
        let actions = properties["permissions"][0]["actions"].as_array_mut().unwrap();
        actions.remove(3);
        actions.extend([json!("Microsoft.Sql/servers/read"), json!("Microsoft.Sql/servers/write")]);
        let path = role["id"].as_str().unwrap();
        self.tenant.arm(Method::PUT, path, ROLES, json!({ "properties": properties }));
    }

    fn vault(&self, name: &str, operation: &str, permissions: &Value) {
        let tenant = &self.tenant.sandbox.operator().tenant_id;
        let entry =
            json!({ "tenantId": tenant, "objectId": self.principal, "permissions": permissions });
        let path = format!(
            "{SUBSCRIPTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/{name}/accessPolicies/{operation}"
        );
        let body = json!({ "properties": { "accessPolicies": [entry] } });
        self.tenant.arm(Method::PUT, &path, VAULTS, body);
    }
}

/// The same sets in every run, and each drift in one of them.
#[test]
fn whatever_drifted_is_described_by_a_spec_that_plans_empty() {
    let mut seed: u32 = 2026;
    let mut some = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 16
    };
    let sets: [u32; 6] = std::array::from_fn(|_| some());
    let all = (1 << DRIFTS.len()) - 1;
    assert_eq!(sets.iter().fold(0, |seen, set| seen | set) & all, all);
    for set in sets {
        let tenant = Tenant::at_rest();
        let wanted = spec(tenant.path(), &[PRODUCTION]);
        tenant.apply(&wanted);
        let (application, principal) = tenant.application();
        let principal = principal["id"].as_str().unwrap().to_owned();
        let live = Live { tenant: &tenant, application, principal };
        let mut names = Vec::new();
        for (index, (name, drift)) in DRIFTS.iter().enumerate() {
            if set & (1 << index) != 0 {
                drift(&live);
                names.push(*name);
            }
        }
        let path = described(&tenant, &[wanted.to_str().unwrap()]);
        assert_plans_empty(&tenant, &path, &names.join(", "));
    }
}

/// Adopted with its own description, an application keeps all that it holds, and gets nothing.
#[test]
fn what_was_made_by_hand_is_described_so_that_adopting_it_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    spec(directory.path(), &[PRODUCTION]);
    let certificate = directory.path().join("certificate.pem");
    let group = "/providers/Microsoft.Management/managementGroups/platform";
    let of_group = &::spec::Profile::documented().custom_role.management_group.actions;
    let at_group = Way {
        scope: group,
        actions: of_group.iter().map(|line| line.name.clone()).collect(),
        data_actions: Vec::new(),
        ..manual(&certificate)
    };
    for way in [manual(&certificate), terraform(&certificate), at_group] {
        let tenant = Tenant::at_rest();
        let made = set_up(&tenant, &way);
        let path = described_by_id(&tenant, &made.app);
        let before = inventory(&tenant);
        let spec = path.to_str().unwrap();
        let run = tenant.run(&["adopt", spec, "--app-id", &made.app, "--auto-approve"]);
        assert_eq!(run.code, Some(0), "{run:?}\n{}", text(&path));
        let adopted = ["~ application: tags, uniqueName", "~ servicePrincipal: tags"];
        assert_eq!(differences(&before, &inventory(&tenant)), adopted, "{}", text(&path));
        tenant.assert_nothing_to_do(spec);
        assert!(text(&path).contains(&format!("adopt SPEC --app-id {}", made.app)));
        let again = described_by_id(&tenant, &made.app);
        assert_plans_empty(&tenant, &again, "described once more, as ours");
    }
}

#[test]
fn whoever_adopts_without_a_spec_is_told_how_to_have_one() {
    let tenant = Tenant::at_rest();
    let id = "11111111-2222-4333-8444-555555555555";
    let run = tenant.run(&["adopt", "--app-id", id]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let hint = format!("mondoo-azure export --as spec --app-id {id} --tenant TENANT");
    assert!(run.stderr.contains(&hint), "{run:?}");
    assert!(run.stderr.contains("> mondoo-azure.yaml"), "{run:?}");
}

#[test]
fn what_is_asked_for_amiss_is_named() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let id = &tenant.sandbox.operator().tenant_id;
    let unknown = "11111111-2222-4333-8444-555555555555";
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--as", "spec", path], 4, "there is no application of installation mondoo-security"),
        (&["--as", "spec", "--app-id", unknown, "--tenant", id], 4, "knows no application"),
        (&["--as", "spec", "--app-id", unknown], 3, "--tenant <TENANT>"),
        (&["--as", "spec", "--app-id", unknown, "--tenant", "no tenant"], 3, "verified domain"),
        (&["--as", "spec", "--only", "A", path], 3, "a spec describes all of them"),
        (&["--as", "az", "--certificate-out", "x.pem", path], 3, "are for --as spec"),
    ];
    for (arguments, code, message) in cases {
        let run: Run = tenant.run(&[&["export"], arguments].concat());
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:?}");
        assert!(run.stderr.contains(message), "{arguments:?}: {run:?}");
        assert_eq!(run.stdout, "");
    }
}
