//! `drift` names each difference, and nothing else; it writes nothing.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::b_graph_permissions::consent;
use crate::support::{DEVELOPMENT, PRODUCTION, Run, Tenant, spec, spec_with};
use crate::tamper::Ours;

fn report(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{run:?}"))
}

fn lines(run: &Run, index: usize) -> Vec<Value> {
    report(run)["reports"][index]["lines"].as_array().unwrap().clone()
}

/// The lines of a report as text that say what differs.
fn shown(run: &Run) -> Vec<String> {
    let kinds = ["missing", "changed", "extra"];
    let shown = run.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let shown = shown.filter(|words| words.first().is_some_and(|first| kinds.contains(first)));
    shown.map(|words| words.join(" ")).collect()
}

/// The same machinery by which `tamper` shows that apply mends each of them.
#[test]
fn each_object_that_is_deleted_changed_or_added_is_named_with_whoever_did_it() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let spec = spec.to_str().unwrap();
    let ours = Ours::of(&tenant, "mondoo-security");
    let mend = || {
        let drift = tenant.run(&["drift", "--who", "--format", "json", spec]);
        assert_eq!(drift.code, Some(2), "{drift:?}");
        let lines = lines(&drift, 0);
        assert_eq!(lines.len(), 1, "{drift:?}");
        assert_eq!(lines[0]["who"]["known"], "found", "{drift:?}");
        assert_eq!(lines[0]["who"]["name"], "deployer (service principal)", "{drift:?}");
        tenant.run(&["apply", "--auto-approve", "--allow-deletes", "--no-wait", spec])
    };
    ours.tamper_with_consents(&mend);
    ours.tamper_with_roles(&mend);
    ours.tamper_with_vaults(&mend);
    ours.tamper_with_the_application(&mend);
    ours.add_to_grants(&mend, false);
}

#[test]
fn the_exit_code_and_the_last_line_tell_drift() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let path = spec.to_str().unwrap();
    let nothing = tenant.run(&["drift", path]);
    assert_eq!(nothing.code, Some(2), "{nothing:?}");
    assert_eq!(nothing.last_line(), "Drift: 24 missing, 0 changed, 0 extra.");
    tenant.apply(&spec);
    let clean = tenant.run(&["drift", path]);
    assert_eq!((clean.code, clean.stderr.as_str()), (Some(0), ""), "{clean:?}");
    assert_eq!(clean.last_line(), "No drift. 25 objects are as the spec wants them.");
    assert!(shown(&clean).is_empty(), "notes alone are no drift: {clean:?}");

    let (application, principal) = tenant.application();
    let (application, principal) = (&application["id"], principal["id"].as_str().unwrap());
    let application = application.as_str().unwrap();
    let renamed = json!({ "displayName": "Renamed" });
    tenant.graph(Method::PATCH, &format!("/applications/{application}"), renamed);
    let grants = format!("/servicePrincipals/{principal}/appRoleAssignments");
    let granted = tenant.graph(Method::GET, &grants, None)["value"][0]["id"].clone();
    tenant.graph(Method::DELETE, &format!("{grants}/{}", granted.as_str().unwrap()), None);
    consent(&tenant, principal, "Application.ReadWrite.All");
    let drifted = tenant.run(&["drift", path]);
    assert_eq!(drifted.code, Some(2), "{drifted:?}");
    assert_eq!(drifted.last_line(), "Drift: 1 missing, 1 changed, 1 extra.");
    let shown = shown(&drifted);
    assert_eq!(shown[0], "changed application Renamed");
    assert!(shown[1].starts_with("missing consent "), "{drifted:?}");
    assert!(
        shown[2].starts_with("extra Application.ReadWrite.All PRIVILEGED is consented"),
        "{drifted:?}"
    );
    // The report has the difference.
    assert!(drifted.stdout.contains("Renamed -> mondoo-security"), "{drifted:?}");
}

