//! How many custom roles there may be, and where they may be assignable.

use serde_json::{Value, json};

use crate::support::{Answer, DEVELOPMENT, OWNER, PRODUCTION, ROLES, Tenant};

const NAMES: [&str; 3] = [
    "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "4a3615f1-5a9a-42e4-8b1d-1416f93d4412",
    "5b472602-6bab-43f5-9c2e-25270a4e5523",
];

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/{ROLES}/{name}?api-version=2022-04-01")
}

fn body(role_name: &str, scopes: Value) -> Value {
    json!({ "properties": {
        "roleName": role_name,
        "permissions": [{ "actions": ["*/read"] }],
        "assignableScopes": scopes,
    } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_has_only_so_many_custom_roles() {
    let tenant = Tenant::start_with("limits: { customRoles: 2 }").await;
    let create = async |index: usize, role_name: &str| {
        tenant.put(&path(PRODUCTION, NAMES[index]), body(role_name, json!([PRODUCTION]))).await
    };
    assert_eq!(create(0, "first").await.status, 201);
    assert_eq!(create(1, "second").await.status, 201);
    create(2, "third").await.is_error(400, "RoleDefinitionLimitExceeded", "limit exceeded");
    assert_eq!(create(1, "still second").await.status, 201);
    assert_eq!(tenant.delete(&path(PRODUCTION, NAMES[0])).await.status, 200);
    assert_eq!(create(2, "third").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_has_at_most_2000_assignable_scopes() {
    let tenant = Tenant::start().await;
    let groups = |count: usize| {
        let mut scopes = vec![json!(PRODUCTION)];
        scopes
            .extend((1..count).map(|index| json!(format!("{PRODUCTION}/resourceGroups/g{index}"))));
        json!(scopes)
    };
    let put = async |count: usize| -> Answer {
        tenant.put(&path(PRODUCTION, NAMES[0]), body("scanner", groups(count))).await
    };
    put(2001).await.is_error(400, "InvalidRoleDefinition", "2000");
    assert_eq!(put(2000).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_the_caller_cannot_see_still_has_its_name() {
    let tenant = Tenant::start().await;
    let role = body("scanner", json!([PRODUCTION]));
    assert_eq!(tenant.put(&path(PRODUCTION, NAMES[0]), role).await.status, 201);
    let (token, _) = tenant.holder_of(OWNER, DEVELOPMENT).await;
    let list =
        format!("{DEVELOPMENT}/{ROLES}?api-version=2022-04-01&$filter=roleName eq 'scanner'");
    let list = tenant.call_as(&token, "GET", &list, &[], None).await;
    assert_eq!(list.list("/value"), Vec::<Value>::new());
    let body = body("scanner", json!([DEVELOPMENT]));
    let answer = tenant.call_as(&token, "PUT", &path(DEVELOPMENT, NAMES[1]), &[], Some(body)).await;
    answer.is_error(409, "RoleDefinitionWithSameNameExists", "already exists in this directory");
}
