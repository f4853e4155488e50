//! Two operators, neither of whom may do it all.

use reqwest::Method;
use serde_json::json;

use crate::support::{PRODUCTION, Tenant, spec, spec_with};

const PRIVILEGED_ROLE_ADMINISTRATOR: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";

/// An application administrator who is given the other role that step B takes.
fn entra_administrator(tenant: &Tenant) -> emulator::Operator {
    let operators = tenant.sandbox.operators();
    let operator = operators["application-administrator"].clone();
    let path = format!("/servicePrincipals(appId='{}')", operator.client_id);
    let principal = tenant.graph(Method::GET, &path, None);
    let body = json!({
        "principalId": principal["id"],
        "roleDefinitionId": PRIVILEGED_ROLE_ADMINISTRATOR,
        "directoryScopeId": "/",
    });
    let giver = &operators["global-administrator"];
    let path = "/v1.0/roleManagement/directory/roleAssignments";
    let (status, answer) = tenant.ask(giver, Method::POST, path, body);
    assert_eq!(status, 201, "{answer}");
    operator
}

#[test]
fn the_entra_half_and_the_azure_half_make_the_whole() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let entra = entra_administrator(&tenant);
    let apply = ["apply", "--auto-approve", "--only"];
    let run = tenant.run_as(&entra, &[&apply[..], &["A,B,F", path]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let again = tenant.run_as(&entra, &["plan", "--detailed-exitcode", "--only", "A,B,F", path]);
    assert_eq!(again.code, Some(0), "{again:?}");

    let (_, principal) = tenant.application();
    let more = format!("application: {{ principalId: {} }}\n", principal["id"]);
    let given = spec_with(tenant.path(), &[PRODUCTION], &more);
    let owner = tenant.sandbox.operators()["subscription-owner"].clone();
    tenant.requests();
    let run = tenant.run_as(&owner, &[&apply[..], &["C,D,E", given.to_str().unwrap()]].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    let requests = tenant.requests_by_route();
    assert!(!requests.keys().any(|route| route.contains("/v1.0/")), "{requests:?}");
    let tokens = requests.iter().filter(|(route, _)| route.ends_with("/token"));
    assert_eq!(tokens.map(|(_, count)| count).sum::<u64>(), 1, "one audience: {requests:?}");

    let whole = spec(tenant.path(), &[PRODUCTION]);
    tenant.assert_nothing_to_do(whole.to_str().unwrap());
}

#[test]
fn what_waits_for_another_step_is_a_note_and_no_change() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    for (steps, note) in [
        ("B", "of B, something waits for step A"),
        ("c,E", "of C and E, something waits for step A"),
        ("F", "of F, something waits for step A"),
    ] {
        let run = tenant.run(&["apply", "--auto-approve", "--only", steps, path]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(note), "{run:?}");
        assert_eq!(run.changes().len(), 0, "{run:?}");
        assert!(run.stdout.contains("\nWaiting: "), "{run:?}");
    }
    let run = tenant.run(&["plan", "--only", "D", path]);
    assert_eq!(run.changes(), ["+ role definition mondoo-role (23 actions, 2 data actions)"]);
    assert!(run.stdout.contains("of D, something waits for step A"), "{run:?}");
}

#[test]
fn a_generated_key_waits_with_the_trust_in_it() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("file: certificate.pem", "generate: { output: new.pem }");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let run = tenant.run(&["apply", "--auto-approve", "--only", "F", path]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(!tenant.path().join("new.pem").exists());
}

#[test]
fn a_step_that_does_not_exist_is_told_before_anything_is_sent() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["plan", "--only", "A,X", path.to_str().unwrap()]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("the steps are A, B, C, D, E, F and G"), "{run:?}");
    assert_eq!(tenant.requests(), 0);
}

/// The tenant goes by a domain: whoever has no token for Graph finds it all the same.
#[test]
fn the_azure_half_finds_the_tenant_by_its_domain() {
    let tenant = Tenant::new();
    let whole = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", "--auto-approve", "--only", "A", whole.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let (_, principal) = tenant.application();
    let more = format!("application: {{ principalId: {} }}\n", principal["id"]);
    let given = spec_with(tenant.path(), &[PRODUCTION], &more);
    let text = std::fs::read_to_string(&given).unwrap();
    let id = "tenant: 0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3";
    assert!(text.contains(id));
    std::fs::write(&given, text.replace(id, "tenant: contoso.onmicrosoft.com")).unwrap();
    let owner = tenant.sandbox.operators()["subscription-owner"].clone();
    let given = given.to_str().unwrap();
    let run = tenant.run_as(&owner, &["apply", "--auto-approve", "--only", "C,D,E", given]);
    assert_eq!(run.code, Some(0), "{run:?}");
}