#[test]
fn other_hands_and_a_certificate_that_ends_are_drift() {
    let tenant = Tenant::at_rest();
    let spec = spec_with(tenant.path(), &[PRODUCTION], "");
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let application = application["id"].as_str().unwrap();
    tenant.graph(Method::POST, &format!("/applications/{application}/addPassword"), json!({}));
    let text = std::fs::read_to_string(&spec).unwrap();
    let impatient =
        text.replace("certificate: { source", "certificate: { renewBefore: 400d, source");
    std::fs::write(&spec, impatient).unwrap();
    let drift = tenant.run(&["drift", spec.to_str().unwrap()]);
    assert_eq!(drift.code, Some(2), "{drift:?}");
    assert_eq!(drift.last_line(), "Drift: 0 missing, 1 changed, 1 extra.");
    assert!(drift.stdout.contains("[foreign-hand]"), "{drift:?}");
    assert!(drift.stdout.contains("[certificate-expires]"), "{drift:?}");
    assert_eq!(tenant.run(&["plan", spec.to_str().unwrap()]).code, Some(0), "a plan has nothing");
}

/// What the sandbox was asked since `from`, as method and target.
fn asked(tenant: &Tenant, from: usize) -> Vec<Value> {
    let log = std::fs::read_to_string(tenant.path().join("requests.jsonl")).unwrap();
    log.lines().skip(from).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn drift_and_status_only_read() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    consent(&tenant, principal["id"].as_str().unwrap(), "Application.ReadWrite.All");
    let from = asked(&tenant, 0).len();
    let spec = spec.to_str().unwrap();
    assert_eq!(tenant.run(&["drift", "--who", spec]).code, Some(2));
    assert_eq!(tenant.run(&["status", spec]).code, Some(0));
    let asked = asked(&tenant, from);
    assert!(asked.len() > 10, "{asked:?}");
    for request in asked {
        let target = request["target"].as_str().unwrap();
        let reads = match request["method"].as_str().unwrap() {
            "GET" => true,
            "POST" if target == "/v1.0/$batch" => request["request"]["requests"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["method"] == "GET"),
            "POST" => target.ends_with("/oauth2/v2.0/token"),
            _ => false,
        };
        assert!(reads, "{request}");
    }
}

