//! The picture in the README.

use std::path::Path;

use anstyle_svg::Term;

use crate::support::{Run, binary};

/// To renew it after the plan's look has changed: `RENEW_PICTURE=1 cargo test picture`.
#[test]
fn the_picture_in_the_readme_is_a_real_plan() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory = tempfile::tempdir().unwrap();
    let spec = root.join("examples/documented.yaml");
    std::fs::copy(spec, directory.path().join("documented.yaml")).unwrap();
    let arguments = ["plan", "--sandbox", "--color", "always", "documented.yaml"];
    let run = Run::of(binary(directory.path()).args(arguments));
    assert_eq!(run.code, Some(0), "{run:?}");
    let plan = format!("$ mondoo-azure plan documented.yaml\n\n{}", steady(&run.stdout));
    let picture = Term::new().render_svg(&plan);
    let file = root.join("docs/plan.svg");
    if std::env::var_os("RENEW_PICTURE").is_some() {
        std::fs::write(&file, &picture).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(committed == picture, "run: RENEW_PICTURE=1 cargo test picture");
}

/// How long it took differs from run to run.
fn steady(plan: &str) -> String {
    let (before, after) = plan.split_once(" requests in ").unwrap();
    let (_, after) = after.split_once(" s\n").unwrap();
    format!("{before} requests in 0.2 s\n{after}")
}
