//! Step F: the application trusts the certificate that the source names, or Mondoo's own tokens.

mod action;
mod findings;
mod removal;

use std::path::{Path, PathBuf};

use spec::{CertificateSource, Command, Generate, KeyId, Spec, VaultCertificate};
use time::{Duration, OffsetDateTime};

use super::g_integration::{self, Federation};
use crate::{ChangeId, Observed as All, Plan, key_id};

pub(crate) use removal::plan_removal;

use findings::{elsewhere, expires, not_exportable, older_here, self_signed};

pub use action::Action;

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub source: Source,
    /// Prefix of the display name that our key credentials carry.
    pub marker: String,
    pub renew_before: Duration,
    /// How the source can be made to hold another certificate.
    pub renewal: Option<Maker>,
    pub rotation: Rotation,
    /// Where a pair that comes from elsewhere is to be written, too.
    pub copy: Option<FileCopy>,
    /// The vault that never gives the key of this certificate away.
    pub bound: Option<VaultCertificate>,
}

/// A file that is to hold key and certificate, and does not hold these.
#[derive(Clone, Debug, PartialEq)]
pub struct FileCopy {
    pub output: PathBuf,
    /// It holds others.
    pub replaces: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The certificate that the source holds now.
    Held(Certificate),
    /// A new one, which waits beside the old one until it can take its place.
    Staged(Certificate),
    /// To be made, unless the application trusts one of ours that does not end soon.
    Make(Maker),
    /// The same; in its place is one that has expired.
    Expired(Maker),
    /// In a key vault, which is read once somebody has signed in, and only where it is needed.
    InVault(VaultCertificate),
    /// No certificate: tokens of the integration are trusted.
    Federated,
}

/// How a certificate comes about, with its key: when the plan is applied, and not before.
#[derive(Clone, Debug, PartialEq)]
pub enum Maker {
    Generate(Generate),
    Command(Command),
}

impl Maker {
    /// Where the pair is kept. Without such a place it lasts as long as the run.
    pub fn output(&self) -> Option<&Path> {
        match self {
            Maker::Generate(new) => Some(&new.output),
            Maker::Command(command) => command.output.as_deref(),
        }
    }
}

/// What is asked for besides what is due.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rotation {
    /// Another certificate, whether or not this one ends soon.
    pub now: bool,
    pub removal: Removal,
}

/// Which of our certificates the application need not trust any longer.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Removal {
    /// None: it is only said which could go.
    #[default]
    Never,
    /// Those that expired, and those in whose place another one has been in use for that long.
    Superseded { grace: Duration },
    /// Also those of these thumbprints, SHA-1 or SHA-256 in hexadecimal.
    Named { grace: Duration, thumbprints: Vec<String> },
}

/// What there is to know of a certificate without its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub subject: String,
    /// Of the DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
    /// Its private key is there, too.
    pub has_key: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec, source: Source) -> Desired {
        let renew_before = Duration::days(spec.certificate.renew_before_days.into());
        let renewal = match &spec.certificate.source {
            CertificateSource::Generate(new) => Some(Maker::Generate(new.clone())),
            CertificateSource::Command(command) => Some(Maker::Command(command.clone())),
            CertificateSource::File(_)
            | CertificateSource::Environment(_)
            | CertificateSource::KeyVault(_)
            | CertificateSource::Federated => None,
        };
        let (marker, rotation) = (spec.name.marker(), Rotation::default());
        Desired { source, marker, renew_before, renewal, rotation, copy: None, bound: None }
    }
}

impl Desired {
    /// The file that a new key would be written to, as it stands.
    pub fn writes(&self, now: OffsetDateTime) -> Option<PathBuf> {
        if let Source::InVault(certificate) = &self.source {
            return certificate.output.clone();
        }
        let output = self.renewal.as_ref()?.output()?;
        match &self.source {
            Source::Make(_) => Some(output.to_owned()),
            Source::Expired(_) => Some(staged(output)),
            Source::Held(held) if held.not_after < now + self.renew_before => Some(staged(output)),
            Source::Held(_) | Source::Staged(_) | Source::InVault(_) | Source::Federated => None,
        }
    }
}

/// Key credentials of the application, ours and foreign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub trusted: Vec<KeyCredential>,
    pub federated: Vec<FederatedCredential>,
}

/// Tokens of somebody else that the application trusts.
#[derive(Clone, Debug, PartialEq)]
pub struct FederatedCredential {
    pub id: String,
    /// Unique within the application.
    pub name: String,
    pub issuer: String,
    pub subject: String,
    pub audiences: Vec<String>,
}

