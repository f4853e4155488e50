//! Doctor's answer is what apply then meets, whoever asks.

use std::fmt::Write;

use emulator::Operator;
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Run, Tenant, spec, spec_with};

const SCOPE: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

/// A tenant for one operator, and the spec for each half of the set-up.
struct Case<'a> {
    tenant: &'a Tenant,
    operator: Operator,
}

impl Case<'_> {
    /// Whoever is in Azure alone is given the service principal.
    fn spec(&self, step: &str) -> String {
        let more = match step {
            "A" | "B" | "F" => String::new(),
            _ => {
                let (_, principal) = self.tenant.application();
                format!("application: {{ principalId: {} }}\n", principal["id"])
            }
        };
        let path = spec_with(self.tenant.path(), &[PRODUCTION], &more);
        path.to_str().unwrap().to_owned()
    }

    fn run(&self, command: &[&str], step: &str) -> Run {
        let spec = self.spec(step);
        let arguments = [command, &["--only", step, &spec]].concat();
        self.tenant.run_as(&self.operator, &arguments)
    }

    /// `held`, `missing` or `cannotTell`.
    fn doctor(&self, step: &str) -> String {
        let run = self.run(&["doctor", "--format", "json"], step);
        let report: Value = serde_json::from_str(&run.stdout).expect(&run.stderr);
        let standing = report["steps"][0]["standing"].as_str().unwrap();
        assert_eq!(run.code, Some(if standing == "missing" { 7 } else { 0 }), "{run:?}");
        standing.to_owned()
    }

    /// Whether Azure lets this operator do what the step takes, tried on things of no account.
    fn is_let(&self, step: &str) -> bool {
        match step {
            "A" => self.creates_application(),
            "B" => self.changes_application() && self.consents(),
            "C" => self.assigns_role(),
            "D" => self.defines_role() && self.assigns_role(),
            "E" => self.writes_access_policy(),
            _ => self.changes_application(),
        }
    }

    fn is_done(&self, method: Method, path: &str, body: Value) -> bool {
        let (status, answer) = self.tenant.ask(&self.operator, method, path, body);
        assert!((200..300).contains(&status) || status == 403, "{path}: {answer}");
        status != 403
    }

    fn creates_application(&self) -> bool {
        let path = "/v1.0/applications(uniqueName='probe')";
        self.is_done(Method::PATCH, path, json!({ "displayName": "probe" }))
    }

    fn changes_application(&self) -> bool {
        let path = "/v1.0/applications(uniqueName='mondoo-security')";
        self.is_done(Method::PATCH, path, json!({ "notes": "probed" }))
    }

    /// To a permission that no profile has.
    fn consents(&self) -> bool {
        let graph = self.tenant.graph(
            Method::GET,
            "/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')",
            None,
        );
        let roles = graph["appRoles"].as_array().unwrap();
        let role = roles.iter().find(|role| role["value"] == "Application.ReadWrite.OwnedBy");
        let (_, principal) = self.tenant.application();
        let body = json!({
            "principalId": principal["id"],
            "resourceId": graph["id"],
            "appRoleId": role.unwrap()["id"],
        });
        let path = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", id(&graph));
        let (status, answer) = self.tenant.ask(&self.operator, Method::POST, &path, body.clone());
        assert!(matches!(status, 201 | 403), "{answer}");
        if status == 201 {
            let path =
                format!("/servicePrincipals/{}/appRoleAssignedTo/{}", id(&graph), id(&answer));
            self.tenant.graph(Method::DELETE, &path, None);
        }
        status == 201
    }

    /// Reader, to somebody else.
    fn assigns_role(&self) -> bool {
        let path = format!(
            "{SCOPE}/providers/Microsoft.Authorization/roleAssignments/\
             11111111-2222-4333-8444-555555555555?api-version=2022-04-01"
        );
        let body = json!({ "properties": {
            "roleDefinitionId": format!("{SCOPE}/providers/Microsoft.Authorization/\
                                         roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"),
            "principalId": "93a4b5c6-d7e8-4f90-8102-132435465768",
            "principalType": "ServicePrincipal",
        }});
        self.is_done(Method::PUT, &path, body)
    }

    fn defines_role(&self) -> bool {
        let path = format!(
            "{SCOPE}/providers/Microsoft.Authorization/roleDefinitions/\
             66666666-7777-4888-9999-aaaaaaaaaaaa?api-version=2022-04-01"
        );
        let body = json!({ "properties": {
            "roleName": "probe",
            "type": "CustomRole",
            "permissions": [{ "actions": ["Microsoft.Web/sites/read"] }],
            "assignableScopes": [SCOPE],
        }});
        self.is_done(Method::PUT, &path, body)
    }

    /// For somebody else.
    fn writes_access_policy(&self) -> bool {
        let vault = "resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy";
        let path = format!("{SCOPE}/{vault}/accessPolicies/add?api-version=2026-02-01");
        let body = json!({ "properties": { "accessPolicies": [{
            "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
            "objectId": "93a4b5c6-d7e8-4f90-8102-132435465768",
            "permissions": { "secrets": ["list"] },
        }]}});
        self.is_done(Method::PUT, &path, body)
    }

    /// What doctor says of a step, after it was compared with what apply and Azure say.
    fn check(&self, step: &str) -> &'static str {
        let doctor = self.doctor(step);
        let is_let = self.is_let(step);
        let apply = self.run(&["apply", "--auto-approve"], step);
        match doctor.as_str() {
            "held" => {
                assert!(is_let, "step {step}: a surprise");
                assert_eq!(apply.code, Some(0), "step {step}: {apply:?}");
                "yes"
            }
            "missing" => {
                assert!(!is_let, "step {step}: a false alarm");
                assert_eq!(apply.code, Some(4), "step {step}: {apply:?}");
                assert!(!apply.stdout.contains("Apply complete"), "step {step}: {apply:?}");
                "no"
            }
            other => {
                assert_eq!(other, "cannotTell");
                assert_eq!(apply.code, Some(if is_let { 0 } else { 4 }), "step {step}: {apply:?}");
                assert!(apply.stderr.contains("is not known"), "step {step}: {apply:?}");
                "perhaps"
            }
        }
    }
}

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

