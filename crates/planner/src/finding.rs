//! What a reader of the plan should know besides the changes.

use std::fmt;

use spec::{RoleDefinitionId, ScopeId, VaultId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Note,
    Warning,
    /// Nothing is written; or, of a finding with a subject, nothing is written there.
    Blocks,
}

/// Names a kind of finding. The text is stable: scripts and documents refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingCode {
    ApplicationInOtherHands,
    CertificateElsewhere,
    CertificateExpires,
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
    LookAlike,
    NameHeld,
    NotLookedAt,
    OwnerUnknown,
    PermissionNotOffered,
    PermissionRetired,
    PrincipalGiven,
    PrivilegedRight,
    RoleInUse,
    RoleNameTaken,
    RoleUnknown,
    RootGroup,
    ScopeUnknown,
    SubscriptionByName,
    SubscriptionDisabled,
    SubscriptionOfAnotherTenant,
    SubscriptionRenamed,
    TenantRoot,
    Unreadable,
    VaultFull,
    VaultOfAnotherTenant,
    VaultUnknown,
}

impl FindingCode {
    /// Each code once, for documents that list them.
    pub const ALL: [FindingCode; 35] = [
        FindingCode::ApplicationInOtherHands,
        FindingCode::CertificateElsewhere,
        FindingCode::CertificateExpires,
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
        FindingCode::LookAlike,
        FindingCode::NameHeld,
        FindingCode::NotLookedAt,
        FindingCode::OwnerUnknown,
        FindingCode::PermissionNotOffered,
        FindingCode::PermissionRetired,
        FindingCode::PrincipalGiven,
        FindingCode::PrivilegedRight,
        FindingCode::RoleInUse,
        FindingCode::RoleNameTaken,
        FindingCode::RoleUnknown,
        FindingCode::RootGroup,
        FindingCode::ScopeUnknown,
        FindingCode::SubscriptionByName,
        FindingCode::SubscriptionDisabled,
        FindingCode::SubscriptionOfAnotherTenant,
        FindingCode::SubscriptionRenamed,
        FindingCode::TenantRoot,
        FindingCode::Unreadable,
        FindingCode::VaultFull,
        FindingCode::VaultOfAnotherTenant,
        FindingCode::VaultUnknown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::ApplicationInOtherHands => "application-in-other-hands",
            FindingCode::CertificateElsewhere => "certificate-elsewhere",
            FindingCode::CertificateExpires => "certificate-expires",
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
            FindingCode::LookAlike => "look-alike",
            FindingCode::NameHeld => "name-held",
            FindingCode::NotLookedAt => "not-looked-at",
            FindingCode::OwnerUnknown => "owner-unknown",
            FindingCode::PermissionNotOffered => "permission-not-offered",
            FindingCode::PermissionRetired => "permission-retired",
            FindingCode::PrincipalGiven => "principal-given",
            FindingCode::PrivilegedRight => "privileged-right",
            FindingCode::RoleInUse => "role-in-use",
            FindingCode::RoleNameTaken => "role-name-taken",
            FindingCode::RoleUnknown => "role-unknown",
            FindingCode::RootGroup => "root-group",
            FindingCode::ScopeUnknown => "scope-unknown",
            FindingCode::SubscriptionByName => "subscription-by-name",
            FindingCode::SubscriptionDisabled => "subscription-disabled",
            FindingCode::SubscriptionOfAnotherTenant => "subscription-of-another-tenant",
            FindingCode::SubscriptionRenamed => "subscription-renamed",
            FindingCode::TenantRoot => "tenant-root",
            FindingCode::Unreadable => "unreadable",
            FindingCode::VaultFull => "vault-full",
            FindingCode::VaultOfAnotherTenant => "vault-of-another-tenant",
            FindingCode::VaultUnknown => "vault-unknown",
        }
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
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub code: FindingCode,
    pub severity: Severity,
    /// Nothing where the finding is about the installation as a whole.
    pub subject: Option<Subject>,
    /// One sentence, with what to do where something can be done.
    pub message: String,
}

impl Finding {
    pub(crate) fn note(code: FindingCode, message: String) -> Finding {
        Finding { code, severity: Severity::Note, subject: None, message }
    }

    pub(crate) fn warning(code: FindingCode, message: String) -> Finding {
        Finding { code, severity: Severity::Warning, subject: None, message }
    }

    pub(crate) fn blocks(code: FindingCode, message: String) -> Finding {
        Finding { code, severity: Severity::Blocks, subject: None, message }
    }

    pub(crate) fn about(self, subject: Subject) -> Finding {
        Finding { subject: Some(subject), ..self }
    }
}
