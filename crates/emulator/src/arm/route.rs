use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::behaviour::Look;
use crate::model::scope::Scope;

/// What a path names. Everything fixed is recognised in any case.
#[derive(Debug, Clone)]
pub(super) enum Route {
    Tenants,
    Subscriptions,
    Subscription(Uuid),
    SubscriptionAction(Uuid, SubscriptionAction),
    Resources(Uuid),
    ManagementGroups,
    ManagementGroup(String),
    Descendants(String),
    RoleDefinitions(Scope),
    RoleDefinition(Scope, String),
    RoleAssignments(Scope),
    RoleAssignment(Scope, String),
    Permissions(Scope),
    VaultsOfSubscription(Uuid),
    VaultsOfResourceGroup(Uuid, String),
    Vault(VaultPath),
    AccessPolicies(VaultPath, PolicyOperation),
}

#[derive(Debug, Clone)]
pub(super) struct VaultPath {
    pub(super) subscription: Uuid,
    pub(super) group: String,
    pub(super) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubscriptionAction {
    Cancel,
    Enable,
    Rename,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PolicyOperation {
    Add,
    Replace,
    Remove,
}

impl Route {
    pub(super) fn parse(segments: &[String]) -> Result<Self, ArmError> {
        let lower: Vec<String> =
            segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let route = authorization(segments, &lower).or_else(|| hierarchy(segments, &lower));
        let route = route.or_else(|| key_vault(segments, &lower));
        route.ok_or_else(|| ArmError::unknown_route(&format!("/{}", segments.join("/"))))
    }
}

impl Route {
    pub(super) fn look(&self) -> Look {
        match self {
            Self::Tenants
            | Self::Subscriptions
            | Self::Resources(_)
            | Self::ManagementGroups
            | Self::Descendants(_)
            | Self::RoleDefinitions(_)
            | Self::RoleAssignments(_)
            | Self::Permissions(_)
            | Self::VaultsOfSubscription(_)
            | Self::VaultsOfResourceGroup(..) => Look::List,
            Self::Subscription(_)
            | Self::SubscriptionAction(..)
            | Self::ManagementGroup(_)
            | Self::RoleDefinition(..)
            | Self::RoleAssignment(..)
            | Self::Vault(_)
            | Self::AccessPolicies(..) => Look::Read,
        }
    }
}

/// Role definitions, assignments and permissions extend any scope, so their part of the path is found from its
/// end.
fn authorization(segments: &[String], lower: &[&str]) -> Option<Route> {
    let at = lower.windows(2).rposition(|pair| pair == ["providers", "microsoft.authorization"])?;
    let scope = Scope::from_segments(&segments[..at])?;
    match &lower[at + 2..] {
        ["roledefinitions"] => Some(Route::RoleDefinitions(scope)),
        ["roledefinitions", _] => Some(Route::RoleDefinition(scope, segments[at + 3].clone())),
        ["permissions"] => Some(Route::Permissions(scope)),
        ["roleassignments"] => Some(Route::RoleAssignments(scope)),
        ["roleassignments", _] => Some(Route::RoleAssignment(scope, segments[at + 3].clone())),
        _ => None,
    }
}

fn hierarchy(segments: &[String], lower: &[&str]) -> Option<Route> {
    match lower {
        ["tenants"] => Some(Route::Tenants),
        ["subscriptions"] => Some(Route::Subscriptions),
        ["subscriptions", id] => Some(Route::Subscription(Uuid::try_parse(id).ok()?)),
        ["subscriptions", id, "resources"] => Some(Route::Resources(Uuid::try_parse(id).ok()?)),
        ["subscriptions", id, "providers", "microsoft.subscription", action] => {
            let id = Uuid::try_parse(id).ok()?;
            Some(Route::SubscriptionAction(id, SubscriptionAction::parse(action)?))
        }
        ["providers", "microsoft.management", "managementgroups"] => Some(Route::ManagementGroups),
        ["providers", "microsoft.management", "managementgroups", _] => {
            Some(Route::ManagementGroup(segments[3].clone()))
        }
        ["providers", "microsoft.management", "managementgroups", _, "descendants"] => {
            Some(Route::Descendants(segments[3].clone()))
        }
        _ => None,
    }
}

fn key_vault(segments: &[String], lower: &[&str]) -> Option<Route> {
    match lower {
        ["subscriptions", id, "providers", "microsoft.keyvault", "vaults"] => {
            Some(Route::VaultsOfSubscription(Uuid::try_parse(id).ok()?))
        }
        [
            "subscriptions",
            id,
            "resourcegroups",
            _,
            "providers",
            "microsoft.keyvault",
            "vaults",
            rest @ ..,
        ] => {
            let (subscription, group) = (Uuid::try_parse(id).ok()?, segments[3].clone());
            match rest {
                [] => Some(Route::VaultsOfResourceGroup(subscription, group)),
                [_] => {
                    Some(Route::Vault(VaultPath { subscription, group, name: segments[7].clone() }))
                }
                [_, "accesspolicies", operation] => {
                    let operation = PolicyOperation::parse(operation)?;
                    let vault = VaultPath { subscription, group, name: segments[7].clone() };
                    Some(Route::AccessPolicies(vault, operation))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

impl SubscriptionAction {
    fn parse(lower: &str) -> Option<Self> {
        match lower {
            "cancel" => Some(Self::Cancel),
            "enable" => Some(Self::Enable),
            "rename" => Some(Self::Rename),
            _ => None,
        }
    }
}

impl PolicyOperation {
    fn parse(lower: &str) -> Option<Self> {
        match lower {
            "add" => Some(Self::Add),
            "replace" => Some(Self::Replace),
            "remove" => Some(Self::Remove),
            _ => None,
        }
    }
}
