//! What a reader of the plan should know besides the changes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::{RoleDefinitionId, ScopeId, VaultId};

use crate::{Object, Step};

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Note,
    Warning,
    /// Nothing is written; or, of a finding with a subject, nothing is written there.
    Blocks,
}

/// Names a kind of finding. The text is stable: scripts and documents refer to it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FindingCode {
    ApplicationInOtherHands,
    CertificateElsewhere,
    CertificateExpires,
    CertificateKept,
    CertificateNotRecorded,
    CertificateSuperseded,
    CloudNotScanned,
    ConditionedAssignment,
    DeletePostponed,
    Disabled,
    Extra,
    ForeignHand,
    GrantsAppSettings,
    GrantsCodeExecution,
    GrantsSecretValues,
    GrantsWrites,
    IntegrationTwice,
    Kept,
    KeyNotExportable,
    KeylessNotOffered,
    LookAlike,
    NameHeld,
    NoKeyForIntegration,
    NoMondooAccess,
    NotAdoptable,
    NotLookedAt,
    OwnerUnknown,
    PermissionNotOffered,
    PermissionRetired,
    PolicyUnknown,
    PrincipalGiven,
    PrivilegedRight,
    RoleInUse,
    RoleNameTaken,
    RoleUnknown,
    RootGroup,
    ScanFailing,
    ScannedNotCovered,
    ScannedUnknown,
    ScopeUnknown,
    SelfSigned,
    SubscriptionByName,
    SubscriptionDisabled,
    SubscriptionOfAnotherTenant,
    SubscriptionRenamed,
    TenantRoot,
    Unreadable,
    VaultFull,
    VaultOfAnotherTenant,
    VaultUnknown,
    Waits,
}

impl FindingCode {
    /// Each code once, for documents that list them.
    pub const ALL: [FindingCode; 51] = [
        FindingCode::ApplicationInOtherHands,
        FindingCode::CertificateElsewhere,
        FindingCode::CertificateExpires,
        FindingCode::CertificateKept,
        FindingCode::CertificateNotRecorded,
        FindingCode::CertificateSuperseded,
        FindingCode::CloudNotScanned,
        FindingCode::ConditionedAssignment,
        FindingCode::DeletePostponed,
        FindingCode::Disabled,
        FindingCode::Extra,
        FindingCode::ForeignHand,
        FindingCode::GrantsAppSettings,
        FindingCode::GrantsCodeExecution,
        FindingCode::GrantsSecretValues,
        FindingCode::GrantsWrites,
        FindingCode::IntegrationTwice,
        FindingCode::Kept,
        FindingCode::KeyNotExportable,
        FindingCode::KeylessNotOffered,
        FindingCode::LookAlike,
        FindingCode::NameHeld,
        FindingCode::NoKeyForIntegration,
        FindingCode::NoMondooAccess,
        FindingCode::NotAdoptable,
        FindingCode::NotLookedAt,
        FindingCode::OwnerUnknown,
        FindingCode::PermissionNotOffered,
        FindingCode::PermissionRetired,
        FindingCode::PolicyUnknown,
        FindingCode::PrincipalGiven,
        FindingCode::PrivilegedRight,
        FindingCode::RoleInUse,
        FindingCode::RoleNameTaken,
        FindingCode::RoleUnknown,
        FindingCode::RootGroup,
        FindingCode::ScanFailing,
        FindingCode::ScannedNotCovered,
        FindingCode::ScannedUnknown,
        FindingCode::ScopeUnknown,
        FindingCode::SelfSigned,
        FindingCode::SubscriptionByName,
        FindingCode::SubscriptionDisabled,
        FindingCode::SubscriptionOfAnotherTenant,
        FindingCode::SubscriptionRenamed,
        FindingCode::TenantRoot,
        FindingCode::Unreadable,
        FindingCode::VaultFull,
        FindingCode::VaultOfAnotherTenant,
        FindingCode::VaultUnknown,
        FindingCode::Waits,
    ];

