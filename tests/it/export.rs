//! Scripts of all languages, as they are committed in tests/snapshots, and how `export` ends.

use std::path::Path;
use std::process::Command;

use crate::support::{DEVELOPMENT, PRODUCTION, Run, Tenant, binary, spec, spec_with};

/// To renew them: `RENEW_SNAPSHOTS=1 cargo test export`.
#[test]
fn every_script_is_as_it_was() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    let spec = root.join("examples/documented.yaml");
    std::fs::copy(spec, directory.path().join("documented.yaml")).unwrap();
    for (language, extension) in
        [("az", "sh"), ("powershell", "ps1"), ("terraform", "tf"), ("bicep", "bicep")]
    {
        let arguments = ["export", "--sandbox", "--as", language, "documented.yaml"];
        let run = Run::of(binary(directory.path()).args(arguments));
        assert_eq!(run.code, Some(0), "{run:?}");
        let script = steady(&run.stdout);
        let file = root.join(format!("tests/snapshots/export.{extension}"));
        if std::env::var_os("RENEW_SNAPSHOTS").is_some() {
            std::fs::write(&file, &script).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap();
        assert!(committed == script, "{language}: run: RENEW_SNAPSHOTS=1 cargo test export");
    }
}

/// When it was looked differs from run to run.
fn steady(script: &str) -> String {
    let (before, after) = script.split_once(", as of ").unwrap();
    let (_, after) = after.split_once(" UTC: ").unwrap();
    format!("{before}, as of 2026-11-23 12:00 UTC: {after}")
}

/// No key, and nothing else that is not to be read.
#[test]
fn a_script_holds_the_certificate_and_not_its_key() {
    let tenant = Tenant::at_rest();
    let path = spec(tenant.path(), &[PRODUCTION]);
    let pem = std::fs::read_to_string(tenant.path().join("certificate.pem")).unwrap();
    let block = |name: &str| {
        let (_, rest) = pem.split_once(&format!("-----BEGIN {name}-----")).unwrap();
        rest.split_once("-----END").unwrap().0.split_whitespace().collect::<String>()
    };
    let (key, certificate) = (block("PRIVATE KEY"), block("CERTIFICATE"));
    for language in ["az", "powershell", "terraform", "bicep"] {
        let run = tenant.run(&["export", "--as", language, path.to_str().unwrap()]);
        assert_eq!(run.code, Some(0), "{run:?}");
        assert!(run.stdout.contains(&certificate), "{language}");
        assert!(!run.stdout.contains(&key[..64]) && !run.stdout.contains("PRIVATE KEY"));
        assert!(!run.stdout.contains(tenant.sandbox.operator().client_secret.expose()));
    }
}

#[test]
fn a_blocked_plan_is_no_script() {
    let tenant = Tenant::at_rest();
    let more = "graphPermissions: { add: [Application.ReadWrite.All] }\n";
    let path = spec_with(tenant.path(), &[PRODUCTION], more);
    let run = tenant.run(&["export", "--as", "az", path.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(6), ""), "{run:?}");
    assert!(run.stderr.contains("allowPrivileged"), "{run:?}");
}

/// One part is for whoever may do it, as with `plan --only`.
#[test]
fn a_part_of_the_plan_is_a_script_of_its_own() {
    let tenant = Tenant::new();
    let path = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&path);
    let path = spec(tenant.path(), &[PRODUCTION, DEVELOPMENT]);
    for language in ["az", "powershell", "terraform", "bicep"] {
        let arguments = ["export", "--as", language, "--only", "C,D,E", path.to_str().unwrap()];
        let run = tenant.run(&arguments);
        assert_eq!(run.code, Some(0), "{run:?}");
        let (_, principal) = tenant.application();
        assert!(run.stdout.contains(principal["id"].as_str().unwrap()), "{run:?}");
        assert!(run.stdout.contains("C  Role assignments"), "{run:?}");
        assert!(!run.stdout.contains("A  Application"), "{run:?}");
    }
}

#[test]
fn shellcheck_has_nothing_to_say_of_the_script_for_azure_cli() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new("shellcheck");
    let Ok(output) = command.arg(root.join("tests/snapshots/export.sh")).output() else {
        return eprintln!("skipped: this machine has no shellcheck");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The rules of `terraform fmt`, as far as the script makes use of them: two blanks for each level,
/// none at the end, and the signs of attributes that follow each other in one column.
#[test]
fn the_configuration_for_terraform_is_laid_out_as_its_formatter_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = std::fs::read_to_string(root.join("tests/snapshots/export.tf")).unwrap();
    script.parse::<hcl_edit::structure::Body>().unwrap();
    let (mut depth, mut row) = (0, Vec::new());
    for line in script.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        assert_eq!(line, line.trim_end());
        let is_comment = line.trim_start().starts_with('#');
        let code = if is_comment { "" } else { line.split(" # ").next().unwrap() };
        let opened = opened(code);
        depth -= usize::from(line.trim_start().starts_with(['}', ']']));
        assert_eq!(line.len() - line.trim_start().len(), 2 * depth, "{line}");
        depth += usize::from(opened > 0);
        if code.contains(" = ") && opened == 0 {
            row.push(code);
        } else {
            assert_aligned(&std::mem::take(&mut row));
        }
    }
    assert_eq!(depth, 0);
}

/// How many brackets a line leaves open, or closes beyond its own; those in texts come in pairs.
fn opened(line: &str) -> isize {
    let count = |signs: [char; 3]| isize::try_from(line.matches(signs).count()).unwrap();
    count(['(', '[', '{']) - count([')', ']', '}'])
}

fn assert_aligned(row: &[&str]) {
    let sign = |line: &&str| line.find("= ").unwrap();
    let names = row.iter().map(|line| line.split(" = ").next().unwrap().trim_end().len());
    let column = names.max().map(|widest| widest + 1);
    assert!(row.iter().all(|line| Some(sign(line)) == column), "{row:?}");
}
