//! The tenant's policy about credentials.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{TestCertificate, rfc3339};
use crate::support::{Answer, Tenant, now};

const POLICY: &str = "/v1.0/policies/defaultAppManagementPolicy";
const FIRST: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
const SECOND: &str = "7a062a00-9c97-4122-a53e-11d05ed075a0";
const CODE: &str = "CredentialInvalidLifetimeAsPerAppPolicy";
const MESSAGE: &str = "Credential lifetime exceeds the max value allowed as per assigned policy '00000000-0000-0000-0000-000000000000'.";

async fn tenant() -> Tenant {
    let mut tenant = Tenant::start().await;
    tenant.permit("Policy.ReadWrite.ApplicationConfiguration").await;
    tenant
}

async fn set(tenant: &Tenant, policy: Value) {
    let answer = tenant.patch(POLICY, policy).await;
    assert_eq!((answer.status, &answer.body), (204, &Value::Null), "{answer:?}");
}

fn certificates_for(lifetime: &str, from: Option<&str>) -> Value {
    json!({ "isEnabled": true, "applicationRestrictions": { "keyCredentials": [{
        "restrictionType": "asymmetricKeyLifetime",
        "maxLifetime": lifetime,
        "restrictForAppsCreatedAfterDateTime": from,
    }] } })
}

/// A credential that lasts so many days.
fn lasting(days: i64, key_id: &str) -> Value {
    let mut credential = TestCertificate::new().credential(key_id);
    credential["startDateTime"] = json!(rfc3339(now()));
    credential["endDateTime"] = json!(rfc3339(now() + Duration::days(days)));
    credential
}

