use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::management_groups::Polled;
use crate::arm::web_sites::WebRoute;
use crate::behaviour::Look;
use crate::model::group_operation::OperationKind;
use crate::model::scope::Scope;

/// What a path names. Everything fixed is recognised in any case.
#[derive(Debug, Clone)]
pub(super) enum Route {
    Tenants,
    Subscriptions,
    Subscription(Uuid),
    SubscriptionAction(Uuid, SubscriptionAction),
    Resources(Uuid),
    /// What a subscription has to do with a resource provider, by its namespace.
    Provider(Uuid, String, ProviderPart),
    ResourceGroups(Uuid),
    ResourceGroup(Uuid, String),
    /// The progress of the deletion of a resource group, by its id.
    ResourceGroupOperation(Uuid, String),
    ManagementGroups,
    ManagementGroup(String),
    Descendants(String),
    SubscriptionsOfGroup(String),
    SubscriptionOfGroup(String, Uuid),
    GroupOperation(OperationKind, String, Polled),
    Entities,
    GroupNameCheck,
    TenantBackfill,
    ResourceGraph,
    ElevateAccess,
    RoleDefinitions(Scope),
    RoleDefinition(Scope, String),
    RoleAssignments(Scope),
    RoleAssignment(Scope, String),
    Locks(Scope),
    Lock(Scope, String),
    Permissions(Scope),
    /// Of a subscription, or of one of its resource groups.
    Vaults(Uuid, Option<String>),
    ManagedHsms(Uuid, Option<String>),
    Vault(VaultPath),
    AccessPolicies(VaultPath, PolicyOperation),
    VaultNames(Uuid),
    DeletedVaults(Uuid),
    DeletedVault(DeletedVaultPath),
    PurgedVault(DeletedVaultPath),
    /// The progress of a purge, by location and id.
    VaultOperation(Uuid, String, String),
    /// Of a subscription, or of the tenant itself.
    ActivityLog(Option<Uuid>),
    Web(WebRoute),
}

#[derive(Debug, Clone)]
pub(super) struct VaultPath {
    pub(super) subscription: Uuid,
    pub(super) group: String,
    pub(super) name: String,
}

