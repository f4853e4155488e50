//! Lists of names, and the patches that are made of two of them.

use std::collections::BTreeSet;

use super::problems::Problems;
use crate::similar::similar;
use crate::{Caution, Line};

/// A list of names in the spec, which compare without case.
pub(super) struct Names<'a> {
    pointer: &'static str,
    names: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(super) fn new(pointer: &'static str, names: impl Iterator<Item = &'a String>) -> Self {
        Names { pointer, names: names.map(String::as_str).collect() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        has(&self.names, name)
    }

    /// The names with their places, without those that stand there twice: these are problems.
    pub(super) fn each_once(&self, problems: &mut Problems<'_>) -> Vec<(String, &'a str)> {
        let mut seen = BTreeSet::new();
        let mut once = Vec::new();
        for (index, name) in self.names.iter().copied().enumerate() {
            let pointer = format!("{}/{index}", self.pointer);
            if seen.insert(name.to_ascii_lowercase()) {
                once.push((pointer, name));
            } else {
                let message = format!("`{name}` is listed twice");
                problems.at_value(&pointer, message, "remove one of the two");
            }
        }
        once
    }

    fn folded(&self) -> BTreeSet<String> {
        self.names.iter().map(|name| name.to_ascii_lowercase()).collect()
    }
}

fn has(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What the spec adds to a list of the profile, and what it removes from it.
pub(super) struct Patch<'a> {
    pub(super) add: Names<'a>,
    pub(super) remove: Names<'a>,
}

impl Patch<'_> {
    /// Checks that each line changes something: what is `there` everywhere cannot be added, what
    /// is `known` nowhere cannot be removed.
    pub(super) fn check(&self, there: &[&str], known: &[&str], problems: &mut Problems<'_>) {
        let Patch { add, remove } = self;
        let (added, removed) = (add.folded(), remove.folded());
        for (pointer, name) in add.each_once(problems) {
            if removed.contains(&name.to_ascii_lowercase()) {
                let message = format!("`{name}` is both added and removed");
                problems.at_value(&pointer, message, "leave one of the two out");
            } else if has(there, name) {
                let message = format!("`{name}` cannot be added: it is there already");
                problems.at_value(&pointer, message, "leave it out");
            }
        }
        for (pointer, name) in remove.each_once(problems) {
            if !has(known, name) && !added.contains(&name.to_ascii_lowercase()) {
                let message = format!("`{name}` cannot be removed: the profile does not have it");
                let meant = similar(name, known).map(|meant| format!("did you mean `{meant}`?"));
                problems.at_value(&pointer, message, meant.as_deref().unwrap_or("leave it out"));
            }
        }
    }

    /// The profile's `lines` without what is removed and with what is added.
    pub(super) fn apply(
        &self,
        lines: &[Line],
        caution: impl Fn(&str) -> Option<Caution>,
    ) -> Vec<Line> {
        let mut patched = self.without_removed(lines);
        let added = self.add.names.iter().filter(|name| !lines.iter().any(|line| line.is(name)));
        patched.extend(added.map(|name| Line::added(name, caution(name))));
        patched
    }

    pub(super) fn without_removed(&self, lines: &[Line]) -> Vec<Line> {
        lines.iter().filter(|line| !self.remove.has(&line.name)).cloned().collect()
    }
}

pub(super) fn names(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.name.as_str()).collect()
}
