//! How long a plan of 10,000 changes takes in every format: `cargo bench -p cli --bench formats`.
//!
//! Prints each figure beside its limit. A figure is a whole run of `show`: start, reading and checking
//! the file, laying it out and printing it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use planner::{PlanDocument, PlannedChange};
use time::OffsetDateTime;

const CHANGES: usize = 10_000;
const RUNS: usize = 9;

fn main() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let [small, large] = [("small.json", 25), ("large.json", CHANGES)].map(|(name, count)| {
        let file = directory.path().join(name);
        let json = serde_json::to_vec(&plan(count)).expect("a plan is plain data");
        std::fs::write(&file, json).expect("the file can be written");
        file
    });
    for format in ["text", "json", "markdown", "html"] {
        let (start, whole) = (median(&small, format), median(&large, format));
        let start = start.as_millis();
        let whole = whole.as_millis();
        println!("{format:<10} {whole:>6} ms, of 25 changes {start:>4} ms   limit 200 ms");
    }
}

/// The plan of the manual's set-up, its changes repeated in other subscriptions.
fn plan(count: usize) -> PlanDocument {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/snapshots/plan.json");
    let json = std::fs::read(file).expect("the snapshot is there");
    let mut plan = PlanDocument::parse(&json).expect("the snapshot is a plan");
    let made = plan.changes.len();
    let repeated = (made..count).map(|index| {
        let change = plan.changes[17 + index % 6].clone();
        let target = format!("{} {index}", change.target);
        let object = format!("{} {index}", change.object);
        PlannedChange { target, object, ..change }
    });
    let repeated: Vec<_> = repeated.collect();
    plan.changes.extend(repeated);
    // Seals it anew.
    plan.expiring(OffsetDateTime::UNIX_EPOCH)
}

fn median(file: &Path, format: &str) -> Duration {
    let mut times: Vec<_> = (0..RUNS).map(|_| show(file, format)).collect();
    times.sort();
    times[RUNS / 2]
}

fn show(file: &Path, format: &str) -> Duration {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mondoo-azure"));
    command.arg("show").arg(file).args(["--format", format]).stdout(Stdio::null());
    let began = Instant::now();
    let status = command.status().expect("the binary starts");
    assert!(status.success(), "{format}");
    began.elapsed()
}
