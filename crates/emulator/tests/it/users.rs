//! People.

use serde_json::json;

use crate::support::{ADA, GRACE, Tenant};

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_found_by_id_and_by_name_with_its_default_properties() {
    let tenant = Tenant::start().await;
    let expected = json!({
        "@odata.context": tenant.url("/v1.0/$metadata#users/$entity"),
        "businessPhones": [],
        "displayName": "Ada Lovelace",
        "givenName": "Ada",
        "id": ADA,
        "jobTitle": null,
        "mail": null,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": "Lovelace",
        "userPrincipalName": "ada@contoso.onmicrosoft.com",
    });
    for key in [format!("/{ADA}"), "/ADA@contoso.onmicrosoft.com".to_owned(), format!("('{ADA}')")]
    {
        let user = tenant.get(&format!("/v1.0/users{key}")).await;
        assert_eq!((user.status, &user.body), (200, &expected), "{key}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_reaches_what_is_not_returned_by_default() {
    let tenant = Tenant::start().await;
    let path = format!("/v1.0/users/{GRACE}?$select=userPrincipalName,accountEnabled,userType");
    let expected = json!({
        "@odata.context": tenant.url("/v1.0/$metadata#users(userPrincipalName,accountEnabled,userType)/$entity"),
        "accountEnabled": true,
        "userPrincipalName": "grace@contoso.onmicrosoft.com",
        "userType": "Member",
    });
    assert_eq!(tenant.get(&path).await.body, expected);
    let answer = tenant.get(&format!("/v1.0/users/{GRACE}?$select=colour")).await;
    answer.is_error(400, "BadRequest", "'colour' on type 'microsoft.graph.user'");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_found_and_nobody_is_changed() {
    let tenant = Tenant::start().await;
    for key in ["nobody@contoso.onmicrosoft.com", "11111111-2222-4333-8444-555555555555"] {
        let answer = tenant.get(&format!("/v1.0/users/{key}")).await;
        let message = format!(
            "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
        );
        answer.is_error(404, "Request_ResourceNotFound", &message);
    }
    let answer = tenant.delete(&format!("/v1.0/users/{ADA}")).await;
    answer.is_error(405, "Request_BadRequest", "HTTP method");
}
