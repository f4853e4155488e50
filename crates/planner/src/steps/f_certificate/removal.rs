//! Which certificates of ours the application need not trust any longer. Foreign ones always stay.

use spec::KeyId;
use time::{Duration, OffsetDateTime};

use super::{Action, KeyCredential, Removal, Source, federated_name, newer_elsewhere};
use crate::steps::a_application::{self, Standing};
use crate::steps::g_integration::Integration;
use crate::{Desired, Finding, FindingCode, Observed as All, Plan, key_id};

pub(super) fn plan(desired: &Desired, observed: &All, plan: &mut Plan) {
    let in_use = InUse::new(desired, observed);
    let (grace, named): (Option<Duration>, &[String]) = match &desired.certificate.rotation.removal
    {
        Removal::Never => (None, &[]),
        Removal::Superseded { grace } => (Some(*grace), &[]),
        Removal::Named { grace, thumbprints } => (Some(*grace), thumbprints),
    };
    for thumbprint in named {
        check(thumbprint, &in_use, desired, observed, plan);
    }
    for credential in observed.certificate.ours(desired).filter(|one| !in_use.has(one.id)) {
        let is_named = named.iter().any(|thumbprint| credential.is_called(thumbprint));
        let is_over = credential.end <= observed.now
            || in_use.supersedes(credential, observed.now - grace.unwrap_or_default());
        if is_named || (is_over && grace.is_some()) {
            let (id, name) = (credential.id, credential.summary());
            plan.push(Action::Distrust { id, name }, &[]);
        } else if is_over {
            plan.find(superseded(credential));
        } else if grace.is_some() {
            plan.find(kept(credential));
        }
    }
}

/// What is ours goes with an application that we made, and is taken from one that was there before.
pub(crate) fn plan_removal(desired: &Desired, observed: &All, plan: &mut Plan) {
    let live = observed.application.application.as_ref();
    let is_there = live.is_some_and(|live| live.standing != Standing::Deleted);
    if !is_there || a_application::is_made_by_us(desired, observed) {
        return;
    }
    for credential in observed.certificate.ours(desired) {
        let (id, name) = (credential.id, credential.summary());
        plan.push(Action::Distrust { id, name }, &[]);
    }
    let ours = federated_name(desired);
    for credential in observed.certificate.federated.iter().filter(|one| one.name == ours) {
        let (id, name) = (credential.id.clone(), credential.name.clone());
        plan.push(Action::Unfederate { id, name }, &[]);
    }
}

/// What signs in, now or soon.
struct InUse<'a> {
    held: Option<KeyId>,
    /// By the record on the integration, where that is trusted.
    by_mondoo: Option<&'a KeyCredential>,
    /// Since when, where a scan has shown since then that it works.
    proven_since: Option<OffsetDateTime>,
}

impl<'a> InUse<'a> {
    fn new(desired: &Desired, observed: &'a All) -> InUse<'a> {
        let held = match &desired.certificate.source {
            _ if newer_elsewhere(desired, observed).is_some() => None,
            Source::Held(held) | Source::Staged(held) => Some(key_id(&held.sha256)),
            // The newest is the one whose key is elsewhere.
            Source::Make(_) => {
                let ours = observed.certificate.ours(desired);
                ours.max_by_key(|credential| credential.end).map(|credential| credential.id)
            }
            Source::Expired(_) | Source::InVault(_) | Source::Federated => None,
        };
        let live = observed.integration.as_ref().and_then(|space| space.ours(desired, observed));
        let recorded = live.and_then(Integration::certificate).map(key_id);
        let by_mondoo = observed.certificate.trusted.iter().find(|one| Some(one.id) == recorded);
        InUse { held, by_mondoo, proven_since: live.and_then(proven_since) }
    }

    fn has(&self, id: KeyId) -> bool {
        self.held == Some(id) || self.by_mondoo.is_some_and(|used| used.id == id)
    }

    /// Whether another certificate has been in use in its place since before `until`.
    fn supersedes(&self, credential: &KeyCredential, until: OffsetDateTime) -> bool {
        let is_newer = self.by_mondoo.is_some_and(|used| used.end > credential.end);
        is_newer && self.proven_since.is_some_and(|since| since <= until)
    }
}

/// A scan that began with the certificate and ended well is what proves it.
fn proven_since(live: &Integration) -> Option<OffsetDateTime> {
    let since = live.since()?;
    // Mondoo's times are whole seconds.
    let finished = live.scan.finished?;
    let is_proven = live.scan.errors.is_empty() && finished >= since.replace_nanosecond(0).ok()?;
    is_proven.then_some(since)
}

/// What is named and must not go.
fn check(thumbprint: &str, in_use: &InUse<'_>, desired: &Desired, observed: &All, plan: &mut Plan) {
    let mut trusted = observed.certificate.trusted.iter();
    let message = match trusted.find(|credential| credential.is_called(thumbprint)) {
        None => {
            let message = format!("the application trusts no certificate {thumbprint} (any more)");
            return plan.find(Finding::note(FindingCode::CertificateKept, message));
        }
        Some(found) if !found.is_marked(&desired.certificate.marker) => format!(
            "certificate {} ({thumbprint}) is not ours: whoever made it has to remove it",
            found.display_name
        ),
        Some(found) if in_use.has(found.id) => format!(
            "certificate {} ({thumbprint}) is the one in use: rotate first",
            found.display_name
        ),
        Some(_) => return,
    };
    plan.find(Finding::blocks(FindingCode::CertificateKept, message));
}

fn superseded(credential: &KeyCredential) -> Finding {
    let message = format!(
        "trusted certificate {} is of no more use: mondoo-azure certificate rotate removes it",
        credential.summary()
    );
    Finding::note(FindingCode::CertificateSuperseded, message)
}

fn kept(credential: &KeyCredential) -> Finding {
    let message = format!(
        "trusted certificate {} stays for now: it goes once a scan has proven the one in use and the \
         grace is over, or by --remove-old",
        credential.summary()
    );
    Finding::note(FindingCode::CertificateKept, message)
}

impl KeyCredential {
    fn summary(&self) -> String {
        format!("{} ({})", self.display_name, self.thumbprint)
    }

    /// By the SHA-1 that the portal shows, or the SHA-256 that ids of ours are made of.
    fn is_called(&self, thumbprint: &str) -> bool {
        let plain: String = thumbprint.chars().filter(char::is_ascii_hexdigit).collect();
        plain.eq_ignore_ascii_case(&self.thumbprint) || key_id(&plain) == self.id
    }
}
