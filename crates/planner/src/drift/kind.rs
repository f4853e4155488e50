use schemars::JsonSchema;
use serde::Serialize;

use crate::{Finding, FindingCode, Severity, Verb};

/// In which way live state differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The spec wants it, and it is not there.
    Missing,
    /// It is there, and not as the spec wants it.
    Changed,
    /// It is there, and the spec does not want it.
    Extra,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Missing, Kind::Changed, Kind::Extra];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Changed => "changed",
            Kind::Extra => "extra",
        }
    }

    pub(super) fn of_verb(verb: Verb) -> Kind {
        match verb {
            Verb::Create | Verb::Restore => Kind::Missing,
            Verb::Update => Kind::Changed,
            Verb::Delete => Kind::Extra,
        }
    }

    pub(super) fn of_finding(finding: &Finding) -> Option<Kind> {
        if finding.severity == Severity::Note { None } else { Kind::of_code(finding.code) }
    }

    /// How a finding counts that is more than a note; not at all, where there is nothing to mend.
    #[expect(clippy::too_many_lines, reason = "a line for each code")]
    pub fn of_code(code: FindingCode) -> Option<Kind> {
        match code {
            FindingCode::NameHeld
            | FindingCode::OwnerUnknown
            | FindingCode::PolicyUnknown
            | FindingCode::RoleNameTaken
            | FindingCode::RoleUnknown
            | FindingCode::ScannedUnknown
            | FindingCode::ScopeUnknown
            | FindingCode::VaultFull
            | FindingCode::VaultUnknown => Some(Kind::Missing),
            FindingCode::CertificateExpires
            | FindingCode::ConditionedAssignment
            | FindingCode::Disabled
            | FindingCode::NoKeyForIntegration
            | FindingCode::SubscriptionDisabled
            | FindingCode::SubscriptionOfAnotherTenant
            | FindingCode::SubscriptionRenamed => Some(Kind::Changed),
            FindingCode::ApplicationInOtherHands
            | FindingCode::Extra
            | FindingCode::ForeignHand
            | FindingCode::IntegrationTwice
            | FindingCode::RoleInUse => Some(Kind::Extra),
            FindingCode::CertificateElsewhere
            | FindingCode::CertificateKept
            | FindingCode::CertificateNotRecorded
            | FindingCode::CertificateSuperseded
            | FindingCode::CloudNotScanned
            | FindingCode::DeletePostponed
            | FindingCode::GrantsAppSettings
            | FindingCode::GrantsCodeExecution
            | FindingCode::GrantsSecretValues
            | FindingCode::GrantsWrites
            | FindingCode::Kept
            | FindingCode::KeyNotExportable
            | FindingCode::KeylessNotOffered
            | FindingCode::LookAlike
            | FindingCode::NoMondooAccess
            | FindingCode::NotAdoptable
            | FindingCode::NotLookedAt
            | FindingCode::PermissionNotOffered
            | FindingCode::PermissionRetired
            | FindingCode::PrincipalGiven
            | FindingCode::PrivilegedRight
            | FindingCode::RootGroup
            | FindingCode::ScanFailing
            | FindingCode::ScannedNotCovered
            | FindingCode::SelfSigned
            | FindingCode::SubscriptionByName
            | FindingCode::TenantRoot
            | FindingCode::Unreadable
            | FindingCode::VaultOfAnotherTenant
            | FindingCode::Waits => None,
        }
    }
}
