//! The files of examples/ci and the action, as their forges and a security reviewer read them.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{read, root};

const WORKFLOWS: [&str; 3] = ["plan", "apply", "drift"];

fn workflow(name: &str) -> (PathBuf, Value) {
    let file = root().join(format!("examples/ci/github/mondoo-azure-{name}.yml"));
    let value = read(&file);
    (file, value)
}

fn pipeline(name: &str) -> (PathBuf, Value) {
    let file = root().join(format!("examples/ci/azure-devops/azure-pipelines-{name}.yml"));
    let value = read(&file);
    (file, value)
}

fn gitlab() -> (PathBuf, Value) {
    let file = root().join("examples/ci/gitlab/.gitlab-ci.yml");
    let value = read(&file);
    (file, value)
}

fn action() -> (PathBuf, Value) {
    let file = root().join(".github/actions/mondoo-azure/action.yml");
    let value = read(&file);
    (file, value)
}

/// Each file, and the published schema that it has to fit.
fn files() -> Vec<(PathBuf, Value, &'static str)> {
    let workflows = WORKFLOWS.map(workflow).map(|(file, value)| (file, value, "github-workflows"));
    let pipelines = WORKFLOWS.map(pipeline).map(|(file, value)| (file, value, "azure-pipelines"));
    let (action, gitlab) = (action(), gitlab());
    let others = [(action.0, action.1, "github-actions"), (gitlab.0, gitlab.1, "gitlab-ci")];
    workflows.into_iter().chain(pipelines).chain(others).collect()
}

/// Schemas as the forges publish them, which `tests/clients/install` puts there with a package that
/// carries them.
fn schemas() -> Option<PathBuf> {
    let library = root().join("target/clients/schemas/lib");
    let pythons = std::fs::read_dir(library).ok()?.map(|entry| entry.unwrap().path());
    let within = "site-packages/check_jsonschema/builtin_schemas/vendor";
    pythons.map(|python| python.join(within)).find(|directory| directory.exists())
}

#[test]
fn each_file_fits_the_schema_that_its_forge_publishes() {
    let Some(schemas) = schemas() else {
        eprintln!("skipped: no schemas on this machine (tests/clients/install)");
        return;
    };
    for (file, value, schema) in files() {
        let text = std::fs::read_to_string(schemas.join(format!("{schema}.json"))).unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
        let mut value = if schema == "azure-pipelines" { as_texts(&value) } else { value };
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", file.display());
        value["nonsense"] = Value::Null;
        assert!(!validator.is_valid(&value), "{schema} takes anything");
    }
}

/// Azure Pipelines reads every scalar as a text, and its schema says so.
fn as_texts(value: &Value) -> Value {
    match value {
        Value::Bool(_) | Value::Number(_) => Value::String(value.to_string()),
        Value::Null | Value::String(_) => value.clone(),
        Value::Array(items) => items.iter().map(as_texts).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.clone(), as_texts(value))).collect()
        }
    }
}