    #[expect(clippy::too_many_lines, reason = "one line for each code")]
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::ApplicationInOtherHands => "application-in-other-hands",
            FindingCode::CertificateElsewhere => "certificate-elsewhere",
            FindingCode::CertificateExpires => "certificate-expires",
            FindingCode::CertificateKept => "certificate-kept",
            FindingCode::CertificateNotRecorded => "certificate-not-recorded",
            FindingCode::CertificateSuperseded => "certificate-superseded",
            FindingCode::CloudNotScanned => "cloud-not-scanned",
            FindingCode::ConditionedAssignment => "conditioned-assignment",
            FindingCode::DeletePostponed => "delete-postponed",
            FindingCode::Disabled => "disabled",
            FindingCode::Extra => "extra",
            FindingCode::ForeignHand => "foreign-hand",
            FindingCode::GrantsAppSettings => "grants-app-settings",
            FindingCode::GrantsCodeExecution => "grants-code-execution",
            FindingCode::GrantsSecretValues => "grants-secret-values",
            FindingCode::GrantsWrites => "grants-writes",
            FindingCode::IntegrationTwice => "integration-twice",
            FindingCode::Kept => "kept",
            FindingCode::KeyNotExportable => "key-not-exportable",
            FindingCode::KeylessNotOffered => "keyless-not-offered",
            FindingCode::LookAlike => "look-alike",
            FindingCode::NameHeld => "name-held",
            FindingCode::NoKeyForIntegration => "no-key-for-integration",
            FindingCode::NoMondooAccess => "no-mondoo-access",
            FindingCode::NotAdoptable => "not-adoptable",
            FindingCode::NotLookedAt => "not-looked-at",
            FindingCode::OwnerUnknown => "owner-unknown",
            FindingCode::PermissionNotOffered => "permission-not-offered",
            FindingCode::PermissionRetired => "permission-retired",
            FindingCode::PolicyUnknown => "policy-unknown",
            FindingCode::PrincipalGiven => "principal-given",
            FindingCode::PrivilegedRight => "privileged-right",
            FindingCode::RoleInUse => "role-in-use",
            FindingCode::RoleNameTaken => "role-name-taken",
            FindingCode::RoleUnknown => "role-unknown",
            FindingCode::RootGroup => "root-group",
            FindingCode::ScanFailing => "scan-failing",
            FindingCode::ScannedNotCovered => "scanned-not-covered",
            FindingCode::ScannedUnknown => "scanned-unknown",
            FindingCode::ScopeUnknown => "scope-unknown",
            FindingCode::SelfSigned => "self-signed",
            FindingCode::SubscriptionByName => "subscription-by-name",
            FindingCode::SubscriptionDisabled => "subscription-disabled",
            FindingCode::SubscriptionOfAnotherTenant => "subscription-of-another-tenant",
            FindingCode::SubscriptionRenamed => "subscription-renamed",
            FindingCode::TenantRoot => "tenant-root",
            FindingCode::Unreadable => "unreadable",
            FindingCode::VaultFull => "vault-full",
            FindingCode::VaultOfAnotherTenant => "vault-of-another-tenant",
            FindingCode::VaultUnknown => "vault-unknown",
            FindingCode::Waits => "waits",
        }
    }
}

impl FindingCode {
    /// Something that the plan speaks of could not be read.
    pub fn is_gap(self) -> bool {
        matches!(self, FindingCode::Unreadable | FindingCode::DeletePostponed)
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The one line that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Scope(ScopeId),
    Vault(VaultId),
    Role(RoleDefinitionId),
    Integration,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Scope(scope) => scope.fmt(f),
            Subject::Vault(vault) => vault.fmt(f),
            Subject::Role(role) => write!(f, "role definition {role}"),
            Subject::Integration => f.write_str("integration"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: FindingCode,
    pub severity: Severity,
    /// Whose part of the plan it belongs to; nothing where it is about the whole.
    pub step: Option<Step>,
    /// Nothing where the finding is about the installation as a whole.
    pub subject: Option<Subject>,
    /// Whose history tells how it came about.
    pub object: Option<Object>,
    /// One sentence, with what to do where something can be done.
    pub message: String,
}

impl Finding {
    fn new(code: FindingCode, severity: Severity, message: String) -> Finding {
        Finding { code, severity, step: None, subject: None, object: None, message }
    }

    pub(crate) fn note(code: FindingCode, message: String) -> Finding {
        Finding::new(code, Severity::Note, message)
    }

    pub(crate) fn warning(code: FindingCode, message: String) -> Finding {
        Finding::new(code, Severity::Warning, message)
    }

    pub(crate) fn blocks(code: FindingCode, message: String) -> Finding {
        Finding::new(code, Severity::Blocks, message)
    }

    pub(crate) fn of(self, object: Object) -> Finding {
        Finding { object: Some(object), ..self }
    }

    pub(crate) fn about(self, subject: Subject) -> Finding {
        Finding { subject: Some(subject), ..self }
    }
}
