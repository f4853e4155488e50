//! Role assignments.

use serde_json::{Value, json};

use crate::support::{
    ADA, ASSIGNMENTS, Answer, DEVELOPMENT, OWNER, PLATFORM, PRODUCTION, READER, ROLES, TENANT,
    Tenant,
};

const NAME: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const OTHER: &str = "4a3615f1-5a9a-42e4-8b1d-1416f93d4412";
const VERSION: &str = "api-version=2022-04-01";

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/{ASSIGNMENTS}/{name}?{VERSION}")
}

fn body(principal: &str, role: &str) -> Value {
    json!({ "properties": {
        "roleDefinitionId": format!("/{ROLES}/{role}"),
        "principalId": principal,
        "principalType": "ServicePrincipal",
        "description": "for scans",
    } })
}

async fn scopes(tenant: &Tenant, scope: &str, filter: &str) -> Vec<String> {
    let list = tenant.get(&format!("{scope}/{ASSIGNMENTS}?{VERSION}&$filter={filter}")).await;
    let mut scopes: Vec<String> = list
        .list("/value")
        .iter()
        .map(|one| one["properties"]["scope"].as_str().unwrap().to_owned())
        .collect();
    scopes.sort();
    scopes
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_comes_back_with_its_nulls_and_without_creator() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let scope = PRODUCTION.replace("/subscriptions", "/Subscriptions");
    let created = tenant.put(&path(&scope, NAME), body(&principal, READER)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let operator = tenant
        .get(&format!("/v1.0/servicePrincipals(appId='{}')", tenant.sandbox.operator().client_id))
        .await
        .text("/id");
    let mut expected = json!({
        "properties": {
            "roleDefinitionId": format!("{PRODUCTION}/{ROLES}/{READER}"),
            "principalId": principal,
            "principalType": "ServicePrincipal",
            "scope": scope,
            "condition": null,
            "conditionVersion": null,
            "createdOn": "2027-01-15T08:00:00.0000000Z",
            "updatedOn": "2027-01-15T08:00:00.0000000Z",
            "createdBy": null,
            "updatedBy": operator,
            "delegatedManagedIdentityResourceId": null,
            "description": "for scans",
        },
        "id": format!("{scope}/{ASSIGNMENTS}/{NAME}"),
        "type": "Microsoft.Authorization/roleAssignments",
        "name": NAME,
    });
    assert_eq!(created.body, expected);
    expected["properties"]["createdBy"] = json!(operator);
    assert_eq!(tenant.get(&path(PRODUCTION, NAME)).await.body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_is_effective_at_once_and_below_its_scope() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(READER, PLATFORM).await;
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy?api-version=2026-02-01"
    );
    assert_eq!(tenant.call_as(&token, "GET", &vault, &[], None).await.status, 200);
    let write = tenant.call_as(&token, "PATCH", &vault, &[], Some(json!({}))).await;
    write.is_error(403, "AuthorizationFailed", "'Microsoft.KeyVault/vaults/write'");
    let (_, other) = tenant.principal("other").await;
    let write = tenant
        .call_as(&token, "PUT", &path(PRODUCTION, NAME), &[], Some(body(&other, READER)))
        .await;
    write.is_error(
        403,
        "AuthorizationFailed",
        &format!("over scope '{PRODUCTION}/{ASSIGNMENTS}/{NAME}'"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_name_updates_in_place_and_keeps_its_identity() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let (_, other) = tenant.principal("other").await;
    tenant.put(&path(PRODUCTION, NAME), body(&principal, READER)).await;
    let mut changed = body(&principal, READER);
    changed["properties"]["description"] = json!("for audits");
    assert_eq!(tenant.put(&path(PRODUCTION, NAME), changed).await.status, 201);
    assert_eq!(
        tenant.get(&path(PRODUCTION, NAME)).await.text("/properties/description"),
        "for audits"
    );

    for (scope, body) in [
        (PRODUCTION, body(&other, READER)),
        (PRODUCTION, body(&principal, OWNER)),
        (DEVELOPMENT, body(&principal, READER)),
    ] {
        let answer = tenant.put(&path(scope, NAME), body).await;
        let message =
            "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
        answer.is_error(400, "RoleAssignmentUpdateNotPermitted", message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_assignment_under_another_name_is_refused_with_the_name_it_has() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    tenant.put(&path(PRODUCTION, NAME), body(&principal, READER)).await;
    let answer = tenant.put(&path(PRODUCTION, OTHER), body(&principal, READER)).await;
    let message = "The role assignment already exists. The ID of the existing role assignment is 3f2504e04f8941d39a0c0305e82c3301.";
    answer.is_error(409, "RoleAssignmentExists", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn principals_must_exist_and_be_what_they_are_said_to_be() {
    let tenant = Tenant::start().await;
    let (client_id, principal) = tenant.principal("scanner").await;
    let answer = tenant.put(&path(PRODUCTION, NAME), body(&client_id, READER)).await;
    let dashless = client_id.replace('-', "");
    answer.is_error(
        400,
        "PrincipalNotFound",
        &format!("Principal {dashless} does not exist in the directory {TENANT}."),
    );

    let mut user = body(&principal, READER);
    user["properties"]["principalType"] = json!("User");
    let answer = tenant.put(&path(PRODUCTION, NAME), user).await;
    answer.is_error(
        400,
        "UnmatchedPrincipalType",
        "has type 'ServicePrincipal' , which is different from specified PrinciaplType 'User'.",
    );
    let answer = tenant.put(&path(PRODUCTION, NAME), body(ADA, READER)).await;
    answer.is_error(400, "UnmatchedPrincipalType", "has type 'User'");
    let answer = tenant.put(&path(PRODUCTION, NAME), body("scanner", READER)).await;
    answer.is_error(400, "InvalidPrincipalId", "The Principal ID 'scanner' is not valid.");

    tenant.delete(&format!("/v1.0/servicePrincipals/{principal}")).await;
    let answer = tenant.put(&path(PRODUCTION, NAME), body(&principal, READER)).await;
    answer.is_error(400, "PrincipalNotFound", "does not exist in the directory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_can_hold_a_role() {
    let tenant = Tenant::start().await;
    let mut user = body(ADA, READER);
    user["properties"]["principalType"] = json!("User");
    let created = tenant.put(&path(PRODUCTION, NAME), user).await;
    assert_eq!(created.text("/properties/principalType"), "User");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_must_exist_at_the_scope() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let answer = tenant.put(&path(PRODUCTION, NAME), body(&principal, OTHER)).await;
    answer.is_error(400, "RoleDefinitionDoesNotExist", OTHER);
    let role = json!({ "properties": {
        "roleName": "data", "assignableScopes": [PLATFORM], "permissions": [{ "dataActions": ["Microsoft.KeyVault/vaults/*/read"] }],
    } });
    assert_eq!(
        tenant.put(&format!("{PLATFORM}/{ROLES}/{OTHER}?{VERSION}"), role).await.status,
        201
    );
    let answer = tenant.put(&path(PLATFORM, NAME), body(&principal, OTHER)).await;
    answer.is_error(
        400,
        "InvalidCreateRoleAssignmentRequest",
        "custom role definitions with DataActions",
    );
    assert_eq!(tenant.put(&path(PRODUCTION, NAME), body(&principal, OTHER)).await.status, 201);
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let answer = tenant.put(&path(&root, NAME), body(&principal, OTHER)).await;
    answer.is_error(400, "RoleDefinitionDoesNotExist", OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_reach_up_and_down_as_their_filter_says() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    for scope in [PLATFORM, PRODUCTION, group.as_str(), DEVELOPMENT] {
        assert_eq!(tenant.assign(scope, READER, &principal).await.status, 201);
    }
    let of_principal = |filter: &str| format!("{filter} and assignedTo('{principal}')");
    let principal_filter = format!("principalId eq '{}'", principal.to_uppercase());
    assert_eq!(
        scopes(&tenant, PRODUCTION, &principal_filter).await,
        [PLATFORM, PRODUCTION, &group]
    );
    assert_eq!(
        scopes(&tenant, PRODUCTION, &of_principal("atScope()")).await,
        [PLATFORM, PRODUCTION]
    );
    assert_eq!(
        scopes(&tenant, &group, &of_principal("atScope()")).await,
        [PLATFORM, PRODUCTION, &group]
    );
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let mut all = scopes(&tenant, PRODUCTION, "").await;
    // Seeded operators hold roles at Production, too.
    all.dedup();
    assert_eq!(all, [&root, PLATFORM, PRODUCTION, &group]);
    let answer =
        tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{VERSION}&$filter=type() eq 'x'")).await;
    answer.is_error(400, "UnsupportedQuery", "Supported filters are either");
}

#[tokio::test(flavor = "multi_thread")]
async fn inherited_rows_name_the_role_through_the_subscription_that_was_asked() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let id = tenant.assign(PLATFORM, READER, &principal).await.text("/id");
    let filter = format!("principalId eq '{principal}'");
    let list: Answer =
        tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{VERSION}&$filter={filter}")).await;
    assert_eq!(list.text("/value/0/id"), id);
    assert_eq!(
        list.text("/value/0/properties/roleDefinitionId"),
        format!("{PRODUCTION}/{ROLES}/{READER}")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_assignment_is_answered_with_what_it_was_and_then_with_nothing() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    tenant.put(&path(PRODUCTION, NAME), body(&principal, READER)).await;
    assert_eq!(tenant.delete(&path(DEVELOPMENT, NAME)).await.status, 204);
    let deleted = tenant.delete(&path(PRODUCTION, NAME)).await;
    assert_eq!((deleted.status, deleted.text("/name").as_str()), (200, NAME));
    assert_eq!(tenant.delete(&path(PRODUCTION, NAME)).await.status, 204);
    let missing = tenant.get(&path(PRODUCTION, NAME)).await;
    missing.is_error(
        404,
        "RoleAssignmentNotFound",
        &format!("The role assignment '{NAME}' is not found."),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_guids_and_scopes_exist() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let answer = tenant.put(&path(PRODUCTION, "mine"), body(&principal, READER)).await;
    answer.is_error(400, "InvalidRoleAssignmentId", "'mine'");
    let group = format!("{PRODUCTION}/resourceGroups/nowhere");
    let answer = tenant.put(&path(&group, NAME), body(&principal, READER)).await;
    answer.is_error(404, "ResourceGroupNotFound", "Resource group 'nowhere' could not be found.");
    let list = tenant.get(&format!("{group}/{ASSIGNMENTS}?{VERSION}")).await;
    list.is_error(404, "ResourceGroupNotFound", "'nowhere'");
    let site = format!("{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/nowhere");
    let answer = tenant.delete(&path(&site, NAME)).await;
    answer.is_error(
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.Web/sites/nowhere' under resource group 'rg-web' was not found.",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_principal_holds_shows_whole_from_the_root_to_a_resource_group() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    let condition = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})))";
    for (name, scope) in [(NAME, &root), (OTHER, &group)] {
        let mut body = body(&principal, READER);
        body["properties"]["condition"] = json!(condition);
        body["properties"]["conditionVersion"] = json!("2.0");
        assert_eq!(tenant.put(&path(scope, name), body).await.status, 201);
    }
    let filter = format!("$filter=principalId eq '{principal}'");
    let list = tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{VERSION}&{filter}")).await;
    let mut found = list.list("/value");
    found.sort_by_key(|one| one["name"].to_string());
    for (one, (name, scope)) in found.iter().zip([(NAME, &root), (OTHER, &group)]) {
        assert_eq!(one["id"], format!("{scope}/{ASSIGNMENTS}/{name}"));
        assert_eq!(one["name"], name);
        for (property, value) in [
            ("scope", scope.as_str()),
            ("description", "for scans"),
            ("condition", condition),
            ("principalId", &principal),
        ] {
            assert_eq!(one["properties"][property], value, "{property}");
        }
        let id = one["id"].as_str().unwrap();
        assert_eq!(tenant.get(&format!("{id}?{VERSION}")).await.text("/name"), name);
    }
    assert_eq!(found.len(), 2);
}
