//! A spec that describes what is live, so that a plan for it is empty.
//!
//! What a spec cannot say becomes a remark. Whether the plan really is empty is for the caller to
//! try: by parsing the spec and planning it.

mod custom_role;
mod entra;
mod roles;
mod vaults;

use spec::{Cloud, InstallationName, ManagementGroupId, Rights, ScopeId, SpaceMrn, Spec, TenantId};

use crate::{Desired, Observed};

pub use custom_role::CustomRole;
pub use entra::Application;
pub use vaults::{KeyVaults, Policies, VaultLists};

/// The keys of a spec that have something to say, and what they cannot.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub name: InstallationName,
    pub tenant: TenantId,
    pub tenant_name: Option<String>,
    pub cloud: Cloud,
    pub profile: ProfileName,
    pub scan_vms: bool,
    pub application: Application,
    pub graph_permissions: Patch,
    /// With the reason of each.
    pub allow_privileged: Vec<Item>,
    pub scopes: Vec<Place>,
    pub built_in_roles: Patch,
    pub custom_role: CustomRole,
    pub key_vaults: KeyVaults,
    pub integration: Option<Integration>,
    /// What a spec cannot say of it.
    pub remarks: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileName {
    Documented,
    LeastPrivilege,
}

impl ProfileName {
    pub fn as_str(self) -> &'static str {
        match self {
            ProfileName::Documented => "documented",
            ProfileName::LeastPrivilege => "least-privilege",
        }
    }
}

/// A value, and what is unusual about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub text: String,
    pub comment: Option<String>,
}

impl Item {
    fn plain(text: impl Into<String>) -> Item {
        Item { text: text.into(), comment: None }
    }

    fn with(text: impl Into<String>, comment: impl Into<String>) -> Item {
        Item { text: text.into(), comment: Some(comment.into()) }
    }
}

/// What is live beyond the profile, and what of the profile is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    pub add: Vec<Item>,
    pub remove: Vec<Item>,
}

impl Patch {
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    fn lines(&self) -> usize {
        self.add.len() + self.remove.len()
    }
}

/// What comes up on the way.
#[derive(Default)]
struct Notes {
    privileged: Vec<Item>,
    remarks: Vec<String>,
}

impl Notes {
    fn say(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// A right that a spec has to name twice.
    fn privileged(&mut self, name: impl Into<String>, why: &str) {
        self.privileged.push(Item::with(name, why));
    }
}

/// A scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub scope: ScopeId,
    /// The group above all others, which a spec calls `tenantRoot`.
    pub is_root: bool,
    /// Display name of a subscription.
    pub name: Option<String>,
    pub comment: Option<String>,
}

/// The integration, as Mondoo has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Integration {
    pub space: SpaceMrn,
    pub name: String,
    pub allow: Vec<String>,
    pub deny: Vec<String>,
    pub policies: Vec<String>,
}

/// Describes what was observed for `desired`: its name, its tenant and its integration.
pub fn propose(desired: &Desired, observed: &Observed) -> Proposal {
    let [documented, least] = [ProfileName::Documented, ProfileName::LeastPrivilege]
        .map(|profile| against(profile, desired, observed));
    // The one that says least, and the manual's of two that say the same.
    if least.lines() < documented.lines() { least } else { documented }
}

/// The application that it is about, if there is one.
pub fn is_there(observed: &Observed) -> bool {
    observed.application.application.is_some()
}

fn against(profile: ProfileName, desired: &Desired, observed: &Observed) -> Proposal {
    let scan_vms = desired.custom_role.scan_vms;
    let rights = baseline(profile, scan_vms);
    let mut notes = Notes::default();
    let application = entra::application(desired, observed, &mut notes);
    let graph_permissions = entra::graph_permissions(&rights, observed, &mut notes);
    let custom = custom_role::Held::new(&rights, desired, observed, &mut notes);
    let scopes = roles::scopes(&custom, desired, observed, &mut notes);
    let built_in_roles = roles::built_in(&rights, &custom, &scopes, desired, observed, &mut notes);
    let custom_role = custom.describe(&rights, &scopes, &mut notes);
    let key_vaults = vaults::describe(&rights, &scopes, observed, &mut notes);
    let integration = integration(desired, observed, &mut notes);
    Proposal {
        name: desired.installation.clone(),
        tenant: observed.directory.tenant.id,
        tenant_name: observed.directory.tenant.name.clone(),
        cloud: desired.cloud,
        profile,
        scan_vms,
        application,
        graph_permissions,
        allow_privileged: once(notes.privileged),
        scopes,
        built_in_roles,
        custom_role,
        key_vaults,
        integration,
        remarks: notes.remarks,
    }
}

impl Proposal {
    /// How much it says beyond its profile.
    fn lines(&self) -> usize {
        self.graph_permissions.lines()
            + self.built_in_roles.lines()
            + self.custom_role.lines()
            + self.key_vaults.lines()
    }
}

/// The rights of a spec that changes nothing of its profile.
fn baseline(profile: ProfileName, scan_vms: bool) -> Rights {
    let text = format!(
        "version: 1\nname: x\ntenant: 00000000-0000-0000-0000-000000000000\n\
         profile: {}\nscanVms: {scan_vms}\nscopes: [tenantRoot: true]\n\
         certificate: {{ source: {{ environment: X }} }}\n",
        profile.as_str()
    );
    Spec::parse(&text).expect("a spec that names a profile and nothing else").rights
}

fn integration(desired: &Desired, observed: &Observed, notes: &mut Notes) -> Option<Integration> {
    let wanted = desired.integration.as_ref()?;
    let Some(space) = &observed.integration else {
        notes.say("the integration was not looked at: nobody has access to Mondoo".to_owned());
        return None;
    };
    let Some(live) = space.ours(desired, observed) else {
        notes.say(format!("{} has no integration of this application", wanted.space));
        return None;
    };
    let active = wanted.policies.iter().filter(|policy| space.active_policies.contains(*policy));
    Some(Integration {
        space: wanted.space.clone(),
        name: live.name.clone(),
        allow: live.subscriptions.allow.iter().cloned().collect(),
        deny: live.subscriptions.deny.iter().cloned().collect(),
        policies: active.map(ToString::to_string).collect(),
    })
}

/// Each text once, compared as Azure does.
fn once(items: Vec<Item>) -> Vec<Item> {
    let mut once: Vec<Item> = Vec::new();
    for item in items {
        if !once.iter().any(|known| known.text.eq_ignore_ascii_case(&item.text)) {
            once.push(item);
        }
    }
    once
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The group of a scope, if it is one.
fn group_of(scope: &ScopeId) -> Option<&ManagementGroupId> {
    match scope {
        ScopeId::ManagementGroup(group) => Some(group),
        ScopeId::Subscription(_) => None,
    }
}
