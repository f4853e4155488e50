//! The part of `$filter` that directory objects are documented to support without advanced queries.

use serde_json::{Map, Value};

use crate::filter::{Condition, parse};
use crate::graph::collection::Kind;
use crate::graph::error::GraphError;

/// Conditions that a kind of object supports, and that must all hold.
pub(super) struct Filter(Vec<Condition>);

impl Filter {
    pub(super) fn parse(text: &str, kind: &Kind) -> Result<Self, GraphError> {
        let conditions = parse(text).ok_or_else(invalid)?;
        for condition in &conditions {
            match condition {
                Condition::Equal(name, _) => supported(name, kind, kind.equal)?,
                Condition::AnyEqual(name, _) => supported(name, kind, kind.any)?,
                Condition::Function(function, arguments) => match arguments.as_slice() {
                    [Value::String(name), Value::String(_)] if function == "startswith" => {
                        supported(name, kind, kind.starts_with)?;
                    }
                    _ => return Err(invalid()),
                },
            }
        }
        Ok(Self(conditions))
    }

    pub(super) fn accepts(&self, object: &Map<String, Value>) -> bool {
        self.0.iter().all(|condition| accepts(condition, object))
    }
}

fn accepts(condition: &Condition, object: &Map<String, Value>) -> bool {
    match condition {
        Condition::Equal(name, literal) => equal(&object[name], literal),
        Condition::AnyEqual(name, literal) => object[name]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| equal(item, literal))),
        Condition::Function(_, arguments) => match arguments.as_slice() {
            [Value::String(name), Value::String(start)] => object[name]
                .as_str()
                .is_some_and(|text| text.to_lowercase().starts_with(&start.to_lowercase())),
            _ => false,
        },
    }
}

/// The directory compares text without regard to case.
fn equal(value: &Value, literal: &Value) -> bool {
    match (value, literal) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        (one, other) => one == other,
    }
}

fn supported(name: &String, kind: &Kind, supporting: &[&str]) -> Result<(), GraphError> {
    let Kind { name: type_name, resource, .. } = kind;
    if supporting.contains(&name.as_str()) {
        return Ok(());
    }
    if !kind.has(name) {
        return Err(GraphError::malformed(format!(
            "Invalid filter clause: Could not find a property named '{name}' on type \
             'microsoft.graph.{type_name}'."
        )));
    }
    Err(GraphError::unsupported_query(format!(
        "Unsupported or invalid query filter clause specified for property '{name}' of resource \
         '{resource}'."
    )))
}

fn invalid() -> GraphError {
    GraphError::malformed("Invalid filter clause")
}
