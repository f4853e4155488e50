//! Each format of the plan of the manual's set-up, as it is committed in tests/snapshots.

use std::path::Path;

use serde_json::Value;

use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

/// To renew them: `RENEW_SNAPSHOTS=1 cargo test formats`.
#[test]
fn every_format_is_as_it_was() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    let spec = root.join("examples/documented.yaml");
    std::fs::copy(spec, directory.path().join("documented.yaml")).unwrap();
    let run = |arguments: &[&str]| {
        let run = Run::of(binary(directory.path()).args(arguments));
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout
    };
    run(&["plan", "--sandbox", "--out", "plan.json", "documented.yaml"]);
    let show = |format| run(&["show", "plan.json", "-v", "--format", format]);
    let graph = |format| run(&["graph", "--sandbox", "documented.yaml", "--format", format]);
    let formats = [
        ("txt", show("text")),
        ("json", show("json")),
        ("md", show("markdown")),
        ("html", show("html")),
        ("mmd", graph("mermaid")),
        ("dot", graph("dot")),
        ("svg", graph("svg")),
    ];
    for (extension, text) in formats {
        let file = root.join(format!("tests/snapshots/plan.{extension}"));
        if std::env::var_os("RENEW_SNAPSHOTS").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap();
        assert!(committed == text, "{extension}: run: RENEW_SNAPSHOTS=1 cargo test formats");
    }
    let saved = std::fs::read_to_string(directory.path().join("plan.json")).unwrap();
    assert_eq!(saved, show("json"), "a saved plan is what --format json prints");
}

#[test]
fn the_plan_of_the_manual_fits_a_screen() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    let spec = root.join("examples/documented.yaml");
    let run = Run::of(binary(directory.path()).args(["plan", "--sandbox"]).arg(spec));
    let is_finding =
        |line: &&str| ["   x ", "   ! ", "   i "].iter().any(|sign| line.starts_with(sign));
    let lines = run.stdout.lines().filter(|line| !is_finding(line)).count();
    assert!((30..=45).contains(&lines), "{lines}");
}

#[test]
fn documents_are_as_their_schemas_say() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let check = |name: &str, run: &Run| {
        let schema = Run::of(binary(tenant.path()).args(["schema", name])).stdout;
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let document: Value = serde_json::from_str(&run.stdout).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> =
            validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        document
    };
    let apply = ["apply", "--auto-approve", "--no-wait", "--format", "json", path];
    check("plan", &tenant.run(&["plan", "--format", "json", path]));
    let run = tenant.run(&apply);
    assert_eq!(run.code, Some(0), "{run:?}");
    let outcome = check("outcome", &run);
    assert_eq!(outcome["created"], 24, "{outcome}");
    assert_eq!(outcome["changes"][0]["status"], "applied", "{outcome}");
    assert!(run.stderr.contains("Plan: 24 to create"), "the plan is shown to people: {run:?}");
    let outcome = check("outcome", &tenant.run(&apply));
    assert_eq!((&outcome["created"], &outcome["changes"]), (&0.into(), &Value::Array(Vec::new())));
    check("plan", &tenant.run(&["plan", "--format", "json", path]));
}

#[test]
fn events_are_lines_of_json_and_a_reader_may_leave() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let path = path.to_str().unwrap();
    let run = tenant.run(&["apply", "--auto-approve", "--events", "events.ndjson", path]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let text = std::fs::read_to_string(tenant.path().join("events.ndjson")).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind| events.iter().filter(|event| event["event"] == kind).count();
    assert_eq!((count("planned"), count("started"), count("applied")), (24, 24, 24), "{text}");
    assert!(count("reading") > 0 && count("verifying") > 0, "{text}");
    let consent = events.iter().find(|event| event["event"] == "applied" && event["step"] == "B");
    assert_eq!(consent.unwrap()["what"], "consent");
    let run = tenant.run(&["plan", "--events", "/dev/full", path]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.stderr.matches("could not be written any more").count(), 1, "{run:?}");
    let run = tenant.run(&["plan", "--events", "no/such/place", path]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let run = tenant.run(&["plan", "--out", "no/such/place", path]);
    assert_eq!(run.code, Some(3), "{run:?}");
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    for format in ["text", "json", "markdown", "html"] {
        let mut command = tenant.command(&["plan", "--format", format, path.to_str().unwrap()]);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let status = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
        let errors = String::from_utf8(status.stderr).unwrap();
        assert_eq!(status.status.code(), Some(0), "{format}: {errors}");
        assert_eq!(errors, "");
    }
}
