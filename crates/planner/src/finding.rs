//! What a reader of the plan should know besides the changes.

use std::fmt;

use spec::{ScopeId, VaultId};

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
    ApplicationNotOurs,
    CertificateElsewhere,
    CertificateExpires,
    ConditionedAssignment,
    GrantsAppSettings,
    GrantsCodeExecution,
    GrantsSecretValues,
    GrantsWrites,
    PermissionNotOffered,
    PermissionRetired,
    RoleNameTaken,
    RootGroup,
    SubscriptionDisabled,
    SubscriptionOfAnotherTenant,
    SubscriptionRenamed,
    Unreadable,
    VaultOfAnotherTenant,
}

impl FindingCode {
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::ApplicationNotOurs => "application-not-ours",
            FindingCode::CertificateElsewhere => "certificate-elsewhere",
            FindingCode::CertificateExpires => "certificate-expires",
            FindingCode::ConditionedAssignment => "conditioned-assignment",
            FindingCode::GrantsAppSettings => "grants-app-settings",
            FindingCode::GrantsCodeExecution => "grants-code-execution",
            FindingCode::GrantsSecretValues => "grants-secret-values",
            FindingCode::GrantsWrites => "grants-writes",
            FindingCode::PermissionNotOffered => "permission-not-offered",
            FindingCode::PermissionRetired => "permission-retired",
            FindingCode::RoleNameTaken => "role-name-taken",
            FindingCode::RootGroup => "root-group",
            FindingCode::SubscriptionOfAnotherTenant => "subscription-of-another-tenant",
            FindingCode::SubscriptionDisabled => "subscription-disabled",
            FindingCode::SubscriptionRenamed => "subscription-renamed",
            FindingCode::Unreadable => "unreadable",
            FindingCode::VaultOfAnotherTenant => "vault-of-another-tenant",
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