/// The audience of tokens that are exchanged for those of Entra ID (documented).
pub const EXCHANGE_AUDIENCE: &str = "api://AzureADTokenExchange";

#[derive(Clone, Debug, PartialEq)]
pub struct KeyCredential {
    pub id: KeyId,
    /// SHA-1 of the certificate in upper-case hexadecimal, where Entra ID filled it in.
    pub thumbprint: String,
    /// Of the certificate itself, where it was read: that of one whose id is not ours to tell it by.
    pub sha256: Option<String>,
    pub display_name: String,
    pub end: OffsetDateTime,
}

impl Observed {
    fn ours(&self, desired: &crate::Desired) -> impl Iterator<Item = &KeyCredential> {
        let marker = desired.certificate.marker.clone();
        self.trusted.iter().filter(move |credential| credential.is_marked(&marker))
    }

    /// Certificates that are not ours, as words.
    pub(crate) fn foreign(&self, desired: &Desired) -> impl Iterator<Item = String> {
        let foreign = self.trusted.iter().filter(|credential| {
            !credential.is_marked(&desired.marker) && !desired.source.is_held_as(credential)
        });
        foreign.map(|credential| format!("certificate {}", credential.display_name))
    }

    /// Certificates but for the one in hand, as words: a name is no proof.
    pub(crate) fn unknown(&self, source: &Source) -> impl Iterator<Item = String> {
        let unknown = self.trusted.iter().filter(|credential| !source.is_held_as(credential));
        unknown.map(|credential| format!("certificate {}", credential.display_name))
    }

    /// Federated credentials but for that of our integration, as words.
    pub(crate) fn foreign_federated(
        &self,
        ours: Option<&Federation>,
    ) -> impl Iterator<Item = String> {
        let foreign =
            self.federated.iter().filter(move |one| !ours.is_some_and(|ours| one.is(ours)));
        foreign.map(|one| format!("federated credential {}", one.name))
    }

    /// Whether the application trusts a certificate of that SHA-256 which has not expired.
    pub(crate) fn trusts(&self, sha256: &str, now: OffsetDateTime) -> bool {
        self.trusted.iter().any(|credential| credential.is_of(sha256) && credential.end > now)
    }
}

impl Source {
    /// Whether a credential is the certificate in hand.
    pub(crate) fn is_held_as(&self, credential: &KeyCredential) -> bool {
        match self {
            Source::Held(held) | Source::Staged(held) => credential.is_of(&held.sha256),
            Source::Make(_) | Source::Expired(_) | Source::InVault(_) | Source::Federated => false,
        }
    }
}

impl FederatedCredential {
    fn is(&self, federation: &Federation) -> bool {
        self.issuer == federation.issuer && self.subject == federation.subject
    }
}

impl KeyCredential {
    /// By the id that we give it, or by the certificate itself.
    fn is_of(&self, sha256: &str) -> bool {
        self.id == key_id(sha256) || self.sha256.as_deref() == Some(sha256)
    }

    pub(crate) fn is_marked(&self, marker: &str) -> bool {
        let rest = self.display_name.strip_prefix(marker);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Desired { source, renewal, rotation, .. } = &desired.certificate;
    let due = observed.now + desired.certificate.renew_before;
    if let Some(newer) = newer_elsewhere(desired, observed)
        && newer.end >= due
        && !rotation.now
    {
        plan.keep();
        plan.find(older_here(desired));
        return removal::plan(desired, observed, plan);
    }
    match source {
        Source::InVault(_) => {}
        Source::Federated => plan_federation(desired, observed, plan),
        Source::Held(held) => match renewal {
            Some(maker) if rotation.now || held.not_after < due => renew(maker, desired, plan),
            Some(_) | None => {
                trust(held, desired, observed, plan);
                copy(desired, plan);
                if held.not_after < due {
                    plan.find(expires(held.not_after));
                }
            }
        },
        Source::Staged(held) => {
            let trusted = trust(held, desired, observed, plan);
            install(desired, plan, trusted.as_slice());
        }
        Source::Expired(maker) => renew(maker, desired, plan),
        Source::Make(maker) => plan_first(maker, desired, observed, plan),
    }
    removal::plan(desired, observed, plan);
}

/// The source holds none: one is made, unless the application trusts one of ours that lasts.
fn plan_first(maker: &Maker, desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Desired { renew_before, rotation, marker, .. } = &desired.certificate;
    let due = observed.now + *renew_before;
    let ours = observed.certificate.ours(desired).filter(|ours| ours.end > observed.now);
    let lasts = ours.map(|credential| credential.end).max().is_some_and(|end| end >= due);
    if lasts && !rotation.now {
        plan.keep();
        plan.find(elsewhere(maker));
        return;
    }
    if let Some(finding) = self_signed(maker) {
        plan.find(finding);
    }
    plan.push(make(maker, false, desired), &[]);
    plan.push(Action::Trust { marker: marker.clone(), held: None }, &[]);
}

/// The certificate in use, where it was made on another machine later than the one here: whoever has
/// the older one leaves the newer in place.
pub fn newer_elsewhere<'a>(
    desired: &crate::Desired,
    observed: &'a All,
) -> Option<&'a KeyCredential> {
    let wanted = &desired.certificate;
    let end = match (&wanted.source, &wanted.renewal) {
        (Source::Held(held), Some(_)) => held.not_after,
        (Source::Expired(_), Some(_)) => observed.now,
        _ => return None,
    };
    let live = observed.integration.as_ref()?.ours(desired, observed)?;
    let recorded = key_id(live.certificate()?);
    // Entra ID is given dates that lie a second inside the certificate's own.
    let is_newer = |one: &&KeyCredential| one.id == recorded && one.end > end;
    observed.certificate.ours(desired).find(is_newer)
}

