//! `--http-log` and `-vv`.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::sign_in::{client, tenant, trust_workload};
use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

/// The entries of the tenant's log, after it was held against the format.
fn entries(tenant: &Tenant) -> Vec<Value> {
    let file = tenant.path().join("run.har");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(file).unwrap();
    let secret = tenant.sandbox.operator().client_secret.expose().to_owned();
    for word in [secret.as_str(), "Bearer", "eyJ", "of-the-job", "PRIVATE KEY"] {
        assert!(!text.contains(word), "{word} is in the log");
    }
    let har: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(har["log"]["version"], "1.2");
    assert!(
        har["log"]["creator"]["name"].is_string() && har["log"]["creator"]["version"].is_string()
    );
    let entries = har["log"]["entries"].as_array().unwrap().clone();
    entries.iter().for_each(assert_is_entry);
    entries
}

/// What HAR 1.2 requires of an entry.
fn assert_is_entry(entry: &Value) {
    let (request, response) = (&entry["request"], &entry["response"]);
    assert!(entry["startedDateTime"].as_str().unwrap().contains('T'), "{entry}");
    assert!(entry["time"].as_f64().unwrap() >= 0.0 && entry["cache"].is_object(), "{entry}");
    for phase in ["send", "wait", "receive"] {
        assert!(entry["timings"][phase].is_number(), "{entry}");
    }
    for text in [&request["method"], &request["url"], &request["httpVersion"]] {
        assert!(text.is_string(), "{entry}");
    }
    for text in [&response["statusText"], &response["httpVersion"], &response["redirectURL"]] {
        assert!(text.is_string(), "{entry}");
    }
    for list in ["cookies", "headers"] {
        assert!(request[list].is_array() && response[list].is_array(), "{entry}");
    }
    assert!(request["queryString"].is_array() && response["status"].is_u64(), "{entry}");
    for size in ["headersSize", "bodySize"] {
        assert!(request[size].is_i64() && response[size].is_i64(), "{entry}");
    }
    assert!(response["content"]["size"].is_u64() && response["content"]["mimeType"].is_string());
    if request.get("postData").is_some() {
        assert!(request["postData"]["mimeType"].is_string(), "{entry}");
    }
}

fn path(entry: &Value) -> String {
    let url: url::Url = entry["request"]["url"].as_str().unwrap().parse().unwrap();
    format!("{} {}", entry["request"]["method"].as_str().unwrap(), url.path())
}

#[test]
fn all_requests_of_an_apply_are_logged_without_secrets() {
    let (tenant, spec) = tenant();
    tenant.requests();
    let run = tenant.run(&["apply", "--auto-approve", "--no-wait", "--http-log", "run.har", &spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let sent = tenant.requests();
    let entries = entries(&tenant);
    assert_eq!(entries.len() as u64, sent);
    let (tokens, others): (Vec<_>, Vec<_>) =
        entries.iter().partition(|entry| path(entry).ends_with("/oauth2/v2.0/token"));
    assert_eq!(tokens.len(), 2);
    for token in tokens {
        for body in [&token["request"]["postData"], &token["response"]["content"]] {
            assert_eq!(body["text"], "");
            assert!(body["comment"].as_str().unwrap().starts_with("left out"), "{token}");
        }
    }
    let names: BTreeSet<_> = others.iter().map(|entry| path(entry)).collect();
    assert!(names.contains("PATCH /v1.0/applications(uniqueName='mondoo-security')"), "{names:?}");
    let batch = others.iter().find(|entry| path(entry) == "POST /v1.0/$batch").unwrap();
    assert!(batch["request"]["postData"]["text"].as_str().unwrap().contains("/organization"));
    let response = &batch["response"];
    let has_id = |header: &Value| header["name"] == "request-id";
    assert!(response["headers"].as_array().unwrap().iter().any(has_id), "{response}");
}

#[test]
fn a_run_that_fails_is_logged_too_and_so_is_each_try() {
    let fault = "{ route: \"GET /subscriptions\", do: { status: { code: 503 } } }";
    let tenant = Tenant::with(&format!("faults: [{fault}]"));
    let missing = "subscription: aaaaaaaa-5f60-4718-a92b-3c4d5e6f7081";
    let spec = spec(tenant.path(), &[PRODUCTION, missing]);
    let run = tenant.run(&["plan", "--http-log", "run.har", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(4), "{run:?}");
    let entries = entries(&tenant);
    let tries = entries.iter().filter(|entry| path(entry) == "GET /subscriptions");
    let statuses: Vec<_> = tries.map(|entry| entry["response"]["status"].clone()).collect();
    assert_eq!(statuses, [503, 200]);
}

#[test]
fn tokens_of_other_issuers_are_left_out() {
    let (tenant, spec) = tenant();
    trust_workload(&tenant, "workload");
    let mut command = client(&tenant, &["plan", "--http-log", "run.har", &spec]);
    command.env("ACTIONS_ID_TOKEN_REQUEST_URL", tenant.workload_url("workload"));
    let run = Run::of(command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-job"));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(entries(&tenant).iter().any(|entry| path(entry) == "GET /_sandbox/id-token"));
}

#[test]
fn a_log_that_cannot_be_written_is_refused_before_anything_is_sent() {
    let (tenant, spec) = tenant();
    tenant.requests();
    let run = tenant.run(&["plan", "--http-log", "not/there/run.har", &spec]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("hint: name a file in a directory that is there"), "{run:?}");
    assert_eq!(tenant.requests(), 0);
    let directory = tempfile::tempdir().unwrap();
    let path = crate::support::spec(directory.path(), &[PRODUCTION]);
    let run = Run::of(
        binary(directory.path()).args(["plan", "--sandbox", "--http-log", "run.har"]).arg(path),
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(directory.path().join("run.har").is_file());
}

#[test]
fn requests_are_traced_with_microsofts_ids() {
    let (tenant, spec) = tenant();
    let run = tenant.run(&["plan", "-vv", &spec]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let batch = run.stderr.lines().find(|line| line.contains("POST localhost/v1.0/$batch 200 "));
    let (_, id) = batch.unwrap().split_once(" ms, request id ").unwrap();
    assert_eq!(id.len(), 36, "{id}");
    assert!(!run.stderr.contains("eyJ"), "{run:?}");
    let missing = "managementGroup: nowhere";
    let spec = crate::support::spec(tenant.path(), &[missing]);
    let run = tenant.run(&["plan", spec.to_str().unwrap()]);
    assert!(run.stderr.contains(", request id "), "{run:?}");
}
