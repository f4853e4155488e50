//! `destroy`: what is ours goes, and nothing else.

use std::io::Write;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};

use crate::g_integration::{all_integrations, integrations, make_integration};
use crate::support::{
    DEVELOPMENT, PRODUCTION, Run, SUBSCRIPTION, Tenant, differences, inventory, manual, set_up,
    spec, spec_with,
};

const NOTHING: [&str; 0] = [];

fn destroy(tenant: &Tenant, spec: &str, more: &[&str]) -> Run {
    let destroy = ["destroy", "--auto-approve", "--allow-deletes", spec];
    tenant.run(&[&destroy[..], more].concat())
}

#[test]
fn a_tenant_is_left_as_it_was_found_and_can_be_set_up_again() {
    let tenant = Tenant::new();
    let before = inventory(&tenant);
    let spec = spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]);
    tenant.apply(&spec);
    // The certificate is of no more use, and need not be there.
    let certificate = tenant.path().join("certificate.pem");
    let elsewhere = tenant.path().join("elsewhere.pem");
    std::fs::rename(&certificate, &elsewhere).unwrap();
    let name = spec.to_str().unwrap();
    let run = destroy(&tenant, name, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.last_line().contains("0 created, 0 updated, 0 restored, 27 deleted"), "{run:?}");
    assert!(!run.stderr.contains("Azure does not show"), "{run:?}");
    assert_eq!(differences(&before, &inventory(&tenant)), NOTHING);
    let again = destroy(&tenant, name, &[]);
    assert_eq!((again.code, again.changes()), (Some(0), Vec::new()), "{again:?}");
    std::fs::rename(&elsewhere, &certificate).unwrap();
    let refused = tenant.run(&["apply", "--auto-approve", name]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(refused.stdout.contains("--purge-deleted makes a new one"), "{refused:?}");
    let anew = ["apply", "--auto-approve", "--allow-deletes", "--purge-deleted", name];
    let anew = tenant.run(&anew);
    assert_eq!(anew.code, Some(0), "{anew:?}");
    tenant.assert_nothing_to_do(name);
    let purged = destroy(&tenant, name, &["--purge"]);
    assert_eq!(purged.code, Some(0), "{purged:?}");
    tenant.apply(&spec);
}

