use std::collections::{BTreeMap, BTreeSet, HashMap};

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::login::GRAPH_APP_ID;
use crate::model::app_management_policy::AppManagementPolicy;
use crate::model::application::Application;
use crate::model::audit::AuditEvent;
use crate::model::directory_role::{DirectoryRole, DirectoryRoleMembership};
use crate::model::grant::{DelegatedGrant, Grant};
use crate::model::group::Group;
use crate::model::group_operation::{GroupOperation, OperationKind};
use crate::model::hierarchy::{
    ManagementGroup, Resource, ResourceGroup, Subscription, resource_group_id,
};
use crate::model::lock::Lock;
use crate::model::mondoo::Mondoo;
use crate::model::role::{RoleAssignment, RoleDefinition};
use crate::model::scope::{Scope, ScopeKind};
use crate::model::service_principal::ServicePrincipal;
use crate::model::tenant::Tenant;
use crate::model::user::User;
use crate::model::vault::{DeletedVault, Vault, vault_id};
use crate::store::Change;

/// So that a sandbox that runs for long stays small. The services keep them by their age.
const MOST_AUDITS: usize = 10_000;

/// Everything there is in the tenant. Tables of named things are keyed by the name or id in lower
/// case.
pub(crate) struct State {
    /// How many changes made it what it is, since the start.
    pub(crate) revision: u64,
    pub(crate) tenant: Tenant,
    pub(crate) app_management_policy: AppManagementPolicy,
    /// Deleted ones included, however long ago, and so are the service principals.
    pub(crate) applications: BTreeMap<Uuid, Application>,
    pub(crate) service_principals: BTreeMap<Uuid, ServicePrincipal>,
    pub(crate) users: BTreeMap<Uuid, User>,
    pub(crate) groups: BTreeMap<Uuid, Group>,
    pub(crate) directory_role_memberships: BTreeMap<String, DirectoryRoleMembership>,
    pub(crate) grants: BTreeMap<String, Grant>,
    pub(crate) delegated_grants: BTreeMap<String, DelegatedGrant>,
    pub(crate) management_groups: BTreeMap<String, ManagementGroup>,
    /// The last operation of each kind on each management group.
    group_operations: BTreeMap<String, GroupOperation>,
    pub(crate) subscriptions: BTreeMap<Uuid, Subscription>,
    pub(crate) resource_groups: BTreeMap<String, ResourceGroup>,
    pub(crate) resources: BTreeMap<String, Resource>,
    pub(crate) vaults: BTreeMap<String, Vault>,
    /// Those included whose time is up.
    pub(crate) deleted_vaults: BTreeMap<String, DeletedVault>,
    pub(crate) role_definitions: BTreeMap<Uuid, RoleDefinition>,
    pub(crate) role_assignments: BTreeMap<Uuid, RoleAssignment>,
    pub(crate) locks: BTreeMap<String, Lock>,
    /// The newest, by their number.
    audits: BTreeMap<u64, AuditEvent>,
    pub(crate) mondoo: Mondoo,
    /// At which revision a vault was last written.
    written_vaults: HashMap<String, u64>,
    /// The role assignments of each principal.
    held: HashMap<Uuid, BTreeSet<Uuid>>,
    /// The groups that each user, service principal or group is directly in.
    groups_with: HashMap<Uuid, BTreeSet<Uuid>>,
}

impl State {
    pub(crate) fn new(tenant: Tenant, changes: impl IntoIterator<Item = Change>) -> Self {
        let mut state = Self {
            revision: 0,
            tenant,
            app_management_policy: AppManagementPolicy::default(),
            applications: BTreeMap::new(),
            service_principals: BTreeMap::new(),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            directory_role_memberships: BTreeMap::new(),
            grants: BTreeMap::new(),
            delegated_grants: BTreeMap::new(),
            management_groups: BTreeMap::new(),
            group_operations: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            resource_groups: BTreeMap::new(),
            resources: BTreeMap::new(),
            vaults: BTreeMap::new(),
            deleted_vaults: BTreeMap::new(),
            role_definitions: BTreeMap::new(),
            role_assignments: BTreeMap::new(),
            locks: BTreeMap::new(),
            audits: BTreeMap::new(),
            mondoo: Mondoo::default(),
            written_vaults: HashMap::new(),
            held: HashMap::new(),
            groups_with: HashMap::new(),
        };
        for change in changes {
            state.apply(change);
        }
        state
    }

