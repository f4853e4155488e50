//! The app registration, and what is left of the spec without any right in Microsoft Graph.

use super::lists::Names;
use super::problems::Problems;
use crate::document::{self, Document};
use crate::texts::Owner;
use crate::{Application, OwnerRef};

pub(super) fn read(document: &Document, problems: &mut Problems<'_>) -> Application {
    let none = document::Application::default();
    let written = document.application.as_ref().unwrap_or(&none);
    let document::Application {
        display_name,
        owners,
        notes,
        service_management_reference,
        principal_id,
    } = written;
    if principal_id.is_some() {
        let given = [
            ("/application/displayName", display_name.is_some()),
            ("/application/owners", owners.is_some()),
            ("/application/notes", notes.is_some()),
            ("/application/serviceManagementReference", service_management_reference.is_some()),
            ("/graphPermissions", document.graph_permissions.is_some()),
        ];
        given.iter().filter(|(_, given)| *given).for_each(|(key, _)| not_ours(key, problems));
    }
    let owners = owners.as_deref().unwrap_or_default();
    Names::new("/application/owners", owners.iter().map(|owner| &owner.0)).each_once(problems);
    Application {
        display_name: display_name.clone().unwrap_or_else(|| document.name.to_string()),
        owners: owners.iter().map(owner).collect(),
        notes: notes.as_ref().map(|notes| notes.0.clone()),
        service_management_reference: service_management_reference.as_ref().map(|r| r.0.clone()),
        principal_id: *principal_id,
    }
}

fn not_ours(pointer: &str, problems: &mut Problems<'_>) {
    let key = pointer.trim_start_matches('/').replace('/', ".");
    let message = format!("`{key}` does nothing beside `application.principalId`");
    let hint = "leave one of the two out: with `principalId` nothing in Microsoft Graph is managed";
    problems.at_key(pointer, message, hint);
}

fn owner(written: &Owner) -> OwnerRef {
    let name = |_| OwnerRef::UserPrincipalName(written.0.clone());
    written.0.parse().map_or_else(name, OwnerRef::Id)
}
