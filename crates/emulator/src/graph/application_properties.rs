//! What a create or update body may say about an application.

use serde_json::{Map, Value};

use crate::graph::Call;
use crate::graph::app_management_policy::Rules;
use crate::graph::collection::{APPLICATION, Kind};
use crate::graph::completion::completed;
use crate::graph::error::GraphError;
use crate::graph::key_credentials;
use crate::model::application::{Application, PasswordCredential, RequiredResourceAccess};

/// Applies every property of the body: collections are replaced, what is not named keeps its value.
pub(super) fn apply(
    call: &Call<'_>,
    application: &mut Application,
    body: &Map<String, Value>,
) -> Result<(), GraphError> {
    for (name, value) in body {
        match name.as_str() {
            "displayName" => application.display_name = display_name(value)?,
            "uniqueName" => application.unique_name = unique_name(application, value)?,
            "signInAudience" => application.sign_in_audience = sign_in_audience(value)?,
            "tags" => application.tags = tags(value, APPLICATION.resource)?,
            "requiredResourceAccess" => {
                application.required_resource_access = required_resource_access(value)?;
            }
            "keyCredentials" => {
                application.key_credentials = key_credentials::replaced(
                    &application.key_credentials,
                    value,
                    &APPLICATION,
                    &Rules::of_application(call, application),
                    call.now,
                )?;
            }
            "passwordCredentials" => {
                application.password_credentials =
                    kept_passwords(&application.password_credentials, value, &APPLICATION)?;
            }
            "description" => text_setting(application, name, value, 1024)?,
            "notes" | "serviceManagementReference" => {
                text_setting(application, name, value, usize::MAX)?;
            }
            "isDisabled" if !value.is_boolean() && !value.is_null() => {
                return Err(GraphError::invalid_value(name, APPLICATION.resource));
            }
            name if READ_ONLY.contains(&name) => return Err(GraphError::read_only(name)),
            "@odata.type" | "@odata.context" | "@odata.id" => {}
            name => set(application, name, value)?,
        }
    }
    Ok(())
}

const READ_ONLY: [&str; 9] = [
    "id",
    "appId",
    "applicationTemplateId",
    "certification",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "publisherDomain",
];

/// 120 characters are documented for an organisation's own applications.
fn display_name(value: &Value) -> Result<String, GraphError> {
    let name = value.as_str().filter(|name| !name.trim().is_empty() && name.chars().count() <= 120);
    name.map(str::to_owned)
        .ok_or_else(|| GraphError::invalid_value("displayName", APPLICATION.resource))
}

/// Writable while it is null, immutable afterwards (documented).
fn unique_name(application: &Application, value: &Value) -> Result<Option<String>, GraphError> {
    match (&application.unique_name, value) {
        (None, Value::Null) => Ok(None),
        (None, Value::String(name)) if !name.is_empty() => Ok(Some(name.clone())),
        (Some(current), Value::String(name)) if current == name => Ok(Some(name.clone())),
        (Some(_), Value::String(_) | Value::Null) => Err(GraphError::read_only("uniqueName")),
        _ => Err(GraphError::invalid_value("uniqueName", APPLICATION.resource)),
    }
}

fn sign_in_audience(value: &Value) -> Result<String, GraphError> {
    const KNOWN: [&str; 4] = [
        "AzureADMyOrg",
        "AzureADMultipleOrgs",
        "AzureADandPersonalMicrosoftAccount",
        "PersonalMicrosoftAccount",
    ];
    let audience = value.as_str().filter(|audience| KNOWN.contains(audience));
    audience
        .map(str::to_owned)
        .ok_or_else(|| GraphError::invalid_value("signInAudience", APPLICATION.resource))
}

/// 1 to 256 characters without blanks, each tag once (documented).
pub(super) fn tags(value: &Value, resource: &str) -> Result<Vec<String>, GraphError> {
    let invalid = || GraphError::invalid_value("tags", resource);
    let tags: Vec<String> = serde_json::from_value(value.clone()).map_err(|_| invalid())?;
    let is_tag = |tag: &String| {
        (1..=256).contains(&tag.chars().count()) && !tag.contains(char::is_whitespace)
    };
    if !tags.iter().all(is_tag) {
        return Err(invalid());
    }
    if tags.iter().enumerate().any(|(index, tag)| tags[..index].contains(tag)) {
        return Err(GraphError::duplicate_values());
    }
    Ok(tags)
}

/// Each API once, at most 50 of them with 400 permissions in all (documented).
fn required_resource_access(value: &Value) -> Result<Vec<RequiredResourceAccess>, GraphError> {
    let invalid = || GraphError::invalid_value("requiredResourceAccess", APPLICATION.resource);
    let wanted: Vec<RequiredResourceAccess> =
        serde_json::from_value(value.clone()).map_err(|_| invalid())?;
    let permissions: usize = wanted.iter().map(|api| api.resource_access.len()).sum();
    if wanted.len() > 50 || permissions > 400 {
        return Err(invalid());
    }
    let repeats = |index: usize, api: &RequiredResourceAccess| {
        wanted[..index].iter().any(|other| other.resource_app_id == api.resource_app_id)
    };
    if wanted.iter().enumerate().any(|(index, api)| repeats(index, api)) {
        return Err(GraphError::duplicate_values());
    }
    Ok(wanted)
}

/// Secrets are made by the service only; a body can leave some out, which deletes them.
pub(super) fn kept_passwords(
    current: &[PasswordCredential],
    value: &Value,
    kind: &Kind,
) -> Result<Vec<PasswordCredential>, GraphError> {
    let invalid = || GraphError::invalid_value("passwordCredentials", kind.resource);
    let entries = value.as_array().ok_or_else(invalid)?;
    let known = |entry: &Value| {
        let id = entry.get("keyId")?.as_str()?;
        current
            .iter()
            .find(|credential| credential.key_id.to_string().eq_ignore_ascii_case(id))
            .cloned()
    };
    entries.iter().map(|entry| known(entry).ok_or_else(invalid)).collect()
}

fn text_setting(
    application: &mut Application,
    name: &str,
    value: &Value,
    most: usize,
) -> Result<(), GraphError> {
    let fits = value.is_null() || value.as_str().is_some_and(|text| text.chars().count() <= most);
    if !fits {
        return Err(GraphError::invalid_value(name, APPLICATION.resource));
    }
    set(application, name, value)
}

fn set(application: &mut Application, name: &str, value: &Value) -> Result<(), GraphError> {
    let result = application.settings.set(APPLICATION.defaults, name, &completed(name, value));
    result.map_err(|fault| fault.of(name, APPLICATION.name, APPLICATION.resource))
}
