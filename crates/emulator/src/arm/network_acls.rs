//! How a vault's firewall is shown (observed).

use serde_json::{Value, json};

/// Rules that let everybody in are not shown at all; others with both of their lists.
pub(super) fn show(properties: &mut Value) {
    let Some(properties) = properties.as_object_mut() else { return };
    let Some(Value::Object(acls)) = properties.get_mut("networkAcls") else { return };
    for list in ["ipRules", "virtualNetworkRules"] {
        acls.entry(list).or_insert_with(|| json!([]));
    }
    let everybody = json!({
        "bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": [],
    });
    if everybody.as_object() == Some(&*acls) {
        properties.remove("networkAcls");
    }
}
