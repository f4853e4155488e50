//! Names of what the spec's scopes stand for, and what lies below them.

use std::collections::{BTreeMap, BTreeSet};

use spec::{
    ManagementGroupId, Scope, ScopeId, ScopeRef, SubscriptionId, SubscriptionRef, TenantId,
};

use crate::{Desired, Finding, FindingCode, Plan, Subject};

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
    /// Unknown to an operator without any right in Microsoft Graph.
    pub name: Option<String>,
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

/// Why a place of the spec is no scope of this tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unresolved {
    Unknown,
    /// Several subscriptions have this name.
    Ambiguous,
}

impl Directory {
    /// The scope that a place of the spec stands for. Names are compared without case, and only
    /// subscriptions of this tenant have one.
    pub fn resolve(&self, place: &ScopeRef) -> Result<ScopeId, Unresolved> {
        match place {
            ScopeRef::Id(ScopeId::ManagementGroup(id)) => {
                // As it is spelled there: the custom role's name has it.
                let live = self.groups.get_key_value(id).map_or(id, |(live, _)| live);
                Ok(ScopeId::ManagementGroup(live.clone()))
            }
            ScopeRef::Id(id @ ScopeId::Subscription(_)) => Ok(id.clone()),
            ScopeRef::TenantRoot => Ok(ScopeId::ManagementGroup(self.root())),
            ScopeRef::SubscriptionNamed(name) => {
                self.subscription_named(name).map(ScopeId::Subscription)
            }
        }
    }

    /// The subscription that the spec names, seen or not.
    pub(crate) fn subscription(
        &self,
        named: &SubscriptionRef,
    ) -> Result<SubscriptionId, Unresolved> {
        match named {
            SubscriptionRef::Id(id) => Ok(*id),
            SubscriptionRef::Name(name) => self.subscription_named(name),
        }
    }

    fn subscription_named(&self, name: &str) -> Result<SubscriptionId, Unresolved> {
        let mut found = self.subscriptions.iter().filter(|(_, live)| {
            live.name.eq_ignore_ascii_case(name)
                && !matches!(live.standing, Standing::OfAnotherTenant(_))
        });
        match (found.next(), found.next()) {
            (Some((id, _)), None) => Ok(*id),
            (Some(_), Some(_)) => Err(Unresolved::Ambiguous),
            (None, _) => Err(Unresolved::Unknown),
        }
    }

    /// The spec's scopes, each once, in its order.
    pub fn scopes(&self, written: &[Scope]) -> Vec<ScopeId> {
        let mut seen = BTreeSet::new();
        let resolved = written.iter().filter_map(|scope| self.resolve(&scope.place).ok());
        resolved.filter(|scope| seen.insert(scope.clone())).collect()
    }

    /// Subscriptions that are scopes or lie below one, as far as groups could be read.
    pub fn covered(&self, scopes: &[ScopeId]) -> BTreeSet<SubscriptionId> {
        let mut covered = BTreeSet::new();
        for scope in scopes {
            match scope {
                ScopeId::Subscription(id) => {
                    covered.insert(*id);
                }
                ScopeId::ManagementGroup(id) => {
                    let group = self.groups.get(id);
                    covered.extend(group.iter().flat_map(|group| &group.subscriptions));
                }
            }
        }
        covered
    }

    /// Those of `scopes` in which something can be written.
    pub(crate) fn writable(&self, scopes: &[ScopeId]) -> Vec<ScopeId> {
        let writable = scopes.iter().filter(|scope| match scope {
            ScopeId::Subscription(id) => self.standing(*id) == Standing::Writable,
            ScopeId::ManagementGroup(_) => true,
        });
        writable.cloned().collect()
    }

    /// Whether the subscription of an ARM path is listed; groups need not be.
    pub(crate) fn sees(&self, path: &str) -> bool {
        subscription_of(path).is_none_or(|id| self.subscriptions.contains_key(&id))
    }

    /// Why nothing can be deleted at an ARM path, as the end of a sentence.
    pub(crate) fn frozen(&self, path: &str) -> Option<(FindingCode, String)> {
        self.standing(subscription_of(path)?).obstacle()
    }

    /// What is not listed may be there all the same: the services have the last word.
    pub(crate) fn standing(&self, id: SubscriptionId) -> Standing {
        self.subscriptions.get(&id).map_or(Standing::Writable, |live| live.standing)
    }

