//! Secrets of applications and service principals.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::TestCertificate;
use crate::support::{Answer, Tenant};

const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";
const KEY_ID: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

async fn sign_in(tenant: &Tenant, client_id: &str, secret: &str) -> Answer {
    let form = [
        ("client_id", client_id),
        ("client_secret", secret),
        ("grant_type", "client_credentials"),
        ("scope", GRAPH_SCOPE),
    ];
    tenant.sign_in(&form).await
}

/// Client id, and the paths of an application and its service principal.
async fn paths(tenant: &Tenant) -> (String, [String; 2]) {
    let (id, client_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&client_id).await;
    let paths =
        [format!("/v1.0/applications/{id}"), format!("/v1.0/servicePrincipals/{principal}")];
    (client_id, paths)
}

async fn between(tenant: &Tenant, path: &str, [start, end]: [&str; 2]) -> Answer {
    let dates = json!({ "startDateTime": start, "endDateTime": end });
    let body = json!({ "passwordCredential": dates });
    tenant.post(&format!("{path}/addPassword"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_is_told_once_and_signs_in() {
    let tenant = Tenant::start().await;
    let (client_id, paths) = paths(&tenant).await;
    for path in paths {
        let body = json!({ "passwordCredential": { "displayName": "key1" } });
        let added = tenant.post(&format!("{path}/addPassword"), body).await;
        assert_eq!(added.status, 200, "{added:?}");
        let context = tenant.url("/v1.0/$metadata#microsoft.graph.passwordCredential");
        assert_eq!(added.text("/@odata.context"), context);
        let secret = added.text("/secretText");
        assert!((16..=64).contains(&secret.len()), "{secret}");
        assert_eq!(
            [added.text("/startDateTime"), added.text("/endDateTime")],
            ["2027-01-15T08:00:00Z", "2029-01-15T08:00:00Z"]
        );
        let hint = if path.contains("/applications/") { json!(&secret[..3]) } else { Value::Null };
        assert_eq!(added.body["hint"], hint);

        let mut kept = added.body.clone();
        kept["secretText"] = Value::Null;
        kept.as_object_mut().unwrap().remove("@odata.context");
        assert_eq!(tenant.get(&path).await.body["passwordCredentials"], json!([kept]));
        assert_eq!(sign_in(&tenant, &client_id, &secret).await.status, 200);

        let removal = json!({ "keyId": added.text("/keyId") });
        let remove = format!("{path}/microsoft.graph.removePassword");
        assert_eq!(tenant.post(&remove, removal.clone()).await.status, 204);
        tenant.post(&remove, removal).await.is_error(400, "Request_BadRequest", "keyId");
        let answer = sign_in(&tenant, &client_id, &secret).await;
        answer.is_login_error(401, "invalid_client", 7_000_215, "Invalid client secret");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_counts_in_its_time_only() {
    let mut tenant = Tenant::start().await;
    let (client_id, [application, _]) = paths(&tenant).await;
    let dates = ["2027-01-15T09:00:00Z", "2027-01-15T10:00:00Z"];
    let secret = between(&tenant, &application, dates).await.text("/secretText");
    let early = sign_in(&tenant, &client_id, &secret).await;
    early.is_login_error(401, "invalid_client", 7_000_215, "Invalid client secret");
    tenant.advance(Duration::minutes(90));
    assert_eq!(sign_in(&tenant, &client_id, &secret).await.status, 200);
    tenant.advance(Duration::minutes(30));
    let late = sign_in(&tenant, &client_id, &secret).await;
    late.is_login_error(401, "invalid_client", 7_000_222, "are expired");
    tenant.sign_in_again().await;
    for dates in [
        ["2027-01-15T09:00:00Z", "2027-01-15T09:30:00Z"],
        ["2028-01-15T09:00:00Z", "2028-01-15T09:00:00Z"],
    ] {
        between(&tenant, &application, dates).await.is_error(
            400,
            "KeyCredentialsInvalidEndDate",
            "end date",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_cannot_choose_the_secret() {
    let tenant = Tenant::start().await;
    let (_, paths) = paths(&tenant).await;
    for path in paths {
        let body = json!({ "passwordCredential": { "secretText": "mine" } });
        let answer = tenant.post(&format!("{path}/addPassword"), body).await;
        answer.is_error(400, "BadRequest", "Unable to read JSON");
        let answer = tenant.get(&format!("{path}/addPassword")).await;
        answer.is_error(405, "Request_BadRequest", "HTTP method");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_principal_has_certificates_of_its_own() {
    let tenant = Tenant::start().await;
    let (client_id, [application, principal]) = paths(&tenant).await;
    let certificate = TestCertificate::new();
    let body = json!({ "keyCredentials": [certificate.credential(KEY_ID)] });
    assert_eq!(tenant.patch(&principal, body).await.status, 204);
    certificate.sign_in(&tenant, &client_id, GRAPH_SCOPE).await;

    let read = tenant.get(&principal).await;
    assert_eq!(read.text("/keyCredentials/0/keyId"), KEY_ID);
    assert_eq!(read.body["keyCredentials"][0]["key"], Value::Null);
    let whole = tenant.get(&format!("{principal}?$select=keyCredentials")).await;
    assert_eq!(whole.body["keyCredentials"][0]["key"], certificate.credential(KEY_ID)["key"]);
    assert_eq!(tenant.get(&application).await.list("/keyCredentials"), Vec::<Value>::new());
    assert_eq!(tenant.patch(&principal, json!({ "keyCredentials": [] })).await.status, 204);
    assert_eq!(tenant.get(&principal).await.list("/keyCredentials"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_application_and_a_disabled_service_principal_cannot_sign_in() {
    let tenant = Tenant::start().await;
    let (client_id, [application, principal]) = paths(&tenant).await;
    let added = tenant.post(&format!("{application}/addPassword"), json!({})).await;
    let secret = added.text("/secretText");
    for (path, property, disabled) in
        [(&application, "isDisabled", true), (&principal, "accountEnabled", false)]
    {
        assert_eq!(tenant.patch(path, json!({ property: disabled })).await.status, 204);
        assert_eq!(tenant.get(path).await.body[property], disabled);
        let answer = sign_in(&tenant, &client_id, &secret).await;
        answer.is_login_error(400, "unauthorized_client", 7_000_112, "(scanner) is disabled.");
        assert_eq!(tenant.patch(path, json!({ property: !disabled })).await.status, 204);
        assert_eq!(sign_in(&tenant, &client_id, &secret).await.status, 200);
    }
    for path in [&application, &principal] {
        let answer = tenant.patch(path, json!({ "isDisabled": "yes" })).await;
        answer.is_error(400, "Request_BadRequest", "'isDisabled'");
    }
    let body = json!({ "disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement" });
    for path in [&application, &principal] {
        assert_eq!(
            tenant.get(path).await.body.get("disabledByMicrosoftStatus"),
            Some(&Value::Null)
        );
        let answer = tenant.patch(path, body.clone()).await;
        answer.is_error(400, "Request_BadRequest", "'disabledByMicrosoftStatus' is read-only");
    }
}