async fn write(tenant: &Tenant, path: &str, credentials: &[Value]) -> Answer {
    tenant.patch(path, json!({ "keyCredentials": credentials })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_tenant_restricts_nothing() {
    let tenant = tenant().await;
    let policy = tenant.get(POLICY).await;
    let context = tenant.url("/v1.0/$metadata#policies/defaultAppManagementPolicy/$entity");
    let free = json!({ "passwordCredentials": [], "keyCredentials": [] });
    for (name, expected) in [
        ("@odata.context", json!(context)),
        ("id", json!("00000000-0000-0000-0000-000000000000")),
        ("isEnabled", json!(false)),
        ("applicationRestrictions", free.clone()),
        ("servicePrincipalRestrictions", free),
    ] {
        assert_eq!(policy.body[name], expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_changes_where_it_is_told_to_and_survives_a_restart() {
    let tenant = tenant().await;
    set(&tenant, certificates_for("P180D", None)).await;
    let passwords = json!([{ "restrictionType": "passwordAddition", "state": "disabled" }]);
    set(&tenant, json!({ "applicationRestrictions": { "passwordCredentials": passwords } })).await;
    let tenant = tenant.restart().await;
    let policy = tenant.get(POLICY).await;
    assert_eq!(policy.body["isEnabled"], true);
    let restriction = |kind: &str, state: &str, lifetime: Value| {
        json!([{
            "restrictionType": kind, "state": state, "maxLifetime": lifetime,
            "restrictForAppsCreatedAfterDateTime": null,
        }])
    };
    let expected = json!({
        "keyCredentials": restriction("asymmetricKeyLifetime", "enabled", json!("P180D")),
        "passwordCredentials": restriction("passwordAddition", "disabled", Value::Null),
    });
    assert_eq!(policy.body["applicationRestrictions"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_may_not_last_longer_than_the_policy_says() {
    let tenant = tenant().await;
    let (id, _) = tenant.application("scanner").await;
    let path = format!("/v1.0/applications/{id}");
    let old = lasting(300, FIRST);
    assert_eq!(write(&tenant, &path, std::slice::from_ref(&old)).await.status, 204);
    set(&tenant, certificates_for("P180D", None)).await;

    // What is there already stays.
    let kept = write(&tenant, &path, &[old.clone(), lasting(180, SECOND)]).await;
    assert_eq!(kept.status, 204, "{kept:?}");
    let answer =
        write(&tenant, &path, &[old, lasting(181, "8b173b11-0d08-4233-a640-22e06fe186b1")]).await;
    answer.is_error(400, CODE, MESSAGE);
    let details = json!([{ "code": "InvalidKeyEndDate", "message": MESSAGE, "target": "EndDate" }]);
    assert_eq!(answer.body["error"]["details"], details);
    let body = json!({ "displayName": "new", "keyCredentials": [lasting(181, FIRST)] });
    tenant.post("/v1.0/applications", body).await.is_error(400, CODE, MESSAGE);

    set(&tenant, json!({ "isEnabled": false })).await;
    assert_eq!(write(&tenant, &path, &[]).await.status, 204);
    assert_eq!(write(&tenant, &path, &[lasting(181, SECOND)]).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restriction_is_about_applications_from_its_day_on() {
    let tenant = tenant().await;
    let created = rfc3339(now());
    let later = rfc3339(now() + Duration::seconds(1));
    let (id, _) = tenant.application("scanner").await;
    let path = format!("/v1.0/applications/{id}");
    set(&tenant, certificates_for("P30D", Some(&later))).await;
    assert_eq!(write(&tenant, &path, &[lasting(31, FIRST)]).await.status, 204);
    set(&tenant, certificates_for("P30D", Some(&created))).await;
    write(&tenant, &path, &[lasting(31, SECOND)]).await.is_error(400, CODE, MESSAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn service_principals_have_restrictions_of_their_own() {
    let tenant = tenant().await;
    let (_, principal) = tenant.principal("scanner").await;
    let path = format!("/v1.0/servicePrincipals/{principal}");
    set(&tenant, certificates_for("P30D", None)).await;
    assert_eq!(write(&tenant, &path, &[lasting(31, FIRST)]).await.status, 204);
    let mut policy = certificates_for("P30D", None);
    policy["servicePrincipalRestrictions"] = policy["applicationRestrictions"].take();
    policy.as_object_mut().unwrap().remove("applicationRestrictions");
    set(&tenant, policy).await;
    write(&tenant, &path, &[lasting(31, SECOND)]).await.is_error(400, CODE, MESSAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_can_be_cut_short_or_forbidden() {
    let tenant = tenant().await;
    let (id, _) = tenant.application("scanner").await;
    let path = format!("/v1.0/applications/{id}/addPassword");
    let restrict = |kind: &str, lifetime: Value| {
        json!({ "isEnabled": true, "applicationRestrictions": { "passwordCredentials": [
            { "restrictionType": kind, "maxLifetime": lifetime },
        ] } })
    };
    set(&tenant, restrict("passwordLifetime", json!("P4DT12H"))).await;
    tenant.post(&path, json!({})).await.is_error(400, CODE, MESSAGE);
    let end = rfc3339(now() + Duration::hours(4 * 24 + 12));
    let short = json!({ "passwordCredential": { "endDateTime": end } });
    assert_eq!(tenant.post(&path, short.clone()).await.status, 200);
    set(&tenant, restrict("passwordAddition", Value::Null)).await;
    let answer = tenant.post(&path, short).await;
    answer.is_error(400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_that_break_a_rule_are_refused() {
    let tenant = tenant().await;
    let lifetime =
        |value: &str| json!({ "restrictionType": "asymmetricKeyLifetime", "maxLifetime": value });
    for keys in [
        json!([lifetime("180 days")]),
        json!([lifetime("P1Y")]),
        json!([{ "restrictionType": "asymmetricKeyLifetime" }]),
        json!([{ "restrictionType": "colour" }]),
        json!([lifetime("P1D"), lifetime("P2D")]),
        json!("P1D"),
    ] {
        let body = json!({ "applicationRestrictions": { "keyCredentials": keys } });
        assert_eq!(tenant.patch(POLICY, body).await.status, 400, "{keys}");
    }
    let answer = tenant.patch(POLICY, json!({ "colour": "red" })).await;
    answer.is_error(400, "Request_BadRequest", "policy");
    assert_eq!(tenant.delete(POLICY).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_takes_a_permission_to_read_and_another_to_change() {
    let mut tenant = Tenant::start().await;
    assert_eq!(tenant.get(POLICY).await.status, 403);
    tenant.permit("Policy.Read.All").await;
    assert_eq!(tenant.get(POLICY).await.status, 200);
    let answer = tenant.patch(POLICY, json!({ "isEnabled": true })).await;
    answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}
