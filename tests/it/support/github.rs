//! As much of GitHub Actions as the workflows of examples/ci/github use: jobs, steps, our composite
//! action, artifacts, expressions. What it does not know is a panic.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Forge, Run, keep, root};

const REPOSITORY: &str = "contoso/azure";

/// What started a workflow: its name, and what expressions are worth.
pub struct Event {
    pub name: &'static str,
    pub values: BTreeMap<String, String>,
}

/// How a job ended, and what its steps printed.
#[derive(Debug)]
pub struct Job {
    pub ended: Ended,
    pub printed: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Well,
    Skipped,
    With(i32),
}

/// What a job's steps share.
struct Context<'a> {
    forge: &'a Forge<'a>,
    values: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

impl Forge<'_> {
    /// Runs the workflow of that name, job by job.
    pub fn workflow(&self, name: &str, event: &Event) -> Vec<Job> {
        let file = root().join(format!("examples/ci/github/mondoo-azure-{name}.yml"));
        let workflow = read(&file);
        let jobs = workflow["jobs"].as_object().unwrap();
        let mut ended: Vec<Job> = Vec::new();
        // The order of the file is lost: what needs another comes after it.
        let (first, then): (Vec<_>, Vec<_>) =
            jobs.iter().partition(|(_, job)| job["needs"].is_null());
        for (_, job) in first.into_iter().chain(then) {
            let well = ended.iter().all(|job| job.ended == Ended::Well);
            let context = Context::new(self, job, event);
            let wanted = job["if"].as_str().is_none_or(|condition| context.holds(condition));
            let skipped = Job { ended: Ended::Skipped, printed: String::new() };
            ended.push(if well && wanted { context.job(job) } else { skipped });
        }
        ended
    }
}

