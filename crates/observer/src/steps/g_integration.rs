//! Step G.

use std::collections::BTreeSet;

use mondoo::{MessageStatus, Mondoo, PolicyAction, SecretKind};
use planner::steps::g_integration::{
    Credential, Desired, Federation, Integration, Observed, Scan, Subscriptions,
};
use spec::PolicyMrn;

use crate::ObserveError;

/// The space's integrations and policies: two requests, and one more where a policy is not on yet.
pub(crate) async fn observe(mondoo: &Mondoo, wanted: &Desired) -> Result<Observed, ObserveError> {
    let space = &wanted.space;
    let Some(found) = mondoo.look(space).await? else {
        return Err(ObserveError::NoSpace(space.clone()));
    };
    let active = found.active_policies.into_iter();
    let active = active.filter(|(_, action)| *action == PolicyAction::Active);
    let active_policies: BTreeSet<PolicyMrn> = active.map(|(policy, _)| policy).collect();
    let missing = wanted.policies.iter().filter(|policy| !active_policies.contains(policy));
    let missing: BTreeSet<PolicyMrn> = missing.cloned().collect();
    let exist = async {
        if missing.is_empty() {
            return Ok(BTreeSet::new());
        }
        mondoo.existing_policies(space, &found.schema, &missing).await
    };
    let (integrations, exist) =
        futures::try_join!(mondoo.integrations(space, &found.schema), exist)?;
    Ok(Observed {
        has_labels: found.schema.offers_labels(),
        offers_federation: found.schema.offers_wif(),
        integrations: integrations.into_iter().map(integration).collect(),
        unknown_policies: missing.difference(&exist).cloned().collect(),
        active_policies,
    })
}

fn integration(live: mondoo::Integration) -> Integration {
    let mondoo::Integration {
        mrn,
        name,
        tenant_id,
        client_id,
        subscriptions,
        scan_vms,
        management_group,
        secret_kind,
        wif,
        labels,
        created,
        modified: _,
        scan,
        messages,
        assets: _,
    } = live;
    let errors = messages.into_iter().filter(|message| message.status == MessageStatus::Error);
    Integration {
        mrn,
        name,
        tenant_id,
        client_id,
        subscriptions: scanned(subscriptions),
        scan_vms: scan_vms.unwrap_or(false),
        management_group: management_group.filter(|group| !group.is_empty()),
        credential: credential(secret_kind, wif),
        labels,
        created,
        scan: Scan {
            attempted: scan.attempted.max(scan.started).max(scan.finished),
            finished: scan.finished,
            errors: errors.map(|message| message.text).collect(),
        },
    }
}

fn scanned(subscriptions: mondoo::Subscriptions) -> Subscriptions {
    let (allow, deny) = match subscriptions {
        mondoo::Subscriptions::All => (Vec::new(), Vec::new()),
        mondoo::Subscriptions::Allow(allow) => (allow, Vec::new()),
        mondoo::Subscriptions::Deny(deny) => (Vec::new(), deny),
    };
    Subscriptions { allow: allow.into_iter().collect(), deny: deny.into_iter().collect() }
}

fn credential(kind: SecretKind, wif: Option<mondoo::Wif>) -> Credential {
    match (kind, wif) {
        (SecretKind::Wif, Some(mondoo::Wif { issuer, subject })) => {
            Credential::Federated(Federation { issuer, subject })
        }
        (SecretKind::Certificate, _) => Credential::Certificate,
        (SecretKind::ClientSecret, _) => Credential::Other("client secret".to_owned()),
        (SecretKind::Wif, None) => Credential::Other("federated, of an unknown issuer".to_owned()),
        (SecretKind::Other(kind), _) => Credential::Other(kind),
    }
}