#[derive(Debug, Clone)]
pub(super) struct DeletedVaultPath {
    pub(super) subscription: Uuid,
    pub(super) location: String,
    pub(super) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SubscriptionAction {
    Cancel,
    Enable,
    Rename,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProviderPart {
    Itself,
    Registration,
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
        let route = route.or_else(|| activity_log(&lower));
        let route = route.or_else(|| WebRoute::parse(segments, &lower).map(Route::Web));
        route.ok_or_else(|| ArmError::unknown_route(&format!("/{}", segments.join("/"))))
    }
}

impl Route {
    pub(super) fn look(&self) -> Look {
        match self {
            Self::Tenants
            | Self::Subscriptions
            | Self::Resources(_)
            | Self::ResourceGroups(_)
            | Self::DeletedVaults(_)
            | Self::ManagementGroups
            | Self::Descendants(_)
            | Self::SubscriptionsOfGroup(_)
            | Self::Entities
            | Self::RoleDefinitions(_)
            | Self::RoleAssignments(_)
            | Self::Locks(_)
            | Self::Permissions(_)
            | Self::Vaults(..)
            | Self::ManagedHsms(..)
            | Self::ActivityLog(_) => Look::List,
            Self::Subscription(_)
            | Self::SubscriptionAction(..)
            | Self::ManagementGroup(_)
            | Self::SubscriptionOfGroup(..)
            | Self::GroupOperation(..)
            | Self::GroupNameCheck
            | Self::TenantBackfill
            | Self::ElevateAccess
            | Self::RoleDefinition(..)
            | Self::RoleAssignment(..)
            | Self::Lock(..)
            | Self::Vault(_)
            | Self::AccessPolicies(..)
            | Self::Provider(..)
            | Self::ResourceGroup(..)
            | Self::ResourceGroupOperation(..)
            | Self::VaultNames(_)
            | Self::DeletedVault(_)
            | Self::PurgedVault(_)
            | Self::VaultOperation(..)
            | Self::Web(_) => Look::Read,
            Self::ResourceGraph => Look::Index,
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
        // Only what is in a subscription can be locked (documented).
        ["locks"] if scope.subscription().is_some() => Some(Route::Locks(scope)),
        ["locks", _] if scope.subscription().is_some() => {
            Some(Route::Lock(scope, segments[at + 3].clone()))
        }
        _ => None,
    }
}

fn hierarchy(segments: &[String], lower: &[&str]) -> Option<Route> {
    match lower {
        ["tenants"] => Some(Route::Tenants),
        ["subscriptions"] => Some(Route::Subscriptions),
        ["subscriptions", id] => Some(Route::Subscription(Uuid::try_parse(id).ok()?)),
        ["subscriptions", id, "resources"] => Some(Route::Resources(Uuid::try_parse(id).ok()?)),
        ["subscriptions", id, "providers", _] => {
            let namespace = segments[3].clone();
            Some(Route::Provider(Uuid::try_parse(id).ok()?, namespace, ProviderPart::Itself))
        }
        ["subscriptions", id, "providers", _, "register"] => {
            let namespace = segments[3].clone();
            Some(Route::Provider(Uuid::try_parse(id).ok()?, namespace, ProviderPart::Registration))
        }
        ["subscriptions", id, "resourcegroups"] => {
            Some(Route::ResourceGroups(Uuid::try_parse(id).ok()?))
        }
        ["subscriptions", id, "resourcegroups", _] => {
            Some(Route::ResourceGroup(Uuid::try_parse(id).ok()?, segments[3].clone()))
        }
        ["subscriptions", id, "operationresults", _] => {
            Some(Route::ResourceGroupOperation(Uuid::try_parse(id).ok()?, segments[3].clone()))
        }
        ["subscriptions", id, "providers", "microsoft.subscription", action] => {
            let id = Uuid::try_parse(id).ok()?;
            Some(Route::SubscriptionAction(id, SubscriptionAction::parse(action)?))
        }
        ["providers", "microsoft.management", rest @ ..] => management(&segments[2..], rest),
        ["providers", "microsoft.resourcegraph", "resources"] => Some(Route::ResourceGraph),
        ["providers", "microsoft.authorization", "elevateaccess"] => Some(Route::ElevateAccess),
        _ => None,
    }
}

fn management(segments: &[String], lower: &[&str]) -> Option<Route> {
    match lower {
        ["managementgroups"] => Some(Route::ManagementGroups),
        ["managementgroups", _] => Some(Route::ManagementGroup(segments[1].clone())),
        ["managementgroups", _, "descendants"] => Some(Route::Descendants(segments[1].clone())),
        ["managementgroups", _, "subscriptions"] => {
            Some(Route::SubscriptionsOfGroup(segments[1].clone()))
        }
        ["managementgroups", _, "subscriptions", id] => {
            Some(Route::SubscriptionOfGroup(segments[1].clone(), Uuid::try_parse(id).ok()?))
        }
        ["operationresults", kind, rest @ ..] => {
            let kind = [OperationKind::Create, OperationKind::Delete]
                .into_iter()
                .find(|known| known.name() == *kind)?;
            let polled = match rest {
                ["managementgroups", _] => Polled::Result,
                ["asyncoperation", "status", "managementgroups", _] => Polled::Status,
                _ => return None,
            };
            Some(Route::GroupOperation(kind, segments.last()?.clone(), polled))
        }
        ["getentities"] => Some(Route::Entities),
        ["checknameavailability"] => Some(Route::GroupNameCheck),
        ["tenantbackfillstatus" | "starttenantbackfill"] => Some(Route::TenantBackfill),
        _ => None,
    }
}

fn key_vault(segments: &[String], lower: &[&str]) -> Option<Route> {
    match lower {
        ["subscriptions", id, "providers", "microsoft.keyvault", rest @ ..] => {
            of_subscription(Uuid::try_parse(id).ok()?, &segments[4..], rest)
        }
        [
            "subscriptions",
            id,
            "resourcegroups",
            _,
            "providers",
            "microsoft.keyvault",
            rest @ ..,
        ] => of_resource_group(Uuid::try_parse(id).ok()?, &segments[3], &segments[6..], rest),
        _ => None,
    }
}

fn of_subscription(subscription: Uuid, segments: &[String], lower: &[&str]) -> Option<Route> {
    let deleted = || DeletedVaultPath {
        subscription,
        location: segments[1].clone(),
        name: segments[3].clone(),
    };
    match lower {
        ["vaults"] => Some(Route::Vaults(subscription, None)),
        ["managedhsms"] => Some(Route::ManagedHsms(subscription, None)),
        ["checknameavailability"] => Some(Route::VaultNames(subscription)),
        ["deletedvaults"] => Some(Route::DeletedVaults(subscription)),
        ["locations", _, "deletedvaults", _] => Some(Route::DeletedVault(deleted())),
        ["locations", _, "deletedvaults", _, "purge"] => Some(Route::PurgedVault(deleted())),
        ["locations", _, "operationresults", _] => {
            let (location, id) = (segments[1].clone(), segments[3].clone());
            Some(Route::VaultOperation(subscription, location, id))
        }
        _ => None,
    }
}

fn of_resource_group(
    subscription: Uuid,
    group: &str,
    segments: &[String],
    lower: &[&str],
) -> Option<Route> {
    let vault = || VaultPath { subscription, group: group.to_owned(), name: segments[1].clone() };
    match lower {
        ["vaults"] => Some(Route::Vaults(subscription, Some(group.to_owned()))),
        ["managedhsms"] => Some(Route::ManagedHsms(subscription, Some(group.to_owned()))),
        ["vaults", _] => Some(Route::Vault(vault())),
        ["vaults", _, "accesspolicies", operation] => {
            Some(Route::AccessPolicies(vault(), PolicyOperation::parse(operation)?))
        }
        _ => None,
    }
}

fn activity_log(lower: &[&str]) -> Option<Route> {
    const LOG: [&str; 5] =
        ["providers", "microsoft.insights", "eventtypes", "management", "values"];
    match lower {
        ["subscriptions", id, rest @ ..] if *rest == LOG => {
            Some(Route::ActivityLog(Some(Uuid::try_parse(id).ok()?)))
        }
        rest if *rest == LOG => Some(Route::ActivityLog(None)),
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
