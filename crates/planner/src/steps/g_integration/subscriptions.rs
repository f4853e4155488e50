//! Which subscriptions an integration scans.

use std::collections::BTreeSet;
use std::fmt;

use spec::{ScannedSubscriptions, SubscriptionId, SubscriptionRef};

use super::Desired;
use crate::directory::{Directory, Unresolved};
use crate::{Finding, FindingCode, Observed as All, Plan};

/// As the integration holds it: ids, which the scanner compares as text, with their case. Nothing in
/// either list means all that the application sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscriptions {
    pub allow: BTreeSet<String>,
    pub deny: BTreeSet<String>,
}

impl fmt::Display for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Subscriptions { allow, deny } = self;
        let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
        match (allow.is_empty(), deny.is_empty()) {
            (true, true) => f.write_str("all"),
            (false, true) => write!(f, "allow {}", list(allow)),
            (true, false) => write!(f, "deny {}", list(deny)),
            (false, false) => write!(f, "allow {}, deny {}", list(allow), list(deny)),
        }
    }
}

/// The lists with names resolved. None, where one of them cannot be, which is found then.
pub(super) fn resolve(
    wanted: &Desired,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<Subscriptions> {
    let directory = &observed.directory;
    let (allow, deny): (&[_], &[_]) = match &wanted.subscriptions {
        ScannedSubscriptions::All => (&[], &[]),
        ScannedSubscriptions::Allow(allow) => (allow, &[]),
        ScannedSubscriptions::Deny(deny) => (&[], deny),
    };
    let known = allow.iter().chain(deny).filter(|named| is_known(named, directory, plan)).count();
    if known < allow.len() + deny.len() {
        return None;
    }
    let resolved = ids(allow, directory);
    let covered = directory.covered(&directory.scopes(&desired.scopes));
    for id in resolved.difference(&covered) {
        let name = directory.describe(&spec::ScopeId::Subscription(*id));
        let message = format!(
            "integration.subscriptions allows {name}, which no scope of the spec covers: Mondoo \
             would not see it; add it to scopes, or take it out of the list"
        );
        plan.find(Finding::blocks(FindingCode::ScannedNotCovered, message));
    }
    let texts = |ids: BTreeSet<SubscriptionId>| ids.iter().map(ToString::to_string).collect();
    Some(Subscriptions { allow: texts(resolved), deny: texts(ids(deny, directory)) })
}

/// The subscriptions that the application must see before a scan of them can begin.
pub(super) fn seen(
    wanted: &Desired,
    desired: &crate::Desired,
    observed: &All,
) -> BTreeSet<SubscriptionId> {
    let directory = &observed.directory;
    let scopes = directory.writable(&directory.scopes(&desired.scopes));
    let covered = directory.covered(&scopes);
    match &wanted.subscriptions {
        ScannedSubscriptions::All => covered,
        ScannedSubscriptions::Allow(allow) => ids(allow, directory),
        ScannedSubscriptions::Deny(deny) => {
            covered.difference(&ids(deny, directory)).copied().collect()
        }
    }
}

fn ids(named: &[SubscriptionRef], directory: &Directory) -> BTreeSet<SubscriptionId> {
    named.iter().filter_map(|one| directory.subscription(one).ok()).collect()
}

fn is_known(named: &SubscriptionRef, directory: &Directory, plan: &mut Plan) -> bool {
    let message = match directory.subscription(named) {
        Ok(_) => return true,
        Err(Unresolved::Unknown) => format!("no subscription is called {named}"),
        Err(Unresolved::Ambiguous) => format!("several subscriptions are called {named}"),
    };
    let message = format!("{message}: name it by its id in integration.subscriptions");
    plan.find(Finding::blocks(FindingCode::ScannedUnknown, message));
    false
}
