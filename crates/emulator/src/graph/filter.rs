//! The part of `$filter` that directory objects are documented to support.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::filter::{Condition, parse};
use crate::graph::collection::Kind;
use crate::graph::error::GraphError;
use crate::graph::query::Level;

/// Conditions that a kind of object supports, and that must all hold.
pub(super) struct Filter(Vec<Condition>);

impl Filter {
    pub(super) fn parse(text: &str, kind: &Kind, level: &Level) -> Result<Self, GraphError> {
        let conditions = parse(text).ok_or_else(invalid)?;
        conditions.iter().try_for_each(|condition| check(condition, kind, level))?;
        Ok(Self(conditions))
    }

    pub(super) fn accepts(&self, object: &Map<String, Value>) -> bool {
        self.0.iter().all(|condition| accepts(condition, object))
    }
}

/// Negations take an advanced query; what supports `eq` supports them then, and `in` always
/// (documented).
fn check(condition: &Condition, kind: &Kind, level: &Level) -> Result<(), GraphError> {
    match condition {
        Condition::Equal(name, _) | Condition::In(name, _) => supported(name, kind, kind.equal),
        Condition::NotEqual(name, _) => {
            level.allow("NotEqualsMatch")?;
            supported(name, kind, kind.equal)
        }
        Condition::Not(negated) => {
            level.allow("Not")?;
            check(negated, kind, level)
        }
        Condition::AnyEqual(name, _) => supported(name, kind, kind.any),
        Condition::AnyMember(name, member, _) => {
            let path = format!("{name}/{member}");
            if kind.any.contains(&path.as_str()) { Ok(()) } else { supported(name, kind, &[]) }
        }
        Condition::AtLeast(name, literal) | Condition::AtMost(name, literal) => {
            moment(literal).ok_or_else(invalid)?;
            supported(name, kind, kind.ordered)
        }
        Condition::Function(function, arguments) => {
            let [Value::String(name), Value::String(_)] = arguments.as_slice() else {
                return Err(invalid());
            };
            match function.as_str() {
                "startswith" => supported(name, kind, kind.starts_with),
                // Of mail addresses only (documented), which nothing that is listed here has.
                "endswith" => {
                    level.allow("endsWith")?;
                    supported(name, kind, &[])
                }
                _ => Err(invalid()),
            }
        }
    }
}

fn accepts(condition: &Condition, object: &Map<String, Value>) -> bool {
    match condition {
        Condition::Equal(name, literal) => equal(&object[name], literal),
        Condition::NotEqual(name, literal) => !equal(&object[name], literal),
        Condition::In(name, literals) => {
            literals.iter().any(|literal| equal(&object[name], literal))
        }
        Condition::Not(negated) => !accepts(negated, object),
        Condition::AnyEqual(name, literal) => object[name]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| equal(item, literal))),
        Condition::AnyMember(name, member, literal) => object[name]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| equal(&item[member], literal))),
        Condition::AtLeast(name, literal) => moment(&object[name]) >= moment(literal),
        Condition::AtMost(name, literal) => moment(&object[name]) <= moment(literal),
        Condition::Function(_, arguments) => match arguments.as_slice() {
            [Value::String(name), Value::String(start)] => object[name]
                .as_str()
                .is_some_and(|text| text.to_lowercase().starts_with(&start.to_lowercase())),
            _ => false,
        },
    }
}

/// A day alone is its beginning.
fn moment(value: &Value) -> Option<OffsetDateTime> {
    let text = value.as_str()?;
    let at = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    at(text).or_else(|| at(&format!("{text}T00:00:00Z")))
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
    Err(GraphError::unsupported_property(name, resource))
}

fn invalid() -> GraphError {
    GraphError::malformed("Invalid filter clause")
}
