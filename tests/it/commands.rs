//! Commands, flags and exit codes that scripts rely on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

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

#[test]
fn the_sandbox_serves_a_second_process_and_forgets_on_reset() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec(directory.path(), &[PRODUCTION]);
    let mut server = binary(directory.path());
    server.args(["sandbox", "serve", "--state", "state", "--env-file", "env"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The last line says that it is serving; the file is there by then.
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("Serving"));
    let plan = ". ./env && export AZURE_CLIENT_ID AZURE_CLIENT_SECRET && exec \"$0\" plan \"$1\" \
                --cloud-metadata \"$SANDBOX_URL\" --ca-certificate \"$SANDBOX_CA\"";
    let mut shell = Command::new("sh");
    shell.current_dir(directory.path()).args(["-c", plan, env!("CARGO_BIN_EXE_mondoo-azure")]);
    let run = Run::of(shell.arg(&spec));
    assert_eq!(run.code, Some(0), "{run:?}");
    let reset = || Run::of(binary(directory.path()).args(["sandbox", "reset", "--state", "state"]));
    let refused = reset();
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let kill = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert_eq!(reset().code, Some(0));
}

#[test]
fn another_operator_is_given_its_own_credentials() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec(directory.path(), &[PRODUCTION]);
    let mut server = binary(directory.path());
    server.args(["sandbox", "serve", "--operator", "nobody", "--env-file", "env"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("Serving"));
    let plan = ". ./env && export AZURE_CLIENT_ID AZURE_CLIENT_SECRET && exec \"$0\" plan \"$1\" \
                --cloud-metadata \"$SANDBOX_URL\" --ca-certificate \"$SANDBOX_CA\"";
    let mut shell = Command::new("sh");
    shell.current_dir(directory.path()).args(["-c", plan, env!("CARGO_BIN_EXE_mondoo-azure")]);
    let run = Run::of(shell.arg(&spec));
    let kill = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.wait().unwrap().code(), Some(0));
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("Insufficient privileges"), "{run:?}");
}

#[test]
fn an_unknown_operator_is_told_who_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["sandbox", "serve", "--operator", "eve"];
    let run = Run::of(binary(directory.path()).args(arguments));
    assert_eq!(run.code, Some(3), "{run:?}");
    for name in ["deployer", "rbac-administrator", "nobody"] {
        assert!(run.stderr.contains(name), "{run:?}");
    }
    assert!(std::fs::read_dir(directory.path()).unwrap().next().is_none());
}

#[test]
fn reset_leaves_what_is_no_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let somebodys = directory.path().join("ca.pem");
    std::fs::write(&somebodys, "precious").unwrap();
    let run = Run::of(binary(directory.path()).args(["sandbox", "reset", "--state", "."]));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("holds no sandbox: nothing was removed"), "{run:?}");
    assert!(somebodys.exists());
}

#[test]
fn the_sandbox_inside_the_process_keeps_its_tenant_between_runs() {
    let directory = tempfile::tempdir().unwrap();
    let path = spec(directory.path(), &[PRODUCTION]);
    let run = |arguments: &[&str]| {
        Run::of(binary(directory.path()).args(arguments).args(["--sandbox"]).arg(&path))
    };
    let apply = run(&["apply", "--auto-approve"]);
    assert_eq!(apply.code, Some(0), "{apply:?}");
    assert!(directory.path().join(".mondoo-azure/sandbox").is_dir());
    assert_eq!(run(&["plan", "--detailed-exitcode"]).code, Some(0));
}
