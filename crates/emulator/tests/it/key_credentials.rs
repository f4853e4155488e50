//! The certificates of an application.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{TestCertificate, base64, rfc3339, upper_hex};
use crate::support::{Answer, Tenant, now};

const FIRST: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
const SECOND: &str = "7a062a00-9c97-4122-a53e-11d05ed075a0";

struct Application {
    tenant: Tenant,
    path: String,
}

impl Application {
    async fn start() -> Self {
        let tenant = Tenant::start().await;
        let (id, _) = tenant.application("scanner").await;
        Self { tenant, path: format!("/v1.0/applications/{id}") }
    }

    async fn write(&self, credentials: Value) -> Answer {
        self.tenant.patch(&self.path, json!({ "keyCredentials": credentials })).await
    }

    #[track_caller]
    fn written(answer: &Answer) {
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    async fn read(&self) -> Vec<Value> {
        self.tenant.get(&self.path).await.list("/keyCredentials")
    }

    async fn read_with_keys(&self) -> Vec<Value> {
        self.tenant
            .get(&format!("{}?$select=keyCredentials", self.path))
            .await
            .list("/keyCredentials")
    }
}

/// The credential with one field changed.
fn with(credential: &Value, name: &str, value: Value) -> Value {
    let mut credential = credential.clone();
    credential[name] = value;
    credential
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_shown_only_to_a_selection_on_one_application() {
    let application = Application::start().await;
    let credential = TestCertificate::new().credential(FIRST);
    Application::written(&application.write(json!([credential])).await);
    assert_eq!(application.read().await[0]["key"], Value::Null);
    assert_eq!(application.read_with_keys().await[0]["key"], credential["key"]);
    let list = application
        .tenant
        .get("/v1.0/applications?$filter=displayName eq 'scanner'&$select=keyCredentials")
        .await;
    assert_eq!(list.body["value"][0]["keyCredentials"][0]["key"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_comes_back_with_the_thumbprint_in_hex() {
    let application = Application::start().await;
    let certificate = TestCertificate::new();
    Application::written(&application.write(json!([certificate.credential(FIRST)])).await);
    let expected = json!({
        "customKeyIdentifier": upper_hex(&certificate.sha1()),
        "displayName": "scanner",
        "endDateTime": rfc3339(now() + Duration::days(180)),
        "key": null,
        "keyId": FIRST,
        "startDateTime": rfc3339(now() - Duration::minutes(30)),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    });
    assert_eq!(application.read().await, [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_is_filled_from_the_certificate() {
    let application = Application::start().await;
    let certificate = TestCertificate::new();
    let entry =
        json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": base64(&certificate.der) });
    Application::written(&application.write(json!([entry])).await);
    let read = &application.read().await[0];
    assert_eq!(read["displayName"], "CN=scanner");
    assert_eq!(read["startDateTime"], rfc3339(now() - Duration::hours(1)));
    assert_eq!(read["endDateTime"], rfc3339(now() + Duration::days(365)));
    assert_eq!(read["keyId"].as_str().unwrap().len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_may_be_pem_and_comes_back_as_it_was_given() {
    let application = Application::start().await;
    let certificate = TestCertificate::new();
    let key = base64(certificate.pem.as_bytes());
    let entry = with(&certificate.credential(FIRST), "key", json!(key));
    Application::written(&application.write(json!([entry])).await);
    let read = &application.read_with_keys().await[0];
    assert_eq!(
        (&read["key"], &read["customKeyIdentifier"]),
        (&json!(key), &json!(upper_hex(&certificate.sha1())))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_are_resent_without_key_stay_and_those_left_out_go() {
    let application = Application::start().await;
    let (first, second) =
        (TestCertificate::new().credential(FIRST), TestCertificate::new().credential(SECOND));
    Application::written(&application.write(json!([first])).await);
    let mut resent = application.read().await;
    resent.push(second.clone());
    Application::written(&application.write(json!(resent)).await);
    let keys: Vec<Value> =
        application.read_with_keys().await.iter().map(|one| one["key"].clone()).collect();
    assert_eq!(keys, [first["key"].clone(), second["key"].clone()]);

    Application::written(&application.write(json!([with(&second, "key", Value::Null)])).await);
    let left = application.read().await;
    assert_eq!((left.len(), &left[0]["keyId"]), (1, &json!(SECOND)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_entry_cannot_be_changed() {
    let application = Application::start().await;
    let credential = TestCertificate::new().credential(FIRST);
    Application::written(&application.write(json!([credential])).await);
    let other = TestCertificate::new().credential(FIRST)["key"].clone();
    let message = format!("Update to existing credential with KeyId '{FIRST}' is not allowed.");
    for (name, value) in [
        ("key", other),
        ("endDateTime", json!(rfc3339(now() + Duration::days(181)))),
        ("startDateTime", json!(rfc3339(now()))),
        ("displayName", json!("renamed")),
        ("usage", json!("Sign")),
    ] {
        let answer = application.write(json!([with(&credential, name, value)])).await;
        answer.is_error(400, "Request_BadRequest", &message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_outside_the_certificate_or_in_the_past_are_refused() {
    let application = Application::start().await;
    let credential = TestCertificate::new().credential(FIRST);
    let before = rfc3339(now() - Duration::minutes(61));
    let answer =
        application.write(json!([with(&credential, "startDateTime", json!(before))])).await;
    answer.is_error(400, "KeyCredentialsInvalidStartDate", "Key credential start date is invalid.");
    let after = rfc3339(now() + Duration::days(365) + Duration::seconds(1));
    let past = rfc3339(now());
    for end in [after, past] {
        let answer = application.write(json!([with(&credential, "endDateTime", json!(end))])).await;
        answer.is_error(400, "KeyCredentialsInvalidEndDate", "Key credential end date is invalid.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_type_and_key_must_be_those_of_a_certificate() {
    let application = Application::start().await;
    let credential = TestCertificate::new().credential(FIRST);
    for (name, value, message) in [
        ("usage", json!("verify"), "Acceptable values are Sign, Verify."),
        ("type", json!("Certificate"), "Acceptable values are AsymmetricX509Cert"),
        ("key", json!("bm90IGEgY2VydGlmaWNhdGU="), "The value for the property \"key\""),
        ("key", Value::Null, "The value for the property \"key\""),
        ("customKeyIdentifier", json!(base64(&[0; 33])), "at most 32 bytes"),
        ("colour", json!("red"), "'keyCredentials'"),
    ] {
        let answer = application.write(json!([with(&credential, name, value)])).await;
        answer.is_error(400, "Request_BadRequest", message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_names_are_cut_and_own_identifiers_kept() {
    let application = Application::start().await;
    let credential =
        with(&TestCertificate::new().credential(FIRST), "displayName", json!("n".repeat(91)));
    let credential = with(&credential, "customKeyIdentifier", json!(base64(b"mine")));
    Application::written(&application.write(json!([credential])).await);
    let read = &application.read().await[0];
    assert_eq!(read["displayName"], "n".repeat(90));
    assert_eq!(read["customKeyIdentifier"], base64(b"mine"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identifier_has_one_to_thirty_two_bytes_in_base64() {
    let application = Application::start().await;
    let credential = TestCertificate::new().credential(FIRST);
    let write = async |identifier: String| {
        let entry = with(&credential, "customKeyIdentifier", json!(identifier));
        let answer = application.write(json!([entry])).await;
        assert_eq!(application.write(json!([])).await.status, 204);
        answer.status
    };
    // Forty hex digits are thirty bytes of base64.
    for accepted in [base64(&[0]), base64(&[0; 32]), "42951E4D".repeat(5)] {
        assert_eq!(write(accepted.clone()).await, 204, "{accepted}");
    }
    for refused in [String::new(), base64(&[0; 33]), "not base64!".to_owned()] {
        assert_eq!(write(refused.clone()).await, 400, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_id_occurs_once() {
    let application = Application::start().await;
    let (one, other) =
        (TestCertificate::new().credential(FIRST), TestCertificate::new().credential(FIRST));
    let answer = application.write(json!([one, other])).await;
    answer.is_error(400, "Request_BadRequest", "duplicate values");
}
