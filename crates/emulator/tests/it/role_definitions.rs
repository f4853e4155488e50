//! Custom roles.

use serde_json::{Value, json};

use crate::support::{
    Answer, DEVELOPMENT, OWNER, PLATFORM, PRODUCTION, READER, ROLES, TENANT, Tenant,
};

const NAME: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const OTHER: &str = "4a3615f1-5a9a-42e4-8b1d-1416f93d4412";
const VERSION: &str = "api-version=2022-04-01";
const USER_ACCESS_ADMINISTRATOR: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/{ROLES}/{name}?{VERSION}")
}

fn body(role_name: &str, scopes: &[&str]) -> Value {
    json!({ "properties": {
        "roleName": role_name,
        "description": "for scans",
        "type": "customRole",
        "permissions": [{ "actions": ["Microsoft.Web/sites/config/list/action"] }],
        "assignableScopes": scopes,
    } })
}

async fn create(tenant: &Tenant, name: &str, role_name: &str, scopes: &[&str]) -> Answer {
    tenant.put(&path(scopes[0], name), body(role_name, scopes)).await
}

async fn names(tenant: &Tenant, scope: &str, filter: &str) -> Vec<String> {
    let list = tenant.get(&format!("{scope}/{ROLES}?{VERSION}&$filter={filter}")).await;
    list.list("/value")
        .iter()
        .map(|role| role["properties"]["roleName"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_answer_201_without_creator_and_reads_fill_it_in() {
    let tenant = Tenant::start().await;
    let created = create(&tenant, NAME, "scanner", &[PRODUCTION]).await;
    assert_eq!(created.status, 201, "{created:?}");
    let permissions = json!([{
        "actions": ["Microsoft.Web/sites/config/list/action"],
        "notActions": [], "dataActions": [], "notDataActions": [],
    }]);
    let operator = tenant
        .get(&format!("/v1.0/servicePrincipals(appId='{}')", tenant.sandbox.operator().client_id))
        .await
        .text("/id");
    let mut expected = json!({
        "properties": {
            "roleName": "scanner",
            "type": "CustomRole",
            "description": "for scans",
            "assignableScopes": [PRODUCTION],
            "permissions": permissions,
            "createdOn": "2027-01-15T08:00:00.0000000Z",
            "updatedOn": "2027-01-15T08:00:00.0000000Z",
            "createdBy": null,
            "updatedBy": operator,
        },
        "id": format!("{PRODUCTION}/{ROLES}/{NAME}"),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": NAME,
    });
    assert_eq!(created.body, expected);

    tenant.advance(time::Duration::minutes(1));
    let updated = create(&tenant, NAME, "scanner", &[PRODUCTION]).await;
    assert_eq!(
        (updated.status, updated.text("/properties/createdOn")),
        (201, "2027-01-15T08:01:00.0000000Z".to_owned())
    );
    expected["properties"]["createdBy"] = json!(operator);
    expected["properties"]["updatedOn"] = json!("2027-01-15T08:01:00.0000000Z");
    assert_eq!(tenant.get(&path(PRODUCTION, NAME)).await.body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_seen_where_it_can_be_assigned() {
    let tenant = Tenant::start().await;
    create(&tenant, NAME, "scanner", &[PRODUCTION]).await;
    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    assert_eq!(names(&tenant, &group, "roleName eq 'SCANNER'").await, ["scanner"]);
    assert_eq!(names(&tenant, DEVELOPMENT, "roleName eq 'scanner'").await, Vec::<String>::new());
    assert_eq!(names(&tenant, PLATFORM, "type eq 'CustomRole'").await, Vec::<String>::new());
    assert_eq!(
        names(&tenant, PLATFORM, "atScopeAndBelow() and type eq 'CustomRole'").await,
        ["scanner"]
    );
    assert_eq!(names(&tenant, "", "type eq 'CustomRole'").await, ["scanner"]);
    let (token, _) = tenant.holder_of(READER, DEVELOPMENT).await;
    let tenant_level = format!("/{ROLES}?{VERSION}&$filter=roleName eq 'scanner'");
    let list = tenant.call_as(&token, "GET", &tenant_level, &[], None).await;
    assert_eq!(list.list("/value"), Vec::<Value>::new());
    let missing = tenant.get(&path(DEVELOPMENT, NAME)).await;
    missing.is_error(
        404,
        "RoleDefinitionDoesNotExist",
        &format!("with ID '{NAME}' does not exist."),
    );
    let answer =
        tenant.get(&format!("{PRODUCTION}/{ROLES}?{VERSION}&$filter=colour eq 'red'")).await;
    answer.is_error(400, "UnsupportedQuery", "The filter 'colour eq 'red'' is not supported.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_follows_the_subscription_that_was_asked_through() {
    let tenant = Tenant::start().await;
    create(&tenant, NAME, "scanner", &[PLATFORM]).await;
    for (scope, expected) in
        [("", ""), (PLATFORM, ""), (PRODUCTION, PRODUCTION), (DEVELOPMENT, DEVELOPMENT)]
    {
        for name in [NAME, READER] {
            let read = tenant.get(&path(scope, name)).await;
            assert_eq!(read.text("/id"), format!("{expected}/{ROLES}/{name}"));
        }
    }
    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    let created = create(&tenant, OTHER, "group scanner", &[&group]).await;
    assert_eq!(created.text("/id"), format!("{PRODUCTION}/{ROLES}/{OTHER}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_unique_in_the_tenant_and_built_in_roles_are_fixed() {
    let tenant = Tenant::start().await;
    create(&tenant, NAME, "scanner", &[PRODUCTION]).await;
    for name in ["Scanner", "Reader"] {
        let answer = create(&tenant, OTHER, name, &[DEVELOPMENT]).await;
        answer.is_error(
            409,
            "RoleDefinitionWithSameNameExists",
            "already exists in this directory",
        );
    }
    let answer = create(&tenant, READER, "mine", &[PRODUCTION]).await;
    answer.is_error(409, "RoleDefinitionExists", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn definitions_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let other_group = "/providers/Microsoft.Management/managementGroups/typo";
    let change = |pointer: &str, value: Value| {
        let mut body = body("scanner", &[PRODUCTION]);
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let actions = "/properties/permissions/0/actions";
    let scopes = "/properties/assignableScopes";
    for (body, code) in [
        (change("/properties/roleName", json!(" ")), "RoleDefinitionNameNullOrEmpty"),
        (change("/properties/roleName", json!("x".repeat(513))), "InvalidRoleDefinition"),
        (change("/properties/description", json!("x".repeat(2049))), "InvalidRoleDefinition"),
        (change("/properties/type", json!("BuiltInRole")), "InvalidRoleDefinitionType"),
        (change(scopes, json!([])), "MissingAssignableScopes"),
        (change(scopes, json!([PRODUCTION, "production"])), "LinkedInvalidPropertyId"),
        (change(scopes, json!(["/"])), "LinkedInvalidPropertyId"),
        (change(scopes, json!([PLATFORM, other_group])), "InvalidRoleDefinition"),
        (change(actions, json!(["*/x/*"])), "InvalidActionOrNotAction"),
        (change(actions, json!([""])), "InvalidActionOrNotAction"),
        (change(actions, json!(["Microsoft.Web"])), "InvalidActionOrNotAction"),
        (change(actions, json!(["Microsoft.Web/sites/list"])), "InvalidActionOrNotAction"),
        (change(actions, json!(["Microsoft.Nowhere/*/read"])), "InvalidActionOrNotAction"),
    ] {
        tenant.put(&path(PRODUCTION, NAME), body).await.is_error(400, code, "");
    }
    tenant.put(&path(PRODUCTION, "mine"), body("scanner", &[PRODUCTION])).await.is_error(
        400,
        "InvalidRoleDefinitionId",
        "'mine'",
    );
    // Whether a management group exists is not looked at.
    assert_eq!(create(&tenant, NAME, "scanner", &[PRODUCTION, other_group]).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_a_role_takes_the_right_at_each_of_its_scopes() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(OWNER, PRODUCTION).await;
    let body = body("scanner", &[PRODUCTION, DEVELOPMENT]);
    let answer = tenant.call_as(&token, "PUT", &path(PRODUCTION, NAME), &[], Some(body)).await;
    answer.is_error(
        403,
        "LinkedAuthorizationFailed",
        &format!("on the linked scope(s)'{DEVELOPMENT}' or the linked scope(s)are invalid"),
    );

    create(&tenant, NAME, "scanner", &[PRODUCTION, DEVELOPMENT]).await;
    let delete = tenant.call_as(&token, "DELETE", &path(PRODUCTION, NAME), &[], None).await;
    delete.is_error(403, "LinkedAuthorizationFailed", DEVELOPMENT);
    let (token, _) = tenant.holder_of(USER_ACCESS_ADMINISTRATOR, PLATFORM).await;
    assert_eq!(
        tenant.call_as(&token, "DELETE", &path(PRODUCTION, NAME), &[], None).await.status,
        200
    );
    let (token, _) = tenant.holder_of(READER, PLATFORM).await;
    let delete = tenant.call_as(&token, "DELETE", &path(PRODUCTION, NAME), &[], None).await;
    delete.is_error(403, "AuthorizationFailed", "Microsoft.Authorization/roleDefinitions/delete");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assigned_role_can_neither_shrink_nor_go() {
    let tenant = Tenant::start().await;
    create(&tenant, NAME, "scanner", &[PRODUCTION, DEVELOPMENT]).await;
    let (_, principal) = tenant.principal("scanner").await;
    let assignment = tenant.assign(DEVELOPMENT, NAME, &principal).await.text("/id");

    let shrunk = create(&tenant, NAME, "scanner", &[PRODUCTION]).await;
    shrunk.is_error(
        400,
        "RoleScopeBeingRemovedContainsAssignments",
        &format!("under scope '{DEVELOPMENT}'"),
    );
    let deleted = tenant.delete(&path(PRODUCTION, NAME)).await;
    deleted.is_error(400, "RoleDefinitionHasAssignments", "existing role assignments");

    assert_eq!(tenant.delete(&format!("{assignment}?{VERSION}")).await.status, 200);
    assert_eq!(create(&tenant, NAME, "scanner", &[PRODUCTION]).await.status, 201);
    let deleted = tenant.delete(&path(PRODUCTION, NAME)).await;
    assert_eq!((deleted.status, deleted.text("/name").as_str()), (200, NAME));
    assert_eq!(tenant.delete(&path(PRODUCTION, NAME)).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn built_in_roles_have_their_real_actions() {
    let tenant = Tenant::start().await;
    let owner = tenant.get(&path("", OWNER)).await;
    assert_eq!(owner.text("/properties/type"), "BuiltInRole");
    assert_eq!(owner.body["properties"]["permissions"][0]["actions"], json!(["*"]));
    let reader = tenant.get(&path("", "21090545-7ca7-4776-b22c-e363652d74d2")).await;
    let expected = json!([
        "Microsoft.KeyVault/vaults/*/read",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action"
    ]);
    assert_eq!(reader.body["properties"]["permissions"][0]["dataActions"], expected);
    assert_eq!(names(&tenant, PRODUCTION, "type eq 'BuiltInRole'").await.len(), 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_action_that_no_provider_offers_refuses_the_role() {
    let tenant = Tenant::start().await;
    let with = |kind: &str, action: &str| {
        let mut body = body("scanner", &[PRODUCTION]);
        body["properties"]["permissions"][0][kind] =
            json!(["Microsoft.Web/sites/config/list/action", action]);
        body
    };
    let unmatched =
        "'Microsoft.Web/sites/peek' does not match any of the actions supported by the providers.";
    let unknown = "The resource provider referenced in the action is not returned in the list of providers from Azure Resource Manager.";
    for (kind, code) in [
        ("actions", "InvalidActionOrNotAction"),
        ("notActions", "InvalidActionOrNotAction"),
        ("dataActions", "InvalidDataActionOrNotDataAction"),
        ("notDataActions", "InvalidDataActionOrNotDataAction"),
    ] {
        let answer =
            tenant.put(&path(PRODUCTION, NAME), with(kind, "Microsoft.Web/sites/peek")).await;
        answer.is_error(400, code, unmatched);
        let answer =
            tenant.put(&path(PRODUCTION, NAME), with(kind, "Nobody.Here/things/read")).await;
        answer.is_error(400, code, unknown);
    }
    for action in
        ["*", "*/read", "microsoft.web/SITES/Read", "Microsoft.Support/*", "Microsoft.*/read"]
    {
        let answer = tenant.put(&path(PRODUCTION, NAME), with("actions", action)).await;
        assert_eq!(answer.status, 201, "{action}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_built_in_role_is_found_by_its_name() {
    let tenant = Tenant::start().await;
    for (name, id) in [
        ("Security Reader", "39bc4728-0917-49c7-9d2c-d95423bc2eb4"),
        ("Monitoring Reader", "43d0d8ad-25c7-4714-9337-8ba259a9fe05"),
        ("Log Analytics Reader", "73c42c96-874c-492b-b04d-ab87d138a893"),
        ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
        ("Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"),
        ("User Access Administrator", USER_ACCESS_ADMINISTRATOR),
    ] {
        for filter in [
            format!("roleName eq '{name}'"),
            format!("roleName eq '{name}' and type eq 'BuiltInRole'"),
        ] {
            let list =
                tenant.get(&format!("{PRODUCTION}/{ROLES}?{VERSION}&$filter={filter}")).await;
            let found: Vec<Value> =
                list.list("/value").iter().map(|role| role["name"].clone()).collect();
            assert_eq!(found, [id], "{filter}");
        }
    }
    let custom = "roleName eq 'Security Reader' and type eq 'CustomRole'";
    assert_eq!(names(&tenant, PRODUCTION, custom).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_be_made_and_assigned_at_the_root() {
    let tenant = Tenant::start().await;
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    assert_eq!(create(&tenant, NAME, "scanner", &[&root]).await.status, 201);
    let (_, principal) = tenant.principal("scanner").await;
    for scope in [&root, PLATFORM, DEVELOPMENT] {
        assert_eq!(tenant.assign(scope, NAME, &principal).await.status, 201, "{scope}");
    }
    assert_eq!(names(&tenant, DEVELOPMENT, "roleName eq 'scanner'").await, ["scanner"]);
}
