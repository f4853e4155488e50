//! The JSON Schema of a spec, for editors and for our own structural check.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::document::Document;

/// JSON Schema (draft 7, which editors know best) of the spec, without `$ref`.
pub fn schema() -> &'static Value {
    static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
        let mut settings = SchemaSettings::draft07();
        // One tree: an error's schema path then leads straight to the part it broke.
        settings.inline_subschemas = true;
        let mut schema = settings.into_generator().into_root_schema_for::<Document>().to_value();
        refuse_nulls(&mut schema);
        schema
    });
    &SCHEMA
}

/// A key may be left out, but an empty one is an oversight: `Option` shall not admit `null`.
fn refuse_nulls(schema: &mut Value) {
    let Value::Object(object) = schema else {
        if let Value::Array(items) = schema {
            items.iter_mut().for_each(refuse_nulls);
        }
        return;
    };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            object["type"] = only.clone();
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
        branches.retain(|branch| branch["type"] != "null");
        if let [Value::Object(only)] = branches.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            // What is said at the key itself outranks what its type says.
            for (key, value) in only {
                object.entry(key).or_insert(value);
            }
        }
    }
    object.values_mut().for_each(refuse_nulls);
}