/// Every text of a value, with the keys that lead to it.
fn texts(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(items) => {
            for item in items {
                texts(item, path, found);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                texts(value, &format!("{path}/{key}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn texts_of(value: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    texts(value, "", &mut found);
    found
}

/// What is run by a shell.
fn shell_of(value: &Value) -> Vec<String> {
    let is_shell = |path: &String| {
        ["/run", "/script", "/bash", "/inlineScript"].iter().any(|key| path.ends_with(key))
    };
    let texts = texts_of(value).into_iter();
    texts.filter(|(path, _)| is_shell(path)).map(|(_, text)| text).collect()
}

fn scripts() -> Vec<PathBuf> {
    let directories =
        [".github/actions/mondoo-azure", "examples/ci/gitlab", "examples/ci/azure-devops"];
    let entries =
        directories.iter().flat_map(|directory| std::fs::read_dir(root().join(directory)).unwrap());
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension() == Some("sh".as_ref())).collect()
}

/// A title or the name of a branch is whatever its author likes: it reaches no shell as code.
#[test]
fn nothing_is_put_into_a_script_by_its_forge() {
    let mut shells = 0;
    for (file, value, schema) in files() {
        for shell in shell_of(&value) {
            let macros: &[&str] = match schema {
                "azure-pipelines" => &["${{", "$(", "$["],
                _ => &["${{"],
            };
            assert!(!macros.iter().any(|sign| shell.contains(sign)), "{}: {shell}", file.display());
            shells += 1;
        }
    }
    assert!(shells >= 20, "{shells}");
    let names = [
        "title",
        "head_ref",
        "head.ref",
        "event.pull_request.body",
        "COMMIT_MESSAGE",
        "MERGE_REQUEST_TITLE",
    ];
    for (file, value, _) in files() {
        let text = value.to_string();
        let used = names.iter().find(|name| text.contains(*name));
        assert_eq!(used, None, "{}", file.display());
    }
}

/// A tag can be moved; a commit cannot.
#[test]
fn what_is_used_is_pinned() {
    let mut pinned = 0;
    for (file, value) in WORKFLOWS.map(workflow).into_iter().chain([action()]) {
        for (path, uses) in texts_of(&value).iter().filter(|(path, _)| path.ends_with("/uses")) {
            let commit = uses.split_once('@').unwrap().1;
            let is_commit = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
            assert!(is_commit, "{}{path}: {uses}", file.display());
            pinned += 1;
        }
    }
    assert_eq!(pinned, 12);
    let image = gitlab().1["default"]["image"].as_str().unwrap().to_owned();
    assert!(image.contains("@sha256:"), "{image}");
    for (file, value) in WORKFLOWS.map(pipeline) {
        let commit = value["variables"]["MONDOO_AZURE_COMMIT"].as_str();
        assert!(commit.is_some_and(|commit| commit.len() == 40), "{}", file.display());
    }
}

/// Without a word about it a job would have whatever the repository's settings give.
#[test]
fn each_job_says_which_permissions_it_has_and_has_no_more() {
    let mut found = Vec::new();
    for name in WORKFLOWS {
        let (file, value) = workflow(name);
        assert_eq!(value["permissions"], serde_json::json!({}), "{}", file.display());
        for (job, value) in value["jobs"].as_object().unwrap() {
            let writes = value["permissions"].as_object().unwrap().iter();
            let writes =
                writes.filter(|(_, level)| *level != "read").map(|(name, _)| name.as_str());
            found.push(format!("{name}/{job}: {}", writes.collect::<Vec<_>>().join(" ")));
        }
    }
    assert_eq!(
        found,
        [
            "plan/plan: id-token pull-requests",
            "apply/apply: id-token",
            "apply/plan: id-token",
            "drift/drift: id-token issues",
        ]
    );
    for (file, value) in WORKFLOWS.map(workflow) {
        let steps = value["jobs"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|job| job["steps"].as_array().unwrap());
        let checkouts =
            steps.filter(|step| step["uses"].as_str().unwrap().starts_with("actions/checkout"));
        for checkout in checkouts {
            assert_eq!(checkout["with"]["persist-credentials"], false, "{}", file.display());
        }
    }
}

/// The command of a spec is code: whoever writes a pull request would run it.
#[test]
fn no_command_of_a_spec_runs_where_one_is_reviewed() {
    for file in files().into_iter().map(|(file, ..)| file).chain(scripts()) {
        let text = std::fs::read_to_string(&file).unwrap();
        for banned in ["allow-command", "allow-tracked-key", "pull_request_target", "auto-approve"]
        {
            assert!(!text.contains(banned), "{}: {banned}", file.display());
        }
    }
}

#[test]
fn the_writer_is_named_in_the_protected_environment_alone() {
    let is_writer = |value: &Value| value.to_string().to_lowercase().contains("writer");
    let mut writers = Vec::new();
    for name in WORKFLOWS {
        let (_, value) = workflow(name);
        for (job, value) in value["jobs"].as_object().unwrap() {
            if is_writer(value) {
                writers.push(format!("github {name}/{job}"));
                assert_eq!(value["environment"], "mondoo-azure");
            }
        }
        let (_, value) = pipeline(name);
        if is_writer(&value) {
            writers.push(format!("azure-devops {name}"));
            let stages = value["stages"].as_array().unwrap();
            assert!(!is_writer(&stages[0]), "{}", stages[0]);
            assert_eq!(stages[1]["jobs"][0]["environment"], "mondoo-azure");
        }
    }
    for (job, value) in gitlab().1.as_object().unwrap() {
        if is_writer(value) {
            writers.push(format!("gitlab {job}"));
            assert_eq!(value["environment"]["name"], "mondoo-azure");
            assert_eq!(value["when"], "manual");
        }
    }
    assert_eq!(writers, ["github apply/apply", "azure-devops apply", "gitlab apply"]);
}

#[test]
fn a_fork_gets_no_token() {
    let (_, github) = workflow("plan");
    let condition = "github.event.pull_request.head.repo.full_name == github.repository";
    assert_eq!(github["jobs"]["plan"]["if"], condition);
    assert_eq!(github["on"].as_object().unwrap().keys().collect::<Vec<_>>(), ["pull_request"]);
    let (_, gitlab) = gitlab();
    let rule = gitlab["plan"]["rules"][0]["if"].as_str().unwrap().to_owned();
    assert!(rule.ends_with("$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"), "{rule}");
    let (_, azure) = pipeline("plan");
    let condition = "ne(variables['System.PullRequest.IsFork'], 'True')";
    assert_eq!(azure["jobs"][0]["condition"], condition);
}

/// GitHub's token goes to what talks to GitHub, and Azure's to what talks to Azure.
#[test]
fn no_step_holds_the_tokens_of_both_sides() {
    let steps = action().1["runs"]["steps"].as_array().unwrap().clone();
    let holders: Vec<_> = steps
        .iter()
        .map(|step| (!step["env"]["GH_TOKEN"].is_null(), !step["env"]["AZURE_CLIENT_ID"].is_null()))
        .collect();
    assert!(!holders.contains(&(true, true)), "{holders:?}");
    assert!(holders.contains(&(true, false)) && holders.contains(&(false, true)), "{holders:?}");
}

#[test]
fn the_scripts_are_sound() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 8);
    for script in &scripts {
        let text = std::fs::read_to_string(script).unwrap();
        assert!(text.starts_with("#!/usr/bin/env bash\n"), "{}", script.display());
        assert!(text.contains("\nset -euo pipefail\n"), "{}", script.display());
        assert!(text.lines().count() <= 120, "{}", script.display());
        let Ok(parsed) = Command::new("bash").arg("-n").arg(script).output() else {
            eprintln!("skipped: no bash on this machine");
            return;
        };
        assert!(parsed.status.success(), "{parsed:?}");
    }
    match Command::new("shellcheck").args(["--severity", "warning"]).args(&scripts).output() {
        Ok(checked) => {
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
        }
        Err(_) => eprintln!("skipped: no shellcheck on this machine (apt-get install shellcheck)"),
    }
}

/// Each code that a command can end with stands in the table, and has words of its own.
#[test]
fn each_exit_code_is_explained_and_decided_on() {
    let text = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let verdict = root().join(".github/actions/mondoo-azure/verdict.sh");
    for command in ["plan", "drift", "apply"] {
        for code in codes(command) {
            let row =
                text.lines().find(|line| line.starts_with(&format!("| `{command}` | {code} |")));
            assert!(row.is_some(), "{command} {code}");
            let said = say(&verdict, command, *code);
            assert!(said.starts_with(&format!("Exit code {code}: ")), "{said}");
        }
    }
}

fn codes(command: &str) -> &'static [u8] {
    match command {
        "plan" => &[0, 1, 2, 3, 4, 6],
        "drift" => &[0, 1, 2, 3, 4],
        _ => &[0, 1, 3, 4, 5, 6, 130],
    }
}

fn say(verdict: &Path, command: &str, code: u8) -> String {
    let run =
        Command::new("bash").arg(verdict).args(["--explain", command, &code.to_string()]).output();
    String::from_utf8(run.unwrap().stdout).unwrap()
}
