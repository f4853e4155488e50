//! Rolling certificates by proof that one has one of them.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{TestCertificate, base64, rfc3339};
use crate::support::{Answer, Tenant, now};

const FIRST: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
const SECOND: &str = "7a062a00-9c97-4122-a53e-11d05ed075a0";
const DIRECTORY: &str = "00000002-0000-0000-c000-000000000000";

struct Roller {
    tenant: Tenant,
    certificate: TestCertificate,
    id: String,
    app_id: String,
}

impl Roller {
    async fn start() -> Self {
        let (tenant, certificate) = (Tenant::start().await, TestCertificate::new());
        let body =
            json!({ "displayName": "scanner", "keyCredentials": [certificate.credential(FIRST)] });
        let created = tenant.post("/v1.0/applications", body).await;
        let (id, app_id) = (created.text("/id"), created.text("/appId"));
        tenant.service_principal(&app_id).await;
        Self { tenant, certificate, id, app_id }
    }

    fn claims(&self) -> Value {
        let from = self.tenant.now().unix_timestamp();
        json!({ "aud": DIRECTORY, "iss": self.id, "nbf": from, "exp": from + 600 })
    }

    fn proof(&self, claims: &Value) -> String {
        self.certificate.sign(&json!({ "alg": "RS256" }), claims)
    }

    /// As the application itself, which holds no permission.
    async fn act(&self, action: &str, body: Value) -> Answer {
        let scope = "https://graph.microsoft.com/.default";
        let token = self.certificate.sign_in(&self.tenant, &self.app_id, scope).await;
        let path = format!("/v1.0/applications/{}/{action}", self.id);
        self.tenant.call_as(&token, "POST", &path, &[], Some(body)).await
    }

    async fn add(&self, new: &TestCertificate, proof: &str) -> Answer {
        let key = json!({
            "type": "AsymmetricX509Cert", "usage": "Verify", "key": base64(&new.der),
        });
        let body = json!({ "keyCredential": key, "passwordCredential": null, "proof": proof });
        self.act("addKey", body).await
    }

    async fn key_ids(&self) -> Vec<Value> {
        let application = self.tenant.get(&format!("/v1.0/applications/{}", self.id)).await;
        application.list("/keyCredentials").iter().map(|one| one["keyId"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_rolls_its_certificate_without_any_permission() {
    let roller = Roller::start().await;
    let new = TestCertificate::new();
    let added = roller.add(&new, &roller.proof(&roller.claims())).await;
    assert_eq!(added.status, 200, "{added:?}");
    let context = roller.tenant.url("/v1.0/$metadata#microsoft.graph.keyCredential");
    assert_eq!(added.text("/@odata.context"), context);
    assert_eq!(roller.key_ids().await, [json!(FIRST), added.body["keyId"].clone()]);

    // The new certificate proves as much as the old one, which goes.
    let proof = new.sign(&json!({ "alg": "PS256" }), &roller.claims());
    let removed = roller.act("removeKey", json!({ "keyId": FIRST, "proof": proof })).await;
    assert_eq!((removed.status, &removed.body), (204, &Value::Null));
    assert_eq!(roller.key_ids().await, [added.body["keyId"].clone()]);
    let roller = Roller { certificate: new, ..roller };
    let unknown = json!({ "keyId": FIRST, "proof": proof });
    assert_eq!(roller.act("removeKey", unknown).await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_proves_nothing_is_refused() {
    let roller = Roller::start().await;
    let new = TestCertificate::new();
    let from = now().unix_timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = roller.claims();
        claims[name] = value;
        roller.proof(&claims)
    };
    for (proof, reason) in [
        (new.sign(&json!({ "alg": "RS256" }), &roller.claims()), "the new key signed it"),
        (with("aud", json!("00000003-0000-0000-c000-000000000000")), "for somebody else"),
        (with("iss", json!(roller.app_id)), "by another id"),
        (with("exp", json!(from + 601)), "for too long"),
        (with("exp", json!(from)), "over"),
        (with("nbf", json!(from + 1)), "too early"),
        (with("exp", Value::Null), "without end"),
        ("nonsense".to_owned(), "no token"),
    ] {
        let answer = roller.add(&new, &proof).await;
        assert_eq!(answer.status, 401, "{reason}: {answer:?}");
        answer.is_error(401, "Authentication_MissingOrMalformed", "Access Token missing");
    }
    assert_eq!(roller.key_ids().await, [FIRST]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_proves_nothing() {
    let tenant = Tenant::start().await;
    let certificate = TestCertificate::new();
    let mut credential = certificate.credential(SECOND);
    credential["endDateTime"] = json!(rfc3339(now() + Duration::seconds(1)));
    let body = json!({ "displayName": "scanner", "keyCredentials": [credential] });
    let id = tenant.post("/v1.0/applications", body).await.text("/id");
    let act = async |proof: String| {
        let path = format!("/v1.0/applications/{id}/removeKey");
        tenant.post(&path, json!({ "keyId": SECOND, "proof": proof })).await.status
    };
    let from = now().unix_timestamp();
    let claims = json!({ "aud": DIRECTORY, "iss": id, "nbf": from, "exp": from + 600 });
    let proof = certificate.sign(&json!({ "alg": "RS256" }), &claims);
    tenant.advance(Duration::seconds(1));
    assert_eq!(act(proof).await, 401);
}
