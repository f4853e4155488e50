//! Commands, flags and exit codes that scripts rely on.

use std::process::Command;

use crate::support::{PRODUCTION, Run, Tenant, binary, spec};

#[test]
fn the_exit_code_tells_pending_changes_only_when_asked() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let spec = spec.to_str().unwrap();
    assert_eq!(tenant.run(&["plan", spec]).code, Some(0));
    let plan = tenant.run(&["plan", "--detailed-exitcode", spec]);
    assert_eq!(plan.code, Some(2));
    assert_eq!(plan.last_line(), "Plan: 24 to create, 0 to update, 0 to restore, 0 to delete.");
    assert_eq!(plan.stderr, "", "stderr is for what is no result");
    assert!(!plan.stdout.contains('\u{1b}'), "no colour without a terminal");
    let colored = tenant.run(&["plan", "--color", "always", spec]);
    assert!(colored.stdout.contains('\u{1b}'));
}

#[test]
fn without_a_terminal_apply_needs_approval_before_anything_is_sent() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let run = tenant.run(&["apply", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("--auto-approve"), "{run:?}");
    assert_eq!(tenant.requests(), 0);
}

#[test]
fn nobody_who_is_not_signed_in_gets_far() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let arguments = ["plan", spec.to_str().unwrap()];
    let run = Run::of(tenant.command(&arguments).env("AZURE_CLIENT_SECRET", "wrong"));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("AADSTS7000215"), "{run:?}");
    assert!(!run.stderr.contains("wrong"), "{run:?}");
    let run = Run::of(tenant.command(&arguments).env_remove("AZURE_CLIENT_SECRET"));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("az login"), "{run:?}");
}

#[test]
fn usage_errors_exit_with_3_and_help_with_0() {
    let directory = tempfile::tempdir().unwrap();
    let code = |arguments: &[&str]| Run::of(binary(directory.path()).args(arguments)).code;
    assert_eq!(code(&["--help"]), Some(0));
    assert_eq!(code(&["--version"]), Some(0));
    for wrong in [&["frobnicate"] as &[_], &[], &["apply", "--parallelism", "0"], &["plan", "--x"]]
    {
        assert_eq!(code(wrong), Some(3), "{wrong:?}");
    }
}

#[test]
fn validate_checks_every_spec_and_asks_nobody() {
    let directory = tempfile::tempdir().unwrap();
    let right = spec(directory.path(), &[PRODUCTION]);
    let wrong = directory.path().join("wrong.yaml");
    std::fs::write(&wrong, "version: 1\nnmae: x\n").unwrap();
    let run = Run::of(binary(directory.path()).args(["validate", "wrong.yaml"]).arg(&right));
    assert_eq!(run.code, Some(3), "{run:?}");
    assert_eq!(run.stdout, format!("{}: valid\n", right.display()));
    insta::assert_snapshot!(run.stderr.split("\n\n").next().unwrap(), @"
    error: the key `tenant` is missing
     --> wrong.yaml:1:1
      |
    1 | version: 1
      | ^^^^^^^^^^
      |
      = help: The tenant's id or one of its verified domains.
    ");
    let run = Run::of(binary(directory.path()).arg("validate").arg(&right));
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn a_key_is_not_made_where_git_would_commit_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("file: certificate.pem", "generate: { output: new.pem }"))
        .unwrap();
    let validate = |more: &[&str]| {
        Run::of(binary(directory.path()).args(["validate", "spec.yaml"]).args(more))
    };
    assert_eq!(validate(&[]).code, Some(0));
    let git = Command::new("git").arg("-C").arg(directory.path()).args(["init", "-q"]).status();
    assert!(git.unwrap().success());
    let run = validate(&[]);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("add new.pem to .gitignore"), "{run:?}");
    assert_eq!(validate(&["--allow-tracked-key"]).code, Some(0));
    std::fs::write(directory.path().join(".gitignore"), "*.pem\n").unwrap();
    assert_eq!(validate(&[]).code, Some(0));
}
