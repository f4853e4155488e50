//! Security groups, and what somebody is in through them.

use serde_json::{Value, json};

use crate::callers::{AZURE_CLI, GRAPH_COMMAND_LINE};
use crate::support::{ADA, GRACE, Tenant};

const AUDITORS: &str = "5f667788-99aa-4bbc-8dce-dfe0f1021324";
const FINANCE: &str = "60778899-aabb-4ccd-9edf-e0f102132435";
const READERS: &str = "718899aa-bbcc-4dde-afe0-f10213243546";
const ROLES: &str = "transitiveMemberOf/microsoft.graph.directoryRole";
const EVENTUAL: [(&str, &str); 1] = [("consistencylevel", "eventual")];

fn ids(list: &[Value]) -> Vec<&str> {
    list.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_their_direct_members_are_listed() {
    let tenant = Tenant::start().await;
    let groups = tenant.get("/v1.0/groups").await;
    assert_eq!(ids(&groups.list("/value")), [AUDITORS, FINANCE, READERS]);
    let group = tenant.get(&format!("/v1.0/groups/{FINANCE}?$select=id,isAssignableToRole")).await;
    assert_eq!(group.body["isAssignableToRole"], json!(false));
    let members = tenant.get(&format!("/v1.0/groups/{FINANCE}/members")).await;
    assert_eq!(members.text("/value/0/@odata.type"), "#microsoft.graph.group");
    assert_eq!(ids(&members.list("/value")), [AUDITORS]);
    let members = tenant.get(&format!("/v1.0/groups/{AUDITORS}/members")).await;
    assert_eq!(members.text("/value/0/userPrincipalName"), "grace@contoso.onmicrosoft.com");
    let answer = tenant.get(&format!("/v1.0/groups/{ADA}")).await;
    answer.is_error(404, "Request_ResourceNotFound", ADA);
    let answer = tenant.delete(&format!("/v1.0/groups/{FINANCE}")).await;
    answer.is_error(405, "Request_BadRequest", "HTTP method");
}

#[tokio::test(flavor = "multi_thread")]
async fn membership_goes_through_groups_to_their_groups_and_roles() {
    let tenant = Tenant::start().await;
    let all = tenant.get(&format!("/v1.0/users/{GRACE}/transitiveMemberOf")).await;
    let types: Vec<Value> =
        all.list("/value").iter().map(|one| one["@odata.type"].clone()).collect();
    let (role, group) = ("#microsoft.graph.directoryRole", "#microsoft.graph.group");
    assert_eq!(types, [role, group, group, group]);
    let none = tenant.get(&format!("/v1.0/users/{ADA}/transitiveMemberOf")).await;
    assert_eq!(none.body["value"], json!([]));
    let path = format!("/v1.0/users/{GRACE}/transitiveMemberOf/microsoft.graph.group?$count=true");
    let groups = tenant.call("GET", &path, &EVENTUAL, None).await;
    assert_eq!(ids(&groups.list("/value")), [AUDITORS, FINANCE, READERS]);
    assert_eq!(groups.body["@odata.count"], json!(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_finds_its_own_directory_roles_with_user_read_alone() {
    let tenant = Tenant::start().await;
    let scope = "https://graph.microsoft.com/User.Read";
    let token = tenant.token_of_person("grace", GRAPH_COMMAND_LINE, scope).await;
    let path = format!("/v1.0/me/{ROLES}?$count=true&$select=roleTemplateId,displayName");
    let answer = tenant.call_as(&token, "GET", &path, &EVENTUAL, None).await;
    assert_eq!(
        answer.body["value"],
        json!([{
            "displayName": "Directory Readers",
            "roleTemplateId": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
        }])
    );
    let me = tenant.call_as(&token, "GET", "/v1.0/me", &[], None).await;
    assert_eq!(me.text("/id"), GRACE);
    // Everything else takes more than that.
    let apps = tenant.call_as(&token, "GET", "/v1.0/applications", &[], None).await;
    apps.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cast_of_a_persons_memberships_is_an_advanced_query() {
    let tenant = Tenant::start().await;
    let scope = "https://graph.microsoft.com/.default";
    let token = tenant.token_of_person("katherine", AZURE_CLI, scope).await;
    for (headers, query) in [(&[][..], "?$count=true"), (&EVENTUAL[..], ""), (&[][..], "")] {
        let path = format!("/v1.0/me/{ROLES}{query}");
        let answer = tenant.call_as(&token, "GET", &path, headers, None).await;
        answer.is_error(400, "Request_UnsupportedQuery", "");
    }
    let path = format!("/v1.0/me/{ROLES}?$count=true");
    let answer = tenant.call_as(&token, "GET", &path, &EVENTUAL, None).await;
    // She is eligible for Global Administrator, which does not show.
    assert_eq!((answer.status, &answer.body["value"]), (200, &json!([])), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn me_is_nobody_for_an_application() {
    let tenant = Tenant::start().await;
    for path in ["/v1.0/me", "/v1.0/me/transitiveMemberOf"] {
        let answer = tenant.get(path).await;
        let message = "/me request is only valid with delegated authentication flow.";
        answer.is_error(400, "BadRequest", message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_roles_of_a_service_principal_are_found_as_recorded() {
    let tenant = Tenant::start().await;
    let client = &tenant.sandbox.operators()["application-administrator"].client_id;
    let path = format!("/v1.0/servicePrincipals(appId='{client}')/{ROLES}");
    let answer = tenant.get(&path).await;
    let context = tenant.url("/v1.0/$metadata#directoryRoles");
    assert_eq!(answer.text("/@odata.context"), context);
    assert_eq!(answer.text("/value/0/displayName"), "Application Administrator");
    assert_eq!(answer.list("/value").len(), 1);
}
