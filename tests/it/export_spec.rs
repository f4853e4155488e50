//! Live state as a spec, which plans empty.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::json;

use crate::support::{DEVELOPMENT, PRODUCTION, Run, Tenant, examples, spec, spec_with};

const ROLES: &str = "2022-04-01";

/// Describes what is live beside that spec, in a file of the same directory.
fn described(tenant: &Tenant, spec: &Path, more: &[&str]) -> PathBuf {
    let arguments = [&["export", "--as", "spec", spec.to_str().unwrap()], more].concat();
    let run = tenant.run(&arguments);
    assert_eq!(run.code, Some(0), "{run:?}");
    let path = tenant.path().join("described.yaml");
    std::fs::write(&path, &run.stdout).unwrap();
    path
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn assert_plans_empty(tenant: &Tenant, path: &Path) {
    let plan = tenant.run(&["plan", "--detailed-exitcode", path.to_str().unwrap()]);
    assert_eq!(plan.code, Some(0), "{plan:?}\n{}", text(path));
    assert!(!text(path).contains("# A plan for it is not empty"), "{}", text(path));
}

#[test]
fn every_example_is_described_by_a_spec_that_plans_empty() {
    for example in examples() {
        let tenant = Tenant::at_rest();
        let copy = tenant.path().join(example.file_name().unwrap());
        std::fs::copy(&example, &copy).unwrap();
        tenant.apply(&copy);
        let path = described(&tenant, &copy, &[]);
        assert_plans_empty(&tenant, &path);
        let profile = |text: &str| text.contains("profile: least-privilege");
        assert_eq!(profile(&text(&path)), profile(&text(&copy)), "{}", text(&path));
    }
}
