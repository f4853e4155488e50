//! Step G: the Mondoo integration exists and holds the certificate that the application trusts, its
//! policies are on, and a scan was started.

mod action;
mod removal;
mod subscriptions;

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppId, IntegrationMrn, PolicyMrn, ScannedSubscriptions, SpaceMrn, Spec};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::b_graph_permissions;
use super::f_certificate::{self, Source};
use crate::{ChangeId, Finding, FindingCode, Observed as All, Plan, Product, Step, Subject};

pub use action::{Action, Proof, SignIn, Update, Wanted};
pub(crate) use removal::plan_removal;
pub use subscriptions::Subscriptions;

/// Label with the installation's name: whose integration it is.
pub const INSTALLATION_LABEL: &str = "mondoo-azure";

/// Label with the SHA-256 of the certificate that the integration holds, which Mondoo never gives
/// back.
pub const CERTIFICATE_LABEL: &str = "mondoo-azure-certificate";

/// On an integration that was there before us.
pub const ADOPTED_LABEL: &str = "mondoo-azure-adopted";

/// Label with the time since when it holds that certificate, as RFC 3339 has it.
pub const SINCE_LABEL: &str = "mondoo-azure-certificate-since";

/// Mondoo's clock and ours are not the same.
const CLOCKS_DIFFER: Duration = Duration::minutes(10);

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub space: SpaceMrn,
    pub name: String,
    pub subscriptions: ScannedSubscriptions,
    pub scan_vms: bool,
    pub policies: Vec<PolicyMrn>,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Option<Desired> {
        let spec::Integration { space, name, subscriptions, policies } =
            spec.integration.clone()?;
        Some(Desired { space, name, subscriptions, scan_vms: spec.scan_vms, policies })
    }
}

impl Desired {
    /// The lists as the integration is to hold them; none, where a name cannot be resolved.
    pub fn scanned(&self, desired: &crate::Desired, observed: &All) -> Option<Subscriptions> {
        subscriptions::resolve(self, desired, observed, &mut Plan::default())
    }
}

/// What the space holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Those with Azure.
    pub integrations: Vec<Integration>,
    pub active_policies: BTreeSet<PolicyMrn>,
    /// Whether integrations have labels: only then it is recorded whose they are and which certificate
    /// they hold.
    pub has_labels: bool,
    /// Whether integrations can sign in by tokens of their own.
    pub offers_federation: bool,
    /// Policies of the spec that neither are active nor can be.
    pub unknown_policies: BTreeSet<PolicyMrn>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Integration {
    pub mrn: IntegrationMrn,
    pub name: String,
    /// As text: nobody checks what is entered there, and so is the next.
    pub tenant_id: String,
    pub client_id: String,
    pub subscriptions: Subscriptions,
    pub scan_vms: bool,
    /// The group below which it scans, where that narrows it.
    pub management_group: Option<String>,
    pub credential: Credential,
    pub labels: BTreeMap<String, String>,
    pub created: Option<OffsetDateTime>,
    pub scan: Scan,
}

/// What an integration signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    Certificate,
    /// Tokens that Mondoo signs.
    Federated(Federation),
    /// A client secret, or a kind that is not known here.
    Other(String),
}

/// Whose tokens these are: what the application is to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Federation {
    pub issuer: String,
    pub subject: String,
}

/// How the scans of an integration went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// When the last one was asked for or begun.
    pub attempted: Option<OffsetDateTime>,
    pub finished: Option<OffsetDateTime>,
    /// What the last one complained of.
    pub errors: Vec<String>,
    /// What Mondoo knows of by it.
    pub assets: u64,
}

impl Observed {
    /// The integration of this application: by tenant and client id; else one that carries our name,
    /// whose application is gone.
    pub fn ours(&self, desired: &crate::Desired, all: &All) -> Option<&Integration> {
        preferred(self.all_ours(desired, all), desired.integration.as_ref()?)
    }

    fn all_ours(&self, desired: &crate::Desired, all: &All) -> Vec<&Integration> {
        let tenant = all.directory.tenant.id.to_string();
        let of_tenant =
            self.integrations.iter().filter(|one| one.tenant_id.eq_ignore_ascii_case(&tenant));
        let of_tenant: Vec<_> = of_tenant.collect();
        let client = all.application.application.as_ref().map(|live| live.app_id.to_string());
        let of_client = of_tenant.iter().copied().filter(|one| {
            client.as_ref().is_some_and(|client| one.client_id.eq_ignore_ascii_case(client))
        });
        let of_client: Vec<_> = of_client.collect();
        if !of_client.is_empty() {
            return of_client;
        }
        let label = desired.installation.as_str();
        let is_marked =
            |one: &&Integration| one.labels.get(INSTALLATION_LABEL).is_some_and(|l| l == label);
        of_tenant.into_iter().filter(is_marked).collect()
    }

