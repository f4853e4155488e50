//! Resource groups, and what goes with them.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{PRODUCTION, READER, Tenant};

const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const VERSION: &str = "api-version=2021-04-01";

fn path(name: &str) -> String {
    format!("{PRODUCTION}/resourcegroups/{name}?{VERSION}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_with_201_found_and_listed() {
    let tenant = Tenant::start().await;
    let mut expected = json!({
        "id": format!("{PRODUCTION}/resourceGroups/rg-new"),
        "name": "rg-new",
        "type": "Microsoft.Resources/resourceGroups",
        "location": "westus",
        "tags": {},
        "properties": { "provisioningState": "Succeeded" },
    });
    let head = async |name: &str| tenant.call("HEAD", &path(name), &[], None).await.status;
    assert_eq!(head("rg-new").await, 404);
    let created = tenant.put(&path("rg-new"), json!({ "location": "westus" })).await;
    assert_eq!((created.status, &created.body), (201, &expected));
    expected["tags"] = json!({ "a": "b" });
    let tagged = json!({ "location": "westus", "tags": { "a": "b" } });
    let updated = tenant.put(&path("RG-NEW"), tagged).await;
    assert_eq!((updated.status, &updated.body), (200, &expected));
    assert_eq!(head("rg-new").await, 204);
    let list = tenant.get(&format!("{PRODUCTION}/resourcegroups?{VERSION}")).await.list("/value");
    let names: Vec<&Value> = list.iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["rg-new", "rg-vaults", "rg-web"]);
    assert_eq!(list[0], expected);

    let elsewhere = tenant.put(&path("rg-new"), json!({ "location": "eastus" })).await;
    elsewhere.is_error(409, "InvalidResourceGroupLocation", "'westus'");
    tenant.put(&path("rg-x"), json!({})).await.is_error(400, "LocationRequired", "");
    let missing = tenant.get(&path("nowhere")).await;
    missing.is_error(404, "ResourceGroupNotFound", "Resource group 'nowhere' could not be found.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_group_takes_with_it_what_is_in_it() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let group = format!("{PRODUCTION}/resourceGroups/rg-vaults");
    let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/kv-legacy");
    for scope in [PRODUCTION, &group, &vault] {
        assert_eq!(tenant.assign(scope, READER, &principal).await.status, 201);
    }
    let accepted = tenant.delete(&path("rg-vaults")).await;
    assert_eq!((accepted.status, &accepted.body), (202, &Value::Null));
    let location = accepted.header("location").strip_prefix(tenant.sandbox.url()).unwrap();
    assert_eq!(tenant.get(location).await.status, 202);
    tenant.advance(Duration::seconds(5));
    assert_eq!(tenant.get(location).await.status, 200);

    tenant.get(&path("rg-vaults")).await.is_error(404, "ResourceGroupNotFound", "'rg-vaults'");
    let vaults = format!("{PRODUCTION}/providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
    assert_eq!(tenant.get(&vaults).await.list("/value"), Vec::<Value>::new());
    let deleted = vaults.replace("/vaults?", "/deletedVaults?");
    assert_eq!(tenant.get(&deleted).await.list("/value").len(), 3);
    let assignments = format!(
        "{PRODUCTION}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=principalId eq '{principal}'"
    );
    let left = tenant.get(&assignments).await.list("/value");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["properties"]["scope"], PRODUCTION);
    // An assignment whose resource is gone is missing with it.
    let gone = format!(
        "{vault}/providers/Microsoft.Authorization/roleAssignments/3f2504e0-4f89-41d3-9a0c-0305e82c3301?api-version=2022-04-01"
    );
    tenant.delete(&gone).await.is_error(404, "ResourceGroupNotFound", "'rg-vaults'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_on_a_vault_keeps_its_group() {
    let tenant = Tenant::start().await;
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    let lock =
        format!("{vault}/providers/Microsoft.Authorization/locks/keep?api-version=2016-09-01");
    let body = json!({ "properties": { "level": "CanNotDelete" } });
    assert_eq!(tenant.put(&lock, body).await.status, 201);
    for path in [path("rg-vaults"), format!("{vault}?api-version=2026-02-01")] {
        let refused = tenant.delete(&path).await;
        let locked = format!(
            "cannot perform delete operation because following scope(s) are locked: '{vault}'."
        );
        refused.is_error(409, "ScopeLocked", &locked);
    }
    assert_eq!(tenant.delete(&lock).await.status, 200);
    assert_eq!(tenant.delete(&path("rg-vaults")).await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_take_the_rights_to_them() {
    let tenant = Tenant::start().await;
    let web = format!("{PRODUCTION}/resourceGroups/rg-web");
    let (token, _) = tenant.holder_of(READER, &web).await;
    let list = format!("{PRODUCTION}/resourcegroups?{VERSION}");
    let list = tenant.call_as(&token, "GET", &list, &[], None).await.list("/value");
    assert_eq!(list.len(), 1);
    let refused = tenant.call_as(&token, "DELETE", &path("rg-web"), &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "subscriptions/resourceGroups/delete'");
    let (token, _) = tenant.holder_of(CONTRIBUTOR, &web).await;
    assert_eq!(tenant.call_as(&token, "DELETE", &path("rg-web"), &[], None).await.status, 202);
}
