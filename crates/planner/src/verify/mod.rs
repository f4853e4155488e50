//! Whether a finished set-up works: what the application itself can do, with its own certificate.
//!
//! Pure, like planning. [`Questions`] says what is to be asked for a spec, somebody else asks, and
//! [`judge`] makes a verdict of each answer. A cause is named once: what fails only because
//! something else is missing is not called missing again.

mod actions;
mod answers;
mod azure;
mod entra;
mod integration;
mod outstanding;
mod questions;
mod vaults;

pub use answers::{
    Answer, Answers, ApplicationAnswers, AzureAnswers, Contents, EntraAnswers, Failure,
    PlaceAnswers, SignIn, SignInFailure, SignIns, SpaceAnswer, VaultAnswers, WebAppAnswers,
};
pub use outstanding::Outstanding;
pub use questions::{GraphQuestion, Questions, custom_role, probes_vault};

use serde::Serialize;

use crate::{Desired, Step};

/// One thing that has to work, and whether it does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Probe {
    pub step: Step,
    pub name: String,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What somebody should know although nothing is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
    Proven,
    /// It does not work, and waiting will not help.
    Missing {
        what: String,
        mend: String,
    },
    /// It is granted, and has no effect yet: Azure replicates.
    NotYet {
        what: String,
    },
    /// The tenant has not paid for what the permission is about.
    NoLicence {
        what: String,
    },
    /// A firewall stands in front of it; what is behind it cannot be known from here.
    NetworkBlocked {
        what: String,
    },
    /// There is nothing to prove.
    NotApplicable {
        why: String,
    },
    /// It could not be found out.
    Unreadable {
        why: String,
    },
}

impl Verdict {
    /// Whether waiting may help.
    pub fn is_pending(&self) -> bool {
        matches!(self, Verdict::NotYet { .. })
    }

    /// Whether the set-up does not work: firewalls and licences are not the set-up's.
    pub fn is_wrong(&self) -> bool {
        matches!(self, Verdict::Missing { .. } | Verdict::NotYet { .. })
    }

    fn missing(what: impl Into<String>, mend: impl Into<String>) -> Verdict {
        Verdict::Missing { what: what.into(), mend: mend.into() }
    }

    fn not_applicable(why: impl Into<String>) -> Verdict {
        Verdict::NotApplicable { why: why.into() }
    }
}

impl Probe {
    fn new(step: Step, name: impl Into<String>, verdict: Verdict) -> Probe {
        Probe { step, name: name.into(), verdict, note: None }
    }

    fn noting(self, note: Option<String>) -> Probe {
        Probe { note, ..self }
    }
}

const APPLY: &str = "run mondoo-azure apply";

/// The verdicts, in the order of the manual's steps.
pub fn judge(desired: &Desired, answers: &Answers) -> Vec<Probe> {
    let mut probes = match &answers.application {
        Some(application) => of_application(desired, application, answers),
        None => integration::keyless(answers.outstanding.as_ref()),
    };
    probes.extend(integration::judge(desired, answers));
    probes
}

fn of_application(
    desired: &Desired,
    application: &ApplicationAnswers,
    answers: &Answers,
) -> Vec<Probe> {
    let seen = answers.outstanding.as_ref();
    let mut probes = entra::sign_in(application, seen);
    if let Some(entra) = &application.entra {
        probes.extend(entra::permissions(desired, entra, seen));
    }
    if let Some(azure) = &application.azure {
        probes.extend(azure::roles(desired, azure, seen));
        probes.extend(azure::custom_role(desired, azure, seen));
        probes.extend(vaults::judge(desired, azure, seen));
    }
    probes.push(entra::certificate(desired, application, seen, answers.now));
    probes
}
