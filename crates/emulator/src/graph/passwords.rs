//! Secrets, which the service makes and tells once.

use axum::http::StatusCode;
use serde::Deserialize;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::encoding::base64url;
use crate::graph::app_management_policy::Rules;
use crate::graph::error::GraphError;
use crate::graph::holder::Holder;
use crate::graph::route::HolderKey;
use crate::graph::{Call, entity, render};
use crate::http::Reply;
use crate::model::application::PasswordCredential;
use crate::store::Answer;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Addition {
    #[serde(default)]
    password_credential: Option<Wanted>,
}

/// What a caller may choose of a new secret.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wanted {
    display_name: Option<String>,
    key_id: Option<Uuid>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    start_date_time: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    end_date_time: Option<OffsetDateTime>,
    #[serde(rename = "@odata.type")]
    _type: Option<String>,
}

pub(super) fn add(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    // Without a body the service chooses everything (observed).
    let Addition { password_credential } =
        if call.request.bytes()?.is_empty() { Addition::default() } else { call.request.json()? };
    let secret = base64url(&[Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat());
    let mut password = password(&secret, password_credential.unwrap_or_default(), call.now)?;
    Rules::of(call, &holder).check_password(password.end - password.start)?;
    if let Holder::ServicePrincipal(_) = holder {
        password.hint = None;
    }
    let mut object = render::password_credential(&password);
    object.insert("secretText".to_owned(), secret.into());
    let reply = entity(call, StatusCode::OK, "microsoft.graph.passwordCredential", object);
    let passwords = holder.passwords().iter().cloned().chain([password]).collect();
    Ok(Answer::with_changes(reply, vec![holder.with_passwords(passwords)]))
}

#[derive(Deserialize)]
struct Removal {
    #[serde(rename = "keyId")]
    id: Uuid,
}

pub(super) fn remove(call: &Call<'_>, key: &HolderKey) -> Result<Answer, GraphError> {
    let holder = Holder::reach(call, key)?;
    let Removal { id } = call.request.json()?;
    let rest: Vec<PasswordCredential> =
        holder.passwords().iter().filter(|one| one.key_id != id).cloned().collect();
    if rest.len() == holder.passwords().len() {
        // The text is a guess; no source shows one.
        return Err(GraphError::bad_request("No password credential found with keyId."));
    }
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    Ok(Answer::with_changes(reply, vec![holder.with_passwords(rest)]))
}

/// From now for two years, unless the caller says otherwise (documented). That an end without a
/// future is refused as for certificates is a guess.
fn password(
    secret: &str,
    wanted: Wanted,
    now: OffsetDateTime,
) -> Result<PasswordCredential, GraphError> {
    let start = wanted.start_date_time.unwrap_or(now);
    let two_years_on = start.replace_year(start.year() + 2).unwrap_or(start + Duration::days(730));
    let end = wanted.end_date_time.unwrap_or(two_years_on);
    if end <= start || end <= now {
        return Err(GraphError::key_credential_end());
    }
    let utc = |at: OffsetDateTime| at.to_offset(time::UtcOffset::UTC);
    // The caller's choice is taken (observed).
    let id = wanted.key_id.unwrap_or_else(Uuid::new_v4);
    let mut password = PasswordCredential::new(id, secret, utc(start), utc(end));
    password.display_name = wanted.display_name;
    Ok(password)
}
