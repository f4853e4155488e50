//! Every structural error of a spec at once, in words: the verdict is the JSON Schema's.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::locations::{Locations, escape};
use crate::similar::similar;
use crate::{SpecError, SpecErrors, schema};

/// Checks `value` against [`schema`].
pub(crate) fn check(value: &Value, locations: &Locations) -> Result<(), SpecErrors> {
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
        jsonschema::validator_for(schema())
            .expect("the schema is generated from our own types and used by every test")
    });
    let explain = Explain { locations };
    SpecErrors::unless_empty(VALIDATOR.iter_errors(value).flat_map(|e| explain.error(&e)).collect())
}

struct Explain<'a> {
    locations: &'a Locations,
}

impl Explain<'_> {
    fn error(&self, error: &ValidationError<'_>) -> Vec<SpecError> {
        let message = match error.kind() {
            ValidationErrorKind::AnyOf { context }
            | ValidationErrorKind::OneOfNotValid { context } => {
                return self.branches(error, context);
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let known = known_keys(parent_schema(error));
                return unexpected.iter().map(|key| self.unknown_key(error, key, &known)).collect();
            }
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                return self.missing_key(error, key).into_iter().collect();
            }
            ValidationErrorKind::Type { .. } => {
                let expected = expected_type(parent_schema(error));
                format!("expected {expected}, found {}", described(error.instance()))
            }
            ValidationErrorKind::Enum { options } => {
                return vec![
                    self.unknown_value(error, options.as_array().map_or(&[], Vec::as_slice)),
                ];
            }
            ValidationErrorKind::Constant { expected_value } => {
                format!("only {expected_value} is possible here, not {}", error.instance())
            }
            ValidationErrorKind::Pattern { .. } => {
                let expected = parent_schema(error)["title"].as_str().unwrap_or("another form");
                format!("expected {expected}, found {}", described(error.instance()))
            }
            ValidationErrorKind::MinItems { .. } => "at least one entry is needed".to_owned(),
            ValidationErrorKind::MinLength { .. } => "this text is empty".to_owned(),
            ValidationErrorKind::MaxLength { limit } => {
                format!("this text is longer than {limit} characters")
            }
            _ => error.to_string(),
        };
        vec![self.at_value(error, message, None)]
    }

    /// Errors of the alternative that was most likely meant.
    fn branches(
        &self,
        error: &ValidationError<'_>,
        context: &[Vec<ValidationError<'static>>],
    ) -> Vec<SpecError> {
        let branches = alternatives(error);
        let Value::Object(given) = &**error.instance() else {
            let words = branches.iter().flat_map(words).collect::<Vec<_>>();
            return vec![self.unknown_value(error, &words)];
        };
        let known = branches.iter().flat_map(known_keys).collect::<Vec<_>>();
        let unknown: Vec<_> = given.keys().filter(|key| !known.contains(key)).collect();
        if given.is_empty() {
            return vec![self.at_value(
                error,
                format!("expected one of: {}", known.join(", ")),
                None,
            )];
        }
        if !unknown.is_empty() {
            return unknown.into_iter().map(|key| self.unknown_key(error, key, &known)).collect();
        }
        let meant =
            |branch: &Value| given.keys().filter(|key| known_keys(branch).contains(key)).count();
        let best = (0..branches.len())
            .min_by_key(|&index| (usize::MAX - meant(&branches[index]), context[index].len()));
        best.map_or_else(Vec::new, |index| self.branch(error, &branches[index], &context[index]))
    }

    fn branch(
        &self,
        error: &ValidationError<'_>,
        branch: &Value,
        errors: &[ValidationError<'static>],
    ) -> Vec<SpecError> {
        let own = known_keys(branch).join("`, `");
        let together = |key: &String| {
            let message = format!("`{key}` cannot stand beside `{own}`");
            self.at_key(error, key, message, Some("give exactly one of them".to_owned()))
        };
        let each = |inner: &ValidationError<'static>| match inner.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected }
                if inner.instance_path() == error.instance_path() =>
            {
                unexpected.iter().map(together).collect()
            }
            _ => self.error(inner),
        };
        errors.iter().flat_map(each).collect()
    }

    fn unknown_key(&self, error: &ValidationError<'_>, key: &str, known: &[String]) -> SpecError {
        let hint = match similar(key, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.at_key(error, key, format!("unknown key `{key}`"), Some(hint))
    }

    /// Nothing where the key is there but misspelled: that is an error of its own.
    fn missing_key(&self, error: &ValidationError<'_>, key: &str) -> Option<SpecError> {
        let known = known_keys(parent_schema(error));
        let given = error.instance().as_object()?;
        let mut unknown = given.keys().filter(|given| !known.contains(given));
        if unknown.any(|given| similar(given, &known) == Some(key)) {
            return None;
        }
        let location = self.locations.key(error.instance_path().as_str());
        let about = &parent_schema(error)["properties"][key]["description"];
        let hint = about.as_str().map(|about| about.replace('\n', " "));
        Some(SpecError { location, message: format!("the key `{key}` is missing"), hint })
    }

    fn unknown_value(&self, error: &ValidationError<'_>, options: &[Value]) -> SpecError {
        let options: Vec<String> = options
            .iter()
            .map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned))
            .collect();
        let message = format!("{} is none of: {}", error.instance(), options.join(", "));
        let given = error.instance().as_str().unwrap_or_default();
        let hint = similar(given, &options).map(|meant| format!("did you mean `{meant}`?"));
        self.at_value(error, message, hint)
    }

    fn at_key(
        &self,
        error: &ValidationError<'_>,
        key: &str,
        message: String,
        hint: Option<String>,
    ) -> SpecError {
        let pointer = format!("{}/{}", error.instance_path().as_str(), escape(key));
        SpecError { location: self.locations.key(&pointer), message, hint }
    }

    fn at_value(
        &self,
        error: &ValidationError<'_>,
        message: String,
        hint: Option<String>,
    ) -> SpecError {
        let pointer = error.instance_path().as_str();
        let location = match &**error.instance() {
            Value::Null => self.locations.key(pointer),
            _ => self.locations.value(pointer),
        };
        SpecError { location, message, hint }
    }
}

/// The schema that holds the keyword which `error` broke.
fn parent_schema(error: &ValidationError<'_>) -> &'static Value {
    let keyword = error.schema_path().as_str();
    let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema().pointer(parent).unwrap_or(&Value::Null)
}

fn alternatives(error: &ValidationError<'_>) -> &'static [Value] {
    let branches = schema().pointer(error.schema_path().as_str());
    branches.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn known_keys(schema: &Value) -> Vec<String> {
    schema["properties"].as_object().map_or_else(Vec::new, |keys| keys.keys().cloned().collect())
}

/// What an alternative calls itself: its words, or the keys it must have.
fn words(branch: &Value) -> Vec<Value> {
    let words = branch["enum"].as_array().cloned();
    words.unwrap_or_else(|| {
        let keys = branch["required"].as_array().into_iter().flatten();
        keys.filter_map(Value::as_str).map(|key| format!("{key}: …").into()).collect()
    })
}

fn expected_type(schema: &Value) -> &str {
    if let Some(title) = schema["title"].as_str() {
        return title;
    }
    match schema["type"].as_str() {
        Some("string") => "text",
        Some("integer" | "number") => "a number",
        Some("boolean") => "true or false",
        Some("array") => "a list",
        Some("object") => "a mapping of keys to values",
        Some(_) | None => "something else",
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("{value} (quote it if it is text)"),
        Value::String(text) if text.chars().count() <= 80 => format!("`{}`", text.escape_debug()),
        Value::String(_) => "a long text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}
