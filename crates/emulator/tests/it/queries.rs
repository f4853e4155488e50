//! `$filter`, `$select`, `$top` and pages on Graph's collections, and requests that are none.

use serde_json::{Value, json};

use crate::support::{Answer, Tenant};

async fn names(tenant: &Tenant, query: &str) -> Vec<String> {
    let answer = tenant.get(&format!("/v1.0/applications?{query}")).await;
    let mut names: Vec<String> =
        answer.list("/value").iter().map(|one| one["displayName"].to_string()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_are_filtered_by_name_id_and_tag() {
    let tenant = Tenant::start().await;
    let body = json!({ "displayName": "it's a scanner", "tags": ["mondoo-azure:prod"] });
    let app_id = tenant.post("/v1.0/applications", body).await.text("/appId");
    for filter in [
        "displayName eq 'it''s a scanner'".to_owned(),
        "displayName eq 'IT''S A SCANNER'".to_owned(),
        format!("appId eq '{app_id}'"),
        "startswith(displayName,'it''s')".to_owned(),
        "displayName in ('none', 'it''s a scanner')".to_owned(),
        "tags/any(t:t eq 'mondoo-azure:prod')".to_owned(),
        "startswith(displayName, 'it') and tags/any(x: x eq 'mondoo-azure:prod')".to_owned(),
    ] {
        assert_eq!(
            names(&tenant, &format!("$filter={filter}")).await,
            ["\"it's a scanner\""],
            "{filter}"
        );
    }
    assert!(names(&tenant, "$filter=displayName eq 'scanner'").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn service_principals_are_filtered_by_the_names_they_go_by() {
    let tenant = Tenant::start().await;
    let filter = "servicePrincipalNames/any(c:c eq 'https://graph.microsoft.com')";
    let found = tenant.get(&format!("/v1.0/servicePrincipals?$filter={filter}")).await;
    assert_eq!(found.text("/value/0/displayName"), "Microsoft Graph");
    let found = tenant.get("/v1.0/servicePrincipals?$filter=displayName eq 'Payroll'").await;
    assert_eq!(found.list("/value").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_that_are_not_supported_are_refused() {
    let tenant = Tenant::start().await;
    for (filter, code, message) in [
        (
            "colour eq 'red'",
            "BadRequest",
            "Could not find a property named 'colour' on type 'microsoft.graph.application'.",
        ),
        (
            "uniqueName eq 'x'",
            "Request_UnsupportedQuery",
            "for property 'uniqueName' of resource 'Application'.",
        ),
        ("displayName eq x y", "BadRequest", "Invalid filter clause"),
        ("displayName eq 'x", "BadRequest", "Invalid filter clause"),
        ("displayName gt 'x'", "BadRequest", "Invalid filter clause"),
        (
            "keyCredentials/any(k:k eq 'x')",
            "Request_UnsupportedQuery",
            "for property 'keyCredentials'",
        ),
        ("contains(displayName,'x')", "BadRequest", "Invalid filter clause"),
        ("tags/any(t:u eq 'x')", "BadRequest", "Invalid filter clause"),
    ] {
        tenant
            .get(&format!("/v1.0/applications?$filter={filter}"))
            .await
            .is_error(400, code, message);
    }
    let answer = tenant.get("/v1.0/applications?$expand=owners").await;
    answer.is_error(400, "Request_UnsupportedQuery", "$expand");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_cuts_objects_to_the_named_properties() {
    let tenant = Tenant::start().await;
    let list = tenant
        .get("/v1.0/applications?$filter=displayName eq 'Payroll'&$select=displayName,tags")
        .await;
    let context = tenant.url("/v1.0/$metadata#applications(displayName,tags)");
    let expected =
        json!({ "@odata.context": context, "value": [{ "displayName": "Payroll", "tags": [] }] });
    assert_eq!(list.body, expected);
    let answer = tenant.get("/v1.0/applications?$select=id,colour").await;
    answer.is_error(
        400,
        "BadRequest",
        "Parsing OData Select and Expand failed: Could not find a property named 'colour'",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_an_opaque_absolute_link() {
    let tenant = Tenant::start().await;
    for index in 0..5 {
        tenant.application(&format!("page {index}")).await;
    }
    let query = "$filter=startswith(displayName,'page')&$top=2&$select=displayName";
    let mut link = tenant.url(&format!("/v1.0/applications?{query}"));
    let mut pages: Vec<Vec<Value>> = Vec::new();
    loop {
        let path = link.strip_prefix(tenant.sandbox.url()).unwrap().to_owned();
        let answer: Answer = tenant.get(&path).await;
        pages.push(answer.list("/value"));
        let Some(next) = answer.body["@odata.nextLink"].as_str() else { break };
        next.clone_into(&mut link);
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
    let mut names: Vec<String> =
        pages.concat().iter().map(|one| one["displayName"].to_string()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 5);

    for query in ["$top=0", "$top=1000", "$top=x"] {
        let answer = tenant.get(&format!("/v1.0/applications?{query}")).await;
        answer.is_error(400, "Request_BadRequest", "Invalid page size specified");
    }
    let answer = tenant.get("/v1.0/applications?$skiptoken=x").await;
    answer.is_error(400, "Directory_ExpiredPageToken", "page token");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_carries_the_ids_of_its_request() {
    let tenant = Tenant::start().await;
    let given = "9f1f7a11-43c6-4f4c-b0cf-2d39af6d2b8a";
    let missing = "/v1.0/applications(uniqueName='x')";
    let answer = tenant.call("GET", missing, &[("client-request-id", given)], None).await;
    assert_eq!(answer.text("/error/innerError/client-request-id"), given);
    assert_eq!(answer.header("client-request-id"), given);
    assert_eq!(answer.text("/error/innerError/request-id"), answer.header("request-id"));
    assert_eq!(answer.text("/error/innerError/date"), "2027-01-15T08:00:00");
    assert_eq!(answer.header("content-type"), "application/json");
    let answer = tenant.get(missing).await;
    assert_eq!(answer.header("client-request-id"), answer.header("request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inner_error_can_be_spelt_in_lower_case() {
    let tenant = Tenant::start_with("variants: [lowerCaseInnerError]").await;
    let answer = tenant.get("/v1.0/applications(uniqueName='x')").await;
    assert_eq!(answer.text("/error/innererror/request-id"), answer.header("request-id"));
    assert_eq!(answer.body["error"].get("innerError"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_holds_as_many_as_the_tenant_is_set_to_unless_the_request_says() {
    let tenant = Tenant::start_with("pageSize: 1").await;
    let first = tenant.get("/v1.0/applications?$select=id").await;
    assert_eq!(first.list("/value").len(), 1);
    assert!(first.text("/@odata.nextLink").contains("%24select=id"), "{first:?}");
    assert_eq!(tenant.get("/v1.0/applications?$top=2").await.list("/value").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_graph_request_gets_an_envelope() {
    let tenant = Tenant::start().await;
    tenant.get("/v1.0/users").await.is_error(
        400,
        "BadRequest",
        "Resource not found for the segment 'users'.",
    );
    tenant.get("/beta/applications").await.is_error(400, "BadRequest", "Invalid version: beta");
    tenant.delete("/v1.0/applications").await.is_error(
        405,
        "Request_BadRequest",
        "HTTP method is not allowed",
    );
    let token =
        format!("Bearer {}", tenant.operator_token("https://graph.microsoft.com/.default").await);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    for body in ["{\"displayName\":", "[]", ""] {
        let answer = tenant.send("POST", "/v1.0/applications", &headers, body.to_owned()).await;
        answer.is_error(400, "BadRequest", "Unable to read JSON request payload.");
    }
    for (kind, message) in [
        (
            None,
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ),
        (Some("text/plain"), "Entity only allows writes with a JSON Content-Type header."),
    ] {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        let body = "{\"displayName\":\"x\"}".to_owned();
        let answer = tenant.send("POST", "/v1.0/applications", &headers, body).await;
        answer.is_error(400, "BadRequest", message);
    }
    let large = format!("{{\"notes\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    let answer = tenant.send("POST", "/v1.0/applications", &headers, large).await;
    answer.is_error(413, "RequestEntityTooLarge", "4 MB");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organization_is_the_tenant() {
    let tenant = Tenant::start().await;
    let answer = tenant.get("/v1.0/organization?$select=id,displayName,verifiedDomains").await;
    let domain = json!({
        "capabilities": "Email, OfficeCommunicationsOnline", "isDefault": true, "isInitial": true,
        "name": "contoso.onmicrosoft.com", "type": "Managed",
    });
    let expected = json!([{
        "id": crate::support::TENANT, "displayName": "Contoso", "verifiedDomains": [domain],
    }]);
    assert_eq!(answer.body["value"], expected);
}
