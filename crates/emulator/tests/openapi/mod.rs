//! Checks replies against the services' own descriptions of them: `OpenAPI` of Microsoft Graph and of
//! Azure Resource Manager. For test suites; where the descriptions are not there, nothing is checked.

mod documents;
mod exceptions;
mod schemas;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use documents::Documents;

static DOCUMENTS: LazyLock<Option<Documents>> = LazyLock::new(|| {
    Documents::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/openapi"))
});
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Fails where a reply is not what the service describes. Says how many descriptions were compared:
/// a batch is as many replies as are in it, and some replies are described nowhere.
#[track_caller]
pub(crate) fn check(
    method: &str,
    target: &str,
    request: &Value,
    status: u16,
    reply: &Value,
) -> usize {
    if !target.to_ascii_lowercase().starts_with("/v1.0/$batch") {
        return usize::from(check_one(method, target, status, reply));
    }
    let requests = request["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut compared = 0;
    for reply in reply["responses"].as_array().into_iter().flatten() {
        let Some(request) = requests.iter().find(|request| request["id"] == reply["id"]) else {
            continue;
        };
        let url = format!("/v1.0/{}", text(&request["url"]).trim_start_matches('/'));
        let status = reply["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        let status = status.unwrap_or_else(|| panic!("{reply} has no status"));
        compared += usize::from(check_one(text(&request["method"]), &url, status, &reply["body"]));
    }
    compared
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[track_caller]
fn check_one(method: &str, target: &str, status: u16, body: &Value) -> bool {
    let Some(documents) = DOCUMENTS.as_ref() else { return false };
    let path = target.split('?').next().unwrap_or_default();
    if body.is_null() || is_described_nowhere(path) {
        return false;
    }
    let Some(response) = documents.response(method, path, status) else { return false };
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || Arc::new(schemas::validator(documents, &response));
        Arc::clone(validators.entry(response.key.clone()).or_insert_with(compile))
    };
    let findings: Vec<String> =
        validator.iter_errors(body).filter_map(|error| finding(&error)).collect();
    assert!(findings.is_empty(), "{method} {target} {status}\n{}\n{body:#}", findings.join("\n"));
    true
}

/// The sandbox's own paths and those of Mondoo's API.
fn is_described_nowhere(path: &str) -> bool {
    ["/_sandbox", "/query", "/SecureTokenService"].iter().any(|start| path.starts_with(start))
}

/// None for what the exceptions explain.
fn finding(error: &jsonschema::ValidationError<'_>) -> Option<String> {
    let place = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let unknown = unexpected.iter().filter(|name| !exceptions::is_known(&place, name));
            let unknown: Vec<&str> = unknown.map(String::as_str).collect();
            (!unknown.is_empty()).then(|| format!("{place}: undescribed {}", unknown.join(", ")))
        }
        ValidationErrorKind::Required { property }
            if exceptions::may_be_left_out(&place, property.as_str().unwrap_or_default()) =>
        {
            None
        }
        ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. }
            if exceptions::may_deviate(&place) =>
        {
            None
        }
        _ => Some(format!("{place}: {error}")),
    }
}
