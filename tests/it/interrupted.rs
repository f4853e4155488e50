//! A run that is stopped half-way is finished by running it again.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::support::{PRODUCTION, Tenant, spec};

#[test]
fn an_interrupted_apply_ends_cleanly_and_the_next_one_finishes_it() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    let mut command =
        tenant.command(&["apply", "--auto-approve", "--parallelism", "1", spec.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("done") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended before anything was done");
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stdout}{rest}");
    assert!(stdout.contains("\nApply complete: "), "{stdout}");
    assert!(!stdout.contains(" 0 skipped."), "{stdout}");
    tenant.apply(&spec);
}