#[test]
fn nothing_goes_unless_somebody_says_so_and_a_reviewed_plan_is_kept_to() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let spec = spec.to_str().unwrap();
    let before = inventory(&tenant);
    for (more, code) in [(&[][..], 3), (&["--auto-approve"], 6), (&["--dry-run"], 0)] {
        let run = tenant.run(&[&["destroy", spec], more].concat());
        assert_eq!(run.code, Some(code), "{run:?}");
    }
    let saved = tenant.run(&["destroy", spec, "--dry-run", "--out", "plan.json"]);
    assert_eq!(saved.code, Some(0), "{saved:?}");
    let unallowed = tenant.run(&["destroy", spec, "--plan", "plan.json"]);
    assert_eq!(unallowed.code, Some(6), "{unallowed:?}");
    let other = tenant.run(&["apply", spec, "--plan", "plan.json", "--allow-deletes"]);
    assert_eq!((other.code, other.changes()), (Some(0), Vec::new()), "{other:?}");
    assert_eq!(differences(&before, &inventory(&tenant)), NOTHING);
    let run = tenant.run(&["destroy", spec, "--plan", "plan.json", "--allow-deletes"]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// Runs the binary on a terminal, where somebody types the answers. Nothing, where none can be had.
fn typing(tenant: &Tenant, arguments: &[&str], answers: &str) -> Option<Run> {
    let binary = tenant.command(arguments);
    let words = [binary.get_program()].into_iter().chain(binary.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
    script.current_dir(tenant.path()).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
    script.envs(binary.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let Ok(mut child) = script.spawn() else {
        eprintln!("there is no `script` to have a terminal from: skipped");
        return None;
    };
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(Run { code: output.status.code(), stdout, stderr: String::new() })
}

#[test]
fn what_takes_much_away_is_asked_twice_and_leaving_by_name() {
    let tenant = Tenant::new();
    let both = spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]);
    tenant.apply(&both);
    let fewer = "extras: prune\ngraphPermissions: { remove: [Domain.Read.All] }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION, DEVELOPMENT], fewer);
    let spec = spec.to_str().unwrap();
    let Some(once) = typing(&tenant, &["apply", spec], "yes\nno\n") else { return };
    assert_eq!(once.code, Some(1), "{once:?}");
    assert!(once.stdout.contains("1 of 31 objects (consents: 1)"), "{once:?}");
    let twice = typing(&tenant, &["apply", spec], "yes\nyes\n").unwrap();
    assert_eq!(twice.code, Some(0), "{twice:?}");
    let other_word = typing(&tenant, &["destroy", spec], "yes\n").unwrap();
    assert_eq!(other_word.code, Some(1), "{other_word:?}");
    assert_eq!(tenant.application().0["displayName"], "mondoo-security");
    let by_name = typing(&tenant, &["destroy", spec], "mondoo-security\n").unwrap();
    assert_eq!(by_name.code, Some(0), "{by_name:?}");
}

#[test]
fn what_is_not_ours_stays_and_is_told() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    let contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
    let id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    let authorization = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization");
    let by_hand = json!({ "properties": {
        "roleDefinitionId": format!("{authorization}/roleDefinitions/{contributor}"),
        "principalId": principal["id"], "principalType": "ServicePrincipal",
    }});
    let path = format!("{authorization}/roleAssignments/{id}");
    tenant.arm(Method::PUT, &path, "2022-04-01", by_hand);
    let run = destroy(&tenant, spec.to_str().unwrap(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("by somebody else: it stays"), "{run:?}");
    let left = tenant.arm(Method::GET, &path, "2022-04-01", None);
    assert_eq!(left["properties"]["principalId"], principal["id"]);
}

#[test]
fn a_lock_is_told_before_and_the_application_stays_until_it_is_gone() {
    let tenant = Tenant::new();
    let before = inventory(&tenant);
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let lock = format!("{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep");
    let body = json!({ "properties": { "level": "CanNotDelete" } });
    tenant.arm(Method::PUT, &lock, "2016-09-01", body);
    let spec = spec.to_str().unwrap();
    let dry = tenant.run(&["destroy", spec, "--dry-run"]);
    let run = destroy(&tenant, spec, &[]);
    assert_eq!((dry.code, run.code), (Some(0), Some(5)), "{run:?}");
    for run in [dry, run] {
        assert!(run.stderr.contains("warning: lock keep on"), "{run:?}");
    }
    assert_eq!(tenant.application().0["displayName"], "mondoo-security");
    tenant.arm(Method::DELETE, &lock, "2016-09-01", None);
    let run = destroy(&tenant, spec, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(differences(&before, &inventory(&tenant)), NOTHING);
}

#[test]
fn what_a_vanished_principal_left_is_found_and_removed() {
    let tenant = Tenant::new();
    let before = inventory(&tenant);
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, principal) = tenant.application();
    let delete = |kind: &str, object: &Value| {
        let id = object["id"].as_str().unwrap();
        tenant.graph(Method::DELETE, &format!("/{kind}/{id}"), None);
        tenant.graph(Method::DELETE, &format!("/directory/deletedItems/{id}"), None);
    };
    delete("servicePrincipals", &principal);
    delete("applications", &application);
    let name = spec.to_str().unwrap();
    let plan = tenant.run(&["plan", name]);
    let gone = plan.changes().into_iter().filter(|line| line.starts_with('-'));
    assert_eq!(gone.count(), 3, "{plan:?}");
    let run = destroy(&tenant, name, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.changes().len(), 4, "three assignments and their definition: {run:?}");
    let left = differences(&before, &inventory(&tenant));
    // Nobody can tell any more whose entry that was.
    assert_eq!(left, ["~ vault: properties"; 2]);
}

#[test]
fn the_integration_goes_too_and_others_of_the_space_stay() {
    let tenant = Tenant::new();
    let more = "integration: { space: //captain.api.mondoo.app/spaces/abc, name: Contoso }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let before = all_integrations(&tenant);
    tenant.apply(&spec);
    assert_eq!(all_integrations(&tenant).len(), before.len() + 1);
    let run = destroy(&tenant, spec.to_str().unwrap(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(all_integrations(&tenant), before);
}

/// Both the application and its integration were there before us.
#[test]
fn an_integration_that_was_adopted_with_its_application_stays() {
    let tenant = Tenant::new();
    let more = "integration: { space: //captain.api.mondoo.app/spaces/abc, name: Contoso }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let made = set_up(&tenant, &manual(&tenant.path().join("certificate.pem")));
    make_integration(&tenant, &made.app);
    let spec = spec.to_str().unwrap();
    let adopt = ["adopt", spec, "--app-id", &made.app, "--auto-approve"];
    let adopted = tenant.run(&adopt);
    assert_eq!(adopted.code, Some(0), "{adopted:?}");
    tenant.assert_nothing_to_do(spec);
    let before = integrations(&tenant);
    assert_eq!(before.len(), 1);
    let run = destroy(&tenant, spec, &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("stays: it was not made by us"), "{run:?}");
    assert_eq!(integrations(&tenant), before);
}
