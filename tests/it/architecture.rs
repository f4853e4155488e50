//! The invariants of docs/architecture.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Run, binary};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    let run = Run::of(cargo.current_dir(root()).args(arguments).args(["--offline", "--locked"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout
}

/// Rust files below `directory`.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension() == Some("rs".as_ref()) {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_core_depends_on_nothing_that_does_io() {
    let banned = [
        "azure_core",
        "fs-err",
        "hyper",
        "indicatif",
        "mio",
        "reqwest",
        "rustls",
        "socket2",
        "tempfile",
        "tokio",
    ];
    for crate_ in ["spec", "planner"] {
        let tree = cargo(&["tree", "-p", crate_, "-e", "normal", "--prefix", "none"]);
        let names: BTreeSet<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(names.contains("serde"), "{tree}");
        for name in banned {
            assert!(!names.contains(name), "{crate_} depends on {name}");
        }
    }
}

#[test]
fn the_core_asks_neither_clock_nor_environment_nor_files() {
    let banned = [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant",
        "now_utc",
        "println!",
        "async fn",
    ];
    for crate_ in ["spec", "planner"] {
        for file in sources(&root().join("crates").join(crate_).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            for word in banned {
                assert!(!text.contains(word), "{} has {word}", file.display());
            }
        }
    }
}

#[test]
fn arrows_between_crates_point_the_allowed_way() {
    let allowed: [(&str, &[&str]); 9] = [
        ("spec", &[]),
        ("certificate", &[]),
        ("emulator", &[]),
        ("azure", &["spec"]),
        ("mondoo", &["spec"]),
        ("planner", &["spec"]),
        ("observer", &["azure", "certificate", "mondoo", "planner", "spec"]),
        ("applier", &["azure", "certificate", "mondoo", "planner", "spec"]),
        (
            "cli",
            &[
                "applier",
                "azure",
                "certificate",
                "emulator",
                "mondoo",
                "observer",
                "planner",
                "spec",
            ],
        ),
    ];
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert_eq!(packages.len(), allowed.len());
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, allowed) = allowed.iter().find(|(known, _)| *known == name).unwrap();
        let own =
            package["dependencies"].as_array().unwrap().iter().filter(|dependency| {
                dependency["path"].is_string() && dependency["kind"].is_null()
            });
        for dependency in own {
            let on = dependency["name"].as_str().unwrap();
            assert!(allowed.contains(&on), "{name} depends on {on}");
        }
    }
}

#[test]
fn every_step_has_its_files() {
    let steps = [
        "a_application",
        "b_graph_permissions",
        "c_role_assignments",
        "d_custom_role",
        "e_key_vault_access",
        "f_certificate",
    ];
    for step in steps {
        for home in [
            "crates/planner/src/steps",
            "crates/observer/src/steps",
            "crates/applier/src/steps",
            "tests/it",
        ] {
            let file = root().join(home).join(format!("{step}.rs"));
            assert!(file.is_file(), "{}", file.display());
        }
    }
}

#[test]
fn schemas_are_what_the_types_say() {
    for name in ["spec", "plan", "outcome"] {
        let run = Run::of(binary(&root()).args(["schema", name]));
        let file = format!("schemas/{name}.schema.json");
        let committed = std::fs::read_to_string(root().join(&file)).unwrap();
        assert!(run.stdout == committed, "run: cargo run -- schema {name} > {file}");
    }
}

#[test]
fn a_file_fits_its_limit() {
    for directory in ["crates", "tests"] {
        for file in sources(&root().join(directory)) {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 400, "{} has {lines} lines", file.display());
        }
    }
}

#[test]
fn only_the_applier_holds_a_writer() {
    for crate_ in ["observer", "planner", "spec"] {
        for file in sources(&root().join("crates").join(crate_).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("Writer"), "{}", file.display());
        }
    }
}
