//! How an integration is asked for, and read from the answer.

use serde::Deserialize;
use spec::IntegrationMrn;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{
    Error, Integration, Message, MessageStatus, Scan, Schema, SecretKind, Subscriptions, Wif,
};

/// What is asked of an integration. Both generations of names come back under one.
pub(crate) fn selection(schema: &Schema) -> String {
    let lists = schema.lists_told();
    let mut options =
        format!("tenantId clientId allow: {} deny: {} scanVms", lists.allow, lists.deny);
    for field in ["secretType", "wifSubject", "wifIssuerUrl", "managementGroupId"] {
        if schema.tells(field) {
            options = format!("{options} {field}");
        }
    }
    format!(
        "mrn name type created lastModified scanJobAttempted scanJobStarted scanJobFinished \
         messages {{ status message timestamp }} labels {{ key value }} assetCounts {{ total }} \
         configurationOptions {{ ... on AzureConfigurationOptions {{ {options} }} }}"
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationTold {
    mrn: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    created: Option<String>,
    last_modified: Option<String>,
    scan_job_attempted: Option<String>,
    scan_job_started: Option<String>,
    scan_job_finished: Option<String>,
    messages: Option<Vec<MessageTold>>,
    labels: Option<Vec<LabelTold>>,
    asset_counts: Option<Vec<AssetsTold>>,
    configuration_options: Option<OptionsTold>,
}

#[derive(Deserialize)]
struct MessageTold {
    status: Option<String>,
    message: Option<String>,
    timestamp: Option<String>,
}

#[derive(Deserialize)]
struct LabelTold {
    key: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct AssetsTold {
    total: u64,
}

/// Nothing of it is there of other kinds of integration.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OptionsTold {
    tenant_id: Option<String>,
    client_id: Option<String>,
    allow: Option<Vec<String>>,
    deny: Option<Vec<String>>,
    scan_vms: Option<bool>,
    secret_type: Option<String>,
    wif_subject: Option<String>,
    wif_issuer_url: Option<String>,
    management_group_id: Option<String>,
}

impl IntegrationTold {
    pub(crate) fn is_azure(&self) -> bool {
        self.kind == "AZURE"
    }

    /// `request` is the one that it was told in.
    pub(crate) fn read(self, request: &'static str) -> Result<Integration, Error> {
        let mrn = self.mrn;
        let senseless = |reason| Error::Senseless { request, reason: format!("{mrn}: {reason}") };
        let time = |text| moment(text).map_err(senseless);
        let missing = |what| senseless(format!("it has no {what}"));
        let options = self.configuration_options.ok_or_else(|| missing("configuration"))?;
        let message = |told: MessageTold| {
            let text = told.message.unwrap_or_default();
            let at = time(told.timestamp)?;
            Ok(Message { status: status(told.status.as_deref()), text, at })
        };
        Ok(Integration {
            name: self.name,
            tenant_id: options.tenant_id.ok_or_else(|| missing("tenant"))?,
            client_id: options.client_id.ok_or_else(|| missing("client"))?,
            subscriptions: subscriptions(options.allow, options.deny),
            scan_vms: options.scan_vms,
            management_group: options.management_group_id.filter(|id| !id.is_empty()),
            secret_kind: secret_kind(options.secret_type),
            wif: wif(options.wif_issuer_url, options.wif_subject),
            labels: labels(self.labels),
            created: time(self.created)?,
            modified: time(self.last_modified)?,
            scan: Scan {
                attempted: time(self.scan_job_attempted)?,
                started: time(self.scan_job_started)?,
                finished: time(self.scan_job_finished)?,
            },
            messages: self.messages.into_iter().flatten().map(message).collect::<Result<_, _>>()?,
            assets: self.asset_counts.iter().flatten().map(|counted| counted.total).sum(),
            mrn: IntegrationMrn::new(mrn.clone()),
        })
    }
}

/// What has not happened is nothing, the empty text, or a time at the beginning of a calendar.
fn moment(text: Option<String>) -> Result<Option<OffsetDateTime>, String> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let time = OffsetDateTime::parse(&text, &Rfc3339);
    let time = time.map_err(|_| format!("{text:?} is no time"))?;
    Ok(Some(time).filter(|time| time.unix_timestamp() > 0))
}

fn status(text: Option<&str>) -> MessageStatus {
    match text {
        Some("INFO") => MessageStatus::Info,
        Some("WARNING") => MessageStatus::Warning,
        Some("ERROR") => MessageStatus::Error,
        Some(other) => MessageStatus::Other(other.to_owned()),
        None => MessageStatus::Other(String::new()),
    }
}

/// The platform's words for it are not documented, so their spelling does not matter.
fn secret_kind(text: Option<String>) -> SecretKind {
    let text = text.unwrap_or_default();
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    match letters.collect::<String>().to_ascii_lowercase().as_str() {
        "certificate" | "clientcertificate" => SecretKind::Certificate,
        "clientsecret" | "secret" => SecretKind::ClientSecret,
        "wif" | "workloadidentity" => SecretKind::Wif,
        _ => SecretKind::Other(text),
    }
}

fn wif(issuer: Option<String>, subject: Option<String>) -> Option<Wif> {
    let told = |text: Option<String>| text.filter(|text| !text.is_empty());
    Some(Wif { issuer: told(issuer)?, subject: told(subject)? })
}

fn labels(told: Option<Vec<LabelTold>>) -> std::collections::BTreeMap<String, String> {
    let told = told.into_iter().flatten();
    told.map(|label| (label.key, label.value.unwrap_or_default())).collect()
}

fn subscriptions(allow: Option<Vec<String>>, deny: Option<Vec<String>>) -> Subscriptions {
    let (mut allow, deny) = (allow.unwrap_or_default(), deny.unwrap_or_default());
    match (allow.is_empty(), deny.is_empty()) {
        (true, true) => Subscriptions::All,
        (true, false) => Subscriptions::Deny(deny),
        (false, _) => {
            allow.retain(|id| !deny.contains(id));
            Subscriptions::Allow(allow)
        }
    }
}
