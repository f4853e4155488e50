//! What there is of an installation, whose it is, and how long it lasts.

use serde::Serialize;
use spec::{AppId, InstallationName, KeyId, ObjectId, PrincipalId, TenantId};
use time::OffsetDateTime;

use crate::drift::is_whole;
use crate::steps::a_application::{self, ADOPTED_TAG, Standing};
use crate::{Desired, Observed, Plan, Step};

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub tenant: TenantId,
    pub tenant_name: Option<String>,
    pub installation: InstallationName,
    /// Nothing where there is none, or where somebody else takes care of it.
    pub application: Option<Application>,
    pub service_principal: Option<ServicePrincipal>,
    pub steps: Vec<StepStatus>,
    pub certificates: Vec<Certificate>,
    /// Whoever may change the application.
    pub owners: Vec<Owner>,
    /// What else than certificates could sign in as it, each as it is named. None of it is ours.
    pub foreign_credentials: Vec<String>,
    /// Nothing where it is not managed, or is not there.
    pub integration: Option<Integration>,
    pub is_whole: bool,
}

/// Mondoo's side.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Integration {
    pub mrn: String,
    pub name: String,
    /// Of the certificate that it was given, where that is recorded.
    pub certificate_sha256: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_scan: Option<OffsetDateTime>,
    /// What the last scan complained of.
    pub errors: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub object_id: String,
    pub client_id: AppId,
    pub name: String,
    pub standing: Condition,
    /// Made by somebody else and taken over.
    pub is_adopted: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    pub object_id: PrincipalId,
    pub standing: Condition,
}

/// Whether something is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    Live,
    Disabled,
    /// Restorable for 30 days.
    Deleted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepStatus {
    pub step: Step,
    pub title: &'static str,
    /// Objects that are as the spec wants them.
    pub managed: usize,
    /// Changes that a plan has.
    pub pending: usize,
}

/// One that the application trusts.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    pub key_id: KeyId,
    /// SHA-1 in hexadecimal, as the portal shows it, where Entra ID has one.
    pub thumbprint: Option<String>,
    pub name: String,
    pub is_ours: bool,
    /// The one that the spec's source holds now.
    pub is_current: bool,
    #[serde(with = "time::serde::rfc3339")]
    pub expires: OffsetDateTime,
    /// Less than nothing once it has ended.
    pub days_left: i64,
    /// Ends sooner than the spec's `renewBefore`.
    pub is_expiring: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    pub object_id: ObjectId,
    pub name: String,
    /// Named by the spec, or the operator who looks.
    pub is_known: bool,
}

impl Status {
    pub fn new(plan: &Plan, desired: &Desired, observed: &Observed) -> Status {
        let tenant = &observed.directory.tenant;
        let given = desired.application.given.is_some();
        let is_managed = |step: &Step| match step {
            Step::G => desired.integration.is_some(),
            step => !given || step.is_in_azure(),
        };
        let steps = Step::ALL.into_iter().filter(is_managed);
        let a_application::Observed { application, principal, .. } = &observed.application;
        Status {
            tenant: tenant.id,
            tenant_name: tenant.name.clone(),
            installation: desired.installation.clone(),
            application: application.as_ref().map(Application::new),
            service_principal: principal.as_ref().map(|live| ServicePrincipal {
                object_id: live.id,
                standing: Condition::of(live.standing),
            }),
            steps: steps.map(|step| StepStatus::new(step, plan)).collect(),
            certificates: certificates(desired, observed),
            owners: owners(desired, observed),
            foreign_credentials: a_application::others(desired, observed).collect(),
            integration: integration(desired, observed),
            is_whole: is_whole(plan),
        }
    }
}

fn integration(desired: &Desired, observed: &Observed) -> Option<Integration> {
    let live = observed.integration.as_ref()?.ours(desired, observed)?;
    Some(Integration {
        mrn: live.mrn.to_string(),
        name: live.name.clone(),
        certificate_sha256: live.certificate().map(str::to_owned),
        last_scan: live.scan.finished,
        errors: live.scan.errors.clone(),
    })
}

impl Application {
    fn new(live: &a_application::Application) -> Application {
        Application {
            object_id: live.id.to_string(),
            client_id: live.app_id,
            name: live.display_name.clone(),
            standing: Condition::of(live.standing),
            is_adopted: live.tags.contains(ADOPTED_TAG),
        }
    }
}

impl Condition {
    fn of(standing: Standing) -> Condition {
        match standing {
            Standing::Live => Condition::Live,
            Standing::Disabled => Condition::Disabled,
            Standing::Deleted => Condition::Deleted,
        }
    }
}

impl StepStatus {
    fn new(step: Step, plan: &Plan) -> StepStatus {
        let pending = plan.actions().filter(|action| action.step() == step).count();
        StepStatus { step, title: step.title(), managed: plan.unchanged_in(step), pending }
    }
}

fn certificates(desired: &Desired, observed: &Observed) -> Vec<Certificate> {
    let now = observed.now;
    let warn_from = now + desired.certificate.renew_before;
    let certificate = |live: &crate::steps::f_certificate::KeyCredential| Certificate {
        key_id: live.id,
        thumbprint: Some(live.thumbprint.clone()).filter(|text| is_sha1(text)),
        name: live.display_name.clone(),
        is_ours: live.is_marked(&desired.certificate.marker),
        is_current: desired.certificate.source.is_held_as(live),
        expires: live.end,
        days_left: (live.end - now).whole_days(),
        is_expiring: live.end < warn_from,
    };
    observed.certificate.trusted.iter().map(certificate).collect()
}

/// Whoever adds a certificate may have given it anything for a thumbprint.
fn is_sha1(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn owners(desired: &Desired, observed: &Observed) -> Vec<Owner> {
    let foreign = a_application::foreign_owners(desired, &observed.application);
    let owners = observed.application.owners.iter();
    let owner = |(id, name): (&ObjectId, &String)| Owner {
        object_id: *id,
        name: name.clone(),
        is_known: foreign.iter().all(|(foreign, _)| foreign != id),
    };
    owners.map(owner).collect()
}
