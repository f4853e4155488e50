//! The custom role: one variant for subscriptions, one for management groups.

use super::lists::{Names, Patch, names};
use super::problems::Problems;
use super::rights::profile;
use super::scopes::Places;
use crate::document::{self, AssignableScopes, Document};
use crate::rights::caution;
use crate::texts::RoleAction;
use crate::{Caution, CustomRole, CustomRolePermissions, Line, RoleVariants, profile::scan_vms};

pub(super) fn read(document: &Document) -> CustomRole {
    let written = document.roles.as_ref().and_then(|roles| roles.custom.as_ref());
    let name = written.and_then(|written| written.name.as_ref());
    let defined_at = written.and_then(|written| match &written.assignable_scopes {
        None | Some(AssignableScopes::Scopes) => None,
        Some(AssignableScopes::ManagementGroup(group)) => Some(group.clone()),
    });
    let ours = || profile(document).custom_role.name.clone();
    CustomRole { name: name.map_or_else(ours, |name| name.0.clone()), defined_at }
}

/// What the role permits at subscriptions and at management groups.
pub(super) fn permissions(
    document: &Document,
    role: &RoleVariants,
    problems: &mut Problems<'_>,
) -> (CustomRolePermissions, CustomRolePermissions) {
    let scans = document.scan_vms.unwrap_or(false);
    let base = [&role.subscription, &role.management_group].map(|variant| CustomRolePermissions {
        actions: with_scans(&variant.actions, scans),
        data_actions: variant.data_actions.clone(),
    });
    let none = document::CustomRole::default();
    let written = document.roles.as_ref().and_then(|roles| roles.custom.as_ref()).unwrap_or(&none);
    let Patches { actions, data_actions } = Patches::new(written);
    let [subscriptions, groups] = base;
    check(&actions, &subscriptions.actions, &groups.actions, problems);
    let data = names(&subscriptions.data_actions);
    data_actions.check(&data, &data, problems);
    let subscriptions = CustomRolePermissions {
        actions: actions.apply(&subscriptions.actions, action_caution),
        data_actions: data_actions.apply(&subscriptions.data_actions, |_| None),
    };
    let groups = CustomRolePermissions {
        actions: actions.apply(&groups.actions, action_caution),
        data_actions: data_actions.without_removed(&groups.data_actions),
    };
    check_places(document, &subscriptions, &groups, problems);
    (subscriptions, groups)
}

struct Patches<'a> {
    actions: Patch<'a>,
    data_actions: Patch<'a>,
}

impl Patches<'_> {
    fn new(written: &document::CustomRole) -> Patches<'_> {
        let document::CustomRole {
            name: _,
            add_actions,
            remove_actions,
            add_data_actions,
            remove_data_actions,
            assignable_scopes: _,
        } = written;
        Patches {
            actions: Patch {
                add: actions("/roles/custom/addActions", add_actions),
                remove: actions("/roles/custom/removeActions", remove_actions),
            },
            data_actions: Patch {
                add: actions("/roles/custom/addDataActions", add_data_actions),
                remove: actions("/roles/custom/removeDataActions", remove_data_actions),
            },
        }
    }
}

fn actions<'a>(pointer: &'static str, written: &'a [RoleAction]) -> Names<'a> {
    Names::new(pointer, written.iter().map(|action| &action.0))
}

/// `actions` with what scans inside virtual machines take.
fn with_scans(actions: &[Line], scans: bool) -> Vec<Line> {
    let lacking = |line: &&Line| scans && !actions.iter().any(|known| known.is(&line.name));
    actions.iter().chain(scan_vms().iter().filter(lacking)).cloned().collect()
}

/// An action changes something as long as one of the variants lacks or has it.
fn check(patch: &Patch<'_>, one: &[Line], other: &[Line], problems: &mut Problems<'_>) {
    let (in_one, in_other) = (names(one), names(other));
    let lacks = |line: &&str| !one.iter().any(|known| known.is(line));
    let in_both: Vec<_> = in_other.iter().filter(|line| !lacks(line)).copied().collect();
    let in_any: Vec<_> = in_one.into_iter().chain(in_other.into_iter().filter(lacks)).collect();
    patch.check(&in_both, &in_any, problems);
}

fn action_caution(name: &str) -> Option<Caution> {
    let scan = scan_vms().iter().find(|line| line.is(name)).and_then(|line| line.caution);
    scan.or_else(|| caution(name, |profile| &profile.custom_role.subscription.actions))
}

/// What is left must fit where the role is assigned.
fn check_places(
    document: &Document,
    subscriptions: &CustomRolePermissions,
    groups: &CustomRolePermissions,
    problems: &mut Problems<'_>,
) {
    let places = Places::of(&document.scopes);
    if !places.subscriptions && subscriptions.data_actions.iter().any(|line| line.added) {
        let message = "no scope can use these: Azure refuses data actions at management groups";
        let hint = "leave them out, or list a subscription in `scopes`";
        problems.at_key("/roles/custom/addDataActions", message, hint);
    }
    let nothing = |permissions: &CustomRolePermissions| {
        let CustomRolePermissions { actions, data_actions } = permissions;
        actions.is_empty() && data_actions.is_empty()
    };
    let used = [
        (places.subscriptions, subscriptions, "subscriptions"),
        (places.management_groups, groups, "management groups"),
    ];
    for (_, _, place) in used.iter().filter(|(used, left, _)| *used && nothing(left)) {
        let message = format!("this leaves nothing of the custom role at {place}");
        problems.at_key("/roles/custom/removeActions", message, "keep at least one action");
    }
}
