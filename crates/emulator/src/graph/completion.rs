//! What the service adds to the parts of a property that a client leaves out (observed).

use serde_json::{Map, Value, json};

pub(super) fn completed(property: &str, value: &Value) -> Value {
    let mut value = value.clone();
    match property {
        "appRoles" => complete(&mut value, &json!({ "origin": "Application" })),
        "optionalClaims" => {
            let claim = json!({ "additionalProperties": [], "essential": false, "source": null });
            for claims in value.as_object_mut().into_iter().flat_map(Map::values_mut) {
                complete(claims, &claim);
            }
        }
        _ => {}
    }
    value
}

fn complete(elements: &mut Value, defaults: &Value) {
    let elements = elements.as_array_mut().into_iter().flatten();
    for element in elements.filter_map(Value::as_object_mut) {
        for (name, default) in defaults.as_object().into_iter().flatten() {
            element.entry(name).or_insert_with(|| default.clone());
        }
    }
}
