//! Schemas of `OpenAPI` as JSON Schema: nulls where they are allowed, references across files, and
//! properties that are not described as errors.

use std::collections::BTreeMap;

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use super::documents::{Documents, Response};

/// Definitions that were converted so far, by where they come from.
struct Conversion<'a> {
    documents: &'a Documents,
    definitions: BTreeMap<String, Value>,
}

pub(super) fn validator(documents: &Documents, response: &Response<'_>) -> Validator {
    let mut conversion = Conversion { documents, definitions: BTreeMap::new() };
    let mut schema = conversion.closed(response.file, response.schema);
    schema["$defs"] = conversion.definitions.into_iter().collect();
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{}: {error}", response.key))
}

impl Conversion<'_> {
    /// As the schema of a value: what it does not describe is an error. Annotations of `OData` may
    /// be anywhere.
    fn closed(&mut self, file: &str, schema: &Value) -> Value {
        let mut converted = self.open(file, schema);
        if self.has_properties(file, schema) {
            converted["patternProperties"] = json!({ "@odata\\.": true });
            converted["unevaluatedProperties"] = json!(false);
        }
        if is_nullable(schema) {
            converted = or_null(&converted);
        }
        converted
    }

    /// As a part of another schema, which may describe more.
    fn open(&mut self, file: &str, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return json!({ "$ref": self.definition(file, reference) });
        }
        let mut converted = Map::new();
        for name in ["type", "pattern", "required"] {
            if let Some(value) = schema.get(name) {
                converted.insert(name.to_owned(), value.clone());
            }
        }
        let is_open = schema.pointer("/x-ms-enum/modelAsString") == Some(&json!(true));
        if let Some(values) = schema.get("enum").filter(|_| !is_open) {
            converted.insert("enum".to_owned(), values.clone());
        }
        if let Some(items) = schema.get("items") {
            converted.insert("items".to_owned(), self.closed(file, items));
        }
        if let Some(properties) = schema["properties"].as_object() {
            let property = |(name, schema)| (String::clone(name), self.property(file, schema));
            converted.insert("properties".to_owned(), properties.iter().map(property).collect());
        }
        // Graph's says of every open type that what it adds are structures, which is not so
        // (observed).
        if let Some(additional @ Value::Object(_)) = schema.get("additionalProperties")
            && !file.starts_with("msgraph")
        {
            converted.insert("additionalProperties".to_owned(), self.closed(file, additional));
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            if let Some(parts) = schema[name].as_array() {
                let parts: Value = parts.iter().map(|part| self.open(file, part)).collect();
                // Of several that differ only in what is optional, more than one may fit.
                let name = if name == "allOf" { "allOf" } else { "anyOf" };
                converted.insert(name.to_owned(), parts);
            }
        }
        Value::Object(converted)
    }

    /// Resource Manager's descriptions do not say what may be null, and the service writes null for
    /// what is not there (observed); those of Graph do not say it of structures.
    fn property(&mut self, file: &str, schema: &Value) -> Value {
        let converted = self.closed(file, schema);
        let silent = !file.starts_with("msgraph") || schema.get("$ref").is_some();
        if silent { or_null(&converted) } else { converted }
    }

    fn definition(&mut self, file: &str, reference: &str) -> String {
        let (file, schema) = self.documents.resolve(file, reference);
        let name = format!("{file} {}", reference.rsplit('/').next().unwrap_or_default());
        let name = name.replace(['/', '~', ' ', '#', '%'], "-");
        if !self.definitions.contains_key(&name) {
            self.definitions.insert(name.clone(), Value::Null);
            let converted = self.open(file, schema);
            self.definitions.insert(name.clone(), converted);
        }
        format!("#/$defs/{name}")
    }

    /// Objects of no described form may have anything, and so may directory objects, which are of
    /// several types.
    fn has_properties(&self, file: &str, schema: &Value) -> bool {
        if let Some(reference) = schema["$ref"].as_str() {
            let is_any = reference.ends_with("microsoft.graph.directoryObject");
            let (file, schema) = self.documents.resolve(file, reference);
            return !is_any && self.has_properties(file, schema);
        }
        let parts = schema["allOf"].as_array().into_iter().flatten();
        schema.get("properties").is_some()
            || parts.into_iter().any(|part| self.has_properties(file, part))
    }
}

/// Not with `anyOf`, which would hide what is wrong with the other values.
fn or_null(schema: &Value) -> Value {
    json!({ "if": { "type": "null" }, "else": schema })
}

fn is_nullable(schema: &Value) -> bool {
    schema["nullable"] == true || schema["x-nullable"] == true
}
