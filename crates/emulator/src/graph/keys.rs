//! `addKey` and `removeKey`: how a client rolls its certificates, by proof that it has one of them.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::app_management_policy::Rules;
use crate::graph::error::GraphError;
use crate::graph::holder::Holder;
use crate::graph::route::HolderKey;
use crate::graph::{Call, entity, key_credentials, render};
use crate::http::Reply;
use crate::login::signed_claims;
use crate::model::application::KeyCredential;
use crate::store::Answer;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addition {
    key_credential: Value,
    /// For keys with a password, which are no certificates of clients.
    #[serde(rename = "passwordCredential")]
    _password: Option<Value>,
    proof: String,
}

pub(super) fn add(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    let Addition { key_credential, proof, .. } = call.request.json()?;
    check_proof(call, &holder, &proof)?;
    let added = key_credentials::added(key_credential, &Rules::of(call, &holder), call.now)?;
    if holder.keys().iter().any(|other| other.key_id == added.key_id) {
        return Err(GraphError::duplicate_values());
    }
    let object = render::key_credential(&added, render::Keys::Hidden);
    let reply = entity(call, StatusCode::OK, "microsoft.graph.keyCredential", object);
    let keys = holder.keys().iter().cloned().chain([added]).collect();
    Ok(Answer::with_changes(reply, vec![holder.with_keys(keys)]))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    key_id: Uuid,
    proof: String,
}

pub(super) fn remove(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    let Removal { key_id, proof } = call.request.json()?;
    check_proof(call, &holder, &proof)?;
    let rest: Vec<KeyCredential> =
        holder.keys().iter().filter(|one| one.key_id != key_id).cloned().collect();
    if rest.len() == holder.keys().len() {
        // The text is a guess.
        return Err(GraphError::bad_request("No key credential found with keyId."));
    }
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    Ok(Answer::with_changes(reply, vec![holder.with_keys(rest)]))
}

/// A token that one of the valid certificates signed, for the directory, by the object, and for ten
/// minutes at most (documented).
fn check_proof(call: &Call<'_>, holder: &Holder<'_>, proof: &str) -> Result<(), GraphError> {
    let valid = |one: &&KeyCredential| one.start <= call.now && call.now < one.end;
    let certificates = holder.keys().iter().filter(valid).filter_map(KeyCredential::certificate);
    let claims = signed_claims(proof, certificates);
    let id = holder.id().to_string();
    let proves = claims.is_some_and(|claims| {
        claims.get("aud").is_some_and(|audience| audience == DIRECTORY)
            && claims.get("iss").is_some_and(|issuer| *issuer == id)
            && is_timely(&claims, call.now.unix_timestamp())
    });
    if proves { Ok(()) } else { Err(GraphError::unproven()) }
}

/// The directory behind Graph, as an audience.
const DIRECTORY: &str = "00000002-0000-0000-c000-000000000000";

fn is_timely(claims: &Map<String, Value>, now: i64) -> bool {
    let time = |name| claims.get(name).and_then(Value::as_i64);
    match (time("nbf"), time("exp")) {
        (Some(from), Some(to)) => from <= now && now < to && to.saturating_sub(from) <= 600,
        _ => false,
    }
}
