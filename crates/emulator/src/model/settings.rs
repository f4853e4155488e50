use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The properties of a directory object that nothing here depends on: kept as JSON, over the
/// defaults of their type.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Settings(Map<String, Value>);

pub(crate) enum SettingFault {
    /// The type has no such property.
    Unknown,
    /// Another kind of JSON value than the property has.
    Invalid,
}

impl Settings {
    /// Collections and scalars are replaced, structures merged, as documented for updates.
    pub(crate) fn set(
        &mut self,
        defaults: &Map<String, Value>,
        name: &str,
        value: &Value,
    ) -> Result<(), SettingFault> {
        let default = defaults.get(name).ok_or(SettingFault::Unknown)?;
        if !same_kind(default, value) {
            return Err(SettingFault::Invalid);
        }
        let current = self.0.entry(name).or_insert_with(|| default.clone());
        merge(current, value);
        Ok(())
    }

    /// Every property of the type, changed or not.
    pub(crate) fn over(&self, defaults: &Map<String, Value>) -> Map<String, Value> {
        let mut all = defaults.clone();
        all.extend(self.0.clone());
        all
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// A default of null says nothing about the kind.
fn same_kind(default: &Value, value: &Value) -> bool {
    match default {
        Value::Null => true,
        Value::Bool(_) => value.is_boolean(),
        Value::Number(_) => value.is_number(),
        Value::String(_) => value.is_string(),
        Value::Array(_) => value.is_array(),
        Value::Object(_) => value.is_object() || value.is_null(),
    }
}

fn merge(current: &mut Value, change: &Value) {
    match (current, change) {
        (Value::Object(current), Value::Object(change)) => {
            for (name, value) in change {
                merge(current.entry(name).or_insert(Value::Null), value);
            }
        }
        (current, change) => *current = change.clone(),
    }
}