    /// The root management group has the tenant's id.
    fn root(&self) -> ManagementGroupId {
        ManagementGroupId::new(self.tenant.id.to_string())
    }

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
            ScopeId::ManagementGroup(id) if *id == self.root() => "tenant root group".to_owned(),
            ScopeId::ManagementGroup(id) => match self.groups.get(id) {
                Some(group) if group.name != id.as_str() => {
                    format!("management group {} ({id})", group.name)
                }
                Some(_) | None => format!("management group {id}"),
            },
        }
    }

    /// An ARM path in words, where it is a scope or lies in a subscription.
    pub(crate) fn describe_path(&self, path: &str) -> String {
        match scope_of(path) {
            Some((scope, "")) => self.describe(&scope),
            Some((scope, rest)) => format!("{rest} in {}", self.describe(&scope)),
            None => path.to_owned(),
        }
    }

    /// Says where the spec and the live directory disagree about scopes.
    pub(crate) fn check(&self, desired: &Desired, plan: &mut Plan) {
        for Scope { place, name } in &desired.scopes {
            match place {
                ScopeRef::TenantRoot => plan.find(tenant_root()),
                ScopeRef::SubscriptionNamed(name) => self.check_name(name, place, plan),
                ScopeRef::Id(ScopeId::ManagementGroup(group)) if *group == self.root() => {
                    plan.find(root_by_id(group));
                }
                ScopeRef::Id(ScopeId::ManagementGroup(_)) => {}
                ScopeRef::Id(ScopeId::Subscription(id)) => {
                    self.check_subscription(*id, name.as_deref(), plan);
                }
            }
        }
    }

    fn check_name(&self, name: &str, place: &ScopeRef, plan: &mut Plan) {
        let message = match self.resolve(place) {
            Ok(ScopeId::Subscription(id)) => {
                let live = self.subscriptions.get(&id).map_or(name, |live| &live.name);
                let message = format!(
                    "subscription {live} is named by its display name, which anybody who owns it \
                     may change: write subscription: {id}, name: {live}"
                );
                plan.find(Finding::warning(FindingCode::SubscriptionByName, message));
                return self.check_subscription(id, None, plan);
            }
            Ok(ScopeId::ManagementGroup(_)) => return,
            Err(Unresolved::Unknown) => format!("no subscription is called {name}"),
            Err(Unresolved::Ambiguous) => format!("several subscriptions are called {name}"),
        };
        let message = format!("{message}: name it by its id");
        plan.find(Finding::blocks(FindingCode::ScopeUnknown, message));
    }

    fn check_subscription(&self, id: SubscriptionId, name: Option<&str>, plan: &mut Plan) {
        let scope = ScopeId::Subscription(id);
        let described = self.describe(&scope);
        let subject = Subject::Scope(scope);
        let Some(live) = self.subscriptions.get(&id) else { return };
        if let Some((code, why)) = live.standing.obstacle() {
            let message = format!("{described} {why}");
            plan.find(Finding::blocks(code, message).about(subject.clone()));
        }
        if let Some(name) = name
            && !name.eq_ignore_ascii_case(&live.name)
        {
            let message = format!(
                "{described} is called {name} in the spec: look whether it is the right one, and \
                 correct its name there"
            );
            plan.find(Finding::warning(FindingCode::SubscriptionRenamed, message).about(subject));
        }
    }
}

/// The scope that an ARM path is or lies in, and what follows it.
pub(crate) fn scope_of(path: &str) -> Option<(ScopeId, &str)> {
    if let Some((_, group)) = path.rsplit_once("/managementGroups/") {
        let group = ManagementGroupId::new(group.to_owned());
        return Some((ScopeId::ManagementGroup(group), ""));
    }
    let (kind, rest) = path.trim_start_matches('/').split_once('/')?;
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let id = id.parse().ok().filter(|_| kind.eq_ignore_ascii_case("subscriptions"))?;
    Some((ScopeId::Subscription(id), rest))
}

fn subscription_of(path: &str) -> Option<SubscriptionId> {
    match scope_of(path)? {
        (ScopeId::Subscription(id), _) => Some(id),
        (ScopeId::ManagementGroup(_), _) => None,
    }
}

fn tenant_root() -> Finding {
    let message = "the tenant root group is a scope: what is granted there holds in every present \
                   and future subscription";
    Finding::warning(FindingCode::TenantRoot, message.to_owned())
}

fn root_by_id(group: &ManagementGroupId) -> Finding {
    let message = format!(
        "management group {group} is the tenant's root, which holds every present and future \
         subscription: write tenantRoot: true if you mean it"
    );
    Finding::blocks(FindingCode::RootGroup, message)
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
