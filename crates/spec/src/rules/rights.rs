//! The rights: the profile's, as the spec changes them.

use super::lists::{Names, Patch, names};
use super::problems::Problems;
use super::{custom_role, vault_permissions};
use crate::document::{self, Document, ProfileName};
use crate::rights::caution;
use crate::texts::{GraphPermission, RoleName};
use crate::{BuiltInRole, Line, Profile, Rights, RoleDefinitionId};

pub(super) fn read(document: &Document, problems: &mut Problems<'_>) -> Rights {
    let Profile { graph_permissions, built_in_roles, custom_role, vault_permissions } =
        profile(document);
    let roles = document.roles.as_ref();
    let built_in = roles.and_then(|roles| roles.built_in.as_ref());
    let (at_subscriptions, at_management_groups) =
        custom_role::permissions(document, custom_role, problems);
    let wanted = document.key_vaults.as_ref().and_then(|vaults| vaults.permissions.as_ref());
    Rights {
        graph_permissions: document.graph_permissions.as_ref().map_or_else(
            || graph_permissions.clone(),
            |patch| patched_permissions(patch, graph_permissions, problems),
        ),
        built_in_roles: built_in.map_or_else(
            || built_in_roles.clone(),
            |patch| patched_roles(patch, built_in_roles, problems),
        ),
        role_description: custom_role.description.clone(),
        at_subscriptions,
        at_management_groups,
        vault_permissions: wanted.map_or_else(
            || vault_permissions.clone(),
            |wanted| vault_permissions::read(wanted, vault_permissions, problems),
        ),
    }
}

/// The profile that the spec starts from.
pub(super) fn profile(document: &Document) -> &'static Profile {
    match document.profile {
        None | Some(ProfileName::Documented) => Profile::documented(),
        Some(ProfileName::LeastPrivilege) => Profile::least_privilege(),
    }
}

fn patched_permissions(
    written: &document::Patch<GraphPermission>,
    lines: &[Line],
    problems: &mut Problems<'_>,
) -> Vec<Line> {
    let document::Patch { add, remove } = written;
    let patch = Patch {
        add: Names::new("/graphPermissions/add", add.iter().flatten().map(|name| &name.0)),
        remove: Names::new("/graphPermissions/remove", remove.iter().flatten().map(|name| &name.0)),
    };
    let there = names(lines);
    patch.check(&there, &there, problems);
    patch.apply(lines, |name| caution(name, |profile| &profile.graph_permissions))
}

fn patched_roles(
    written: &document::Patch<RoleName>,
    roles: &[BuiltInRole],
    problems: &mut Problems<'_>,
) -> Vec<BuiltInRole> {
    let document::Patch { add, remove } = written;
    let add: Vec<_> = add.iter().flatten().map(|role| known_by_name(&role.0, roles)).collect();
    let remove: Vec<_> =
        remove.iter().flatten().map(|role| known_by_name(&role.0, roles)).collect();
    let patch = Patch {
        add: Names::new("/roles/builtIn/add", add.iter()),
        remove: Names::new("/roles/builtIn/remove", remove.iter()),
    };
    let there: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
    patch.check(&there, &there, problems);
    let kept = roles.iter().filter(|role| !patch.remove.has(&role.name)).cloned();
    kept.chain(add.iter().map(|role| BuiltInRole::added(role))).collect()
}

/// A GUID of one of `roles` as that role's name, anything else as it is.
fn known_by_name(written: &str, roles: &[BuiltInRole]) -> String {
    let id: Option<RoleDefinitionId> = written.parse().ok();
    let known = id.and_then(|id| roles.iter().find(|role| role.id == Some(id)));
    known.map_or_else(|| written.to_owned(), |role| role.name.clone())
}
