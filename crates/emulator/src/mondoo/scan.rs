//! Scans.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use crate::model::mondoo::MondooChange;
use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::error::RpcError;

#[derive(Deserialize)]
pub(super) struct TriggerInput {
    mrn: String,
    #[serde(rename = "type")]
    kind: String,
}

pub(super) fn trigger(call: &Call<'_>, input: &TriggerInput) -> Result<Outcome, RpcError> {
    let mut integration = call.integration(&input.mrn)?.clone();
    if input.kind != "RUN_SCAN" {
        return Err(RpcError::unimplemented(format!("{} is not emulated", input.kind)));
    }
    let takes = call.service.behaviour.mondoo.scan_takes;
    integration.queue(takes, call.now, None, BTreeMap::new());
    let value = json!({ "mrn": integration.mrn });
    Ok(Outcome { value, changes: vec![MondooChange::Integration(Box::new(integration))] })
}
