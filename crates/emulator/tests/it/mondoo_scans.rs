//! Scans sign in to the tenant and see what the integration's application may see.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{TestCertificate, base64, rfc3339};
use crate::mondoo::{merge, options};
use crate::support::{Answer, DEVELOPMENT, PRODUCTION, READER, Tenant, now};

const SCAN: &str =
    "query($mrn: String!) { triggerAction(input: {mrn: $mrn, type: RUN_SCAN}) { mrn } }";
const NO_SUBSCRIPTION: &str =
    "cannot find an azure subscription with the provided credentials or the provided filters";

impl Tenant {
    async fn scan(&self, mrn: &str) -> Answer {
        self.mondoo(SCAN, json!({ "mrn": mrn })).await
    }

    /// What the integration shows after a scan.
    async fn scanned(&self, mrn: &str) -> Value {
        assert_eq!(self.scan(mrn).await.text("/data/triggerAction/mrn"), mrn);
        self.read(mrn).await
    }
}

/// An application with a certificate that is a reader of Production.
struct Scanner {
    tenant: Tenant,
    certificate: TestCertificate,
    application: String,
    client: String,
    principal: String,
}

impl Scanner {
    async fn start(faults: &str) -> Self {
        Self::start_waiting(faults, Duration::ZERO).await
    }

    /// Waits until the application is known.
    async fn start_waiting(faults: &str, lag: Duration) -> Self {
        let tenant = Tenant::start_with(faults).await;
        let certificate = TestCertificate::new();
        let (application, client) = tenant.application("scanner").await;
        tenant.advance(lag);
        let principal = tenant.service_principal(&client).await;
        assert_eq!(tenant.assign(PRODUCTION, READER, &principal).await.status, 201);
        let scanner = Self { tenant, certificate, application, client, principal };
        scanner.trust(&scanner.certificate).await;
        scanner
    }

    fn path(&self) -> String {
        format!("/v1.0/applications/{}", self.application)
    }

    /// And nothing else from now on.
    async fn trust(&self, certificate: &TestCertificate) {
        let credential = certificate.credential(&uuid::Uuid::new_v4().to_string());
        let body = json!({ "keyCredentials": [credential] });
        assert_eq!(self.tenant.patch(&self.path(), body).await.status, 204);
    }

    fn options(&self, more: Value) -> Value {
        let mut all = options(&self.client, json!({ "certificate": self.certificate.bundle() }));
        merge(&mut all, more);
        all
    }

    async fn integrate(&self, more: Value) -> String {
        self.tenant.integrate("azure", self.options(more)).await
    }
}

/// No message and something found.
#[track_caller]
fn succeeded(read: &Value) {
    assert_eq!((&read["status"], &read["messages"]), (&json!("ACTIVE"), &json!([])), "{read}");
    assert_ne!(read["assetCounts"], json!([]), "{read}");
}

