//! Objects as the schema describes them.

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::login::MONDOO_ISSUER;
use crate::model::mondoo::{HeldSecret, Integration};
use crate::mondoo::spaces::{self, ORGANIZATION, ORGANIZATION_NAME, Space};
use crate::timestamps::seconds;

pub(super) fn space(space: &Space) -> Value {
    json!({
        "id": space.id(),
        "mrn": space.mrn,
        "name": space.name,
        "organization": {
            "id": spaces::id(ORGANIZATION),
            "mrn": ORGANIZATION,
            "name": ORGANIZATION_NAME,
        },
    })
}

/// That times are in whole seconds is a guess.
pub(super) fn integration(integration: &Integration, now: OffsetDateTime) -> Value {
    let started = integration.last_started(now);
    let finished = integration.last_finished(now);
    let failure = finished.and_then(|scan| Some((scan, scan.failure.as_ref()?)));
    let assets = finished.into_iter().flat_map(|scan| &scan.assets);
    json!({
        "mrn": integration.mrn,
        "name": integration.name,
        "type": "AZURE",
        "status": status(integration, now),
        "created": seconds(integration.created),
        "lastModified": seconds(integration.modified),
        "lastCheckin": null,
        "scanJobAttempted": integration.scans.last().map(|scan| seconds(scan.attempted)),
        "scanJobStarted": started.map(|scan| seconds(scan.started)),
        "scanJobFinished": finished.map(|scan| seconds(scan.finished)),
        "messages": failure.iter().map(|(scan, text)| json!({
            "message": text,
            "status": "ERROR",
            "identifier": spaces::id(&integration.mrn),
            "timestamp": seconds(scan.finished),
            "suppressedByUser": false,
        })).collect::<Vec<_>>(),
        "labels": integration.labels,
        "assetCounts": assets
            .map(|(kind, total)| json!({ "assetType": kind, "total": total }))
            .collect::<Vec<_>>(),
        "createdBy": { "name": integration.created_by, "email": null },
        "configurationOptions": options(integration),
    })
}

/// The values are guesses.
fn status(integration: &Integration, now: OffsetDateTime) -> &'static str {
    match integration.last_finished(now) {
        None => "PENDING",
        Some(scan) if scan.failure.is_some() => "ERROR",
        Some(_) => "ACTIVE",
    }
}

/// Both names of each list, so that every generation of the schema finds its own; that an empty list
/// is shown as one, and that the subject is the MRN, are guesses.
pub(super) fn options(integration: &Integration) -> Value {
    let Integration { mrn, options, secret, .. } = integration;
    let wif = matches!(secret, HeldSecret::WorkloadIdentity);
    json!({
        "__typename": "AzureConfigurationOptions",
        "tenantId": options.tenant_id,
        "clientId": options.client_id,
        "subscriptionsWhitelist": options.allowed,
        "subscriptionsBlacklist": options.denied,
        "subscriptionsAllowlist": options.allowed,
        "subscriptionsDenylist": options.denied,
        "scanVms": options.scan_vms,
        "secretType": secret.kind(),
        "wifSubject": wif.then_some(mrn),
        "wifIssuerUrl": wif.then_some(MONDOO_ISSUER),
    })
}
