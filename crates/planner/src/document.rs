//! A plan as a file: what is reviewed, shown and compared, and never executed.

mod compare;
mod rights;
mod saved;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::{InstallationName, PrincipalId, SpecDigest, TenantId};
use time::OffsetDateTime;

use crate::steps::e_key_vault_access::{self, Model, Vault};
use crate::{
    Action, Change, Desired, Field, Finding, FindingCode, Object, Observed, Plan, Product,
    Severity, Step, Value, Verb,
};

pub use compare::Stale;
pub use rights::{HeldRight, Service};
pub use saved::Unusable;

/// The version of the format that this binary writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// A plan as data.
///
/// It says neither when, where nor by whom it was made, and holds no secret: two machines that plan
/// the same spec against the same tenant write the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "mondoo-azure plan, format 1")]
pub struct PlanDocument {
    /// Version of this format.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The spec's `name`.
    pub installation: InstallationName,
    pub tenant: TenantId,
    /// SHA-256 of what the spec means.
    pub spec: SpecDigest,
    /// Object id of the service principal that is given all of it; null where the plan makes it.
    pub principal: Option<PrincipalId>,
    /// From then on it is refused. Only where somebody asked for it.
    #[serde(
        default,
        with = "time::serde::rfc3339::option",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Option<String>")]
    pub expires: Option<OffsetDateTime>,
    /// In an order in which they can be applied.
    pub changes: Vec<PlannedChange>,
    pub findings: Vec<PlannedFinding>,
    /// How many objects are as the spec wants them.
    pub unchanged: usize,
    pub vaults: Vaults,
    /// What the application may do once all of it is applied, as far as that could be read.
    pub rights_afterwards: Vec<HeldRight>,
    /// SHA-256 of all of the above: tells an edit by hand, not a forgery.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    digest: String,
}

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedChange {
    pub step: Step,
    pub verb: Verb,
    /// Names the object for programs.
    pub object: String,
    /// What is changed, for people.
    pub what: String,
    /// Which one it is, or where.
    pub target: String,
    /// It grants something that does more than read.
    pub privileged: bool,
    pub fields: Vec<PlannedField>,
    /// Changes that come before this one, by their place in `changes`, from 0 on.
    pub needs: Vec<usize>,
}

/// One property of the object, before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedField {
    pub name: String,
    pub before: Value,
    pub after: Value,
}

/// What a reader should know besides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedFinding {
    pub code: FindingCode,
    pub severity: Severity,
    pub step: Option<Step>,
    /// The one scope, vault or role that it is about; null where it is about the whole.
    pub subject: Option<String>,
    pub message: String,
}

/// The vaults that the spec is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vaults {
    pub total: usize,
    pub to_change: usize,
    /// On RBAC: these need no entry.
    pub rbac: usize,
}

impl PlanDocument {
    pub fn new(
        plan: &Plan,
        desired: &Desired,
        observed: &Observed,
        spec: SpecDigest,
    ) -> PlanDocument {
        let document = PlanDocument {
            format_version: FORMAT_VERSION,
            installation: desired.installation.clone(),
            tenant: observed.directory.tenant.id,
            spec,
            principal: principal(plan, desired, observed),
            expires: None,
            changes: plan.changes().map(|(_, change)| PlannedChange::new(change)).collect(),
            findings: plan.findings().iter().map(PlannedFinding::new).collect(),
            unchanged: plan.unchanged(),
            vaults: Vaults::new(plan, desired, observed),
            rights_afterwards: rights::afterwards(plan, desired, observed),
            digest: String::new(),
        };
        document.sealed()
    }

    /// The same, refused from `at` on.
    #[must_use]
    pub fn expiring(self, at: OffsetDateTime) -> PlanDocument {
        PlanDocument { expires: Some(at), ..self }.sealed()
    }

    /// How many changes do that.
    pub fn count(&self, verb: Verb) -> usize {
        self.changes.iter().filter(|change| change.verb == verb).count()
    }

    /// Findings that keep a scope, a vault or a role out of the plan.
    pub fn blocks_lines(&self) -> bool {
        let is_line = |finding: &PlannedFinding| {
            finding.severity == Severity::Blocks && finding.subject.is_some()
        };
        self.findings.iter().any(is_line)
    }

    /// Whether all was readable that the plan speaks of.
    pub fn is_whole(&self) -> bool {
        self.findings.iter().all(|finding| !finding.code.is_gap())
    }
}

/// A service principal that is made or that comes back under another id is not known yet.
fn principal(plan: &Plan, desired: &Desired, observed: &Observed) -> Option<PrincipalId> {
    let is_made = plan
        .actions()
        .any(|action| action.verb() == Verb::Create && action.makes() == Some(Product::Principal));
    let live = observed.application.principal.as_ref().map(|live| live.id);
    desired.application.given.or(live.filter(|_| !is_made))
}

impl PlannedChange {
    pub fn new(change: &Change) -> PlannedChange {
        let needs = change.needs().iter().map(|need| need.index()).collect();
        PlannedChange { needs, ..PlannedChange::of(&change.action) }
    }

    /// An action by itself, which needs nothing.
    pub fn of(action: &Action) -> PlannedChange {
        let (what, target) = action.line();
        PlannedChange {
            step: action.step(),
            verb: action.verb(),
            object: action.object().to_string(),
            what,
            target,
            privileged: action.is_privileged(),
            fields: action.fields().into_iter().map(PlannedField::new).collect(),
            needs: Vec::new(),
        }
    }
}

impl PlannedField {
    fn new(Field { name, before, after }: Field) -> PlannedField {
        PlannedField { name: name.to_owned(), before, after }
    }
}

impl PlannedFinding {
    pub fn new(finding: &Finding) -> PlannedFinding {
        let Finding { code, severity, step, subject, object: _, message } = finding;
        PlannedFinding {
            code: *code,
            severity: *severity,
            step: *step,
            subject: subject.as_ref().map(ToString::to_string),
            message: message.clone(),
        }
    }
}

impl Vaults {
    fn new(plan: &Plan, desired: &Desired, observed: &Observed) -> Vaults {
        let vaults: Vec<&Vault> = e_key_vault_access::wanted(desired, observed).collect();
        let wanted: HashSet<_> =
            vaults.iter().map(|vault| Object::Vault(vault.id.clone())).collect();
        let changed: HashSet<_> =
            plan.changes().map(|(_, change)| change.action.object()).collect();
        Vaults {
            total: vaults.len(),
            to_change: changed.intersection(&wanted).count(),
            rbac: vaults.iter().filter(|vault| vault.model == Model::Rbac).count(),
        }
    }
}
