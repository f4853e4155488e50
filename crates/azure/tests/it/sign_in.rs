//! Which tokens are asked for, how often, and what they are sent with.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use azure::{
    Audience, ClientCertificate, Cloud, Credential, Error, Reader, SignInError, Transport, Writer,
};
use azure_core::http::headers::{AUTHORIZATION, HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Status and body for method, host and path of a request, and for how many there were before.
type Answer = fn(&str, usize) -> (u16, Value);

/// A network that answers by what it is asked, and remembers it.
struct Network {
    answer: Answer,
    /// Method, host and path of each request, with the form that was sent to sign in.
    seen: Mutex<Vec<String>>,
    bearers: Mutex<Vec<String>>,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl Network {
    fn new(answer: Answer) -> Arc<Network> {
        Arc::new(Network { answer, seen: Mutex::default(), bearers: Mutex::default() })
    }

    fn transport(self: &Arc<Self>) -> Transport {
        Transport::answered_by(Arc::clone(self) as Arc<dyn Policy>)
    }

    async fn sign_in(self: &Arc<Self>, credential: Credential) -> Result<Reader, Error> {
        Reader::sign_in("contoso.com", credential, &Cloud::public(), &self.transport()).await
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// Requests of that beginning.
    fn count(&self, beginning: &str) -> usize {
        self.seen().iter().filter(|line| line.starts_with(beginning)).count()
    }
}

#[async_trait]
impl Policy for Network {
    async fn send(
        &self,
        _: &Context,
        request: &mut Request,
        _: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let url = request.url();
        let mut place = format!("{} {}{}", request.method(), url.host_str().unwrap(), url.path());
        let metadata = HeaderName::from_static("metadata");
        if url.scheme() == "http" && request.headers().get_optional_str(&metadata) != Some("true") {
            place.push_str(" without its header");
        }
        let form = match request.body() {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::SeekableStream(_) => String::new(),
        };
        let before = self.seen().len();
        let (status, body) = (self.answer)(&place, before);
        let form = if place.contains("/token") { format!(" {form}") } else { String::new() };
        self.seen.lock().unwrap().push(format!("{place}{form}"));
        if let Some(bearer) = request.headers().get_optional_string(&AUTHORIZATION) {
            self.bearers.lock().unwrap().push(bearer);
        }
        // Others get their turn, as they do on a network.
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(AsyncRawResponse::from_bytes(status.into(), Headers::new(), body.to_string()))
    }
}

fn secret() -> Credential {
    Credential::ClientSecret { client_id: "x".to_owned(), secret: "y".into() }
}

/// A token that names the request it was answered to.
fn token(number: usize, seconds: u32) -> (u16, Value) {
    let token = format!("t{number}");
    (
        200,
        json!({ "token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token }),
    )
}

fn is_login(place: &str) -> bool {
    place.contains("login.microsoftonline.com")
}

fn page() -> (u16, Value) {
    (200, json!({ "value": [] }))
}

#[tokio::test(start_paused = true)]
async fn one_token_per_audience_serves_all_who_ask_at_once() {
    let network =
        Network::new(|place, before| if is_login(place) { token(before, 3600) } else { page() });
    let reader = network.sign_in(secret()).await.unwrap();
    let asked = (0..8).map(|_| reader.subscriptions());
    for answer in futures::future::join_all(asked).await {
        answer.unwrap();
    }
    assert_eq!(network.count("POST login.microsoftonline.com/contoso.com/oauth2/v2.0/token"), 2);
    assert_eq!(network.count("GET management.azure.com"), 8);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_soon_is_replaced_before_it_does() {
    let network =
        Network::new(|place, before| if is_login(place) { token(before, 299) } else { page() });
    let reader = network.sign_in(secret()).await.unwrap();
    for _ in 0..3 {
        reader.subscriptions().await.unwrap();
    }
    assert_eq!(network.count("POST login"), 4, "{:?}", network.seen());
}

/// 401 says that nothing was done, so even what must not be done twice is sent again: once.
#[tokio::test(start_paused = true)]
async fn a_write_whose_token_is_refused_is_sent_once_more_with_a_new_one() {
    let network = Network::new(|place, before| match (is_login(place), before) {
        (true, _) => token(before, 3600),
        (false, 1) => (401, json!({ "error": { "code": "InvalidAuthenticationToken" } })),
        (false, _) => (204, Value::Null),
    });
    let writer = Writer::new(network.sign_in(secret()).await.unwrap());
    writer.update_application(spec::Id::derived(&["a"]), json!({})).await.unwrap();
    assert_eq!(network.count("PATCH graph.microsoft.com"), 2);
    assert_eq!(*network.bearers.lock().unwrap(), ["Bearer t0", "Bearer t2"]);

    let network =
        Network::new(
            |place, before| {
                if is_login(place) { token(before, 3600) } else { (401, Value::Null) }
            },
        );
    let writer = Writer::new(network.sign_in(secret()).await.unwrap());
    let error = writer.update_application(spec::Id::derived(&["a"]), json!({})).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 401);
    assert_eq!(network.count("PATCH graph.microsoft.com"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_signs_in_to_every_audience() {
    let network =
        Network::new(|place, before| if is_login(place) { token(before, 3600) } else { page() });
    let sign = |message: &[u8]| Ok(message.iter().rev().copied().collect());
    let certificate = ClientCertificate::new("app".to_owned(), [7; 32], sign);
    assert_eq!(format!("{certificate:?}"), "ClientCertificate { client_id: \"app\", .. }");
    let reader = network.sign_in(Credential::ClientCertificate(certificate)).await.unwrap();
    for audience in [Audience::Graph, Audience::ResourceManager, Audience::KeyVault] {
        reader.can_sign_in_to(audience).await.unwrap();
    }
    let seen = network.seen();
    let scopes = ["graph.microsoft.com", "management.azure.com", "vault.azure.net"];
    for (form, scope) in seen[1..].iter().zip(scopes) {
        assert!(form.ends_with(&format!("&scope=https%3A%2F%2F{scope}%2F.default")), "{form}");
    }
    let assertion = seen[0].split("client_assertion=").nth(1).unwrap();
    let mut parts = assertion.split('&').next().unwrap().split('.');
    let mut part = || BASE64_URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&part()).unwrap();
    let thumbprint = BASE64_URL_SAFE_NO_PAD.encode([7; 32]);
    assert_eq!(header, json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint }));
    let claims: Value = serde_json::from_slice(&part()).unwrap();
    assert_eq!(claims["aud"], "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
    assert_eq!((claims["iss"].clone(), claims["sub"].clone()), ("app".into(), "app".into()));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["nbf"].as_i64().unwrap(), 600);
}

fn of_machine() -> Credential {
    Credential::ManagedIdentity { client_id: None, of_machine: true }
}

#[tokio::test]
async fn the_identity_of_a_machine_is_asked_for_where_azures_metadata_service_is() {
    let network = Network::new(|place, _| match place.contains("169.254") {
        true if place.ends_with(" without its header") => (400, Value::Null),
        true => {
            let end = "4102444800";
            (
                200,
                json!({ "access_token": "t", "expires_on": end, "token_type": "x", "resource": "x" }),
            )
        }
        false => page(),
    });
    network.sign_in(of_machine()).await.unwrap().subscriptions().await.unwrap();
    assert_eq!(network.count("GET 169.254.169.254/metadata/identity/oauth2/token"), 4);
}

/// Other clouds have a service at that address, too.
#[tokio::test]
async fn a_machine_elsewhere_has_no_identity_and_says_so_at_once() {
    let network = Network::new(|_, _| (404, Value::Null));
    let error = network.sign_in(of_machine()).await.unwrap_err();
    assert!(matches!(error, Error::SignIn(SignInError::Unavailable { .. })), "{error}");
    assert_eq!(network.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_no_token_signs_nobody_in() {
    let answers: [Answer; 2] = [|_, _| (200, json!({ "hello": 1 })), |_, _| (403, Value::Null)];
    for answer in answers {
        let error = Network::new(answer).sign_in(secret()).await.unwrap_err();
        assert!(matches!(error, Error::SignIn(SignInError::Senseless { .. })), "{error}");
    }
}

#[test]
fn no_credential_prints_its_secret() {
    let url = "https://localhost/x".parse().unwrap();
    let github = Credential::GitHubOidc {
        client_id: "x".to_owned(),
        request_url: url,
        request_token: "hunter2".into(),
    };
    let secret = Credential::ClientSecret { client_id: "x".to_owned(), secret: "hunter2".into() };
    assert_eq!(format!("{secret:?} {github:?}"), "client-secret github-oidc");
}
