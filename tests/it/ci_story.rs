//! A change's way through GitHub Actions, with the shell steps of the shipped files: planned on a pull
//! request, applied after the merge, drift found at night and mended.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use crate::permissions::Least;
use crate::support::{
    AzureCli, Ended, Event, Forge, Job, PRODUCTION, Run, Tenant, has_tools, keep, spec_with,
    trust_workload_of,
};

const MERGED: &str = "3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60";
const HEAD: &str = "1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e";

/// A repository with its two identities.
struct Repository<'a> {
    forge: Forge<'a>,
    reader: Least,
}

impl<'a> Repository<'a> {
    fn new(tenant: &'a Tenant) -> Repository<'a> {
        let forge = Forge::new(tenant);
        let reader = forge.spec_and_reader();
        let subjects =
            ["repo:contoso/azure:pull_request", "repo:contoso/azure:ref:refs/heads/main"];
        trust_workload_of(tenant, &reader.client_id, &subjects);
        let writer = &tenant.sandbox.operator().client_id;
        trust_workload_of(tenant, writer, &["repo:contoso/azure:environment:mondoo-azure"]);
        Repository { forge, reader }
    }

    fn change(&self, more: &str) {
        let path = spec_with(&self.forge.checkout(), &[PRODUCTION], more);
        std::fs::rename(path, self.forge.checkout().join("mondoo-azure.yaml")).unwrap();
    }

    /// One that has these values besides what each has.
    fn event(&self, name: &'static str, more: &[(&str, &str)]) -> Event {
        let tenant = self.forge.tenant.sandbox.operator();
        let known = [
            ("github.ref", "refs/heads/main"),
            ("github.sha", MERGED),
            ("vars.MONDOO_AZURE_READER_CLIENT_ID", &self.reader.client_id),
            ("vars.MONDOO_AZURE_WRITER_CLIENT_ID", &tenant.client_id),
            ("vars.MONDOO_AZURE_TENANT_ID", &tenant.tenant_id),
            ("inputs.allow-deletes", ""),
        ];
        let values =
            known.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Event { name, values: values.collect::<BTreeMap<_, _>>() }
    }

    fn push_to_pull_request(&self, of: &str) -> Vec<Job> {
        let event = self.event(
            "pull_request",
            &[
                ("github.event.pull_request.number", "12"),
                ("github.event.pull_request.head.sha", HEAD),
                ("github.event.pull_request.head.repo.full_name", of),
            ],
        );
        let jobs = self.forge.workflow("plan", &event);
        let kept = self.forge.artifact("mondoo-azure-plan");
        if jobs[0].ended == Ended::Well {
            keep(&kept, &self.forge.run_directory(77, "mondoo-azure-plan"));
        }
        jobs
    }

    fn merge(&self) -> Vec<Job> {
        let merged =
            json!({ "merged_at": "x", "merge_commit_sha": MERGED, "head": { "sha": HEAD } });
        let fork = json!({ "id": 66, "head_repository": { "full_name": "somebody/azure" } });
        let own = json!({ "id": 77, "head_repository": { "full_name": "contoso/azure" } });
        self.forge.set("pulls", &[merged]);
        self.forge.set("runs", &[fork, own]);
        self.push()
    }

    fn push(&self) -> Vec<Job> {
        self.forge.workflow("apply", &self.event("push", &[]))
    }

    fn night(&self) -> Job {
        self.forge.workflow("drift", &self.event("schedule", &[])).remove(0)
    }

    fn result(&self, file: &str) -> String {
        let file = self.forge.checkout().join("mondoo-azure-result").join(file);
        std::fs::read_to_string(file).unwrap()
    }

    fn comments(&self) -> Vec<Value> {
        self.forge.list("comments")
    }
}

/// Somebody renames our application: with stock `az`, or where there is none, by the request that it
/// sends.
pub fn rename(tenant: &Tenant, az: Option<&AzureCli>) {
    let (application, _) = tenant.application();
    let id = application["id"].as_str().unwrap();
    let name = "Clicked by hand";
    if let Some(az) = az {
        let arguments = ["ad", "app", "update", "--id", id, "--display-name", name];
        let run = Run::of(az.command(tenant, "az").args(arguments));
        assert_eq!(run.code, Some(0), "{run:?}");
    } else {
        let body = json!({ "displayName": name });
        tenant.graph(Method::PATCH, &format!("/applications/{id}"), body);
    }
}

fn assert_well(jobs: &[Job]) {
    assert!(jobs.iter().all(|job| job.ended == Ended::Well), "{jobs:#?}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_change_is_planned_applied_watched_over_and_mended() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let repository = Repository::new(&tenant);
    planned_in_one_comment(&repository);
    applied_after_the_merge(&repository);
    drift_is_told_by_one_issue(&repository);
    drift_is_mended(&repository);
}

fn planned_in_one_comment(repository: &Repository<'_>) {
    let marker = "<!-- mondoo-azure plan of mondoo-azure.yaml -->\n";
    let foreign = json!({ "id": 900, "user": { "login": "mallory" }, "body": marker });
    repository.forge.set("comments", std::slice::from_ref(&foreign));
    assert_well(&repository.push_to_pull_request("contoso/azure"));
    let first = repository.comments();
    assert_eq!(first.len(), 2, "{first:#?}");
    assert!(text(&first[1]["body"]).starts_with(marker), "{first:#?}");
    assert!(text(&first[1]["body"]).contains("**Plan: 24 to create, "), "{first:#?}");

    repository.change("application: { notes: Reviewed }\n");
    assert_well(&repository.push_to_pull_request("contoso/azure"));
    let then = repository.comments();
    assert_eq!(then.len(), 2, "it is edited: {then:#?}");
    assert!(text(&then[1]["body"]).contains("Reviewed"), "{then:#?}");
    assert!(text(&then[1]["body"]).contains(HEAD), "{then:#?}");
    assert_eq!(then[0], foreign);
}

fn applied_after_the_merge(repository: &Repository<'_>) {
    assert_well(&repository.merge());
    let outcome: Value = serde_json::from_str(&repository.result("outcome.json")).unwrap();
    assert_eq!((&outcome["created"], &outcome["failed"]), (&json!(24), &json!(0)), "{outcome}");
    let schema = include_str!("../../schemas/outcome.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(validator.is_valid(&outcome), "{outcome}");
    let tenant = repository.forge.tenant;
    let spec = repository.forge.checkout().join("mondoo-azure.yaml");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
}

fn drift_is_told_by_one_issue(repository: &Repository<'_>) {
    assert_eq!(repository.night().ended, Ended::Well);
    assert_eq!(repository.forge.list("issues"), Vec::<Value>::new());
    rename(repository.forge.tenant, AzureCli::sign_in(repository.forge.tenant).as_ref());
    for _ in 0..2 {
        assert_eq!(repository.night().ended, Ended::Well);
        let issues = repository.forge.list("issues");
        assert_eq!(issues.len(), 1, "{issues:#?}");
        assert_eq!(issues[0]["state"], "open");
        assert_eq!(issues[0]["title"], "Drift: mondoo-azure.yaml");
        assert!(
            text(&issues[0]["body"]).contains("**Drift: 0 missing, 1 changed, 0 extra.**"),
            "{issues:#?}"
        );
        assert!(
            text(&issues[0]["body"]).contains("Clicked by hand -> mondoo-security"),
            "{issues:#?}"
        );
    }
}

fn drift_is_mended(repository: &Repository<'_>) {
    assert_well(&repository.forge.workflow("apply", &repository.event("workflow_dispatch", &[])));
    let outcome: Value = serde_json::from_str(&repository.result("outcome.json")).unwrap();
    assert_eq!(outcome["updated"], 1, "{outcome}");
    assert_eq!(repository.night().ended, Ended::Well);
    let issues = repository.forge.list("issues");
    assert_eq!((issues.len(), &issues[0]["state"]), (1, &json!("closed")), "{issues:#?}");
    let spec = repository.forge.checkout().join("mondoo-azure.yaml");
    repository.forge.tenant.assert_nothing_to_do(spec.to_str().unwrap());
}

#[test]
fn a_pull_request_of_a_fork_is_not_planned() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let repository = Repository::new(&tenant);
    let jobs = repository.push_to_pull_request("somebody/azure");
    assert_eq!(jobs[0].ended, Ended::Skipped);
    assert_eq!(repository.forge.calls(), "");
}

/// Whoever writes a pull request writes its workflow, too: Entra ID has to refuse it.
#[test]
fn a_pull_request_cannot_become_the_writer_and_the_reader_cannot_write() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let repository = Repository::new(&tenant);
    let url = tenant.workload_url("repo:contoso/azure:pull_request");
    let writer = tenant.sandbox.operator().client_id.clone();
    let mut environment = BTreeMap::from(
        [
            ("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x"),
            ("AZURE_CLIENT_ID", &writer),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let apply = "mondoo-azure apply --auto-approve mondoo-azure.yaml";
    let run = repository.forge.step(apply, &environment);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("AADSTS700213"), "{run:?}");

    environment.insert("AZURE_CLIENT_ID".to_owned(), repository.reader.client_id.clone());
    let run = repository.forge.step(apply, &environment);
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("nothing was written"), "{run:?}");
}

#[test]
fn a_plan_that_is_not_that_of_the_merge_is_not_applied() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let repository = Repository::new(&tenant);
    let jobs = repository.push();
    assert_eq!(jobs[0].ended, Ended::With(6), "no pull request: {jobs:#?}");
    assert!(
        jobs[0].printed.contains("::error::This commit has merged no pull request."),
        "{jobs:#?}"
    );
    assert_eq!(jobs[1].ended, Ended::Skipped);

