//! What an operator still has to do: it tells what is missing and what is on its way apart.

use std::collections::BTreeSet;

use spec::{RoleDefinitionId, ScopeId};

use super::Verdict;
use crate::steps::{
    b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access, f_certificate,
};
use crate::{Action, Plan};

/// Grants that an apply would make. What is not among them is there, as the operator sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outstanding {
    pub(super) registration: bool,
    /// In a certificate, or in Mondoo's tokens.
    pub(super) trust: bool,
    consents: BTreeSet<String>,
    assignments: BTreeSet<(ScopeId, RoleDefinitionId)>,
    definitions: BTreeSet<RoleDefinitionId>,
    vaults: BTreeSet<String>,
}

impl Outstanding {
    pub fn of(plan: &Plan) -> Outstanding {
        let mut outstanding = Outstanding::default();
        for (_, change) in plan.changes() {
            outstanding.add(&change.action);
        }
        outstanding
    }

    fn add(&mut self, action: &Action) {
        match action {
            Action::Application(_) => self.registration = true,
            Action::Certificate(
                f_certificate::Action::Trust { .. } | f_certificate::Action::Federate { .. },
            ) => self.trust = true,
            // Permissions that are granted and only not requested have their effect.
            Action::GraphPermission(b_graph_permissions::Action::Consent(consent)) => {
                if !consent.granted {
                    self.consents.insert(consent.permission.clone());
                }
            }
            Action::RoleAssignment(c_role_assignments::Action::Assign(assignment))
            | Action::CustomRole(d_custom_role::Action::Assign(assignment)) => {
                self.assignments.insert((assignment.scope.clone(), assignment.role));
            }
            Action::CustomRole(
                d_custom_role::Action::Define { definition, .. }
                | d_custom_role::Action::Redefine { after: definition, .. },
            ) => {
                self.definitions.insert(definition.id);
            }
            Action::KeyVaultAccess(change) => {
                if let e_key_vault_access::Change::Add(_) = change.change {
                    self.vaults.insert(change.vault.to_string().to_lowercase());
                }
            }
            // Mondoo tells at once what it holds.
            Action::Integration(_)
            // What goes is not missed, and the pair at hand is the one that is tried.
            | Action::Certificate(
                f_certificate::Action::Make { .. }
                | f_certificate::Action::Install { .. }
                | f_certificate::Action::Copy(_)
                | f_certificate::Action::Distrust { .. }
                | f_certificate::Action::Unfederate { .. },
            )
            | Action::GraphPermission(b_graph_permissions::Action::Revoke { .. })
            | Action::RoleAssignment(c_role_assignments::Action::Remove(_))
            | Action::CustomRole(
                d_custom_role::Action::Unassign(_) | d_custom_role::Action::Delete { .. },
            ) => {}
        }
    }

    pub(super) fn has_consent(&self, permission: &str) -> bool {
        self.consents.contains(permission)
    }

    pub(super) fn has_assignment(&self, scope: &ScopeId, role: RoleDefinitionId) -> bool {
        self.assignments.contains(&(scope.clone(), role))
    }

    pub(super) fn has_definition(&self, role: RoleDefinitionId) -> bool {
        self.definitions.contains(&role)
    }

    pub(super) fn has_vault(&self, vault: &spec::VaultId) -> bool {
        self.vaults.contains(&vault.to_string().to_lowercase())
    }
}

/// `verdict`, unless an operator has seen that nothing is left to do about it.
pub(super) fn unless_granted(
    verdict: Verdict,
    seen: Option<&Outstanding>,
    is_outstanding: impl Fn(&Outstanding) -> bool,
) -> Verdict {
    match seen {
        Some(outstanding) if !is_outstanding(outstanding) => {
            Verdict::NotYet { what: "it is granted, and has no effect yet".to_owned() }
        }
        Some(_) | None => verdict,
    }
}
