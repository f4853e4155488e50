//! Field names and JSON types of a body, without its values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Everything that was seen at one place: several types where elements of a list differ.
#[derive(Default)]
pub(super) struct Shape {
    types: BTreeSet<&'static str>,
    fields: BTreeMap<String, Shape>,
    /// Of all elements together; none for lists without elements.
    elements: Option<Box<Shape>>,
}

impl Shape {
    pub(super) fn of(body: &Value) -> Self {
        let mut shape = Self::default();
        shape.add(body);
        shape
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Bool(_) => drop(self.types.insert("boolean")),
            Value::Number(_) => drop(self.types.insert("number")),
            Value::String(_) => drop(self.types.insert("string")),
            Value::Array(elements) => {
                self.types.insert("array");
                for element in elements.iter().filter(|element| !is_cut(element)) {
                    self.elements.get_or_insert_default().add(element);
                }
            }
            Value::Object(fields) => {
                self.types.insert("object");
                for (name, value) in fields {
                    self.fields.entry(name.clone()).or_default().add(value);
                }
            }
        }
    }
}

/// What a recorder puts at the end of a list that it cut.
fn is_cut(element: &Value) -> bool {
    element.get("_truncated_array").is_some()
}

/// In words, each with the place of the field. The outermost list of objects is not part of the
/// place: a list and a single object share their differences.
pub(super) fn differences(recorded: &Value, emulated: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    compare(&Shape::of(recorded), &Shape::of(emulated), "", &mut found);
    found
}

fn compare(recorded: &Shape, emulated: &Shape, place: &str, found: &mut BTreeSet<String>) {
    let known = !recorded.types.is_empty() && !emulated.types.is_empty();
    if known && recorded.types != emulated.types {
        let list = |shape: &Shape| shape.types.iter().copied().collect::<Vec<_>>().join(" or ");
        found.insert(format!("`{place}` is {}, not {}", list(emulated), list(recorded)));
        return;
    }
    if known {
        for name in recorded.fields.keys().filter(|name| !emulated.fields.contains_key(*name)) {
            found.insert(format!("lacks `{}`", join(place, name)));
        }
        for name in emulated.fields.keys().filter(|name| !recorded.fields.contains_key(*name)) {
            found.insert(format!("adds `{}`", join(place, name)));
        }
    }
    for (name, field) in &recorded.fields {
        if let Some(other) = emulated.fields.get(name) {
            compare(field, other, &join(place, name), found);
        }
    }
    match (&recorded.elements, &emulated.elements) {
        (Some(recorded), Some(emulated)) => {
            let place = if place == "value" { String::new() } else { format!("{place}[]") };
            compare(recorded, emulated, &place, found);
        }
        (Some(_), None) => drop(found.insert(format!("`{place}` is empty"))),
        (None, _) => {}
    }
}

fn join(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    fn between(recorded: serde_json::Value, emulated: serde_json::Value) -> Vec<String> {
        differences(&recorded, &emulated).into_iter().collect()
    }

    #[test]
    fn values_do_not_count_and_null_stands_for_any_type() {
        assert!(between(json!({ "a": 1, "b": null }), json!({ "a": 2, "b": [] })).is_empty());
    }

    #[test]
    fn fields_and_types_count_at_every_depth() {
        let recorded = json!({ "value": [{ "a": { "x": 1 } }, { "b": "text" }] });
        let emulated = json!({ "value": [{ "a": { "y": 1 }, "b": true }] });
        let expected = ["`b` is boolean, not string", "adds `a.y`", "lacks `a.x`"];
        assert_eq!(between(recorded, emulated), expected);
    }

    #[test]
    fn a_list_without_elements_cannot_stand_for_one_with_some() {
        assert_eq!(between(json!({ "value": [1] }), json!({ "value": [] })), ["`value` is empty"]);
        assert!(between(json!({ "value": [] }), json!({ "value": [1] })).is_empty());
    }
}
