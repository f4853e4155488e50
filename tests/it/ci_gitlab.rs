//! The same way through GitLab CI, with the shell steps of the shipped file.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use crate::ci_story::rename;
use crate::support::{AzureCli, Forge, Run, Tenant, has_tools, read, root, trust_workload_of};

const BRANCH: &str = "project_path:contoso/azure:ref_type:branch:ref:change";
const MAIN: &str = "project_path:contoso/azure:ref_type:branch:ref:main";

struct GitLab<'a> {
    forge: Forge<'a>,
    /// What every job finds in its environment.
    variables: BTreeMap<String, String>,
}

impl<'a> GitLab<'a> {
    fn new(tenant: &'a Tenant) -> GitLab<'a> {
        let forge = Forge::new(tenant);
        let reader = forge.spec_and_reader();
        trust_workload_of(tenant, &reader.client_id, &[BRANCH, MAIN]);
        let writer = tenant.sandbox.operator();
        trust_workload_of(tenant, &writer.client_id, &[MAIN]);
        // In the image, all scripts are in one directory.
        let action = ".github/actions/mondoo-azure";
        for (from, script) in
            [(action, "run.sh"), (action, "verdict.sh"), ("examples/ci/gitlab", "gitlab.sh")]
        {
            symlink(root().join(from).join(script), forge.bin().join(script)).unwrap();
        }
        let scripts = forge.bin().display().to_string();
        let variables = [
            ("CI_PROJECT_ID", "5"),
            ("CI_API_V4_URL", "https://gitlab.example.com/api/v4"),
            ("CI_MERGE_REQUEST_IID", "12"),
            ("MONDOO_AZURE_CI", &scripts),
            ("MONDOO_AZURE_GITLAB_TOKEN", "forge-token"),
            ("MONDOO_AZURE_READER_CLIENT_ID", &reader.client_id),
            ("MONDOO_AZURE_WRITER_CLIENT_ID", &writer.client_id),
            ("MONDOO_AZURE_TENANT_ID", &writer.tenant_id),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        GitLab { forge, variables: BTreeMap::from(variables) }
    }

    /// What `script:` of a job says, in the environment of that job.
    #[must_use = "check how it ended"]
    fn run(&self, job: &str, subject: &str) -> Run {
        let pipeline = read(&root().join("examples/ci/gitlab/.gitlab-ci.yml"));
        let job = &pipeline[job];
        let inherited = job["extends"].as_str().map_or(&Value::Null, |name| &pipeline[name]);
        let mut environment = self.variables.clone();
        for from in [&pipeline, inherited, job] {
            for (name, value) in from["variables"].as_object().into_iter().flatten() {
                let value = value.as_str().unwrap();
                let other = value.strip_prefix('$').map(|name| &self.variables[name]);
                environment.insert(name.clone(), other.map_or(value, String::as_str).to_owned());
            }
        }
        assert!([inherited, job].iter().any(|job| !job["id_tokens"]["AZURE_ID_TOKEN"].is_null()));
        environment.insert("AZURE_ID_TOKEN".to_owned(), self.forge.tenant.workload_token(subject));
        let lines = job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        self.forge.step(&lines.collect::<Vec<_>>().join("\n"), &environment)
    }

    fn assert_well(&self, job: &str, subject: &str) {
        let run = self.run(job, subject);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}

#[test]
fn gitlab_plans_applies_and_watches() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let gitlab = GitLab::new(&tenant);
    one_note_is_made_and_edited(&gitlab);
    let refused = gitlab.run("apply", BRANCH);
    assert_eq!(refused.code, Some(4), "a branch is not the writer: {refused:?}");

    gitlab.assert_well("plan-merged", MAIN);
    gitlab.assert_well("apply", MAIN);
    gitlab.assert_well("drift", MAIN);
    assert_eq!(gitlab.forge.list("issues"), Vec::<Value>::new());

    rename(&tenant, AzureCli::sign_in(&tenant).as_ref());
    for _ in 0..2 {
        gitlab.assert_well("drift", MAIN);
        let issues = gitlab.forge.list("issues");
        assert_eq!(issues.len(), 1, "{issues:#?}");
        let text = issues[0]["description"].as_str().unwrap();
        assert!(text.contains("Clicked by hand -> mondoo-security"), "{text}");
    }
    gitlab.assert_well("plan-merged", MAIN);
    gitlab.assert_well("apply", MAIN);
    gitlab.assert_well("drift", MAIN);
    assert_eq!(gitlab.forge.list("issues")[0]["state"], "closed");
    assert!(!gitlab.forge.calls().contains("forge-token"), "{}", gitlab.forge.calls());
}

fn one_note_is_made_and_edited(gitlab: &GitLab<'_>) {
    let marker = "<!-- mondoo-azure plan of mondoo-azure.yaml -->";
    let foreign = json!({ "id": 900, "author": { "id": 8 }, "body": marker });
    gitlab.forge.set("notes", std::slice::from_ref(&foreign));
    for _ in 0..2 {
        gitlab.assert_well("plan", BRANCH);
        let notes = gitlab.forge.list("notes");
        assert_eq!((notes.len(), &notes[0]), (2, &foreign), "{notes:#?}");
        let text = notes[1]["body"].as_str().unwrap();
        assert!(text.starts_with(marker) && text.contains("**Plan: 24 to create, "), "{text}");
    }
    let counts = read(&gitlab.forge.checkout().join("mondoo-azure-result/counts.json"));
    assert_eq!(counts, json!({ "create": 24, "update": 0, "delete": 0 }));
}

/// A line that begins with a slash would be a command, given by whoever may name things in the tenant.
#[test]
fn no_report_gives_gitlab_a_command() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let gitlab = GitLab::new(&tenant);
    let result = gitlab.forge.checkout().join("mondoo-azure-result");
    std::fs::create_dir(&result).unwrap();
    std::fs::write(result.join("report.md"), "Drift\n/close\n  /assign @mallory\n").unwrap();
    std::fs::write(result.join("exit-code"), "2\n").unwrap();
    let run = gitlab.forge.step("\"$MONDOO_AZURE_CI/gitlab.sh\" issue", &gitlab.variables);
    assert_eq!(run.code, Some(0), "{run:?}");
    let issues = gitlab.forge.list("issues");
    let text = issues[0]["description"].as_str().unwrap();
    assert!(!text.lines().any(|line| line.trim_start().starts_with('/')), "{text}");
}
