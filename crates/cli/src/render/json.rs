//! Documents for programs.

use serde::Serialize;

use crate::console::{BREAKS_A_LOG, is_hidden};

/// In a layout for people, too. Every reader sees the values as they are; a terminal or a log that
/// looks at the text itself is told nothing by them.
pub(crate) fn document(document: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(document).expect("a document is made of plain data");
    neutral(&json) + "\n"
}

/// The same in one line.
pub(crate) fn line(document: &impl Serialize) -> String {
    let json = serde_json::to_string(document).expect("a document is made of plain data");
    neutral(&json) + "\n"
}

/// Outside of texts, JSON has none of these; inside, an escape is the same character.
fn neutral(json: &str) -> String {
    let json = json.replace(BREAKS_A_LOG, "#\\u0023");
    if !json.contains(is_text_hidden) {
        return json;
    }
    let mut text = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if is_text_hidden(character) {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            text.push(character);
        }
    }
    text
}

/// Line breaks between values are ours.
fn is_text_hidden(character: char) -> bool {
    character != '\n' && is_hidden(character)
}