/// The change that lets the application trust `held`, where it does not yet.
fn trust(
    held: &Certificate,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<ChangeId> {
    if observed.certificate.trusted.iter().any(|credential| credential.is_of(&held.sha256)) {
        plan.keep();
        return None;
    }
    let (marker, held) = (desired.certificate.marker.clone(), Some(held.clone()));
    Some(plan.push(Action::Trust { marker, held }, &[]))
}

/// What else is to be done about a certificate that comes from a vault or a command.
fn copy(desired: &crate::Desired, plan: &mut Plan) {
    let Desired { copy, bound, .. } = &desired.certificate;
    if let Some(copy) = copy {
        plan.push(Action::Copy(copy.clone()), &[]);
    }
    if let Some(certificate) = bound {
        plan.find(not_exportable(certificate));
    }
}

fn make(maker: &Maker, beside: bool, desired: &crate::Desired) -> Action {
    Action::Make { maker: maker.clone(), beside, lasts: desired.certificate.renew_before }
}

/// The new pair waits beside the old one until it is trusted: until then the old one is what works.
fn renew(maker: &Maker, desired: &crate::Desired, plan: &mut Plan) {
    plan.push(make(maker, true, desired), &[]);
    let trust = Action::Trust { marker: desired.certificate.marker.clone(), held: None };
    let trusted = plan.push(trust, &[]);
    install(desired, plan, &[trusted]);
}

fn install(desired: &crate::Desired, plan: &mut Plan, after: &[ChangeId]) {
    if let Some(output) = desired.certificate.renewal.as_ref().and_then(Maker::output) {
        plan.push(Action::Install { output: output.to_owned() }, after);
    }
}

/// Where a new pair waits: `mondoo.pem` has `mondoo.next.pem` beside it.
pub fn staged(output: &Path) -> PathBuf {
    let mut name = output.file_stem().unwrap_or_default().to_owned();
    name.push(".next");
    if let Some(extension) = output.extension() {
        name.push(".");
        name.push(extension);
    }
    output.with_file_name(name)
}

fn plan_federation(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Some(space) = &observed.integration else { return };
    let federated = &observed.certificate.federated;
    let federation = space.federation(desired, observed).cloned();
    let trusts = |federation: &Federation| {
        federated.iter().any(|one| one.is(federation) && one.audiences == [EXCHANGE_AUDIENCE])
    };
    if federation.as_ref().is_some_and(trusts) {
        return plan.keep();
    }
    if federation.is_none()
        && !plan.changes().any(|(_, c)| g_integration::is_integration(&c.action))
    {
        return;
    }
    let name = federated_name(desired);
    let same = |one: &&FederatedCredential| {
        one.name == name || federation.as_ref().is_some_and(|federation| one.is(federation))
    };
    let replaced = federated.iter().find(same).cloned();
    let name = replaced.as_ref().map_or(name, |replaced| replaced.name.clone());
    plan.push(Action::Federate { name, replaced, federation }, &[]);
}

/// What our federated credential is called.
fn federated_name(desired: &crate::Desired) -> String {
    format!("mondoo-azure-{}", desired.installation)
}
