//! The certificates that an application or a service principal trusts, as a write of `keyCredentials` leaves them.

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::encoding::{from_base64, upper_hex};
use crate::graph::app_management_policy::Rules;
use crate::graph::collection::Kind;
use crate::graph::error::GraphError;
use crate::model::application::KeyCredential;
use crate::model::certificate::Certificate;

/// The whole new collection: entries left out are gone, known ones may come back without their key
/// but not changed (documented and observed).
pub(super) fn replaced(
    current: &[KeyCredential],
    value: &Value,
    kind: &Kind,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Result<Vec<KeyCredential>, GraphError> {
    let invalid = |_| GraphError::invalid_value("keyCredentials", kind.resource);
    let entries: Vec<Entry> = serde_json::from_value(value.clone()).map_err(invalid)?;
    let mut credentials: Vec<KeyCredential> = Vec::with_capacity(entries.len());
    for entry in entries {
        let known =
            entry.key_id.and_then(|id| current.iter().find(|credential| credential.key_id == id));
        let credential = if let Some(known) = known {
            entry.unchanged(known)?
        } else {
            let added = entry.into_credential(now)?;
            rules.check_certificate(added.end - added.start)?;
            added
        };
        if credentials.iter().any(|other| other.key_id == credential.key_id) {
            return Err(GraphError::duplicate_values());
        }
        credentials.push(credential);
    }
    Ok(credentials)
}

/// One entry for an object that keeps the others.
pub(super) fn added(
    value: Value,
    rules: &Rules<'_>,
    now: OffsetDateTime,
) -> Result<KeyCredential, GraphError> {
    let entry: Entry = serde_json::from_value(value).map_err(|_| unacceptable("keyCredential"))?;
    let added = entry.into_credential(now)?;
    rules.check_certificate(added.end - added.start)?;
    Ok(added)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    key_id: Option<Uuid>,
    display_name: Option<String>,
    custom_key_identifier: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    start_date_time: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    end_date_time: Option<OffsetDateTime>,
    usage: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    key: Option<String>,
    #[serde(rename = "@odata.type")]
    _type: Option<String>,
}

impl Entry {
    fn unchanged(self, known: &KeyCredential) -> Result<KeyCredential, GraphError> {
        let same =
            self.display_name.is_none_or(|name| Some(shortened(&name)) == known.display_name)
                && self
                    .custom_key_identifier
                    .is_none_or(|identifier| identifier == known.custom_key_identifier)
                && self.start_date_time.is_none_or(|start| whole_seconds(start) == known.start)
                && self.end_date_time.is_none_or(|end| whole_seconds(end) == known.end)
                && self.usage.is_none_or(|usage| usage == known.usage)
                && self.kind.is_none_or(|kind| kind == known.kind)
                && self.key.is_none_or(|key| from_base64(&key) == from_base64(&known.key));
        if same {
            return Ok(known.clone());
        }
        let id = known.key_id;
        Err(GraphError::bad_request(format!(
            "Update to existing credential with KeyId '{id}' is not allowed."
        )))
    }

    fn into_credential(self, now: OffsetDateTime) -> Result<KeyCredential, GraphError> {
        let usage = one_of("usage", self.usage, &["Sign", "Verify"])?;
        let kind = one_of("type", self.kind, &["AsymmetricX509Cert", "X509CertAndPassword"])?;
        let key = self.key.ok_or_else(|| unacceptable("key"))?;
        let certificate = Certificate::from_key(&key).ok_or_else(|| unacceptable("key"))?;
        let (start, end) = dates(&certificate, self.start_date_time, self.end_date_time, now)?;
        Ok(KeyCredential {
            key_id: self.key_id.unwrap_or_else(Uuid::new_v4),
            display_name: Some(shortened(
                &self.display_name.unwrap_or_else(|| certificate.subject.clone()),
            )),
            custom_key_identifier: identifier(self.custom_key_identifier, &certificate)?,
            start,
            end,
            usage,
            kind,
            key,
        })
    }
}

/// Both must lie inside the certificate's own validity, and the end ahead of us (documented).
fn dates(
    certificate: &Certificate,
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<(OffsetDateTime, OffsetDateTime), GraphError> {
    let start = whole_seconds(start.unwrap_or(certificate.not_before));
    let end = whole_seconds(end.unwrap_or(certificate.not_after));
    if start < certificate.not_before || start > certificate.not_after {
        return Err(GraphError::key_credential_start());
    }
    if end > certificate.not_after || end <= start || end <= now {
        return Err(GraphError::key_credential_end());
    }
    Ok((start, end))
}

/// Kept as given, at most 32 bytes of base64; otherwise the hex digits of the thumbprint
/// (observed).
fn identifier(given: Option<String>, certificate: &Certificate) -> Result<String, GraphError> {
    let Some(given) = given else { return Ok(upper_hex(&certificate.sha1())) };
    match from_base64(&given) {
        Some(bytes) if (1..=32).contains(&bytes.len()) => Ok(given),
        _ => Err(GraphError::bad_request(
            "When present, application key identifier cannot be empty and can be at most 32 bytes.",
        )),
    }
}

/// Longer names are cut, silently (documented).
fn shortened(name: &str) -> String {
    name.chars().take(90).collect()
}

fn whole_seconds(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(0).unwrap_or(at).to_offset(time::UtcOffset::UTC)
}

fn one_of(
    property: &str,
    value: Option<String>,
    acceptable: &[&str],
) -> Result<String, GraphError> {
    value.filter(|value| acceptable.contains(&value.as_str())).ok_or_else(|| {
        let acceptable = acceptable.join(", ");
        GraphError::bad_request(format!(
            "The value for the property \"{property}\" in one of your credentials is invalid. \
             Acceptable values are {acceptable}."
        ))
    })
}

fn unacceptable(property: &str) -> GraphError {
    GraphError::bad_request(format!(
        "The value for the property \"{property}\" in one of your credentials is invalid."
    ))
}
