//! Checks replies against the services' own descriptions of them: OpenAPI of Microsoft Graph and of
//! Azure Resource Manager. For test suites; where the descriptions are not there, nothing is checked.

mod documents;
mod exceptions;
mod schemas;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use documents::Documents;

/// What was checked so far in this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Replies that are as described.
    pub(crate) valid: u64,
    /// Replies with a body that no description is about, by method and path.
    pub(crate) undescribed: BTreeMap<String, u64>,
}

static DOCUMENTS: LazyLock<Option<Documents>> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    // From this crate, or from the workspace that includes this file.
    let shared = ["../../../shared", "../shared"].map(|up| here.join(up).join("openapi"));
    shared.iter().find_map(|directory| Documents::load(directory))
});
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
static TALLY: LazyLock<Mutex<Tally>> = LazyLock::new(Mutex::default);

/// Fails where a reply is not what the service describes.
#[track_caller]
pub(crate) fn check(method: &str, target: &str, status: u16, body: &Value) {
    let findings = findings(method, target, status, body);
    assert!(findings.is_empty(), "{method} {target} {status}\n{}\n{body:#}", findings.join("\n"));
}

pub(crate) fn tally() -> Tally {
    TALLY.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn findings(method: &str, target: &str, status: u16, body: &Value) -> Vec<String> {
    let Some(documents) = DOCUMENTS.as_ref() else { return Vec::new() };
    let path = target.split('?').next().unwrap_or_default();
    if body.is_null() || path.starts_with("/_sandbox") {
        return Vec::new();
    }
    let Some(response) = documents.response(method, path, status) else {
        let mut tally = TALLY.lock().unwrap_or_else(PoisonError::into_inner);
        *tally.undescribed.entry(format!("{method} {path}")).or_default() += 1;
        return Vec::new();
    };
    let validator = {
        let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || Arc::new(schemas::validator(documents, &response));
        Arc::clone(validators.entry(response.key.clone()).or_insert_with(compile))
    };
    let findings: Vec<String> =
        validator.iter_errors(body).filter_map(|error| finding(&error)).collect();
    if findings.is_empty() {
        TALLY.lock().unwrap_or_else(PoisonError::into_inner).valid += 1;
    }
    findings
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
