//! The part of docs/emulator.md that explains differences, and the figures that it states.

use std::collections::BTreeSet;
use std::path::Path;

/// What an interaction is about, and how emulator and recording differ.
pub(super) type Difference = (String, String);

pub(super) struct Document(String);

impl Document {
    pub(super) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/emulator.md");
        Self(std::fs::read_to_string(path).unwrap())
    }

    /// Rows of the table: topic, differences with semicolons between them, and why.
    pub(super) fn explained(&self) -> BTreeSet<Difference> {
        let heading = "## Where recordings and the emulator differ, and why";
        let section = self.0.split_once(heading).unwrap_or_else(|| panic!("no {heading}")).1;
        let section = section.split("\n## ").next().unwrap_or_default();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| "));
        let cells = rows.map(|row| row.split(" | ").map(str::trim).collect::<Vec<_>>());
        cells
            .skip(2)
            .filter(|cells| cells.len() == 3)
            .flat_map(|cells| {
                let topic = cells[0].to_owned();
                cells[1]
                    .split("; ")
                    .map(move |one| (topic.clone(), one.to_owned()))
                    .collect::<Vec<_>>()
            })
            .collect()
    }

    /// Whether a line begins like this, or the text says so anywhere.
    pub(super) fn says(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}
