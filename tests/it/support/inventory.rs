//! Everything that a tenant holds, object by object, to compare before and after.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::Tenant;

/// Objects by a name of ours for each.
pub type Inventory = BTreeMap<String, Value>;

const SUBSCRIPTIONS: [&str; 2] =
    ["1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081", "2c3d4e5f-6071-4829-ba3c-4d5e6f708192"];

/// What can be listed; what is deleted and can be restored is no part of it.
pub fn inventory(tenant: &Tenant) -> Inventory {
    let mut all = Inventory::new();
    let list = |path: &str| {
        let mut found = tenant.graph(Method::GET, path, None);
        assert!(found["@odata.nextLink"].is_null(), "{path} has more pages");
        std::mem::take(found["value"].as_array_mut().unwrap())
    };
    for application in list("/applications?$top=999") {
        let id = application["id"].as_str().unwrap().to_owned();
        for part in ["owners", "federatedIdentityCredentials"] {
            add(&mut all, &format!("{part} of {id}"), list(&format!("/applications/{id}/{part}")));
        }
        add(&mut all, "application", vec![application]);
    }
    for principal in list("/servicePrincipals?$top=999") {
        let id = principal["id"].as_str().unwrap().to_owned();
        let path = format!("/servicePrincipals/{id}/appRoleAssignments?$top=999");
        add(&mut all, "appRoleAssignment", list(&path));
        add(&mut all, "servicePrincipal", vec![principal]);
    }
    add(&mut all, "oauth2PermissionGrant", list("/oauth2PermissionGrants"));
    for subscription in SUBSCRIPTIONS {
        for (kind, path, version) in [
            ("assignment", "Microsoft.Authorization/roleAssignments", "2022-04-01"),
            (
                "definition",
                "Microsoft.Authorization/roleDefinitions?$filter=type eq 'CustomRole'",
                "2022-04-01",
            ),
            ("vault", "Microsoft.KeyVault/vaults", "2023-07-01"),
        ] {
            let path = format!("/subscriptions/{subscription}/providers/{path}");
            let mut found = tenant.arm(Method::GET, &path, version, None);
            add(&mut all, kind, std::mem::take(found["value"].as_array_mut().unwrap()));
        }
    }
    all
}

fn add(all: &mut Inventory, kind: &str, found: Vec<Value>) {
    for mut object in found {
        // Tells when it was written last, whatever was written.
        object.as_object_mut().unwrap().remove("systemData");
        // The same role reads differently from each subscription.
        let id = object["id"].as_str().unwrap().rsplit('/').next().unwrap();
        all.insert(format!("{kind} {id}"), object);
    }
}

/// What came, went or changed, as sentences: of a change, the properties.
pub fn differences(before: &Inventory, after: &Inventory) -> Vec<String> {
    let mut all: Vec<_> = before.keys().chain(after.keys()).collect();
    all.sort();
    all.dedup();
    let told = all.into_iter().filter_map(|name| match (before.get(name), after.get(name)) {
        (None, _) => Some(format!("+ {}", kind(name))),
        (_, None) => Some(format!("- {}", kind(name))),
        (Some(before), Some(after)) if before == after => None,
        (Some(before), Some(after)) => {
            Some(format!("~ {}: {}", kind(name), changed(before, after).join(", ")))
        }
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

fn kind(name: &str) -> &str {
    name.rsplit_once(' ').map_or(name, |(kind, _)| kind)
}

fn changed(before: &Value, after: &Value) -> Vec<String> {
    let empty = json!({});
    let object = |value: &Value| value.as_object().or(empty.as_object()).unwrap().clone();
    let (before, after) = (object(before), object(after));
    let mut names: Vec<_> = before.keys().chain(after.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| before.get(name) != after.get(name));
    names
}
