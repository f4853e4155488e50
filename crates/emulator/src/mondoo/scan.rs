use serde::Deserialize;
use serde_json::json;

use crate::model::mondoo::MondooChange;
use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::error::RpcError;
use crate::mondoo::scanner;

#[derive(Deserialize)]
pub(super) struct TriggerInput {
    mrn: String,
    #[serde(rename = "type")]
    kind: String,
}

/// Puts a scan into the queue. What it finds is what there is at this moment, and it shows when the
/// scan has ended. That scans of one integration wait for each other is a guess.
pub(super) fn trigger(call: &Call<'_>, input: &TriggerInput) -> Result<Outcome, RpcError> {
    let mut integration = call.integration(&input.mrn)?.clone();
    if input.kind != "RUN_SCAN" {
        return Err(RpcError::unimplemented(format!("{} is not emulated", input.kind)));
    }
    let found = scanner::scan(call, &integration);
    let takes = call.service.behaviour.mondoo.scan_takes;
    integration.queue(takes, call.now, found);
    let value = json!({ "mrn": integration.mrn });
    Ok(Outcome { value, changes: vec![MondooChange::Integration(Box::new(integration))] })
}
