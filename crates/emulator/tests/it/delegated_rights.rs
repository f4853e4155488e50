//! What a person may do in Graph: what both the client's scopes and the person's own rights allow.

use serde_json::{Value, json};

use crate::callers::{AZURE_CLI, GRAPH_COMMAND_LINE};
use crate::support::{ADA, Answer, Tenant};

const DEFAULT: &str = "https://graph.microsoft.com/.default";
const APPLICATION_DEVELOPER: &str = "cf1c38e5-3621-4004-a7cb-879624dced7c";
const APPLICATION_ADMINISTRATOR: &str = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const CLOUD_APPLICATION_ADMINISTRATOR: &str = "158c047a-c907-4556-b7ef-446551a6b5f7";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const PRIVILEGED_ROLE_ADMINISTRATOR: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";

/// Puts Ada into a role of the directory.
async fn promote(tenant: &Tenant, role: &str) {
    let token = tenant.token_of("global-administrator", DEFAULT).await;
    let path = "/v1.0/roleManagement/directory/roleAssignments";
    let body = json!({ "principalId": ADA, "roleDefinitionId": role, "directoryScopeId": "/" });
    let answer = tenant.call_as(&token, "POST", path, &[], Some(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn create(tenant: &Tenant, token: &str) -> Answer {
    let body = Some(json!({ "displayName": "new" }));
    tenant.call_as(token, "POST", "/v1.0/applications", &[], body).await
}

async fn rename(tenant: &Tenant, token: &str, id: &str) -> Answer {
    let body = Some(json!({ "displayName": "renamed" }));
    tenant.call_as(token, "PATCH", &format!("/v1.0/applications/{id}"), &[], body).await
}

async fn grant_graph_role(tenant: &Tenant, token: &str) -> Answer {
    let (_, principal) = tenant.principal("scanner").await;
    let graph = tenant.graph_principal().await;
    let role = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
    let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": role });
    let path = format!("/v1.0/servicePrincipals/{graph}/appRoleAssignedTo");
    tenant.call_as(token, "POST", &path, &[], Some(body)).await
}

#[track_caller]
fn is_refused(answer: &Answer) {
    answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_role_reads_the_directory_and_writes_nothing() {
    let tenant = Tenant::start().await;
    let token = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
    for path in ["/v1.0/applications", "/v1.0/servicePrincipals", "/v1.0/groups", "/v1.0/me"] {
        let answer = tenant.call_as(&token, "GET", path, &[], None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    let deleted = "/v1.0/directory/deletedItems/microsoft.graph.application";
    is_refused(&tenant.call_as(&token, "GET", deleted, &[], None).await);
    let (id, _) = tenant.application("other").await;
    is_refused(&create(&tenant, &token).await);
    is_refused(&rename(&tenant, &token, &id).await);
    is_refused(&grant_graph_role(&tenant, &token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_writes_its_own_application() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("hers").await;
    let owner = json!({ "@odata.id": tenant.url(&format!("/v1.0/users/{ADA}")) });
    tenant.post(&format!("/v1.0/applications/{id}/owners/$ref"), owner).await;
    let token = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
    assert_eq!(rename(&tenant, &token, &id).await.status, 204);
    let secret = format!("/v1.0/applications/{id}/addPassword");
    let answer = tenant.call_as(&token, "POST", &secret, &[], Some(json!({}))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // The client has to be allowed to, as well.
    let scope = "https://graph.microsoft.com/Application.Read.All";
    let token = tenant.token_of_person("ada", GRAPH_COMMAND_LINE, scope).await;
    is_refused(&rename(&tenant, &token, &id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_developer_creates_and_writes_what_it_created() {
    let tenant = Tenant::start().await;
    promote(&tenant, APPLICATION_DEVELOPER).await;
    let token = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
    let made = create(&tenant, &token).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.text("/id");
    let owners = tenant.get(&format!("/v1.0/applications/{id}/owners")).await;
    assert_eq!(owners.text("/value/0/id"), ADA);
    assert_eq!(rename(&tenant, &token, &id).await.status, 204);
    let principal = async |app_id: &str| {
        let body = Some(json!({ "appId": app_id }));
        tenant.call_as(&token, "POST", "/v1.0/servicePrincipals", &[], body).await
    };
    assert_eq!(principal(&made.text("/appId")).await.status, 201);
    let (other, app_id) = tenant.application("other").await;
    is_refused(&principal(&app_id).await);
    is_refused(&rename(&tenant, &token, &other).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_decide_what_a_person_may_write() {
    for (role, creates, grants) in [
        (APPLICATION_ADMINISTRATOR, 201, 403),
        (CLOUD_APPLICATION_ADMINISTRATOR, 201, 403),
        (PRIVILEGED_ROLE_ADMINISTRATOR, 403, 201),
        (GLOBAL_ADMINISTRATOR, 201, 201),
    ] {
        let tenant = Tenant::start().await;
        promote(&tenant, role).await;
        let token = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
        let statuses =
            [create(&tenant, &token).await.status, grant_graph_role(&tenant, &token).await.status];
        assert_eq!(statuses, [creates, grants], "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_bound_even_a_global_administrator() {
    let tenant = Tenant::start().await;
    promote(&tenant, GLOBAL_ADMINISTRATOR).await;
    for (scopes, creates, grants) in [
        ("Application.Read.All", 403, 403),
        ("Application.ReadWrite.All", 201, 403),
        ("AppRoleAssignment.ReadWrite.All", 403, 403),
        ("AppRoleAssignment.ReadWrite.All Application.Read.All", 403, 201),
        ("Directory.AccessAsUser.All", 201, 201),
    ] {
        let token = tenant.token_of_person("ada", GRAPH_COMMAND_LINE, scopes).await;
        let statuses =
            [create(&tenant, &token).await.status, grant_graph_role(&tenant, &token).await.status];
        assert_eq!(statuses, [creates, grants], "{scopes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_counts_from_the_next_sign_in_on() {
    let tenant = Tenant::start().await;
    let before = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
    promote(&tenant, APPLICATION_ADMINISTRATOR).await;
    is_refused(&create(&tenant, &before).await);
    let after = tenant.token_of_person("ada", AZURE_CLI, DEFAULT).await;
    let made = create(&tenant, &after).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["createdByAppId"], Value::from(AZURE_CLI));
}