    pub(crate) fn apply(&mut self, change: Change) {
        self.revision += 1;
        match change {
            Change::Application(one) => put(&mut self.applications, one.id, *one),
            Change::ApplicationRemoved(id) => drop(self.applications.remove(&id)),
            Change::ServicePrincipal(one) => put(&mut self.service_principals, one.id, *one),
            Change::ServicePrincipalRemoved(id) => drop(self.service_principals.remove(&id)),
            Change::AppManagementPolicy(one) => self.app_management_policy = *one,
            Change::User(one) => put(&mut self.users, one.id, one),
            Change::Group(one) => self.put_group(one),
            Change::DirectoryRoleMembership(one) => self.put_membership(one),
            Change::DirectoryRoleMembershipRemoved(id) => self.remove_membership(&id),
            Change::Grant(one) => put(&mut self.grants, one.id.clone(), one),
            Change::GrantRemoved(id) => drop(self.grants.remove(&id)),
            Change::DelegatedGrant(one) => put(&mut self.delegated_grants, one.id.clone(), one),
            Change::DelegatedGrantRemoved(id) => drop(self.delegated_grants.remove(&id)),
            Change::ManagementGroup(one) => put(&mut self.management_groups, key(&one.name), one),
            Change::ManagementGroupRemoved(name) => {
                drop(self.management_groups.remove(&key(&name)));
            }
            Change::GroupOperation(one) => self.put_operation(one),
            Change::Subscription(one) => put(&mut self.subscriptions, one.id, one),
            Change::ResourceGroup(one) => put(&mut self.resource_groups, key(&one.id()), one),
            Change::ResourceGroupRemoved(id) => drop(self.resource_groups.remove(&key(&id))),
            Change::Resource(one) => put(&mut self.resources, key(&one.id), one),
            Change::ResourceRemoved(id) => drop(self.resources.remove(&key(&id))),
            Change::Vault(one) => self.put_vault(*one),
            Change::VaultRemoved(id) => drop(self.vaults.remove(&key(&id))),
            Change::DeletedVault(one) => put(&mut self.deleted_vaults, key(&one.vault.name), *one),
            Change::DeletedVaultRemoved(name) => drop(self.deleted_vaults.remove(&key(&name))),
            Change::RoleDefinition(one) => put(&mut self.role_definitions, one.name, one),
            Change::RoleDefinitionRemoved(id) => drop(self.role_definitions.remove(&id)),
            Change::RoleAssignment(one) => self.put_role_assignment(one),
            Change::RoleAssignmentRemoved(id) => self.remove_role_assignment(id),
            Change::Lock(one) => put(&mut self.locks, key(&one.id()), one),
            Change::LockRemoved(id) => drop(self.locks.remove(&key(&id))),
            Change::Audit(one) => self.put_audit(*one),
            Change::Mondoo(one) => self.mondoo.apply(one),
        }
    }

    fn put_audit(&mut self, event: AuditEvent) {
        self.audits.insert(event.number, event);
        while self.audits.len() > MOST_AUDITS {
            self.audits.pop_first();
        }
    }

    pub(crate) fn next_audit_number(&self) -> u64 {
        self.audits.last_key_value().map_or(0, |(last, _)| last + 1)
    }

    /// In the order of the writes.
    pub(crate) fn audit_events(&self) -> impl DoubleEndedIterator<Item = &AuditEvent> {
        self.audits.values()
    }

    fn put_membership(&mut self, membership: DirectoryRoleMembership) {
        self.directory_role_memberships.insert(membership.id.clone(), membership);
    }

    fn remove_membership(&mut self, id: &str) {
        self.directory_role_memberships.remove(id);
    }

    fn put_operation(&mut self, operation: GroupOperation) {
        let key = operation_key(operation.kind, &operation.group);
        self.group_operations.insert(key, operation);
    }

    /// What is written inside of a vault is no write of the vault.
    fn put_vault(&mut self, vault: Vault) {
        let key = key(&vault.id());
        if self.vaults.get(&key).is_none_or(|old| old.items == vault.items) {
            self.written_vaults.insert(key.clone(), self.revision);
        }
        self.vaults.insert(key, vault);
    }

