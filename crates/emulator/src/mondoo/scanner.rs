//! What a scan does: it signs in to the tenant as the integration says, and looks at the
//! subscriptions that it sees there.

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use crate::arm;
use crate::behaviour::Look;
use crate::encoding::base64url;
use crate::http::{Body, Request};
use crate::login::{self, AccessToken, Audience, MONDOO_ISSUER};
use crate::model::hierarchy::Subscription;
use crate::model::mondoo::{AzureOptions, HeldSecret, Integration};
use crate::model::scope::Scope;
use crate::mondoo::bundle::Bundle;
use crate::mondoo::call::Call;
use crate::service;

/// How many assets of which type, or why there are none. That the error of the sign-in is shown as it
/// is, is a guess.
pub(super) fn scan(
    call: &Call<'_>,
    integration: &Integration,
) -> Result<BTreeMap<String, u32>, String> {
    let token = sign_in(call, integration)?;
    let request = list_request(&token)?;
    let service = call.service;
    let accepts =
        |audience: &str| Audience::named(audience, &service.url) == Some(Audience::ResourceManager);
    // The token is younger than the call.
    let now = service.clock.now();
    let caller = AccessToken::of(&request, &service.signing_key, service.tenant, accepts, now)
        .map_err(|_| "the access token was not accepted")?;
    let azure = service::Call::new(service, call.views, Look::List, &request, &caller);
    let subscriptions: Vec<Uuid> = arm::readable_subscriptions(&azure)
        .filter(|one| is_wanted(&azure, one, &integration.options))
        .map(|one| one.id)
        .collect();
    if subscriptions.is_empty() {
        return Err(NO_SUBSCRIPTION.to_owned());
    }
    Ok(assets(&azure, &subscriptions))
}

/// The scanner's own words (documented).
const NO_SUBSCRIPTION: &str =
    "cannot find an azure subscription with the provided credentials or the provided filters";

/// Ids are compared letter by letter, in lists that were one text with commas, and allowed ones win
/// over denied ones (documented).
fn is_wanted(
    azure: &service::Call<'_>,
    subscription: &Subscription,
    options: &AzureOptions,
) -> bool {
    let id = subscription.id.to_string();
    let is_in = |list: &[String]| list.iter().flat_map(|ids| ids.split(',')).any(|one| one == id);
    let is_listed =
        if options.allowed.is_empty() { !is_in(&options.denied) } else { is_in(&options.allowed) };
    is_listed && is_below(azure, &id, &options.management_group)
}

/// Whether the subscription is in the group or below it; no group means the whole tenant.
fn is_below(azure: &service::Call<'_>, subscription: &str, group: &str) -> bool {
    if group.is_empty() {
        return true;
    }
    let group = azure.state.management_group(group).map(|found| found.id().to_ascii_lowercase());
    let scope = Scope::parse(&format!("/subscriptions/{subscription}"));
    scope.zip(group).is_some_and(|(scope, group)| azure.state.lineage(&scope).contains(&group))
}

/// The names of types are guesses.
fn assets(azure: &service::Call<'_>, subscriptions: &[Uuid]) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let mut add = |kind: &str| *counts.entry(kind.to_owned()).or_default() += 1;
    for id in subscriptions {
        add("azure-subscription");
        for resource in arm::readable_resources(azure, *id) {
            match resource.kind.as_str() {
                "Microsoft.KeyVault/vaults" => add("azure-keyvault-vault"),
                "Microsoft.Web/sites" => add("azure-webapp"),
                _ => add("azure-resource"),
            }
        }
    }
    counts
}

/// An access token for Resource Manager.
fn sign_in(call: &Call<'_>, integration: &Integration) -> Result<String, String> {
    let AzureOptions { tenant_id, client_id, .. } = &integration.options;
    let tenant = utf8_percent_encode(tenant_id, NON_ALPHANUMERIC);
    let path = format!("/{tenant}/oauth2/v2.0/token");
    let mut form = vec![
        ("client_id", client_id.clone()),
        ("grant_type", "client_credentials".to_owned()),
        ("scope", "https://management.azure.com/.default".to_owned()),
    ];
    let mut assert = |assertion| {
        form.push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
        form.push(("client_assertion", assertion));
    };
    match &integration.secret {
        HeldSecret::Certificate(pem) => {
            let audience = format!("{}/{tenant_id}/oauth2/v2.0/token", call.service.url);
            assert(assertion(&Bundle::read(pem)?, client_id, &audience, call));
        }
        HeldSecret::WorkloadIdentity => {
            let subject = &integration.mrn;
            let audience = "api://AzureADTokenExchange";
            assert(login::workload_token(call.service, MONDOO_ISSUER, subject, audience));
        }
        HeldSecret::ClientSecret(secret) => form.push(("client_secret", secret.clone())),
    }
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let body = Body::Whole(Bytes::from(form));
    let request = Request::new(Method::POST, &path, HeaderMap::new(), body);
    login::sign_in(call.service, call.views.seen(Look::Reference), &request)
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// As the scanner's library signs it (documented).
fn assertion(bundle: &Bundle, client: &str, audience: &str, call: &Call<'_>) -> String {
    let header = json!({
        "alg": "RS256",
        "typ": "JWT",
        "x5t": base64url(&bundle.certificate.sha1()),
        "x5c": [STANDARD.encode(&bundle.certificate.der)],
    });
    let claims = json!({
        "aud": audience,
        "iss": client,
        "sub": client,
        "jti": Uuid::new_v4(),
        "nbf": call.now.unix_timestamp(),
        "exp": (call.now + Duration::minutes(10)).unix_timestamp(),
    });
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(&header), part(&claims));
    let mut signature = vec![0; bundle.key.public_modulus_len()];
    bundle
        .key
        .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .expect("a valid RSA key signs a message of any length");
    format!("{message}.{}", base64url(&signature))
}

/// For the subscriptions that the token opens.
fn list_request(token: &str) -> Result<Request, String> {
    let bearer = HeaderValue::try_from(format!("Bearer {token}"));
    let bearer = bearer.map_err(|_| "the access token is not text")?;
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, bearer)]);
    Ok(Request::new(Method::GET, "/subscriptions", headers, Body::Whole(Bytes::new())))
}
