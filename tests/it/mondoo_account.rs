//! Who calls Mondoo, by the variables of its own tools.

use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::support::{PRODUCTION, Run, Tenant, spec};

const INTEGRATION: &str = "integration:
  space: //captain.api.mondoo.app/spaces/abc
  name: Contoso Azure
  subscriptions: all
  policies: [mondoo-azure-security]
";

/// A tenant, and a spec with an integration.
fn tenant() -> (Tenant, String) {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}{INTEGRATION}")).unwrap();
    (tenant, path.to_str().unwrap().to_owned())
}

/// A plan with these variables, and none else about Mondoo.
fn plan(tenant: &Tenant, spec: &str, variables: &[(&str, &str)]) -> Run {
    let mut command: Command = tenant.command(&["plan", spec]);
    for name in
        ["MONDOO_CONFIG_BASE64", "MONDOO_CONFIG_PATH", "MONDOO_API_TOKEN", "MONDOO_API_ENDPOINT"]
    {
        command.env_remove(name);
    }
    Run::of(command.envs(variables.iter().copied()))
}

/// Whether the space was read.
fn assert_looked(run: &Run) {
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("G  Mondoo integration"), "{run:?}");
    assert!(run.stdout.contains("mondoo-azure-security"), "{run:?}");
}

#[test]
fn every_kind_of_account_is_let_in() {
    let (tenant, spec) = tenant();
    let account = tenant.sandbox.mondoo().service_account.expose();
    let base64 = BASE64_STANDARD.encode(account);
    let (head, tail) = base64.split_at(76);
    let file = tenant.path().join("account.json");
    std::fs::write(&file, account).unwrap();
    let token = tenant.sandbox.mondoo().api_token.expose();
    assert_looked(&plan(&tenant, &spec, &[("MONDOO_CONFIG_BASE64", &base64)]));
    assert_looked(&plan(&tenant, &spec, &[("MONDOO_CONFIG_BASE64", &format!("{head}\n{tail}\n"))]));
    assert_looked(&plan(&tenant, &spec, &[("MONDOO_CONFIG_PATH", file.to_str().unwrap())]));
    let at = ("MONDOO_API_ENDPOINT", tenant.sandbox.url());
    assert_looked(&plan(&tenant, &spec, &[("MONDOO_API_TOKEN", &format!("{token}\n")), at]));
}

#[test]
fn the_first_variable_decides() {
    let (tenant, spec) = tenant();
    let file = tenant.path().join("account.json");
    std::fs::write(&file, tenant.sandbox.mondoo().service_account.expose()).unwrap();
    let path = ("MONDOO_CONFIG_PATH", file.to_str().unwrap());
    assert_looked(&plan(&tenant, &spec, &[path, ("MONDOO_API_TOKEN", "hunter2")]));
    let agent = BASE64_STANDARD.encode(tenant.sandbox.mondoo().agent.expose());
    let run = plan(&tenant, &spec, &[("MONDOO_CONFIG_BASE64", &agent), path]);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("Mondoo's space is not permitted"), "{run:?}");
}

#[test]
fn a_variable_that_names_nobody_is_named() {
    let (tenant, spec) = tenant();
    let of = |text: &str| BASE64_STANDARD.encode(text);
    let workload =
        r#"{ "issuerUri": "https://i", "universeDomain": "https://u", "audience": "a" }"#;
    for (name, value, message) in [
        ("MONDOO_CONFIG_BASE64", "{}".to_owned(), "MONDOO_CONFIG_BASE64 is no text in base64"),
        ("MONDOO_CONFIG_BASE64", of("hunter2"), "it is neither JSON nor YAML"),
        ("MONDOO_CONFIG_BASE64", of("mrn: x"), "it holds neither a service account"),
        ("MONDOO_CONFIG_BASE64", of(workload), "a workload identity without a token"),
        ("MONDOO_CONFIG_PATH", "nowhere.json".to_owned(), "MONDOO_CONFIG_PATH: failed to open"),
        ("MONDOO_API_TOKEN", "hunter2 hunter2".to_owned(), "MONDOO_API_TOKEN is no token"),
        ("MONDOO_API_ENDPOINT", "http://localhost".to_owned(), "MONDOO_API_ENDPOINT is no https"),
    ] {
        let token = ("MONDOO_API_TOKEN", "hunter2");
        let variables = if name.ends_with("ENDPOINT") { vec![token] } else { vec![] };
        let run = plan(&tenant, &spec, &[variables, vec![(name, &value)]].concat());
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stderr.contains(message), "{run:?}");
        assert!(run.stderr.contains("hint: ") && !run.stderr.contains("hunter2"), "{run:?}");
    }
}
