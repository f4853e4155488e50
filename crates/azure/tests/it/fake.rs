//! A network that answers from a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure::{Cloud, Credential, Reader, Transport};
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Context, Request};
use serde_json::{Value, json};

/// One scripted answer.
#[derive(Debug)]
pub enum Answer {
    Status(u16, Value),
    /// 429, with the seconds to wait.
    Throttled(&'static str),
    /// Text that is no JSON.
    Html(u16),
    /// The connection breaks after the request was sent.
    Broken,
    /// No connection comes about.
    Refused,
}

/// Answers in order; tokens are always given.
#[derive(Debug, Default)]
pub struct Fake {
    script: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<String>>,
}

impl Fake {
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Arc<Fake> {
        let script = Mutex::new(script.into_iter().collect());
        Arc::new(Fake { script, seen: Mutex::default() })
    }

    /// Method, path and query of each request but those for tokens.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// A reader whose requests this answers.
    pub async fn reader(self: &Arc<Self>) -> Reader {
        let transport = Transport::answered_by(Arc::clone(self) as Arc<dyn Policy>);
        let credential = Credential::ClientSecret { client_id: "x".to_owned(), secret: "y".into() };
        Reader::sign_in("contoso.com", credential, &Cloud::public(), &transport).await.unwrap()
    }
}

#[async_trait]
impl Policy for Fake {
    async fn send(
        &self,
        _: &Context,
        request: &mut Request,
        _: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let url = request.url();
        if url.host_str() == Some("login.microsoftonline.com") {
            let token = json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": "t" });
            return Ok(response(200, Headers::new(), token.to_string()));
        }
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        let line = format!("{} {}{query}", request.method(), url.path());
        self.seen.lock().unwrap().push(line.clone());
        let next = self.script.lock().unwrap().pop_front();
        match next.unwrap_or_else(|| panic!("nobody expected {line}")) {
            Answer::Status(status, body) => Ok(response(status, Headers::new(), body.to_string())),
            Answer::Throttled(seconds) => {
                let mut headers = Headers::new();
                headers.insert("retry-after", seconds);
                Ok(response(429, headers, "{}".to_owned()))
            }
            Answer::Html(status) => Ok(response(status, Headers::new(), "<h1>".to_owned())),
            Answer::Broken => Err(azure_core::Error::with_message(ErrorKind::Io, "broken pipe")),
            Answer::Refused => {
                Err(azure_core::Error::with_message(ErrorKind::Connection, "refused"))
            }
        }
    }
}

fn response(status: u16, headers: Headers, body: String) -> AsyncRawResponse {
    AsyncRawResponse::from_bytes(status.into(), headers, body)
}
