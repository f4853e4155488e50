//! The part of `$filter` that directory objects are documented to support without advanced queries.

use serde_json::{Map, Value};

use crate::graph::collection::Kind;
use crate::graph::error::GraphError;

/// Conditions that must all hold.
pub(super) struct Filter(Vec<Condition>);

enum Condition {
    Equal(String, Value),
    StartsWith(String, Value),
    Any(String, Value),
}

impl Filter {
    pub(super) fn parse(text: &str, kind: &Kind) -> Result<Self, GraphError> {
        split_outside_quotes(text, " and ").into_iter().map(|clause| condition(clause.trim(), kind)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn accepts(&self, object: &Map<String, Value>) -> bool {
        self.0.iter().all(|condition| condition.accepts(object))
    }
}

impl Condition {
    fn accepts(&self, object: &Map<String, Value>) -> bool {
        let property = |name: &String| object.get(name).unwrap_or(&Value::Null);
        match self {
            Self::Equal(name, literal) => equal(property(name), literal),
            Self::Any(name, literal) => {
                property(name).as_array().is_some_and(|items| items.iter().any(|item| equal(item, literal)))
            }
            Self::StartsWith(name, literal) => match (property(name).as_str(), literal.as_str()) {
                (Some(text), Some(start)) => text.to_lowercase().starts_with(&start.to_lowercase()),
                _ => false,
            },
        }
    }
}

/// The directory compares text without regard to case.
fn equal(value: &Value, literal: &Value) -> bool {
    match (value, literal) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        (one, other) => one == other,
    }
}

fn condition(clause: &str, kind: &Kind) -> Result<Condition, GraphError> {
    let invalid = || GraphError::malformed("Invalid filter clause");
    if let Some((name, lambda)) = clause.split_once("/any(") {
        let lambda = lambda.strip_suffix(')').ok_or_else(invalid)?;
        let (variable, comparison) = lambda.split_once(':').ok_or_else(invalid)?;
        let (compared, literal) = comparison.split_once(" eq ").ok_or_else(invalid)?;
        if compared.trim() != variable.trim() {
            return Err(invalid());
        }
        let name = supported(name, kind, kind.any)?;
        return Ok(Condition::Any(name, value(literal).ok_or_else(invalid)?));
    }
    if let Some(arguments) = function(clause, "startswith") {
        let (name, literal) = arguments.split_once(',').ok_or_else(invalid)?;
        let name = supported(name, kind, kind.starts_with)?;
        return Ok(Condition::StartsWith(name, value(literal).ok_or_else(invalid)?));
    }
    let (name, literal) = clause.split_once(" eq ").ok_or_else(invalid)?;
    let name = supported(name, kind, kind.equal)?;
    Ok(Condition::Equal(name, value(literal).ok_or_else(invalid)?))
}

fn supported(name: &str, kind: &Kind, supporting: &[&str]) -> Result<String, GraphError> {
    let name = name.trim();
    if supporting.contains(&name) {
        return Ok(name.to_owned());
    }
    if !kind.has(name) {
        let kind = kind.name;
        let message = format!("Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.{kind}'.");
        return Err(GraphError::malformed(message));
    }
    let resource = kind.resource;
    let message = format!("Unsupported or invalid query filter clause specified for property '{name}' of resource '{resource}'.");
    Err(GraphError::unsupported_query(message))
}

fn function<'a>(clause: &'a str, name: &str) -> Option<&'a str> {
    let (called, arguments) = clause.split_once('(')?;
    called.trim().eq_ignore_ascii_case(name).then(|| arguments.strip_suffix(')'))?
}

/// Text in quotes, doubled inside; GUIDs, booleans and null go without.
fn value(literal: &str) -> Option<Value> {
    let literal = literal.trim();
    if let Some(quoted) = literal.strip_prefix('\'') {
        let text = quoted.strip_suffix('\'')?.replace("''", "\u{0}");
        return (!text.contains('\'')).then(|| Value::String(text.replace('\u{0}', "'")));
    }
    match literal {
        "" => None,
        "null" => Some(Value::Null),
        "true" | "false" => Some(Value::Bool(literal == "true")),
        word => word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-').then(|| Value::String(word.to_owned())),
    }
}

fn split_outside_quotes<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(separator) {
        let quotes = text[..at].matches('\'').count();
        if quotes % 2 == 0 && at >= start {
            parts.push(&text[start..at]);
            start = at + separator.len();
        }
    }
    parts.push(&text[start..]);
    parts
}
