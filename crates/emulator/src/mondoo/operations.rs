//! The operations of the API, by the root field that asks for them.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mondoo::call::{Call, Outcome};
use crate::mondoo::error::RpcError;
use crate::mondoo::{integrations, policies, render, scan};

/// `arguments` are as the schema describes them.
pub(super) fn run(call: &Call<'_>, field: &str, arguments: Value) -> Result<Outcome, RpcError> {
    match field {
        "space" => space(call, arguments),
        "clientIntegration" => integrations::get(call, &input(arguments)?),
        "listClientIntegrations" => integrations::list(call, input(arguments)?),
        "createClientIntegration" => integrations::create(call, input(arguments)?),
        "updateClientIntegrationConfiguration" => integrations::update(call, input(arguments)?),
        "deleteClientIntegration" => integrations::delete(call, &input(arguments)?),
        "triggerAction" => scan::trigger(call, &input(arguments)?),
        "content" => policies::content(call, &input(arguments)?),
        "activePolicies" => policies::active(call, &input(arguments)?),
        "assignPolicy" => policies::assign(call, input(arguments)?),
        "unassignPolicy" => policies::unassign(call, input(arguments)?),
        other => Err(RpcError::unimplemented(format!("{other} is not emulated"))),
    }
}

#[derive(Deserialize)]
struct Input<T> {
    input: T,
}

/// The schema has checked it, so that this finds no fault unless the two disagree.
fn input<T: DeserializeOwned>(arguments: Value) -> Result<T, RpcError> {
    let read = serde_json::from_value::<Input<T>>(arguments);
    read.map(|arguments| arguments.input).map_err(|error| RpcError::invalid(error.to_string()))
}

#[derive(Deserialize)]
pub(super) struct ByMrn {
    pub(super) mrn: String,
}

fn space(call: &Call<'_>, arguments: Value) -> Result<Outcome, RpcError> {
    let ByMrn { mrn } =
        serde_json::from_value(arguments).map_err(|error| RpcError::invalid(error.to_string()))?;
    call.caller.space(&mrn).map(|space| render::space(space).into())
}
