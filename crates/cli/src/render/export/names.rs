//! Names for what a script declares.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Those that were given, so that none is given twice.
#[derive(Default)]
pub(super) struct Names(RefCell<BTreeMap<(&'static str, String), usize>>);

impl Names {
    /// Of what somebody called it, unique among its kind.
    pub(super) fn label(&self, kind: &'static str, text: &str) -> String {
        let label = label(text);
        let mut given = self.0.borrow_mut();
        let count = given.entry((kind, label.clone())).or_default();
        *count += 1;
        if *count == 1 { label } else { format!("{label}__{count}") }
    }
}

fn label(text: &str) -> String {
    let mut label = String::new();
    for character in text.chars() {
        match character {
            c if c.is_ascii_alphanumeric() => label.push(c.to_ascii_lowercase()),
            _ if label.is_empty() || label.ends_with('_') => {}
            _ => label.push('_'),
        }
    }
    let label = label.trim_end_matches('_');
    let is_name = label.starts_with(|c: char| c.is_ascii_lowercase());
    if is_name { label.to_owned() } else { format!("x_{label}").trim_end_matches('_').to_owned() }
}
