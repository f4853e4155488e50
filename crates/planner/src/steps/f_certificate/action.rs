//! What is done about certificates and federated credentials, and how a plan shows it.

use std::path::PathBuf;

use spec::{Command, Generate, KeyId};
use time::Duration;

use super::{Certificate, FederatedCredential, FileCopy, Maker};
use crate::steps::g_integration::Federation;
use crate::{Field, Object, Product, Value, Verb};

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes a key and a certificate, on this machine: `beside` the pair that is there already, which
    /// works until the new one is trusted.
    Make {
        maker: Maker,
        beside: bool,
        /// One that lasts no longer would be renewed again at once.
        lasts: Duration,
    },
    /// Adds the certificate to those that the application trusts: the held one, or the new one.
    Trust { marker: String, held: Option<Certificate> },
    /// Puts a pair that waited beside `output` in its place, once a sign-in with it works.
    Install { output: PathBuf },
    /// Writes the held pair to a file, for whoever gives it to Mondoo by hand.
    Copy(FileCopy),
    /// Takes a certificate of ours from those that the application trusts.
    Distrust { id: KeyId, name: String },
    /// Lets the application trust the integration's tokens.
    Federate {
        name: String,
        /// The credential of that name, which is for other tokens.
        replaced: Option<FederatedCredential>,
        /// None: those of the integration that this plan makes.
        federation: Option<Federation>,
    },
    /// Takes the trust in the integration's tokens back.
    Unfederate { id: String, name: String },
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self {
            Action::Copy(copy) if copy.replaces => Verb::Update,
            Action::Make { .. }
            | Action::Trust { .. }
            | Action::Copy(_)
            | Action::Federate { replaced: None, .. } => Verb::Create,
            Action::Federate { replaced: Some(_), .. } | Action::Install { .. } => Verb::Update,
            Action::Distrust { .. } | Action::Unfederate { .. } => Verb::Delete,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let (what, name) = match self {
            Action::Make { maker, beside, lasts: _ } => {
                ("key and certificate", made(maker, *beside))
            }
            Action::Trust { marker: _, held } => {
                let name = held.as_ref().map_or("the new one".to_owned(), Certificate::summary);
                ("trusted certificate", name)
            }
            Action::Install { output } => ("key and certificate", output.display().to_string()),
            Action::Copy(copy) => ("key and certificate", copy.output.display().to_string()),
            Action::Distrust { id: _, name } => ("trusted certificate", name.clone()),
            Action::Federate { name, .. } | Action::Unfederate { id: _, name } => {
                ("federated credential", name.clone())
            }
        };
        (what.to_owned(), name)
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Action::Make { maker, beside: _, lasts: _ } => {
                let output = Field::set("output", self.line().1);
                std::iter::once(output).chain(how(maker)).collect()
            }
            Action::Trust { marker, held } => {
                let sha256 = held.as_ref().map(|held| Field::set("sha256", held.sha256.clone()));
                let sha256 = sha256.unwrap_or_else(|| Field::after_apply("sha256"));
                vec![Field::set("displayName", marker.clone()), sha256]
            }
            Action::Install { output } => {
                let from = super::staged(output).display().to_string();
                vec![Field::changed("content", "the old one".to_owned(), from)]
            }
            Action::Copy(copy) => vec![copy.field()],
            Action::Distrust { id, name } => vec![
                Field::unset("displayName", name.clone()),
                Field::unset("keyId", id.to_string()),
            ],
            Action::Federate { name: _, replaced, federation } => {
                federated(replaced.as_ref(), federation.as_ref())
            }
            Action::Unfederate { id, name: _ } => vec![Field::unset("id", id.clone())],
        }
    }

    pub(crate) fn object(&self) -> Object {
        match self {
            Action::Make { .. } | Action::Install { .. } | Action::Copy(_) => {
                Object::CertificateFile
            }
            Action::Trust { .. } | Action::Distrust { .. } => Object::Application,
            Action::Federate { .. } | Action::Unfederate { .. } => Object::FederatedCredential,
        }
    }

    pub(crate) fn uses(&self) -> &'static [Product] {
        match self {
            Action::Make { .. } => &[],
            Action::Copy(_) => &[Product::Certificate],
            Action::Trust { .. } | Action::Install { .. } => {
                &[Product::Application, Product::Certificate]
            }
            Action::Distrust { .. } | Action::Unfederate { .. } => &[Product::Application],
            Action::Federate { .. } => &[Product::Application, Product::Integration],
        }
    }

    pub(crate) fn makes(&self) -> Option<Product> {
        match self {
            Action::Make { .. } => Some(Product::Certificate),
            Action::Trust { .. }
            | Action::Install { .. }
            | Action::Copy(_)
            | Action::Distrust { .. }
            | Action::Federate { .. }
            | Action::Unfederate { .. } => None,
        }
    }
}

/// What is made: a file, or what a program prints.
fn made(maker: &Maker, beside: bool) -> String {
    match (maker, maker.output()) {
        (_, Some(output)) if beside => super::staged(output).display().to_string(),
        (_, Some(output)) => output.display().to_string(),
        (Maker::Command(command), None) => format!("of {}", command.program),
        (Maker::Generate(new), None) => new.subject.clone(),
    }
}

/// How a pair is made, as fields.
fn how(maker: &Maker) -> Vec<Field> {
    match maker {
        Maker::Generate(Generate { output: _, subject, key_bits, validity_days }) => vec![
            Field::set("subject", subject.clone()),
            Field::set("key", format!("RSA {key_bits}")),
            Field::set("validity", format!("{validity_days} days")),
        ],
        Maker::Command(Command { program, arguments, output: _ }) => {
            let words = std::iter::once(program).chain(arguments);
            let words: Vec<_> = words.map(String::as_str).collect();
            vec![Field::set("run", words.join(" "))]
        }
    }
}

fn federated(before: Option<&FederatedCredential>, after: Option<&Federation>) -> Vec<Field> {
    let field = |name, before: Option<&String>, after: Option<&String>| Field {
        name,
        before: before.map_or(Value::Absent, |text| Value::Text(text.clone())),
        after: after.map_or(Value::AfterApply, |text| Value::Text(text.clone())),
    };
    vec![
        field("issuer", before.map(|before| &before.issuer), after.map(|after| &after.issuer)),
        field("subject", before.map(|before| &before.subject), after.map(|after| &after.subject)),
    ]
}

impl FileCopy {
    fn field(&self) -> Field {
        if self.replaces {
            let (before, after) = ("another one".to_owned(), "that of the source".to_owned());
            Field::changed("content", before, after)
        } else {
            Field::set("output", self.output.display().to_string())
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