/// One operator's line: what it may do of each step.
fn line(name: &str) -> String {
    let tenant = Tenant::at_rest();
    let operator = tenant.sandbox.operators()[name].clone();
    let case = Case { tenant: &tenant, operator };
    let mut line = format!("{name:<29}");
    for step in ["A", "B", "C", "D", "E", "F"] {
        let _ = write!(line, "  {:<7}", case.check(step));
        if step == "A" {
            // Where this operator could not, somebody else has done it.
            let run = tenant.run(&["apply", "--auto-approve", "--only", "A", &case.spec("A")]);
            assert_eq!(run.code, Some(0), "{run:?}");
        }
    }
    line.trim_end().to_owned()
}

#[test]
fn doctor_and_apply_agree_for_every_operator_and_step() {
    let names: Vec<_> = emulator::operator_names().collect();
    let lines = std::thread::scope(|scope| {
        let running: Vec<_> = names.iter().map(|name| scope.spawn(move || line(name))).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let matrix = lines.join("\n");
    let documented = include_str!("../../docs/rights.md");
    assert!(documented.contains(&matrix), "docs/rights.md must say:\n{matrix}");
}

#[test]
fn a_missing_right_is_named_with_what_to_ask_for_before_anything_is_written() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let applied = tenant.run(&["apply", "--auto-approve", "--only", "A", path.to_str().unwrap()]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let operator = tenant.sandbox.operators()["contributor"].clone();
    let case = Case { tenant: &tenant, operator };
    case.spec("C");
    tenant.requests();
    let run = tenant.run_as(
        &case.operator,
        &["apply", "--auto-approve", "--only", "C,D,E", path.to_str().unwrap()],
    );
    assert_eq!(run.code, Some(4), "{run:?}");
    let writes = |route: &&String| !route.starts_with("GET ") && !route.ends_with("/token");
    let requests = tenant.requests_by_route();
    assert_eq!(requests.keys().filter(writes).count(), 0, "{requests:?}");
    assert_snapshot!(run.stderr, @"
    error: for step C you lack: Microsoft.Authorization/roleAssignments/write at subscription Production (1b2c3d4e-…); ask for Role Based Access Control Administrator at subscription Production (1b2c3d4e-…)
    error: for step D you lack: Microsoft.Authorization/roleDefinitions/write at subscription Production (1b2c3d4e-…), Microsoft.Authorization/roleAssignments/write at subscription Production (1b2c3d4e-…); ask for User Access Administrator at subscription Production (1b2c3d4e-…)
    hint: nothing was written. Ask for these roles; activate one that is eligible in Privileged Identity Management and sign in again; or leave steps to others with --only
    ");
}

#[test]
fn an_empty_plan_asks_for_no_rights() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&path);
    let path = path.to_str().unwrap();
    tenant.requests();
    assert_eq!(tenant.run(&["plan", path]).code, Some(0));
    let planned = tenant.requests_by_route();
    let doctor = tenant.run(&["doctor", path]);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert_eq!(doctor.last_line(), "Nothing to do, so no right is needed.");
    assert_eq!(tenant.requests_by_route(), planned);
    assert_eq!(tenant.run(&["apply", "--auto-approve", path]).code, Some(0));
    assert_eq!(tenant.requests_by_route(), planned);
}

#[test]
fn a_vault_behind_a_firewall_is_told_but_nothing_is_wrong() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let vault = "resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-rbac";
    let body = json!({ "properties": { "publicNetworkAccess": "Disabled" } });
    tenant.arm(Method::PATCH, &format!("{SCOPE}/{vault}"), "2026-02-01", body);
    let run = tenant.run(&["doctor", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("vaults behind a firewall: kv-rbac"), "{run:?}");
    assert!(run.last_line().starts_with("Rights: "), "{run:?}");
    assert!(run.last_line().ends_with(" 0 missing, 0 cannot tell; 0 in the way."), "{run:?}");
}

#[test]
fn a_lock_in_the_way_is_told_and_then_met() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let applied = tenant.run(&["apply", "--auto-approve", "--only", "A", path]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    let vault = "resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy";
    let lock = format!("{SCOPE}/{vault}/providers/Microsoft.Authorization/locks/frozen");
    let body = json!({ "properties": { "level": "ReadOnly" } });
    tenant.arm(Method::PUT, &lock, "2016-09-01", body);
    let doctor = tenant.run(&["doctor", path]);
    assert_eq!(doctor.code, Some(7), "{doctor:?}");
    assert!(doctor.last_line().ends_with(" 0 missing, 0 cannot tell; 1 in the way."), "{doctor:?}");
    let apply = tenant.run(&["apply", "--auto-approve", "--only", "E", path]);
    assert_eq!(apply.code, Some(5), "{apply:?}");
    assert!(apply.stderr.contains("ScopeLocked"), "{apply:?}");
}

#[test]
fn a_certificate_that_the_tenant_does_not_admit_is_told_and_then_refused() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let operator = &tenant.sandbox.operators()["application-administrator"];
    let policy = json!({ "isEnabled": true, "applicationRestrictions": { "keyCredentials": [{
        "restrictionType": "asymmetricKeyLifetime",
        "maxLifetime": "P180D",
    }] } });
    let route = "/v1.0/policies/defaultAppManagementPolicy";
    let (status, answer) = tenant.ask(operator, Method::PATCH, route, policy);
    assert_eq!(status, 204, "{answer}");
    let doctor = tenant.run_as(operator, &["doctor", "--only", "A,F", path]);
    assert_eq!(doctor.code, Some(7), "{doctor:?}");
    assert!(doctor.stdout.contains("last 180 days, and this one lasts 365"), "{doctor:?}");
    let apply = tenant.run_as(operator, &["apply", "--auto-approve", "--only", "A,F", path]);
    assert_eq!(apply.code, Some(5), "{apply:?}");
    assert!(apply.stderr.contains("CredentialInvalidLifetimeAsPerAppPolicy"), "{apply:?}");
}

#[test]
fn rights_that_cannot_be_read_hold_nobody_up() {
    let route = "GET /subscriptions/{subscription}/providers/Microsoft.Authorization/permissions";
    let tenant = Tenant::with(&format!(
        "faults: [{{ route: '{route}', times: 0, do: {{ status: {{ code: 403 }} }} }}]"
    ));
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let doctor = tenant.run(&["doctor", path]);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    assert!(doctor.last_line().contains(" 0 missing, 3 cannot tell"), "{doctor:?}");
    let apply = tenant.run(&["apply", "--auto-approve", path]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(
        apply.stderr.contains("warning: whether you may do step C and D is not known"),
        "{apply:?}"
    );
}
