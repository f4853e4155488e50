//! What was found, in the shape in which it is compared.

use std::collections::BTreeMap;

use spec::{ManagementGroupId, Scope, ScopeId, SubscriptionId, TenantId};
use time::OffsetDateTime;

use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};
use crate::{Desired, Finding, FindingCode, Plan, Subject};

#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// When it was read.
    pub now: OffsetDateTime,
    pub directory: Directory,
    pub application: a_application::Observed,
    pub graph_permissions: b_graph_permissions::Observed,
    pub role_assignments: c_role_assignments::Observed,
    pub custom_role: d_custom_role::Observed,
    pub key_vault_access: e_key_vault_access::Observed,
    pub certificate: f_certificate::Observed,
}

/// Something that may exist and yet not be readable. What is unreadable is never changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen<T> {
    Read(T),
    Unreadable(Reason),
}

/// Why it could not be read, in the service's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(pub String);

/// Names of what the spec's ids stand for, and what lies below them.
#[derive(Clone, Debug, PartialEq)]
pub struct Directory {
    pub tenant: Tenant,
    /// Every subscription that the operator sees.
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    /// The management groups of the spec.
    pub groups: BTreeMap<ManagementGroupId, Group>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub name: String,
    pub standing: Standing,
}

/// Whether something can be written in a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Writable,
    /// ARM's state `Disabled` or `Deleted`.
    Disabled,
    /// Delegated to this tenant by its owner: what is granted there is not ours to decide.
    OfAnotherTenant(TenantId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    /// All subscriptions below it, at any depth.
    pub subscriptions: Vec<SubscriptionId>,
}

impl Directory {
    /// `subscription Production (1b2c3d4e-…)`: the name first, and enough of the id to tell twins
    /// apart.
    pub(crate) fn describe(&self, scope: &ScopeId) -> String {
        match scope {
            ScopeId::Subscription(id) => {
                let short = &id.to_string()[..8];
                let name = self.subscriptions.get(id).map(|subscription| &subscription.name);
                let name = name.map_or_else(String::new, |name| format!("{name} "));
                format!("subscription {name}({short}-…)")
            }
            ScopeId::ManagementGroup(id) => match self.groups.get(id) {
                Some(group) if group.name != id.as_str() => {
                    format!("management group {} ({id})", group.name)
                }
                Some(_) | None => format!("management group {id}"),
            },
        }
    }

    /// Scopes in which something can be written.
    pub(crate) fn writable<'a>(&'a self, scopes: &'a [Scope]) -> impl Iterator<Item = &'a ScopeId> {
        scopes.iter().map(|scope| &scope.id).filter(|scope| match scope {
            ScopeId::Subscription(id) => self.standing(*id) == Standing::Writable,
            ScopeId::ManagementGroup(_) => true,
        })
    }

    /// What is not listed may be there all the same: the services have the last word.
    pub(crate) fn standing(&self, id: SubscriptionId) -> Standing {
        self.subscriptions.get(&id).map_or(Standing::Writable, |live| live.standing)
    }

    /// Says where the spec and the live directory disagree about scopes.
    pub(crate) fn check(&self, desired: &Desired, plan: &mut Plan) {
        for Scope { id, name } in &desired.scopes {
            match id {
                ScopeId::ManagementGroup(group) => self.check_group(group, plan),
                ScopeId::Subscription(subscription) => {
                    self.check_subscription(*subscription, name.as_deref(), plan);
                }
            }
        }
    }

    /// The root group's id is the tenant's, and it is never meant by accident.
    fn check_group(&self, group: &ManagementGroupId, plan: &mut Plan) {
        if group.as_str().eq_ignore_ascii_case(&self.tenant.id.to_string()) {
            let message = format!(
                "management group {group} is the tenant's root, which holds every present and \
                 future subscription: name the groups or subscriptions that you mean"
            );
            plan.find(Finding::blocks(FindingCode::RootGroup, message));
        }
    }

    fn check_subscription(&self, id: SubscriptionId, name: Option<&str>, plan: &mut Plan) {
        let scope = ScopeId::Subscription(id);
        let described = self.describe(&scope);
        let subject = Subject::Scope(scope);
        if let Some((code, why)) = self.standing(id).obstacle() {
            let message = format!("{described} {why}");
            plan.find(Finding::blocks(code, message).about(subject.clone()));
        }
        let live = self.subscriptions.get(&id).map(|live| live.name.as_str());
        if let (Some(name), Some(live)) = (name, live)
            && name != live
        {
            let message = format!("{described} is called {name} in the spec");
            plan.find(Finding::warning(FindingCode::SubscriptionRenamed, message).about(subject));
        }
    }
}

impl Standing {
    /// Why nothing can be written, as the end of a sentence.
    pub(crate) fn obstacle(self) -> Option<(FindingCode, String)> {
        match self {
            Standing::Writable => None,
            Standing::Disabled => {
                let why = "is disabled: nothing can be written there".to_owned();
                Some((FindingCode::SubscriptionDisabled, why))
            }
            Standing::OfAnotherTenant(tenant) => {
                let why = format!("belongs to tenant {tenant}: set it up there");
                Some((FindingCode::SubscriptionOfAnotherTenant, why))
            }
        }
    }
}