/// One message, and nothing found.
#[track_caller]
fn failed(read: &Value, part: &str) {
    assert_eq!((&read["status"], &read["assetCounts"]), (&json!("ERROR"), &json!([])), "{read}");
    let messages = read["messages"].as_array().unwrap();
    let texts: Vec<_> = messages
        .iter()
        .map(|one| (one["status"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect();
    assert!(matches!(texts[..], [("ERROR", text)] if text.contains(part)), "{read}");
    assert_eq!(messages[0]["timestamp"], read["scanJobFinished"]);
}

fn id(subscription: &str) -> &str {
    subscription.trim_start_matches("/subscriptions/")
}

fn subscriptions(read: &Value) -> u64 {
    let counts = read["assetCounts"].as_array().unwrap();
    let of_type = counts.iter().find(|count| count["assetType"] == "azure-subscription");
    of_type.map_or(0, |count| count["total"].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_counts_what_the_application_may_read() {
    let scanner = Scanner::start("").await;
    let mrn = scanner.integrate(json!({})).await;
    let read = scanner.tenant.scanned(&mrn).await;
    succeeded(&read);
    let expected = json!([
        { "assetType": "azure-keyvault-vault", "total": 3 },
        { "assetType": "azure-subscription", "total": 1 },
        { "assetType": "azure-webapp", "total": 1 },
    ]);
    assert_eq!(read["assetCounts"], expected);
    for time in ["scanJobAttempted", "scanJobStarted", "scanJobFinished"] {
        assert_eq!(read[time], "2027-01-15T08:00:00Z", "{read}");
    }
    scanner.tenant.assign(DEVELOPMENT, READER, &scanner.principal).await;
    assert_eq!(subscriptions(&scanner.tenant.scanned(&mrn).await), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_application_may_not_read_is_missing_without_a_word() {
    let scanner = Scanner::start("").await;
    // Reads the subscription, and nothing in it.
    let role = "5a1c7f22-6d3b-4f0e-9c55-1f2e3d4c5b6a";
    let definition = json!({ "properties": {
        "roleName": "only the subscription", "assignableScopes": [DEVELOPMENT],
        "permissions": [{ "actions": ["Microsoft.Resources/subscriptions/read"] }],
    } });
    let path = format!("{DEVELOPMENT}/{}/{role}?api-version=2022-04-01", crate::support::ROLES);
    assert_eq!(scanner.tenant.put(&path, definition).await.status, 201);
    assert_eq!(scanner.tenant.assign(DEVELOPMENT, role, &scanner.principal).await.status, 201);
    let only = json!({ "subscriptionsAllowlist": [id(DEVELOPMENT)] });
    let mrn = scanner.integrate(only).await;
    let read = scanner.tenant.scanned(&mrn).await;
    succeeded(&read);
    assert_eq!(read["assetCounts"], json!([{ "assetType": "azure-subscription", "total": 1 }]));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_choose_by_id_and_an_allowed_subscription_wins_over_a_denied_one() {
    let scanner = Scanner::start("").await;
    scanner.tenant.assign(DEVELOPMENT, READER, &scanner.principal).await;
    let (production, development) = (id(PRODUCTION), id(DEVELOPMENT));
    let both = format!("{production},{development}");
    for (more, expected) in [
        (json!({ "subscriptionsAllowlist": [production] }), 1),
        (json!({ "subscriptionsWhitelist": [production, development] }), 2),
        (json!({ "subscriptionsAllowlist": [both] }), 2),
        (json!({ "subscriptionsDenylist": [production] }), 1),
        (json!({ "subscriptionsBlacklist": ["Production"] }), 2),
        (json!({ "subscriptionsDenylist": [production.to_uppercase()] }), 2),
        (
            json!({ "subscriptionsAllowlist": [production], "subscriptionsDenylist": [production] }),
            1,
        ),
        (json!({ "managementGroupId": "platform" }), 2),
        (json!({ "managementGroupId": crate::support::TENANT }), 2),
    ] {
        let mrn = scanner.integrate(more.clone()).await;
        let read = scanner.tenant.scanned(&mrn).await;
        assert_eq!(subscriptions(&read), expected, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_without_any_subscription_fails() {
    let scanner = Scanner::start("").await;
    for more in [
        json!({ "subscriptionsAllowlist": ["Production"] }),
        json!({ "subscriptionsAllowlist": [id(PRODUCTION).to_uppercase()] }),
        json!({ "subscriptionsAllowlist": [id(DEVELOPMENT)] }),
        json!({ "subscriptionsDenylist": [id(PRODUCTION)] }),
        json!({ "managementGroupId": "nowhere" }),
    ] {
        let mrn = scanner.integrate(more).await;
        failed(&scanner.tenant.scanned(&mrn).await, NO_SUBSCRIPTION);
    }
    let tenant = &scanner.tenant;
    let assignments = format!("{PRODUCTION}/{}", crate::support::ASSIGNMENTS);
    let filter = format!("$filter=principalId eq '{}'", scanner.principal);
    let held = tenant.get(&format!("{assignments}?api-version=2022-04-01&{filter}")).await;
    let held = held.text("/value/0/id");
    assert_eq!(tenant.delete(&format!("{held}?api-version=2022-04-01")).await.status, 200);
    let mrn = scanner.integrate(json!({})).await;
    failed(&scanner.tenant.scanned(&mrn).await, NO_SUBSCRIPTION);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_the_application_does_not_trust_fails() {
    let scanner = Scanner::start("").await;
    let mrn = scanner.integrate(json!({})).await;
    scanner.trust(&TestCertificate::new()).await;
    failed(&scanner.tenant.scanned(&mrn).await, "AADSTS700027");
    scanner.trust(&scanner.certificate).await;
    succeeded(&scanner.tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_fails_until_an_update_brings_a_new_one() {
    let scanner = Scanner::start("").await;
    let mrn = scanner.integrate(json!({})).await;
    scanner.tenant.advance(Duration::days(181));
    failed(&scanner.tenant.scanned(&mrn).await, "expired");
    let new = TestCertificate::valid(now(), now() + Duration::days(400));
    let mut tenant = scanner.tenant;
    tenant.sign_in_again().await;
    let credential = json!({
        "type": "AsymmetricX509Cert", "usage": "Verify", "key": base64(&new.der),
        "startDateTime": rfc3339(now()), "endDateTime": rfc3339(now() + Duration::days(400)),
    });
    let path = format!("/v1.0/applications/{}", scanner.application);
    let trusted = tenant.patch(&path, json!({ "keyCredentials": [credential] })).await;
    assert_eq!(trusted.status, 204, "{trusted:?}");
    let options = options(&scanner.client, json!({ "certificate": new.bundle() }));
    tenant.try_update(&mrn, options, json!({})).await;
    succeeded(&tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tenants_clients_and_disabled_principals_fail() {
    let scanner = Scanner::start("").await;
    for (more, part) in [
        (json!({ "tenantId": "9d8c7b6a-5f4e-4d3c-8b2a-19081726354f" }), "AADSTS90002"),
        (json!({ "tenantId": "../x y" }), "AADSTS90002"),
        (json!({ "clientId": "9d8c7b6a-5f4e-4d3c-8b2a-19081726354f" }), "AADSTS700016"),
        (json!({ "clientId": "no id at all" }), "AADSTS700016"),
    ] {
        let mrn = scanner.integrate(more).await;
        failed(&scanner.tenant.scanned(&mrn).await, part);
    }
    let mrn = scanner.integrate(json!({})).await;
    let principal = format!("/v1.0/servicePrincipals/{}", scanner.principal);
    scanner.tenant.patch(&principal, json!({ "accountEnabled": false })).await;
    failed(&scanner.tenant.scanned(&mrn).await, "AADSTS7000112");
    scanner.tenant.delete(&principal).await;
    failed(&scanner.tenant.scanned(&mrn).await, "AADSTS7000229");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_belong_to_the_certificate_fails_in_the_scan() {
    let scanner = Scanner::start("").await;
    let other = TestCertificate::new();
    let mixed = format!("{}{}", other.key_pem(), scanner.certificate.pem);
    let mrn = scanner.integrate(json!({ "certificate": mixed })).await;
    failed(&scanner.tenant.scanned(&mrn).await, "key doesn't match any certificate");
    let two = format!("{}{}", other.bundle(), scanner.certificate.bundle());
    let mrn = scanner.integrate(json!({ "certificate": two })).await;
    failed(&scanner.tenant.scanned(&mrn).await, "multiple private keys");
    let chain = format!("{}{}", other.pem, scanner.certificate.bundle());
    let mrn = scanner.integrate(json!({ "certificate": chain })).await;
    succeeded(&scanner.tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_secret_signs_in_as_long_as_it_is_the_right_one() {
    let scanner = Scanner::start("").await;
    let tenant = &scanner.tenant;
    let made = tenant.post(&format!("{}/addPassword", scanner.path()), json!({})).await;
    for (secret, part) in
        [(made.text("/secretText"), None), ("wrong".into(), Some("AADSTS7000215"))]
    {
        let options = options(&scanner.client, json!({ "clientSecret": secret }));
        let mrn = tenant.integrate("azure", options).await;
        let read = tenant.scanned(&mrn).await;
        part.map_or_else(|| succeeded(&read), |part| failed(&read, part));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyless_scan_needs_the_federated_credential_even_after_a_restart() {
    let scanner = Scanner::start("").await;
    let (path, client) = (scanner.path(), scanner.client);
    let tenant = scanner.tenant;
    let mrn = tenant.integrate("azure", options(&client, json!({ "useWif": true }))).await;
    failed(&tenant.scanned(&mrn).await, "AADSTS700211");
    let query = "query($mrn: String!) { clientIntegration(input: {mrn: $mrn}) { integration {
        configurationOptions { ... on AzureConfigurationOptions { wifSubject wifIssuerUrl } } } } }";
    let shown = tenant.mondoo(query, json!({ "mrn": mrn })).await;
    let shown = &shown.body["data"]["clientIntegration"]["integration"]["configurationOptions"];
    let federated = format!("{path}/federatedIdentityCredentials");
    let credential = |subject: &Value, name: &str| {
        json!({
            "name": name, "issuer": shown["wifIssuerUrl"], "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        })
    };
    let other = credential(&json!("//integration.api.mondoo.app/x"), "other");
    assert_eq!(tenant.post(&federated, other).await.status, 201);
    failed(&tenant.scanned(&mrn).await, "AADSTS700213");
    let right = credential(&shown["wifSubject"], "mondoo");
    assert_eq!(tenant.post(&federated, right).await.status, 201);
    succeeded(&tenant.scanned(&mrn).await);
    let tenant = tenant.restart().await;
    succeeded(&tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_show_when_the_scan_has_ended() {
    let scanner = Scanner::start("mondoo: { scanTakes: 3s }").await;
    let tenant = &scanner.tenant;
    let mrn = scanner.integrate(json!({})).await;
    let read = tenant.scanned(&mrn).await;
    assert_eq!(read["scanJobStarted"], "2027-01-15T08:00:00Z");
    assert_eq!((&read["scanJobFinished"], &read["assetCounts"]), (&Value::Null, &json!([])));
    assert_eq!(read["status"], "PENDING");
    tenant.advance(Duration::seconds(3));
    let read = tenant.read(&mrn).await;
    succeeded(&read);
    assert_eq!(read["scanJobFinished"], "2027-01-15T08:00:03Z");

    scanner.trust(&TestCertificate::new()).await;
    succeeded(&tenant.scanned(&mrn).await);
    tenant.advance(Duration::seconds(1));
    scanner.trust(&scanner.certificate).await;
    let read = tenant.scanned(&mrn).await;
    assert_eq!(read["scanJobAttempted"], "2027-01-15T08:00:04Z");
    assert_eq!(read["scanJobStarted"], "2027-01-15T08:00:03Z");
    tenant.advance(Duration::seconds(2));
    failed(&tenant.read(&mrn).await, "AADSTS700027");
    tenant.advance(Duration::seconds(3));
    let read = tenant.read(&mrn).await;
    succeeded(&read);
    assert_eq!(read["scanJobFinished"], "2027-01-15T08:00:09Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_sees_a_new_certificate_when_sign_in_does() {
    let faults = "replication: { applications: { references: 30s } }";
    let lag = Duration::seconds(30);
    let scanner = Scanner::start_waiting(faults, lag).await;
    let mrn = scanner.integrate(json!({})).await;
    failed(&scanner.tenant.scanned(&mrn).await, "AADSTS700027");
    scanner.tenant.advance(lag);
    succeeded(&scanner.tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_sees_a_new_role_when_it_is_in_effect() {
    let faults = "replication: { roleAssignments: { references: 30s } }";
    let scanner = Scanner::start(faults).await;
    let mrn = scanner.integrate(json!({})).await;
    failed(&scanner.tenant.scanned(&mrn).await, NO_SUBSCRIPTION);
    scanner.tenant.advance(Duration::seconds(30));
    succeeded(&scanner.tenant.scanned(&mrn).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn results_survive_a_restart_and_nothing_is_scanned_that_is_not_there() {
    let scanner = Scanner::start("").await;
    let mrn = scanner.integrate(json!({})).await;
    let before = scanner.tenant.scanned(&mrn).await;
    let tenant = scanner.tenant.restart().await;
    assert_eq!(tenant.read(&mrn).await, before);
    tenant.scan("//x").await.is_rpc_error("triggerAction", "NotFound");
    let pause = "query($mrn: String!) { triggerAction(input: {mrn: $mrn, type: PAUSE}) { mrn } }";
    let answer = tenant.mondoo(pause, json!({ "mrn": mrn })).await;
    answer.is_rpc_error("triggerAction", "Unimplemented");
    assert_eq!(tenant.read(&mrn).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_integration_starts_no_scan() {
    let scanner = Scanner::start("").await;
    let mrn = scanner.integrate(json!({})).await;
    assert_eq!(scanner.tenant.read(&mrn).await["scanJobAttempted"], Value::Null);
    scanner.tenant.try_update(&mrn, scanner.options(json!({})), json!({})).await;
    assert_eq!(scanner.tenant.read(&mrn).await["scanJobAttempted"], Value::Null);
}