/// A spec of that name in a directory of its own.
fn another(tenant: &Tenant, name: &str, scopes: &[&str]) -> String {
    let directory = tenant.path().join(name);
    std::fs::create_dir(&directory).unwrap();
    let path = spec(&directory, scopes);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("mondoo-security", name)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn of_several_specs_the_worst_outcome_counts_and_none_hides_another() {
    let tenant = Tenant::at_rest();
    let clean = another(&tenant, "clean", &[PRODUCTION]);
    tenant.apply(Path::new(&clean));
    let drifted = another(&tenant, "drifted", &[DEVELOPMENT]);
    let unknown =
        another(&tenant, "unknown", &["subscription: 99999999-9999-4999-8999-999999999999"]);
    let run = tenant.run(&["drift", &clean, &drifted]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(run.last_line(), "Specs: 1 without drift, 1 with drift, 0 failed.");
    let run = tenant.run(&["drift", &unknown, &clean, &drifted]);
    assert_eq!(run.code, Some(4), "not found is worse than drift: {run:?}");
    assert_eq!(run.last_line(), "Specs: 1 without drift, 1 with drift, 1 failed.");
    assert!(run.stderr.contains("99999999"), "{run:?}");
    assert!(run.stdout.contains("missing"), "{run:?}");
    let run = tenant.run(&["drift", "--format", "json", &unknown, &drifted]);
    let report = report(&run);
    let outcomes = ["failed", "drift"];
    for (index, outcome) in outcomes.into_iter().enumerate() {
        assert_eq!(report["reports"][index]["outcome"], outcome, "{report}");
    }
    assert_eq!(report["summary"]["failed"], 1);

    let _ = tenant.requests();
    let bad = tenant.path().join("bad.yaml");
    std::fs::write(&bad, "version: 1\n").unwrap();
    let run = tenant.run(&["drift", &clean, bad.to_str().unwrap()]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert_eq!(tenant.requests(), 0, "a bad spec ends it before anything is sent");
}

/// It cannot be said to be in order, and is no difference either.
#[test]
fn a_spec_that_cannot_be_applied_is_not_without_drift() {
    let tenant = Tenant::at_rest();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let more = "graphPermissions: { add: [Nothing.Read.All] }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let run = tenant.run(&["drift", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.last_line().starts_with("Blocked: 25 objects are as the spec wants them; "));
    assert!(run.stdout.contains("[permission-not-offered]"), "{run:?}");
}

#[test]
fn an_integration_is_compared_or_said_not_to_be() {
    let tenant = Tenant::at_rest();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let more = "integration: { space: //captain.api.mondoo.app/spaces/abc, name: Contoso Azure }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let spec = spec.to_str().unwrap();
    let run = tenant.run(&["drift", spec]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(shown(&run)[0], "missing integration Contoso Azure");
    let mut without_mondoo = tenant.command(&["drift", spec]);
    let run = Run::of(without_mondoo.env_remove("MONDOO_API_TOKEN"));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.last_line().starts_with("Incomplete: 25 objects are as the spec wants them;"));
    assert!(run.stdout.contains("[no-mondoo-access]"), "{run:?}");
    let mut without_mondoo = tenant.command(&["status", spec]);
    assert_eq!(Run::of(without_mondoo.env_remove("MONDOO_API_TOKEN")).code, Some(1));
    let run = tenant.run(&["drift", "--only", "A,B,C,D,E,F", spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn whoever_may_not_read_is_told_so_in_every_format() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let nobody = tenant.sandbox.operators()["nobody"].clone();
    for (format, words) in [
        ("text", "Failed."),
        ("json", "\"outcome\": \"failed\""),
        ("markdown", "**Failed**"),
        ("html", "<p class=\"counts\">Failed.</p>"),
        ("junit", "<error message="),
    ] {
        let arguments = ["drift", "--format", format, spec.to_str().unwrap()];
        let run = tenant.run_as(&nobody, &arguments);
        assert_eq!(run.code, Some(4), "{run:?}");
        assert!(run.stdout.contains(words), "{run:?}");
        assert!(run.stderr.contains("hint"), "{run:?}");
    }
}

#[test]
fn formats_have_the_difference_and_neutralise_names() {
    let tenant = Tenant::at_rest();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (application, _) = tenant.application();
    let path = format!("/applications/{}", application["id"].as_str().unwrap());
    let name = "</details> ```<script>\u{1b}[31m@here & \"";
    tenant.graph(Method::PATCH, &path, json!({ "displayName": name }));
    let run = |format| tenant.run(&["drift", "--who", "--format", format, spec.to_str().unwrap()]);

    let markdown = run("markdown");
    assert_eq!(markdown.code, Some(2), "{markdown:?}");
    assert!(
        markdown.stdout.starts_with("**Drift: 0 missing, 1 changed, 0 extra.**"),
        "{markdown:?}"
    );
    assert!(!markdown.stdout.contains('\u{1b}'), "{markdown:?}");
    assert!(markdown.stdout.contains("\n```diff\n! changed"), "{markdown:?}");
    // What is in the block cannot end it.
    let fences = markdown.stdout.lines().filter(|line| line.starts_with('`')).count();
    assert_eq!(fences, 3, "its two ends, and the spec's name: {markdown:?}");
    assert!(markdown.stdout.contains("by deployer (service principal) on "), "{markdown:?}");

    let html = run("html");
    assert!(html.stdout.contains("<span class=\"verb\">changed</span>"), "{html:?}");
    assert!(html.stdout.contains("&lt;/details&gt; ```&lt;script&gt;"), "{html:?}");
    assert!(!html.stdout.contains("<script") && !html.stdout.contains('\u{1b}'), "{html:?}");
    assert!(html.stdout.contains("by deployer (service principal) on "), "{html:?}");

    let junit = run("junit");
    assert!(junit.stdout.contains("&lt;/details&gt; ```&lt;script&gt;"), "{junit:?}");
    assert!(!junit.stdout.contains("<script>"), "{junit:?}");
    assert!(junit.stdout.contains("tests=\"6\" failures=\"1\" errors=\"0\""), "{junit:?}");

    let text = run("text");
    assert!(!text.stdout.contains('\u{1b}'), "{text:?}");
    let json = run("json");
    let line = &lines(&json, 0)[0];
    assert_eq!(line["fields"][0]["before"]["text"], name, "{line}");
    assert_eq!(line["fields"][0]["after"]["text"], "mondoo-security", "{line}");
}
