//! Step E.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Tenant, spec, spec_with};

const VAULTS: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081/resourceGroups/rg-vaults\
                      /providers/Microsoft.KeyVault/vaults";

fn policies(tenant: &Tenant, vault: &str) -> Vec<Value> {
    let path = format!("{VAULTS}/{vault}");
    let mut vault = tenant.arm(Method::GET, &path, "2026-02-01", None);
    let Value::Array(policies) = vault["properties"]["accessPolicies"].take() else {
        panic!("{vault}");
    };
    policies
}

#[test]
fn vaults_on_access_policies_gain_one_entry_and_keep_the_others() {
    let tenant = Tenant::new();
    let foreign = policies(&tenant, "kv-shared");
    let rbac = policies(&tenant, "kv-rbac");
    assert_eq!(foreign.len(), 3);
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (_, principal) = tenant.application();
    let get_and_list = json!(["get", "list"]);
    let ours = json!({
        "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
        "objectId": principal["id"],
        "permissions": {
            "keys": get_and_list, "secrets": get_and_list, "certificates": get_and_list,
        },
    });
    let mut shared = policies(&tenant, "kv-shared");
    let entry = shared.pop().unwrap();
    assert_eq!(shared, foreign, "entries of others are the same to the letter");
    for entry in [entry, policies(&tenant, "kv-legacy").remove(0)] {
        assert_eq!(entry["objectId"], ours["objectId"]);
        for kind in ["keys", "secrets", "certificates"] {
            assert_eq!(entry["permissions"][kind], ours["permissions"][kind]);
        }
    }
    assert_eq!(policies(&tenant, "kv-rbac"), rbac);
}

/// Such an entry is for people who use that application, not for the application itself.
#[test]
fn an_entry_with_an_application_id_is_not_ours() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    let all = json!(["get", "list"]);
    let mut entry = json!({
        "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
        "objectId": principal["id"],
        "permissions": { "keys": all, "secrets": all, "certificates": all },
    });
    let write = |verb: &str, entry: &Value| {
        let body = json!({ "properties": { "accessPolicies": [entry] } });
        tenant.arm(
            Method::PUT,
            &format!("{VAULTS}/kv-legacy/accessPolicies/{verb}"),
            "2026-02-01",
            body,
        );
    };
    write("remove", &entry);
    entry["applicationId"] = principal["appId"].clone();
    write("add", &entry);
    let run = tenant.apply(&spec);
    assert_eq!(run.changes(), ["+ get, list vault kv-legacy (keys, secrets, certificates)"]);
    assert_eq!(policies(&tenant, "kv-legacy").len(), 2);
}

#[test]
fn an_entry_that_grants_more_is_right_and_one_that_grants_less_is_widened() {
    let tenant = Tenant::new();
    let spec = spec(tenant.path(), &[PRODUCTION]);
    tenant.apply(&spec);
    let (_, principal) = tenant.application();
    let replace = |vault: &str, permissions: Value| {
        let body = json!({ "properties": { "accessPolicies": [{
            "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
            "objectId": principal["id"],
            "permissions": permissions,
        }]}});
        let path = format!("{VAULTS}/{vault}/accessPolicies/replace");
        tenant.arm(Method::PUT, &path, "2026-02-01", body);
    };
    let portal = json!(["Get", "List", "Set"]);
    replace(
        "kv-legacy",
        json!({ "keys": ["all"], "secrets": portal, "certificates": ["LIST", "get"] }),
    );
    replace("kv-shared", json!({ "keys": ["list"], "secrets": ["get", "list"] }));
    let run = tenant.apply(&spec);
    assert_eq!(
        run.changes(),
        ["~ permissions vault kv-shared (keys: get; certificates: get, list)"]
    );
}

/// The portal writes permissions in another case, and Azure compares with case when it takes away.
#[test]
fn access_beyond_the_spec_is_taken_away_when_asked() {
    let tenant = Tenant::new();
    tenant.apply(&spec(tenant.path(), &[PRODUCTION]));
    let (_, principal) = tenant.application();
    let foreign = policies(&tenant, "kv-shared").len() - 1;
    for vault in ["kv-legacy", "kv-shared"] {
        let portal = json!(["Get", "List", "Delete"]);
        let body = json!({ "properties": { "accessPolicies": [{
            "tenantId": "0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3",
            "objectId": principal["id"],
            "permissions": { "keys": portal, "secrets": portal, "storage": ["all"] },
        }]}});
        let path = format!("{VAULTS}/{vault}/accessPolicies/replace");
        tenant.arm(Method::PUT, &path, "2026-02-01", body);
    }
    let more = "extras: prune\nkeyVaults: { exclude: [kv-shared] }\n";
    let spec = spec_with(tenant.path(), &[PRODUCTION], more);
    let run = tenant.run(&["apply", "--auto-approve", "--allow-deletes", spec.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{run:?}");
    tenant.assert_nothing_to_do(spec.to_str().unwrap());
    assert_eq!(policies(&tenant, "kv-shared").len(), foreign);
    let left = policies(&tenant, "kv-legacy").remove(0);
    assert_eq!(left["permissions"]["keys"], json!(["Get", "List"]), "as it was spelled");
    assert_eq!(left["permissions"]["certificates"], json!(["get", "list"]));
    assert!(left["permissions"].get("storage").is_none_or(|s| *s == json!([])), "{left}");
}
