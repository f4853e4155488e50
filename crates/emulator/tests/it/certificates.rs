//! Certificates as clients make them, and the assertions that they sign.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use crate::support::{Answer, TENANT, Tenant, now};

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub(crate) struct TestCertificate {
    key: KeyPair,
    pub(crate) der: Vec<u8>,
    pub(crate) pem: String,
}

impl TestCertificate {
    /// An RSA certificate that is valid from an hour before the tests' present for a year.
    pub(crate) fn new() -> Self {
        Self::valid(now() - Duration::hours(1), now() + Duration::days(365))
    }

    pub(crate) fn valid(from: OffsetDateTime, to: OffsetDateTime) -> Self {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CommonName, "scanner");
        (parameters.not_before, parameters.not_after) = (from, to);
        let certificate = parameters.self_signed(&key).unwrap();
        Self { der: certificate.der().to_vec(), pem: certificate.pem(), key }
    }

    /// Private key and certificate in PEM, in the order that the manual asks for.
    pub(crate) fn bundle(&self) -> String {
        format!("{}{}", self.key.serialize_pem(), self.pem)
    }

    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The entry of `keyCredentials` that trusts it.
    pub(crate) fn credential(&self, key_id: &str) -> Value {
        json!({
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "keyId": key_id,
            "displayName": "scanner",
            "startDateTime": rfc3339(now() - Duration::minutes(30)),
            "endDateTime": rfc3339(now() + Duration::days(180)),
            "key": STANDARD.encode(&self.der),
        })
    }

    pub(crate) fn sha1(&self) -> Vec<u8> {
        digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der)
    }

    pub(crate) fn sha256(&self) -> Vec<u8> {
        digest(&aws_lc_rs::digest::SHA256, &self.der)
    }

    /// An access token for a client that trusts this certificate.
    pub(crate) async fn sign_in(&self, tenant: &Tenant, client_id: &str, scope: &str) -> String {
        self.try_sign_in(tenant, client_id, scope).await.text("/access_token")
    }

    pub(crate) async fn try_sign_in(
        &self,
        tenant: &Tenant,
        client_id: &str,
        scope: &str,
    ) -> Answer {
        let now = tenant.now().unix_timestamp();
        let header = json!({ "alg": "PS256", "x5t#S256": base64url(&self.sha256()) });
        let audience = tenant.url(&format!("/{TENANT}/oauth2/v2.0/token"));
        let claims = json!({ "aud": audience, "iss": client_id, "sub": client_id, "nbf": now, "exp": now + 600 });
        let form = [
            ("client_id", client_id),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &self.sign(&header, &claims)),
            ("grant_type", "client_credentials"),
            ("scope", scope),
        ];
        tenant.sign_in(&form).await
    }

    /// A signed JSON Web Token; the header's `alg` says how.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let encoding: &dyn RsaEncoding = match header["alg"].as_str().unwrap() {
            "PS256" => &RSA_PSS_SHA256,
            _ => &RSA_PKCS1_SHA256,
        };
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let key = RsaKeyPair::from_pkcs8(&self.key.serialize_der()).unwrap();
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn upper_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat()
}

pub(crate) fn rfc3339(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap()
}

fn digest(algorithm: &'static aws_lc_rs::digest::Algorithm, bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(algorithm, bytes).as_ref().to_vec()
}
