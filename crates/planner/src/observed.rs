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
    /// ARM's state `Disabled` or `Deleted`: nothing can be written there.
    pub read_only: bool,
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
        scopes.iter().map(|scope| &scope.id).filter(|id| !self.is_read_only(id))
    }

    fn is_read_only(&self, scope: &ScopeId) -> bool {
        match scope {
            ScopeId::Subscription(id) => {
                self.subscriptions.get(id).is_some_and(|subscription| subscription.read_only)
            }
            ScopeId::ManagementGroup(_) => false,
        }
    }

    /// Says where the spec and the live directory disagree about scopes.
    pub(crate) fn check(&self, desired: &Desired, plan: &mut Plan) {
        for Scope { id, name } in &desired.scopes {
            let described = self.describe(id);
            if self.is_read_only(id) {
                let message = format!("{described} is disabled: nothing can be written there");
                plan.find(
                    Finding::blocks(FindingCode::SubscriptionDisabled, message)
                        .about(Subject::Scope(id.clone())),
                );
            }
            let ScopeId::Subscription(subscription) = id else { continue };
            let live = self.subscriptions.get(subscription).map(|live| live.name.as_str());
            if let (Some(name), Some(live)) = (name, live)
                && name != live
            {
                let message = format!("{described} is called {name} in the spec");
                plan.find(
                    Finding::warning(FindingCode::SubscriptionRenamed, message)
                        .about(Subject::Scope(id.clone())),
                );
            }
        }
    }
}
