//! How Bicep writes values and resources.

use std::fmt::Write;

use serde_json::Value;

use crate::console::{BREAKS_A_LOG, is_hidden};

pub(super) enum Node {
    Text(String),
    Expression(String),
    List(Vec<Node>),
    Object(Vec<(&'static str, Node)>),
    /// Names are not ours.
    Map(Vec<(String, Node)>),
}

pub(super) fn text(text: &(impl ToString + ?Sized)) -> Node {
    Node::Text(text.to_string())
}

pub(super) fn expression(expression: impl Into<String>) -> Node {
    Node::Expression(expression.into())
}

impl From<&Value> for Node {
    fn from(value: &Value) -> Node {
        match value {
            Value::String(text) => Node::Text(text.clone()),
            Value::Array(values) => Node::List(values.iter().map(Node::from).collect()),
            Value::Object(map) => {
                Node::Map(map.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
            other => Node::Expression(other.to_string()),
        }
    }
}

pub(super) fn resource(name: &str, kind: &str, properties: Vec<(&'static str, Node)>) -> String {
    format!("resource {name} '{kind}' = {}\n", print(&Node::Object(properties)))
}

pub(super) fn print(node: &Node) -> String {
    match node {
        Node::Text(text) => quoted(text),
        Node::Expression(expression) => expression.clone(),
        Node::List(nodes) => lines('[', nodes.iter().map(print), ']'),
        Node::Object(properties) => {
            let lines_ = properties.iter().map(|(name, node)| property(name, node));
            lines('{', lines_, '}')
        }
        Node::Map(properties) => {
            let lines_ = properties.iter().map(|(name, node)| property(name, node));
            lines('{', lines_, '}')
        }
    }
}

fn property(name: &str, node: &Node) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric());
    let name = if is_plain { name.to_owned() } else { quoted(name) };
    format!("{name}: {}", print(node))
}

fn lines(open: char, items: impl Iterator<Item = String>, close: char) -> String {
    let text: String = items.map(|item| format!("{item}\n")).collect();
    if text.is_empty() {
        return format!("{open}{close}");
    }
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    format!("{open}\n{indented}{close}")
}

/// A text that is no template, whatever is in it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = "'".to_owned();
    let text = text.replace('\0', "").replace(BREAKS_A_LOG, "#\0");
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            '$' if characters.peek() == Some(&'{') => quoted += "\\$",
            '\n' => quoted += "\\n",
            '\r' => quoted += "\\r",
            '\t' => quoted += "\\t",
            // Stands for a second number sign here.
            '\0' => quoted += "\\u{23}",
            hidden if is_hidden(hidden) => {
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(hidden));
            }
            plain => quoted.push(plain),
        }
    }
    quoted + "'"
}

/// A text of a template within this one, where brackets would make it an expression.
pub(super) fn inner(node: Node) -> Node {
    match node {
        Node::Text(text) if text.starts_with('[') => Node::Text(format!("[{text}")),
        Node::Text(text) => Node::Text(text),
        Node::Expression(expression) => Node::Expression(expression),
        Node::List(nodes) => Node::List(nodes.into_iter().map(inner).collect()),
        Node::Object(properties) => {
            Node::Object(properties.into_iter().map(|(name, node)| (name, inner(node))).collect())
        }
        Node::Map(properties) => {
            Node::Map(properties.into_iter().map(|(name, node)| (name, inner(node))).collect())
        }
    }
}