    /// Whose tokens the application is to trust, where that is known.
    pub fn federation(&self, desired: &crate::Desired, all: &All) -> Option<&Federation> {
        match &self.ours(desired, all)?.credential {
            Credential::Federated(federation) => Some(federation),
            Credential::Certificate | Credential::Other(_) => None,
        }
    }
}

/// Of several, one of the wanted name, then the oldest.
pub(crate) fn preferred<'a>(
    found: impl IntoIterator<Item = &'a Integration>,
    wanted: &Desired,
) -> Option<&'a Integration> {
    let order = |one: &&'a Integration| (one.name != wanted.name, one.created, &one.mrn);
    found.into_iter().min_by_key(order)
}

impl Integration {
    /// Whether no scan was asked for since it was made, or since it got its certificate: a run that was
    /// killed then did not come so far.
    pub(crate) fn awaits_scan(&self) -> bool {
        let Some(attempted) = self.scan.attempted else { return true };
        self.since().is_some_and(|since| since - attempted > CLOCKS_DIFFER)
    }

    /// Since when it holds its certificate, by our clock.
    pub(crate) fn since(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::parse(self.labels.get(SINCE_LABEL)?, &Rfc3339).ok()
    }

    /// SHA-256 of the certificate that was given to it.
    pub fn certificate(&self) -> Option<&str> {
        self.labels.get(CERTIFICATE_LABEL).map(String::as_str)
    }
}

/// The integration itself. Keyless, the application's trust follows from it; else it follows from
/// that trust.
pub(crate) fn plan_integration(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Some(wanted) = &desired.integration else { return };
    let Some(found) = &observed.integration else {
        return plan.find(no_access(desired));
    };
    let Some(subscriptions) = subscriptions::resolve(wanted, desired, observed, plan) else {
        return;
    };
    if desired.certificate.source == Source::Federated && !found.offers_federation {
        return plan.find(not_offered());
    }
    let live = found.ours(desired, observed);
    if let (Some(live), count @ 2..) = (live, found.all_ours(desired, observed).len()) {
        plan.find(several(live, count));
    }
    let proof = proof(wanted, desired, observed);
    let Some(sign_in) = sign_in(live, desired, observed, plan) else { return };
    let wanted = Wanted {
        space: wanted.space.clone(),
        installation: desired.installation.to_string(),
        name: wanted.name.clone(),
        subscriptions,
        scan_vms: wanted.scan_vms,
        sign_in,
        proof,
    };
    match live {
        None => {
            let tested = tested(plan);
            plan.push(Action::Create(wanted), &tested);
        }
        Some(live) => match Update::new(live, wanted, client_id(observed), found.has_labels) {
            Some(update) => {
                let tested = tested(plan);
                plan.push(Action::Update(update), &tested);
            }
            None => plan.keep(),
        },
    }
}

fn client_id(observed: &All) -> Option<AppId> {
    observed.application.application.as_ref().map(|live| live.app_id)
}

/// What the application must be able to do before Mondoo is told to use it.
fn proof(wanted: &Desired, desired: &crate::Desired, observed: &All) -> Proof {
    let permissions = b_graph_permissions::afterwards(desired, observed);
    Proof { permissions, subscriptions: subscriptions::seen(wanted, desired, observed) }
}

/// "After you've created, granted permissions to, and tested": what of the plan that is. Vaults and
/// the custom role are more than a scan needs to begin.
fn tested(plan: &Plan) -> Vec<ChangeId> {
    let grants = plan.changes().filter(|(_, change)| match change.action.step() {
        Step::A | Step::B | Step::C | Step::F => true,
        Step::D | Step::E | Step::G => false,
    });
    grants.map(|(id, _)| id).collect()
}

