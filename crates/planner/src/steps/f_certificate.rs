//! Step F: the application trusts the certificate that the source names. Nothing is ever removed.

use spec::{Generate, KeyId, Spec};
use time::{Duration, OffsetDateTime};

use crate::{Field, Finding, FindingCode, Object, Observed as All, Plan, Product, key_id};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub source: Source,
    /// Prefix of the display name that our key credentials carry.
    pub marker: String,
    pub renew_before: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The certificate that the source holds now.
    Held(Certificate),
    /// To be made, unless the application trusts one of ours that does not end soon.
    Generate(Generate),
}

/// What there is to know of a certificate without its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub subject: String,
    /// Of the DER, in lower-case hexadecimal.
    pub sha256: String,
    pub not_before: OffsetDateTime,
    pub not_after: OffsetDateTime,
}

impl Desired {
    pub(crate) fn new(spec: &Spec, source: Source) -> Desired {
        let renew_before = Duration::days(spec.certificate.renew_before_days.into());
        Desired { source, marker: spec.name.marker(), renew_before }
    }
}

/// Key credentials of the application, ours and foreign.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub trusted: Vec<KeyCredential>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct KeyCredential {
    pub id: KeyId,
    pub display_name: String,
    pub end: OffsetDateTime,
    /// SHA-1 in hexadecimal, where Entra ID has one: for display, and no identity.
    pub thumbprint: Option<String>,
}

impl Observed {
    /// Certificates that are not ours, as words.
    pub(crate) fn foreign(&self, marker: &str) -> impl Iterator<Item = String> + use<'_> {
        let marker = marker.to_owned();
        let foreign = self.trusted.iter().filter(move |credential| !credential.is_marked(&marker));
        foreign.map(|credential| format!("certificate {}", credential.display_name))
    }
}

impl Observed {
    /// Certificates but for the one in hand, as words: a name is no proof.
    pub(crate) fn unknown(&self, source: &Source) -> impl Iterator<Item = String> {
        let held = match source {
            Source::Held(certificate) => Some(key_id(&certificate.sha256)),
            Source::Generate(_) => None,
        };
        let unknown = self.trusted.iter().filter(move |credential| Some(credential.id) != held);
        unknown.map(|credential| format!("certificate {}", credential.display_name))
    }
}

impl KeyCredential {
    pub(crate) fn is_marked(&self, marker: &str) -> bool {
        let rest = self.display_name.strip_prefix(marker);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes a key and a self-signed certificate, on this machine.
    Generate(Generate),
    /// Adds the certificate to those that the application trusts: the held one, or the new one.
    Trust { marker: String, held: Option<Certificate> },
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Desired { source, marker, renew_before } = &desired.certificate;
    let trusted = &observed.certificate.trusted;
    let warn_from = observed.now + *renew_before;
    match source {
        Source::Held(certificate) => {
            let id = key_id(&certificate.sha256);
            if trusted.iter().any(|credential| credential.id == id) {
                plan.keep();
            } else {
                let held = Some(certificate.clone());
                plan.push(Action::Trust { marker: marker.clone(), held }, &[]);
            }
            if certificate.not_after < warn_from {
                plan.find(expires(certificate.not_after));
            }
        }
        Source::Generate(new) => {
            let ours = trusted.iter().filter(|c| c.is_marked(marker) && c.end > observed.now);
            if ours.map(|credential| credential.end).max().is_some_and(|end| end >= warn_from) {
                plan.keep();
                plan.find(elsewhere(new));
            } else {
                plan.push(Action::Generate(new.clone()), &[]);
                plan.push(Action::Trust { marker: marker.clone(), held: None }, &[]);
            }
        }
    }
}

fn expires(end: OffsetDateTime) -> Finding {
    let message = format!(
        "the certificate expires on {}: put a new one in its place before that day, or move a \
         generated one away to have another made; the old one stays trusted beside it",
        end.date()
    );
    Finding::warning(FindingCode::CertificateExpires, message)
}

fn elsewhere(new: &Generate) -> Finding {
    let output = new.output.display();
    let message = format!(
        "the application trusts a certificate of ours; {output} is not here: if its key is lost, \
         remove that certificate from the application, and a new one is made"
    );
    Finding::note(FindingCode::CertificateElsewhere, message)
}

impl Action {
    pub(crate) fn line(&self) -> (String, String) {
        let (what, name) = match self {
            Action::Generate(new) => ("key and certificate", new.output.display().to_string()),
            Action::Trust { marker: _, held } => {
                let name = held.as_ref().map_or("the new one".to_owned(), Certificate::summary);
                ("trusted certificate", name)
            }
        };
        (what.to_owned(), name)
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Generate(new) => {
                let Generate { output, subject, key_bits, validity_days } = new;
                vec![
                    Field::set("output", output.display().to_string()),
                    Field::set("subject", subject.clone()),
                    Field::set("key", format!("RSA {key_bits}")),
                    Field::set("validity", format!("{validity_days} days")),
                ]
            }
            Action::Trust { marker, held } => {
                let sha256 = held.as_ref().map(|held| Field::set("sha256", held.sha256.clone()));
                let sha256 = sha256.unwrap_or_else(|| Field::after_apply("sha256"));
                vec![Field::set("displayName", marker.clone()), sha256]
            }
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Generate(_) => Object::CertificateFile,
            Action::Trust { .. } => Object::Application,
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::Generate(_) => &[],
            Action::Trust { .. } => &[Product::Application, Product::Certificate],
        }
    }

    pub(crate) fn makes(&self) -> Option<Product> {
        match self {
            Action::Generate(_) => Some(Product::Certificate),
            Action::Trust { .. } => None,
        }
    }
}

impl Certificate {
    fn summary(&self) -> String {
        format!("{} (until {})", self.subject, self.not_after.date())
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::Certificate(action)
    }
}
