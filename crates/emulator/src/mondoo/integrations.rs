//! Integrations: created, read, changed and deleted.

use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::model::mondoo::{Integration, KeyValue, MondooChange};
use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::error::RpcError;
use crate::mondoo::operations::ByMrn;
use crate::mondoo::options::OptionsInput;
use crate::mondoo::{render, spaces};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreateInput {
    scope_mrn: Option<String>,
    space_mrn: Option<String>,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    configuration_options: ConfigurationInput,
    annotations: Option<Vec<KeyValue>>,
    labels: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateInput {
    mrn: String,
    #[serde(rename = "type")]
    kind: String,
    configuration_options: ConfigurationInput,
    name: Option<String>,
    annotations: Option<Vec<KeyValue>>,
    labels: Option<Vec<KeyValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigurationInput {
    azure_configuration_options: Option<OptionsInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListInput {
    scope_mrn: Option<String>,
    space_mrn: Option<String>,
    filter_query: Option<FilterInput>,
}

#[derive(Deserialize)]
struct FilterInput {
    #[serde(rename = "type")]
    kind: Option<String>,
    types: Option<Vec<String>>,
}

/// Nothing tells a repeated request from a second one: each makes an integration of its own
/// (documented: there is no key for it), whatever names there are.
pub(super) fn create(call: &Call<'_>, input: CreateInput) -> Result<Outcome, RpcError> {
    let space = call.caller.space(&scope(input.scope_mrn, input.space_mrn)?)?;
    let name = name(input.name)?;
    let options = azure_options(&input.kind, input.configuration_options)?;
    let secret = options
        .secret()?
        .ok_or_else(|| RpcError::invalid("a certificate or a client secret is required"))?;
    let integration = Integration {
        mrn: spaces::integration_mrn(space.mrn, &Uuid::new_v4().simple().to_string()),
        space: space.mrn.to_owned(),
        name,
        created: call.now,
        modified: call.now,
        created_by: call.caller.name.to_owned(),
        options: options.kept()?,
        secret,
        annotations: input.annotations.unwrap_or_default(),
        labels: input.labels.unwrap_or_default(),
        scans: Vec::new(),
    };
    let value = json!({ "integration": render::integration(&integration, call.now) });
    Ok(Outcome { value, changes: vec![MondooChange::Integration(Box::new(integration))] })
}

pub(super) fn get(call: &Call<'_>, input: &ByMrn) -> Result<Outcome, RpcError> {
    let integration = call.integration(&input.mrn)?;
    Ok(json!({ "integration": render::integration(integration, call.now) }).into())
}

/// The order is a guess.
pub(super) fn list(call: &Call<'_>, input: ListInput) -> Result<Outcome, RpcError> {
    let space = call.caller.space(&scope(input.scope_mrn, input.space_mrn)?)?;
    let filter = input.filter_query.unwrap_or(FilterInput { kind: None, types: None });
    let wanted = filter.kind.is_none_or(|kind| kind == AZURE)
        && filter
            .types
            .is_none_or(|types| types.is_empty() || types.iter().any(|kind| kind == AZURE));
    let listed = call.mondoo.integrations.values().filter(|one| wanted && one.space == space.mrn);
    let listed: Vec<_> = listed.map(|one| render::integration(one, call.now)).collect();
    Ok(json!({ "integrations": listed }).into())
}

/// The options replace those of before as a whole, but for a secret that is left out (documented).
/// That a name, labels and annotations are kept when they are left out is a guess.
pub(super) fn update(call: &Call<'_>, input: UpdateInput) -> Result<Outcome, RpcError> {
    let mut changed = call.integration(&input.mrn)?.clone();
    let options = azure_options(&input.kind, input.configuration_options)?;
    if let Some(secret) = options.secret()? {
        changed.secret = secret;
    }
    changed.options = options.kept()?;
    if let Some(given) = input.name {
        changed.name = name(given)?;
    }
    changed.annotations = input.annotations.unwrap_or(changed.annotations);
    changed.labels = input.labels.unwrap_or(changed.labels);
    changed.modified = call.now;
    let value = json!({ "name": changed.name, "configurationOptions": render::options(&changed) });
    Ok(Outcome { value, changes: vec![MondooChange::Integration(Box::new(changed))] })
}

pub(super) fn delete(call: &Call<'_>, input: &ByMrn) -> Result<Outcome, RpcError> {
    let mrn = call.integration(&input.mrn)?.mrn.clone();
    let value = json!({ "mrn": mrn });
    Ok(Outcome { value, changes: vec![MondooChange::IntegrationRemoved(mrn)] })
}

const AZURE: &str = "AZURE";

/// `scopeMrn` is the newer name, and preferred (documented).
fn scope(scope: Option<String>, space: Option<String>) -> Result<String, RpcError> {
    scope.or(space).ok_or_else(|| RpcError::invalid("scopeMrn or spaceMrn is required"))
}

/// The limit is that of public clients; that the platform has it, too, is a guess.
fn name(given: String) -> Result<String, RpcError> {
    let is_valid = !given.trim().is_empty() && given.chars().count() <= 250;
    is_valid.then_some(given).ok_or_else(|| RpcError::invalid("invalid integration name"))
}

fn azure_options(kind: &str, options: ConfigurationInput) -> Result<OptionsInput, RpcError> {
    if kind != AZURE {
        let message = format!("integrations of type {kind} are not emulated");
        return Err(RpcError::unimplemented(message));
    }
    options
        .azure_configuration_options
        .ok_or_else(|| RpcError::invalid("azureConfigurationOptions is required"))
}