/// What the integration is to sign in with. None, where it cannot be given that from here.
fn sign_in(
    live: Option<&Integration>,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<SignIn> {
    let is_recorded = observed.integration.as_ref().is_some_and(|space| space.has_labels);
    let holds_one = live.is_some_and(|live| live.credential == Credential::Certificate);
    let (sha256, has_key) = match &desired.certificate.source {
        Source::Federated => return Some(SignIn::Federated),
        _ if holds_one && !is_recorded && !trusts_another(plan) => {
            plan.find(not_recorded());
            return Some(SignIn::Kept);
        }
        _ if plan.makes(Product::Certificate) => return Some(SignIn::New),
        _ if f_certificate::newer_elsewhere(desired, observed).is_some() => {
            let recorded = live.and_then(Integration::certificate).unwrap_or_default();
            (recorded.to_owned(), false)
        }
        Source::Held(held) | Source::Staged(held) => (held.sha256.clone(), held.has_key),
        // One of ours is trusted, and its key is elsewhere.
        Source::Make(_) | Source::Expired(_) | Source::InVault(_) => {
            let recorded = live.and_then(Integration::certificate).unwrap_or_default();
            let trusted = observed.certificate.trusts(recorded, observed.now);
            (if trusted { recorded.to_owned() } else { String::new() }, false)
        }
    };
    let recorded = live.and_then(Integration::certificate);
    if has_key || (recorded == Some(&*sha256) && !sha256.is_empty()) {
        return Some(SignIn::Certificate { sha256, has_key });
    }
    let message = match live {
        None => {
            "the integration cannot be made: Mondoo needs certificate and private key, and the \
                 key is not here; run this where the key is, or let the source hold both"
        }
        Some(_) => {
            "which certificate the integration holds is not recorded, or is one that the \
                    application does not trust, and the key of the wanted one is not here: run this \
                    where the key is, or let the source hold both"
        }
    };
    let finding = Finding::blocks(FindingCode::NoKeyForIntegration, message.to_owned());
    plan.find(finding.about(Subject::Integration));
    None
}

/// Whether the application is to trust a certificate that it does not yet, which Mondoo then cannot
/// hold either.
fn trusts_another(plan: &Plan) -> bool {
    use crate::Action as Any;
    use f_certificate::Action as OfCertificate;
    plan.changes()
        .any(|(_, change)| matches!(change.action, Any::Certificate(OfCertificate::Trust { .. })))
}

fn not_recorded() -> Finding {
    let message = "this space's API keeps no labels, so nobody knows which certificate the \
                   integration holds: after a rotation that was cut short, run certificate rotate \
                   --now";
    Finding::note(FindingCode::CertificateNotRecorded, message.to_owned())
}

/// Policies that the spec names are turned on. Others are none of our business: spaces are shared.
pub(crate) fn plan_policies(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let (Some(wanted), Some(found)) = (&desired.integration, &observed.integration) else {
        return;
    };
    for policy in &wanted.policies {
        if found.active_policies.contains(policy) {
            plan.keep();
        } else if found.unknown_policies.contains(policy) {
            let message = format!(
                "no policy is called {}: correct integration.policies (the Mondoo Console shows \
                 each policy's uid)",
                policy.short()
            );
            plan.find(Finding::blocks(FindingCode::PolicyUnknown, message));
        } else {
            let (space, policy) = (wanted.space.clone(), policy.clone());
            plan.push(Action::Assign { space, policy }, &[]);
        }
    }
}

/// A scan follows each change of the integration; later ones are Mondoo's to start.
pub(crate) fn plan_scan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let (Some(wanted), Some(found)) = (&desired.integration, &observed.integration) else {
        return;
    };
    let of_this_step = plan.changes().filter(|(_, change)| change.action.step() == Step::G);
    let changes: Vec<ChangeId> = of_this_step.map(|(id, _)| id).collect();
    let is_changed = plan.changes().any(|(_, change)| is_integration(&change.action));
    let live = found.ours(desired, observed);
    if is_changed || live.is_some_and(Integration::awaits_scan) {
        let federated = plan.changes().filter(|(_, change)| trusts_mondoo(&change.action));
        let after: Vec<_> = federated.map(|(id, _)| id).chain(changes).collect();
        let (name, proof) = (wanted.name.clone(), proof(wanted, desired, observed));
        plan.push(Action::Scan { name, proof }, &after);
    }
    if let (Some(live), false) = (live, is_changed) {
        for error in &live.scan.errors {
            let message = format!("Mondoo's last scan reports: {error}");
            plan.find(Finding::warning(FindingCode::ScanFailing, message));
        }
    }
}

pub(super) fn is_integration(action: &crate::Action) -> bool {
    use crate::Action as Any;
    matches!(action, Any::Integration(Action::Create(_) | Action::Update(_)))
}

fn trusts_mondoo(action: &crate::Action) -> bool {
    matches!(action, crate::Action::Certificate(f_certificate::Action::Federate { .. }))
}

fn no_access(desired: &crate::Desired) -> Finding {
    let how = "set MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md)";
    if desired.certificate.source == Source::Federated {
        let message = format!(
            "without access to Mondoo's API nobody knows whose tokens the application is to trust: \
             {how}, or use a certificate"
        );
        return Finding::blocks(FindingCode::NoMondooAccess, message).about(Subject::Integration);
    }
    let message = format!(
        "there is no access to Mondoo's API: apply ends with what to enter in the Mondoo Console; \
         to have it done, {how}"
    );
    Finding::note(FindingCode::NoMondooAccess, message)
}

fn not_offered() -> Finding {
    let message = "this space's API knows no integration without a certificate yet: use another \
                   certificate.source";
    let finding = Finding::blocks(FindingCode::KeylessNotOffered, message.to_owned());
    finding.about(Subject::Integration)
}

fn several(live: &Integration, count: usize) -> Finding {
    let message = format!(
        "{count} integrations of the space are for this application; {} ({}) is managed here: \
         delete the others in the Mondoo Console",
        live.name, live.mrn
    );
    Finding::warning(FindingCode::IntegrationTwice, message)
}