    pub(crate) fn assignments_of(&self, principal: Uuid) -> impl Iterator<Item = &RoleAssignment> {
        let names = self.held.get(&principal).into_iter().flatten();
        names.filter_map(|name| self.role_assignments.get(name))
    }

    fn put_role_assignment(&mut self, assignment: RoleAssignment) {
        self.held.entry(assignment.principal).or_default().insert(assignment.name);
        self.role_assignments.insert(assignment.name, assignment);
    }

    fn remove_role_assignment(&mut self, id: Uuid) {
        if let Some(removed) = self.role_assignments.remove(&id) {
            self.held.entry(removed.principal).or_default().remove(&id);
        }
    }

    fn put_group(&mut self, group: Group) {
        for member in self.groups.get(&group.id).into_iter().flat_map(|old| &old.members) {
            self.groups_with.entry(*member).or_default().remove(&group.id);
        }
        for member in &group.members {
            self.groups_with.entry(*member).or_default().insert(group.id);
        }
        self.groups.insert(group.id, group);
    }

    /// The groups that the principal is in, directly or through other groups.
    pub(crate) fn groups_of(&self, principal: Uuid) -> BTreeSet<Uuid> {
        let mut all = BTreeSet::new();
        let mut next = vec![principal];
        while let Some(member) = next.pop() {
            let groups = self.groups_with.get(&member).into_iter().flatten();
            next.extend(groups.filter(|group| all.insert(**group)));
        }
        all
    }

    /// The active roles of the directory that the principal is in, directly or through a group.
    pub(crate) fn directory_roles_of(&self, principal: Uuid) -> BTreeSet<DirectoryRole> {
        let groups = self.groups_of(principal);
        let active = self.directory_role_memberships.values().filter(|one| !one.eligible);
        let of_it =
            active.filter(|one| one.principal == principal || groups.contains(&one.principal));
        of_it.map(|one| one.role).collect()
    }

