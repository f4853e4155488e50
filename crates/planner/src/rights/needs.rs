//! The rights that each change needs.

use super::{AzureRight, EntraRight, Place, Right};
use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, f_certificate,
};
use crate::{Action, Observed};

pub(super) fn needs(action: &Action, observed: &Observed) -> Vec<Right> {
    let at = |right, path: &str| {
        let name = observed.directory.describe_path(path);
        Right::Azure(right, Place { path: path.to_owned(), name })
    };
    match action {
        Action::Application(action) => vec![Right::Entra(of_application(action))],
        Action::GraphPermission(action) => of_consent(action),
        Action::RoleAssignment(c_role_assignments::Action::Assign(assignment))
        | Action::CustomRole(d_custom_role::Action::Assign(assignment)) => {
            vec![at(AzureRight::AssignRole, &assignment.scope.to_string())]
        }
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
        | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => {
            vec![at(AzureRight::UnassignRole, removal.scope())]
        }
        Action::CustomRole(
            d_custom_role::Action::Define { definition, .. }
            | d_custom_role::Action::Delete { definition, .. },
        ) => {
            let scopes = definition.assignable_scopes.iter();
            scopes.map(|scope| at(AzureRight::DefineRole, scope)).collect()
        }
        Action::CustomRole(d_custom_role::Action::Redefine { before, after, .. }) => {
            let scopes = before.assignable_scopes.iter().chain(&after.assignable_scopes);
            scopes.map(|scope| at(AzureRight::DefineRole, scope)).collect()
        }
        Action::KeyVaultAccess(action) => vec![vault_right(&action.vault)],
        Action::Certificate(
            f_certificate::Action::Make { .. }
            | f_certificate::Action::Install { .. }
            | f_certificate::Action::Copy(_),
        ) => Vec::new(),
        Action::Certificate(
            f_certificate::Action::Trust { .. }
            | f_certificate::Action::Distrust { .. }
            | f_certificate::Action::Federate { .. }
            | f_certificate::Action::Unfederate { .. },
        ) => vec![Right::Entra(EntraRight::WriteApplication)],
        Action::Integration(_) => vec![Right::Mondoo],
    }
}

fn vault_right(vault: &spec::VaultId) -> Right {
    let place = Place { path: vault.to_string(), name: format!("vault {}", vault.name()) };
    Right::Azure(AzureRight::WriteAccessPolicy, place)
}

fn of_application(action: &a_application::Action) -> EntraRight {
    match action {
        a_application::Action::CreateApplication(_) => EntraRight::CreateApplications,
        a_application::Action::RestoreApplication { .. }
        | a_application::Action::PurgeApplication { .. }
        | a_application::Action::RestorePrincipal { .. } => EntraRight::HandleDeleted,
        a_application::Action::UpdateApplication(_)
        | a_application::Action::DeleteApplication { .. }
        | a_application::Action::ReleaseApplication { .. } => EntraRight::WriteApplication,
        a_application::Action::CreatePrincipal { .. } => EntraRight::CreatePrincipal,
        a_application::Action::TagPrincipal { .. } => EntraRight::WritePrincipal,
        a_application::Action::AddOwner { .. } => EntraRight::AddOwners,
    }
}

fn of_consent(action: &b_graph_permissions::Action) -> Vec<Right> {
    match action {
        b_graph_permissions::Action::Consent(consent) => {
            let request = (!consent.requested).then_some(EntraRight::WriteApplication);
            let grant = (!consent.granted).then_some(EntraRight::Consent);
            request.into_iter().chain(grant).map(Right::Entra).collect()
        }
        b_graph_permissions::Action::Revoke { .. } => vec![Right::Entra(EntraRight::Revoke)],
    }
}
