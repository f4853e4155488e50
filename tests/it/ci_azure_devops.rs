//! The same way through Azure Pipelines, with the shell steps of the shipped files.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::ci_story::rename;
use crate::support::{AzureCli, Forge, Run, Tenant, has_tools, keep, read, root};

struct AzurePipelines<'a> {
    forge: Forge<'a>,
    /// By its name, an `az` that is signed in by it.
    connections: BTreeMap<&'static str, String>,
}

impl<'a> AzurePipelines<'a> {
    fn new(tenant: &'a Tenant) -> AzurePipelines<'a> {
        let forge = Forge::new(tenant);
        let reader = forge.spec_and_reader();
        let writer = tenant.sandbox.operator();
        let secret = writer.client_secret.expose();
        let connections = BTreeMap::from([
            ("mondoo-azure-reader", login(tenant, &reader.client_id, &reader.secret)),
            ("mondoo-azure-writer", login(tenant, &writer.client_id, secret)),
        ]);
        AzurePipelines { forge, connections }
    }

    /// The shell steps of the one job of a pipeline, or of one of its stages.
    #[must_use = "check how it ended"]
    fn run(&self, file: &str, stage: usize) -> Run {
        let file = format!("examples/ci/azure-devops/azure-pipelines-{file}.yml");
        let pipeline = read(&root().join(file));
        let job = match &pipeline["stages"][stage]["jobs"][0] {
            Value::Null => &pipeline["jobs"][0],
            job => job,
        };
        let steps = match &job["steps"] {
            Value::Null => &job["strategy"]["runOnce"]["deploy"]["steps"],
            steps => steps,
        };
        let mut all = Run { code: Some(0), stdout: String::new(), stderr: String::new() };
        for step in steps.as_array().unwrap() {
            let shell = step["bash"].as_str().or(step["inputs"]["inlineScript"].as_str());
            // Installing has a test of its own.
            let Some(shell) = shell.filter(|shell| !shell.ends_with(" install")) else { continue };
            if let Some(name) = step["inputs"]["azureSubscription"].as_str() {
                self.forge.tool("az", &self.connections[name]);
            }
            let shell = shell.replace("../tool", root().to_str().unwrap());
            let run = self.forge.step(&shell, &self.environment(&pipeline, step));
            let (stdout, stderr) = (all.stdout + &run.stdout, all.stderr + &run.stderr);
            all = Run { code: run.code, stdout, stderr };
            if all.code != Some(0) {
                break;
            }
        }
        all
    }

    fn environment(&self, pipeline: &Value, step: &Value) -> BTreeMap<String, String> {
        let given = [
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/"),
            ("SYSTEM_TEAMPROJECTID", "project"),
            ("BUILD_REPOSITORY_ID", "repository"),
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", "12"),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut environment = BTreeMap::from(given);
        let plan = self.forge.artifact("mondoo-azure-plan/plan.json");
        for variables in [&pipeline["variables"], &step["env"]] {
            for (name, value) in variables.as_object().into_iter().flatten() {
                let value = match value.as_str().unwrap() {
                    "$(System.AccessToken)" => "forge-token".to_owned(),
                    "$(Pipeline.Workspace)/mondoo-azure-plan/plan.json" => {
                        plan.display().to_string()
                    }
                    "${{ lower(parameters.allowDeletes) }}" => "false".to_owned(),
                    value => value.to_owned(),
                };
                environment.insert(name.clone(), value);
            }
        }
        let tenant = self.forge.tenant.sandbox.operator().tenant_id.clone();
        environment.insert("AZURE_TENANT_ID".to_owned(), tenant);
        environment
    }

    fn assert_well(&self, file: &str, stage: usize) -> String {
        let run = self.run(file, stage);
        assert_eq!(run.code, Some(0), "{run:?}");
        run.stdout
    }

    fn result(&self) -> std::path::PathBuf {
        self.forge.checkout().join("mondoo-azure-result")
    }
}

/// An `az` that is signed in with that secret.
fn login(tenant: &Tenant, client_id: &str, secret: &str) -> String {
    let token = |resource: &str| {
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}\
             &scope={resource}/.default"
        );
        let token = tenant.token(&form)["access_token"].as_str().unwrap().to_owned();
        json!({ "accessToken": token, "expires_on": 4_000_000_000_u64, "tokenType": "Bearer" })
    };
    let graph = token(tenant.sandbox.url());
    let arm = token("https://management.core.windows.net");
    format!("case \"$*\" in\n*localhost*) echo '{graph}' ;;\n*) echo '{arm}' ;;\nesac")
}

const ISSUES: &str = "##vso[task.complete result=SucceededWithIssues]";

#[test]
fn azure_pipelines_plan_apply_and_watch() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let pipelines = AzurePipelines::new(&tenant);
    one_thread_is_made_and_edited(&pipelines);
    let az = AzureCli::sign_in(&tenant);
    for changed in ["24 created, 0 updated", "0 created, 1 updated"] {
        pipelines.assert_well("apply", 0);
        keep(&pipelines.result(), &pipelines.forge.artifact("mondoo-azure-plan"));
        pipelines.assert_well("apply", 1);
        let report = std::fs::read_to_string(pipelines.result().join("report.md")).unwrap();
        assert!(report.contains(changed), "{report}");
        assert!(!pipelines.assert_well("drift", 0).contains(ISSUES));
        rename(&tenant, az.as_ref());
        assert!(pipelines.assert_well("drift", 0).contains(ISSUES));
        let report = std::fs::read_to_string(pipelines.result().join("report.md")).unwrap();
        assert!(report.contains("Clicked by hand -> mondoo-security"), "{report}");
    }
    assert!(!pipelines.forge.calls().contains("forge-token"), "{}", pipelines.forge.calls());
}

fn one_thread_is_made_and_edited(pipelines: &AzurePipelines<'_>) {
    let marker = "<!-- mondoo-azure plan of mondoo-azure.yaml -->";
    let comment = json!({ "author": { "id": "mallory" }, "content": marker });
    let foreign = json!({ "id": 900, "comments": [comment] });
    pipelines.forge.set("threads", std::slice::from_ref(&foreign));
    for _ in 0..2 {
        pipelines.assert_well("plan", 0);
        let threads = pipelines.forge.list("threads");
        assert_eq!((threads.len(), &threads[0]), (2, &foreign), "{threads:#?}");
        let text = threads[1]["comments"][0]["content"].as_str().unwrap();
        assert!(text.starts_with(marker) && text.contains("**Plan: 24 to create, "), "{text}");
    }
}

/// A tag that was moved builds nothing.
#[test]
fn azure_pipelines_build_the_commit_that_is_named_or_nothing() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let forge = Forge::new(&tenant);
    let script = root().join("examples/ci/azure-devops/azure-devops.sh");
    let install = format!("{} install", script.display());
    forge.tool("git", &format!("echo {}", "1".repeat(40)));
    for (commit, code) in [("0", 3), ("1", 0)] {
        let environment = [("MONDOO_AZURE_COMMIT".to_owned(), commit.repeat(40))];
        let run = forge.step(&install, &BTreeMap::from(environment));
        assert_eq!(run.code, Some(code), "{run:?}");
    }
}