    /// The vaults below a scope, which is given by its key.
    pub(crate) fn vaults_in(&self, scope: &str) -> impl Iterator<Item = &Vault> + use<'_> {
        let within = format!("{scope}/");
        let from = self.vaults.range(within.clone()..);
        from.take_while(move |(key, _)| key.starts_with(&within)).map(|(_, vault)| vault)
    }

    /// Whether the vault was written since that revision.
    pub(crate) fn vault_written_since(&self, vault: &Vault, revision: u64) -> bool {
        self.written_vaults.get(&key(&vault.id())).is_some_and(|last| *last > revision)
    }

    /// Changes that make this state from nothing.
    pub(crate) fn to_changes(&self) -> impl Iterator<Item = Change> {
        let groups = self.management_groups.values().cloned().map(Change::ManagementGroup);
        let policy = Box::new(self.app_management_policy.clone());
        groups
            .chain(std::iter::once(Change::AppManagementPolicy(policy)))
            .chain(self.group_operations.values().cloned().map(Change::GroupOperation))
            .chain(self.subscriptions.values().cloned().map(Change::Subscription))
            .chain(self.resource_groups.values().cloned().map(Change::ResourceGroup))
            .chain(self.resources.values().cloned().map(Change::Resource))
            .chain(self.vaults.values().cloned().map(Change::from))
            .chain(
                self.deleted_vaults
                    .values()
                    .cloned()
                    .map(|one| Change::DeletedVault(Box::new(one))),
            )
            .chain(self.applications.values().cloned().map(Change::from))
            .chain(self.service_principals.values().cloned().map(Change::from))
            .chain(self.users.values().cloned().map(Change::User))
            .chain(self.groups.values().cloned().map(Change::Group))
            .chain(
                self.directory_role_memberships
                    .values()
                    .cloned()
                    .map(Change::DirectoryRoleMembership),
            )
            .chain(self.grants.values().cloned().map(Change::Grant))
            .chain(self.delegated_grants.values().cloned().map(Change::DelegatedGrant))
            .chain(self.role_definitions.values().cloned().map(Change::RoleDefinition))
            .chain(self.role_assignments.values().cloned().map(Change::RoleAssignment))
            .chain(self.locks.values().cloned().map(Change::Lock))
            .chain(self.audits.values().cloned().map(|one| Change::Audit(Box::new(one))))
            .chain(self.mondoo.to_changes().map(Change::Mondoo))
    }

    /// Takes permissions out of what Microsoft Graph offers to applications.
    pub(super) fn withhold(&mut self, permissions: &[String]) {
        let graph = |one: &&mut ServicePrincipal| one.app_id.to_string() == GRAPH_APP_ID;
        for principal in self.service_principals.values_mut().filter(graph) {
            principal.app_roles.retain(|role| !permissions.contains(&role.value));
        }
    }

    pub(crate) fn live_applications(&self) -> impl Iterator<Item = &Application> {
        self.applications.values().filter(|application| application.deleted.is_none())
    }

    pub(crate) fn live_service_principals(&self) -> impl Iterator<Item = &ServicePrincipal> {
        self.service_principals.values().filter(|principal| principal.deleted.is_none())
    }

    pub(crate) fn deleted_applications(
        &self,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = &Application> {
        self.applications.values().filter(move |application| is_kept(application.deleted, now))
    }

    pub(crate) fn deleted_service_principals(
        &self,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = &ServicePrincipal> {
        self.service_principals.values().filter(move |principal| is_kept(principal.deleted, now))
    }

    pub(crate) fn application_of(&self, app_id: Uuid) -> Option<&Application> {
        self.live_applications().find(|application| application.app_id == app_id)
    }

    pub(crate) fn service_principal_of(&self, app_id: Uuid) -> Option<&ServicePrincipal> {
        self.live_service_principals().find(|principal| principal.app_id == app_id)
    }

    pub(crate) fn live_service_principal(&self, id: Uuid) -> Option<&ServicePrincipal> {
        self.service_principals.get(&id).filter(|principal| principal.deleted.is_none())
    }

    pub(crate) fn management_group(&self, name: &str) -> Option<&ManagementGroup> {
        self.management_groups.get(&key(name))
    }

    pub(crate) fn group_operation(
        &self,
        kind: OperationKind,
        group: &str,
    ) -> Option<&GroupOperation> {
        self.group_operations.get(&operation_key(kind, group))
    }

    pub(crate) fn resource_group(&self, subscription: Uuid, name: &str) -> Option<&ResourceGroup> {
        self.resource_groups.get(&key(&resource_group_id(subscription, name)))
    }

    pub(crate) fn vault(
        &self,
        subscription: Uuid,
        resource_group: &str,
        name: &str,
    ) -> Option<&Vault> {
        self.vaults.get(&key(&vault_id(subscription, resource_group, name)))
    }

    pub(crate) fn deleted_vault(&self, name: &str, now: OffsetDateTime) -> Option<&DeletedVault> {
        self.deleted_vaults.get(&key(name)).filter(|deleted| deleted.purged > now)
    }

    /// What goes with something that is removed: role assignments at it and below.
    pub(crate) fn extensions_of(&self, id: &str) -> impl Iterator<Item = Change> {
        let at = key(id);
        let goes = move |one: &&RoleAssignment| {
            let scope = key(&one.scope);
            scope.strip_prefix(&at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let assignments = self.role_assignments.values().filter(goes);
        assignments.map(|one| Change::RoleAssignmentRemoved(one.name))
    }

    /// Keys of the scope and of all above it: what is granted at one of them holds at the scope.
    pub(crate) fn lineage(&self, scope: &Scope) -> Vec<String> {
        let mut keys = scope.enclosing();
        let mut group = match &scope.kind {
            ScopeKind::ManagementGroup { name } => {
                self.management_group(name).and_then(|group| group.parent.as_ref())
            }
            _ => scope.subscription().and_then(|id| Some(&self.subscriptions.get(&id)?.parent)),
        };
        while let Some(above) = group.and_then(|name| self.management_group(name)) {
            keys.push(key(&above.id()));
            group = above.parent.as_ref();
        }
        keys.push("/".to_owned());
        keys
    }
}

/// Deleted objects can be restored for thirty days, and are gone for good after that (documented).
fn is_kept(deleted: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    deleted.is_some_and(|deleted| now < deleted + Duration::days(30))
}

fn operation_key(kind: OperationKind, group: &str) -> String {
    format!("{} {}", kind.name(), key(group))
}

fn put<K: Ord, V>(table: &mut BTreeMap<K, V>, key: K, value: V) {
    table.insert(key, value);
}

fn key(id: &str) -> String {
    id.to_ascii_lowercase()
}