    assert_well(&repository.push_to_pull_request("contoso/azure"));
    repository.change("application: { notes: Not reviewed }\n");
    let jobs = repository.merge();
    assert_eq!(jobs[1].ended, Ended::With(6), "another spec: {jobs:#?}");
    assert!(repository.result("report.md").contains("Exit code 6: nothing was written."));
    assert!(!exists(&tenant), "nothing was written");
}

fn exists(tenant: &Tenant) -> bool {
    let path = "/v1.0/applications(uniqueName='mondoo-security')";
    let (status, _) = tenant.ask(tenant.sandbox.operator(), Method::GET, path, json!({}));
    status != 404
}

/// What cannot be planned is said where it is reviewed, and no plan is kept.
#[test]
fn a_spec_that_is_wrong_is_told_in_the_comment() {
    if !has_tools() {
        return;
    }
    let tenant = Tenant::at_rest();
    let repository = Repository::new(&tenant);
    repository.change("extras: perhaps\n");
    let jobs = repository.push_to_pull_request("contoso/azure");
    assert_eq!(jobs[0].ended, Ended::With(3), "{jobs:#?}");
    let comments = repository.comments();
    assert!(text(&comments[0]["body"]).contains("Exit code 3: "), "{comments:#?}");
    assert!(!Path::new(&repository.forge.artifact("mondoo-azure-plan")).exists());
}
