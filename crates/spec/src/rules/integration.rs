//! The integration in a Mondoo space.

use std::collections::BTreeSet;

use super::lists::Names;
use super::problems::Problems;
use crate::document::{self, CertificateSource, Document, IntegrationSubscriptions};
use crate::texts::SubscriptionText;
use crate::{Integration, PolicyMrn, ScannedSubscriptions, SubscriptionRef};

pub(super) fn read(
    document: &Document,
    display_name: &str,
    problems: &mut Problems<'_>,
) -> Option<Integration> {
    let Some(written) = &document.integration else {
        if matches!(document.certificate.source, CertificateSource::Federated(_)) {
            let message = "`federated` needs `integration`: the token that the application is to \
                           trust is the integration's";
            let hint = "add `integration: { space: … }`, or use another source";
            problems.at_key("/certificate/source/federated", message, hint);
        }
        return None;
    };
    let document::Integration { space, name, subscriptions, policies } = written;
    if document.application.as_ref().is_some_and(|written| written.principal_id.is_some()) {
        let message = "`integration` cannot be managed beside `application.principalId`";
        let hint = "leave one of the two out: the integration needs the application's client id and \
                    certificate, which are somebody else's then";
        problems.at_key("/integration", message, hint);
    }
    let names = policies.iter().map(|policy| &policy.0);
    Names::new("/integration/policies", names).each_once(problems);
    let mut once = BTreeSet::new();
    let policies = policies.iter().map(|policy| PolicyMrn::new(&policy.0));
    Some(Integration {
        space: space.clone(),
        name: name.as_ref().map_or(display_name, |name| &name.0).to_owned(),
        subscriptions: subscriptions
            .as_ref()
            .map_or(ScannedSubscriptions::All, |s| scanned(s, problems)),
        policies: policies.filter(|policy| once.insert(policy.clone())).collect(),
    })
}

fn scanned(
    written: &IntegrationSubscriptions,
    problems: &mut Problems<'_>,
) -> ScannedSubscriptions {
    let mut read = |pointer: &'static str, list: &[SubscriptionText]| {
        Names::new(pointer, list.iter().map(|one| &one.0)).each_once(problems);
        list.iter().map(subscription).collect()
    };
    match written {
        IntegrationSubscriptions::All => ScannedSubscriptions::All,
        IntegrationSubscriptions::Allow(list) => ScannedSubscriptions::Allow(read(ALLOW, list)),
        IntegrationSubscriptions::Deny(list) => ScannedSubscriptions::Deny(read(DENY, list)),
    }
}

const ALLOW: &str = "/integration/subscriptions/allow";
const DENY: &str = "/integration/subscriptions/deny";

fn subscription(written: &SubscriptionText) -> SubscriptionRef {
    let name = |_| SubscriptionRef::Name(written.0.clone());
    written.0.parse().map_or_else(name, SubscriptionRef::Id)
}
