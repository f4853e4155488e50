//! What an expression is worth for a row.

use std::borrow::Cow;

use serde_json::Value;

use super::ast::{Comparison, Expression, Function, Step, Type};
use super::fault::Fault;
use super::rows::{Row, Stage};

impl Row<'_> {
    /// Only what is true is kept: neither false nor null is (documented).
    pub(super) fn fulfils(&self, condition: &Expression) -> bool {
        self.truth(condition) == Some(true)
    }

    pub(super) fn value<'r>(&'r self, expression: &'r Expression) -> Cow<'r, Value> {
        match expression {
            Expression::Literal(value) => Cow::Borrowed(value),
            Expression::Path(column, steps) => self.at(column, steps),
            Expression::Call(function, argument) => {
                Cow::Owned(function.apply(&self.value(argument)))
            }
            Expression::Compare(..)
            | Expression::Among { .. }
            | Expression::And(_)
            | Expression::Or(_)
            | Expression::Not(_) => {
                Cow::Owned(self.truth(expression).map_or(Value::Null, Value::Bool))
            }
        }
    }

    /// None is null, which is neither true nor false.
    fn truth(&self, expression: &Expression) -> Option<bool> {
        match expression {
            Expression::Literal(_) | Expression::Path(..) | Expression::Call(..) => {
                self.value(expression).as_bool()
            }
            Expression::Compare(comparison, left, right) => {
                comparison.holds(&self.value(left), &self.value(right))
            }
            Expression::Among { value, list, ignoring_case, negated } => {
                let comparison =
                    if *ignoring_case { Comparison::EqualIgnoringCase } else { Comparison::Equal };
                let value = self.value(value);
                let among = |one| comparison.holds(&value, &self.value(one)) == Some(true);
                Some(list.iter().any(among) != *negated)
            }
            Expression::And(parts) => all(parts.iter().map(|part| self.truth(part))),
            Expression::Or(parts) => {
                all(parts.iter().map(|part| self.truth(part).map(|truth| !truth)))
                    .map(|truth| !truth)
            }
            Expression::Not(inner) => self.truth(inner).map(|truth| !truth),
        }
    }

    fn at(&self, column: &str, steps: &[Step]) -> Cow<'_, Value> {
        if let [Step::Name(name)] = steps
            && let Some(value) = self.object_with(column).and_then(|it| it.direct(column, name))
        {
            return Cow::Owned(value);
        }
        match self.column(column) {
            Cow::Borrowed(value) => follow(value, steps).map_or(NULL, Cow::Borrowed),
            Cow::Owned(value) if steps.is_empty() => Cow::Owned(value),
            Cow::Owned(value) => Cow::Owned(follow(&value, steps).cloned().unwrap_or_default()),
        }
    }
}

const NULL: Cow<'static, Value> = Cow::Borrowed(&Value::Null);

fn follow<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    })
}

/// False if any is, else null if any is.
fn all(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for truth in truths {
        match truth {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

impl Comparison {
    /// Of two nulls nothing is known; a null differs from every value, so `null != true` holds. So
    /// says the text of Kusto's page "null values"; that Resource Graph does the same is a guess, and
    /// the example on that page has null for it. `isnull` is safe. Operators on text take null for
    /// an empty one.
    fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        match self {
            Self::Equal => equal(left, right),
            Self::NotEqual => equal(left, right).map(|equal| !equal),
            Self::EqualIgnoringCase => Some(text(left).eq_ignore_ascii_case(&text(right))),
            Self::NotEqualIgnoringCase => Some(!text(left).eq_ignore_ascii_case(&text(right))),
            Self::Contains => Some(lower(left).contains(&lower(right))),
            Self::StartsWith => Some(lower(left).starts_with(&lower(right))),
            Self::Has => Some(has(&lower(left), &lower(right))),
        }
    }
}

fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, Value::Null) => None,
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (Value::Number(left), Value::Number(right)) => Some(left.as_f64() == right.as_f64()),
        // A dynamic value is compared with text as text.
        (Value::String(text), other) | (other, Value::String(text)) => {
            Some(self::text(other) == *text)
        }
        (left, right) => Some(left == right),
    }
}

/// A whole word of letters and digits, or several in a row.
fn has(text: &str, words: &str) -> bool {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    words.is_empty()
        || text.match_indices(words).any(|(at, found)| {
            is_edge(text[..at].chars().next_back())
                && is_edge(text[at + found.len()..].chars().next())
        })
}

pub(super) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Cow::Owned(value.to_string())
        }
    }
}

fn lower(value: &Value) -> String {
    text(value).to_lowercase()
}

impl Function {
    fn apply(self, value: &Value) -> Value {
        match self {
            Self::ToLower => lower(value).into(),
            Self::ToString => text(value).into_owned().into(),
            Self::ToBool => boolean(value).map_or(Value::Null, Value::Bool),
            Self::IsNull => value.is_null().into(),
            Self::IsNotNull => (!value.is_null()).into(),
            Self::IsEmpty => text(value).is_empty().into(),
            Self::IsNotEmpty => (!text(value).is_empty()).into(),
            Self::ArrayLength => value.as_array().map_or(Value::Null, |array| array.len().into()),
        }
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Expression {
    /// Refuses columns that there are not.
    pub(super) fn check(&self, stage: &Stage) -> Result<(), Fault> {
        match self {
            Self::Literal(_) => Ok(()),
            Self::Path(column, _) => match stage.column(column) {
                Some(_) => Ok(()),
                None => Err(Fault::UnknownColumn(column.clone())),
            },
            Self::Call(_, inner) | Self::Not(inner) => inner.check(stage),
            Self::Compare(_, left, right) => left.check(stage).and_then(|()| right.check(stage)),
            Self::Among { value, list, .. } => {
                value.check(stage)?;
                list.iter().try_for_each(|one| one.check(stage))
            }
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().try_for_each(|part| part.check(stage))
            }
        }
    }

    pub(super) fn kind(&self, stage: &Stage) -> Type {
        match self {
            Self::Literal(Value::String(_)) => Type::String,
            Self::Literal(Value::Bool(_))
            | Self::Compare(..)
            | Self::Among { .. }
            | Self::And(_)
            | Self::Or(_)
            | Self::Not(_) => Type::Boolean,
            Self::Literal(Value::Number(number)) if number.is_f64() => Type::Number,
            Self::Literal(Value::Number(_)) => Type::Integer,
            Self::Path(column, steps) if steps.is_empty() => {
                stage.column(column).map_or(Type::Object, |column| column.kind)
            }
            Self::Path(..) | Self::Literal(Value::Null | Value::Array(_) | Value::Object(_)) => {
                Type::Object
            }
            Self::Call(function, _) => match function {
                Function::ToLower | Function::ToString => Type::String,
                Function::ArrayLength => Type::Integer,
                Function::ToBool
                | Function::IsNull
                | Function::IsNotNull
                | Function::IsEmpty
                | Function::IsNotEmpty => Type::Boolean,
            },
        }
    }
}