impl<'a> Context<'a> {
    fn new(forge: &'a Forge<'a>, job: &Value, event: &Event) -> Context<'a> {
        let permissions = job["permissions"].as_object().unwrap();
        let granted = permissions.iter().map(|(name, level)| (name, level.as_str().unwrap()));
        let mut values = event.values.clone();
        let token: Vec<_> = granted.map(|(name, level)| format!("{name}:{level}")).collect();
        values.insert("github.token".to_owned(), token.join(" "));
        values.insert("github.event_name".to_owned(), event.name.to_owned());
        values.insert("github.repository".to_owned(), REPOSITORY.to_owned());
        values.insert("github.server_url".to_owned(), "https://github.com".to_owned());
        values.insert("github.run_id".to_owned(), "42".to_owned());
        let directory = forge.checkout().parent().unwrap().to_owned();
        let mut environment = BTreeMap::from_iter(
            [
                ("GITHUB_ACTION_PATH", root().join(".github/actions/mondoo-azure")),
                ("GITHUB_STEP_SUMMARY", directory.join("summary.md")),
                ("GITHUB_PATH", directory.join("path")),
                ("RUNNER_TEMP", directory.join("temp")),
            ]
            .map(|(name, path)| (name.to_owned(), path.to_str().unwrap().to_owned())),
        );
        environment.insert("GITHUB_REPOSITORY".to_owned(), REPOSITORY.to_owned());
        environment.insert("GITHUB_SHA".to_owned(), values["github.sha"].clone());
        if permissions.get("id-token").is_some_and(|level| level == "write") {
            let url = forge.tenant.workload_url(&subject(job, event));
            environment.insert("ACTIONS_ID_TOKEN_REQUEST_URL".to_owned(), url);
            environment.insert("ACTIONS_ID_TOKEN_REQUEST_TOKEN".to_owned(), "x".to_owned());
        }
        Context { forge, values, environment }
    }

    fn job(mut self, job: &Value) -> Job {
        let (mut ended, mut printed) = (Ended::Well, String::new());
        for step in job["steps"].as_array().unwrap() {
            let always = step["if"] == "always()";
            if ended != Ended::Well && !always {
                continue;
            }
            let uses = step["uses"].as_str().unwrap();
            let with = |name: &str| self.expand(step["with"][name].as_str().unwrap());
            let checkout = self.forge.checkout();
            match uses.split('@').next().unwrap() {
                "actions/checkout" => {}
                "actions/upload-artifact" => {
                    let (from, name) = (checkout.join(with("path")), with("name"));
                    if from.exists() {
                        keep(&from, &self.forge.artifact(&name));
                    }
                }
                "actions/download-artifact" => {
                    let (to, name) = (checkout.join(with("path")), with("name"));
                    keep(&self.forge.artifact(&name), &to);
                }
                "OWNER/mondoo-azure/.github/actions/mondoo-azure" => {
                    let run = self.action(step);
                    printed += &(run.stdout + &run.stderr);
                    ended = run.code.filter(|code| *code != 0).map_or(Ended::Well, Ended::With);
                }
                other => panic!("{other} is not known"),
            }
        }
        Job { ended, printed }
    }

    /// The steps of our action, to the first that fails.
    fn action(&mut self, step: &Value) -> Run {
        let action = read(&root().join(".github/actions/mondoo-azure/action.yml"));
        let with = &step["with"];
        for (name, input) in action["inputs"].as_object().unwrap() {
            let given = with[name].as_str().or(input["default"].as_str());
            let given = given.unwrap_or_else(|| panic!("{name} is required"));
            self.values.insert(format!("inputs.{name}"), self.expand(given));
        }
        let mut all = Run { code: Some(0), stdout: String::new(), stderr: String::new() };
        for step in action["runs"]["steps"].as_array().unwrap() {
            if step["if"].as_str().is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            let mut environment = self.environment.clone();
            for (name, value) in step["env"].as_object().into_iter().flatten() {
                environment.insert(name.clone(), self.expand(value.as_str().unwrap()));
            }
            let run = self.forge.step(step["run"].as_str().unwrap(), &environment);
            all = Run {
                code: run.code,
                stdout: all.stdout + &run.stdout,
                stderr: all.stderr + &run.stderr,
            };
            if run.code != Some(0) {
                break;
            }
        }
        all
    }

    fn expand(&self, text: &str) -> String {
        let Some((before, rest)) = text.split_once("${{") else { return text.to_owned() };
        let (expression, after) = rest.split_once("}}").unwrap();
        format!("{before}{}{}", self.value(expression.trim()), self.expand(after))
    }

    fn holds(&self, condition: &str) -> bool {
        is_true(&self.value(condition))
    }

    /// `a && b || c`, comparisons, names and texts.
    fn value(&self, expression: &str) -> String {
        let mut value = String::new();
        for alternative in expression.split(" || ") {
            for part in alternative.split(" && ") {
                value = self.comparison(part);
                if !is_true(&value) {
                    break;
                }
            }
            if is_true(&value) {
                break;
            }
        }
        value
    }

    fn comparison(&self, text: &str) -> String {
        if let Some((left, right)) = text.split_once(" == ") {
            return (self.operand(left) == self.operand(right)).to_string();
        }
        if let Some((left, right)) = text.split_once(" != ") {
            return (self.operand(left) != self.operand(right)).to_string();
        }
        self.operand(text)
    }

    fn operand(&self, text: &str) -> String {
        if matches!(text, "true" | "false") {
            return text.to_owned();
        }
        if let Some(quoted) = text.strip_prefix('\'') {
            return quoted.trim_end_matches('\'').to_owned();
        }
        let value = self.values.get(text);
        value.unwrap_or_else(|| panic!("{text} is worth nothing here")).clone()
    }
}

/// Whom GitHub says that the job is: its environment before all else.
fn subject(job: &Value, event: &Event) -> String {
    if let Some(environment) = job["environment"].as_str() {
        return format!("repo:{REPOSITORY}:environment:{environment}");
    }
    if event.name == "pull_request" {
        return format!("repo:{REPOSITORY}:pull_request");
    }
    format!("repo:{REPOSITORY}:ref:{}", event.values["github.ref"])
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "false"
}

/// A YAML file as JSON.
pub fn read(file: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    let mut value: serde_yaml::Value =
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    value.apply_merge().unwrap();
    let value = serde_yaml::from_value::<Value>(value);
    value.unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
