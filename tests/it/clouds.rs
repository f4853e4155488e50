//! Other clouds than the public one.

use crate::support::{PRODUCTION, Run, binary, spec_with};

#[test]
fn a_cloud_that_mondoo_does_not_scan_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec_with(directory.path(), &[PRODUCTION], "cloud: china\n");
    let run = Run::of(binary(directory.path()).args(["plan", "--sandbox"]).arg(spec));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("   ! Mondoo scans the public cloud only"), "{run:?}");
}

#[test]
fn two_names_for_the_cloud_are_one_too_many() {
    let directory = tempfile::tempdir().unwrap();
    let spec = spec_with(directory.path(), &[PRODUCTION], "cloud: usgovernment-dod\n");
    let mut command = binary(directory.path());
    command.args(["plan", "--cloud-metadata", "https://localhost:1"]).arg(spec);
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(run.stderr.contains("the spec says `cloud: usgovernment-dod`, and"), "{run:?}");
    assert!(run.stderr.contains("hint: leave --cloud-metadata out"), "{run:?}");
}
