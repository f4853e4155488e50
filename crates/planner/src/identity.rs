//! How our objects are recognised without a state file: markers, and ids that we choose.

use std::fmt;

use spec::{
    InstallationName, KeyId, ManagementGroupId, PrincipalId, RoleAssignmentId, RoleDefinitionId,
    ScopeId, TenantId,
};

/// `mondoo-azure:<name>`: what objects of one installation carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker(String);

impl Marker {
    pub fn new(installation: &InstallationName) -> Marker {
        Marker(installation.marker())
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A description that ends in the marker, as role definitions and assignments carry it.
pub fn marked_description(text: &str, marker: &Marker) -> String {
    format!("{text} [{marker}]")
}

pub fn is_marked(description: &str, marker: &Marker) -> bool {
    description.trim_end().ends_with(&format!("[{marker}]"))
}

/// Whether a description carries the marker of some installation, ours or another.
pub(crate) fn is_of_an_installation(description: &str) -> bool {
    let description = description.trim_end();
    description.ends_with(']') && description.contains("[mondoo-azure:")
}

/// The custom role's id: one for all subscriptions, or one for each management group.
pub fn custom_role_id(
    tenant: TenantId,
    installation: &InstallationName,
    role_name: &str,
    group: Option<&ManagementGroupId>,
) -> RoleDefinitionId {
    let variant = group.map_or("subscriptions", ManagementGroupId::as_str);
    RoleDefinitionId::derived(&[&tenant.to_string(), installation.as_str(), role_name, variant])
}

/// The assignment's name. Azure recommends one that follows from what is assigned, so that a
/// repeated request is no second assignment.
pub fn role_assignment_id(
    scope: &ScopeId,
    principal: PrincipalId,
    role: RoleDefinitionId,
) -> RoleAssignmentId {
    RoleAssignmentId::derived(&[&scope.to_string(), &principal.to_string(), &role.to_string()])
}

/// The key credential's id, from the SHA-256 of the certificate's DER in hexadecimal.
pub fn key_id(sha256: &str) -> KeyId {
    KeyId::derived(&[sha256])
}
