//! Document -> Spec: what the keys mean together, and which of them work in this version.

mod application;
mod certificate;
mod custom_role;
mod integration;
mod key_vaults;
mod lists;
mod problems;
mod rights;
mod scopes;
mod vault_permissions;

use serde_json::Value;

use crate::document::{self, Document};
use crate::locations::Locations;
use crate::texts::Text;
use crate::{Cloud, Extras, Spec, SpecErrors, TenantRef};
use problems::Problems;

/// Checks every rule at once. `value` has the structure of a [`Document`].
pub(crate) fn check(mut value: Value, locations: &Locations) -> Result<Spec, SpecErrors> {
    whole_numbers(&mut value);
    let document: Document = serde_json::from_value(value)
        .map_err(|error| SpecErrors::one(locations.value(""), error.to_string(), None))?;
    let mut problems = Problems::new(locations);
    let application = application::read(&document, &mut problems);
    let scopes = scopes::read(&document.scopes, &mut problems);
    let rights = rights::read(&document, &mut problems);
    let key_vaults = key_vaults::read(document.key_vaults.as_ref(), &mut problems);
    let certificate = certificate::read(&document.certificate, &document.name, &mut problems);
    let integration = integration::read(&document, &application.display_name, &mut problems);
    problems.none()?;
    let custom_role = custom_role::read(&document);
    Ok(Spec {
        tenant: tenant(&document.tenant),
        cloud: document.cloud.unwrap_or(Cloud::Public),
        scan_vms: document.scan_vms.unwrap_or(false),
        application,
        rights,
        allow_privileged: texts(document.allow_privileged),
        scopes,
        custom_role,
        key_vaults,
        certificate,
        integration,
        extras: match document.extras {
            None | Some(document::Extras::Report) => Extras::Report,
            Some(document::Extras::Prune) => Extras::Prune,
        },
        keep: texts(document.keep),
        name: document.name,
    })
}

/// `1.0` -> `1`: JSON Schema, and so every editor, takes the one for the other.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            // A float displays without its point where nothing follows it.
            let shown = number.as_f64().map(|float| float.to_string());
            if let Some(Ok(whole)) = shown.map(|shown| shown.parse::<u32>()) {
                *number = whole.into();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(keys) => keys.values_mut().for_each(whole_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn tenant(text: &str) -> TenantRef {
    text.parse().map_or_else(|_| TenantRef::Domain(text.to_lowercase()), TenantRef::Id)
}

fn texts(written: Option<Vec<Text>>) -> Vec<String> {
    written.into_iter().flatten().map(|text| text.0).collect()
}
