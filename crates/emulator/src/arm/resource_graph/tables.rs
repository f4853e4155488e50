//! The rows of each table that its caller may read.

use std::collections::HashMap;

use super::fault::Fault;
use super::objects::{Kind, Object};
use super::reach::{Held, Reach, Sight};
use crate::arm::Call;
use crate::model::role::RoleDefinition;
use crate::model::scope::Scope;

#[derive(Clone, Copy)]
pub(super) enum Table {
    Resources,
    ResourceContainers,
    AuthorizationResources,
    /// One that Azure has, of objects that this tenant has none of.
    Empty,
}

/// Some of those that are documented.
const EMPTY: [&str; 12] = [
    "advisorresources",
    "alertsmanagementresources",
    "appserviceresources",
    "communitygalleryresources",
    "computeresources",
    "healthresources",
    "kubernetesconfigurationresources",
    "networkresources",
    "policyresources",
    "recoveryservicesresources",
    "securityresources",
    "servicehealthresources",
];

impl Table {
    /// Names count in any case (observed).
    pub(super) fn named(name: &str) -> Result<Self, Fault> {
        match name.to_ascii_lowercase().as_str() {
            "resources" => Ok(Self::Resources),
            "resourcecontainers" => Ok(Self::ResourceContainers),
            "authorizationresources" => Ok(Self::AuthorizationResources),
            lower if EMPTY.contains(&lower) => Ok(Self::Empty),
            _ => Err(Fault::UnknownTable(name.to_owned())),
        }
    }

    pub(super) fn objects<'a>(self, call: &'a Call<'a>, reach: &Reach) -> Vec<Object<'a>> {
        let kinds = match self {
            Self::Resources => resources(call, reach),
            Self::ResourceContainers => containers(call, reach),
            Self::AuthorizationResources => authorization(call, reach),
            Self::Empty => Vec::new(),
        };
        kinds.into_iter().map(|kind| Object::new(call, kind)).collect()
    }
}

fn resources<'a>(call: &'a Call<'a>, reach: &Reach) -> Vec<Kind<'a>> {
    let vaults = Held::allowing(call, "Microsoft.KeyVault/vaults/read");
    let mut others: HashMap<&str, Held> = HashMap::new();
    let mut found = Vec::new();
    for (subscription, lineage) in reach.subscriptions(call) {
        let key = &lineage[0];
        if let Some(sight) = vaults.sight(&lineage, subscription.id) {
            let seen = call.indexed.vaults_in(key).filter(|vault| sight.includes(|| vault.id()));
            found.extend(seen.map(Kind::Vault));
        }
        let within = format!("{key}/");
        let resources = call.indexed.resources.range(within.clone()..);
        for (id, resource) in resources.take_while(|(id, _)| id.starts_with(&within)) {
            let held = others
                .entry(&resource.kind)
                .or_insert_with(|| Held::allowing(call, &format!("{}/read", resource.kind)));
            let sight = held.sight(&lineage, subscription.id);
            if sight.is_some_and(|sight| sight.includes(|| id.clone())) {
                found.push(Kind::Resource(resource));
            }
        }
    }
    found
}

/// Management groups are in the answer to a query of management groups or of the whole tenant.
fn containers<'a>(call: &'a Call<'a>, reach: &Reach) -> Vec<Kind<'a>> {
    let held = Held::allowing(call, "Microsoft.Management/managementGroups/read");
    let groups = call.indexed.management_groups.values().filter(|group| {
        let lineage = Scope::parse(&group.id()).map(|scope| call.indexed.lineage(&scope));
        lineage.is_some_and(|lineage| reach.covers(&lineage) && held.covers(&lineage))
    });
    let mut found: Vec<Kind<'a>> = groups.map(Kind::ManagementGroup).collect();
    let subscriptions = Held::allowing(call, "Microsoft.Resources/subscriptions/read");
    let groups = Held::allowing(call, "Microsoft.Resources/subscriptions/resourceGroups/read");
    for (subscription, lineage) in reach.subscriptions(call) {
        if subscriptions.covers(&lineage) {
            found.push(Kind::Subscription(subscription));
        }
        let sight = groups.sight(&lineage, subscription.id);
        let within = format!("{}/", lineage[0]);
        let inside = call.indexed.resource_groups.range(within.clone()..);
        let inside = inside.take_while(|(id, _)| id.starts_with(&within));
        let seen = |sight: &Sight, id: &String| sight.includes(|| id.clone());
        let inside = inside.filter(|(id, _)| sight.as_ref().is_some_and(|it| seen(it, id)));
        found.extend(inside.map(|(_, group)| Kind::ResourceGroup(group)));
    }
    found
}

fn authorization<'a>(call: &'a Call<'a>, reach: &Reach) -> Vec<Kind<'a>> {
    let held = Held::allowing(call, "Microsoft.Authorization/roleAssignments/read");
    let assignments = call.indexed.role_assignments.values().filter(|assignment| {
        let lineage = Scope::parse(&assignment.scope).map(|scope| call.indexed.lineage(&scope));
        lineage.is_some_and(|lineage| reach.covers_authorization(&lineage) && held.covers(&lineage))
    });
    let mut found: Vec<Kind<'a>> = assignments.map(Kind::RoleAssignment).collect();
    let held = Held::allowing(call, "Microsoft.Authorization/roleDefinitions/read");
    let readable = |definition: &&RoleDefinition| {
        let scopes = definition.assignable_scopes.iter().filter_map(|scope| Scope::parse(scope));
        let mut lineages = scopes.map(|scope| call.indexed.lineage(&scope));
        // Built-in roles can be looked up by everybody.
        definition.built_in
            || lineages.any(|lineage| reach.covers_authorization(&lineage) && held.covers(&lineage))
    };
    let definitions = call.indexed.role_definitions.values().filter(readable);
    found.extend(definitions.map(Kind::RoleDefinition));
    found
}
