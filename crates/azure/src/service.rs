//! One service: requests with a relative path, answers as values, refusals in its own words.

use azure_core::error::ErrorKind;
use azure_core::http::headers::HeaderName;
use azure_core::http::{Context, Method, Pipeline, PipelineSendOptions, Request, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Refusal};
use crate::retry::Repeatable;
use crate::sign_in::from_credential;
use crate::transport::{is_web_page, silence};
use crate::wire::request_id;

#[derive(Clone, Debug)]
pub(crate) struct Service {
    name: &'static str,
    base: Url,
    pipeline: Pipeline,
}

/// One request. `path` is relative to the service and holds ids that need no encoding; `query`
/// values are encoded here.
pub(crate) struct Call<'a> {
    pub method: Method,
    pub path: String,
    pub query: &'a [(&'a str, &'a str)],
    pub prefer: Option<&'static str>,
    pub body: Option<Value>,
    /// Where the method says less than is known.
    pub repeatable: Option<Repeatable>,
}

impl<'a> Call<'a> {
    pub(crate) fn get(path: String, query: &'a [(&'a str, &'a str)]) -> Call<'a> {
        Call { method: Method::Get, path, query, prefer: None, body: None, repeatable: None }
    }

    pub(crate) fn delete(path: String, query: &'a [(&'a str, &'a str)]) -> Call<'a> {
        Call { method: Method::Delete, ..Call::get(path, query) }
    }

    pub(crate) fn write(
        method: Method,
        path: String,
        query: &'a [(&'a str, &'a str)],
        body: Value,
    ) -> Call<'a> {
        Call { method, path, query, prefer: None, body: Some(body), repeatable: None }
    }
}

/// A successful answer.
pub(crate) struct Answer {
    request: String,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn new(request: String, body: Vec<u8>) -> Answer {
        Answer { request, body }
    }

    /// `None` of an empty body, such as that of 204.
    pub(crate) fn read_optional<T: DeserializeOwned>(&self) -> Result<Option<T>, Error> {
        if self.body.is_empty() { Ok(None) } else { self.read().map(Some) }
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // Some resource providers put a byte order mark in front.
        let body = self.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| Error::Senseless {
            request: self.request.clone(),
            reason: error.to_string(),
        })
    }
}

/// One page of a collection, in the spelling of ARM or of Graph.
#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "nextLink", alias = "@odata.nextLink")]
    next: Option<String>,
}

impl Service {
    pub(crate) fn new(name: &'static str, base: Url, pipeline: Pipeline) -> Service {
        Service { name, base, pipeline }
    }

    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Error> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), call.path));
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query);
        }
        let mut request = Request::new(url, call.method);
        if let Some(prefer) = call.prefer {
            request.insert_header(HeaderName::from_static("prefer"), prefer);
        }
        if let Some(body) = &call.body {
            request.insert_header(HeaderName::from_static("content-type"), "application/json");
            request.set_body(body.to_string());
        }
        self.exchange(request, call.repeatable).await
    }

    /// An address of this service, as references to its objects are written.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Every element of a collection, whatever the number of pages.
    pub(crate) async fn list<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<Vec<T>, Error> {
        let first = self.send(call).await?;
        self.rest(first).await
    }

    /// The elements of the first `pages` pages, and whether these were all.
    pub(crate) async fn list_pages<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        pages: usize,
    ) -> Result<(Vec<T>, bool), Error> {
        let first = self.send(call).await?;
        let request = first.request.clone();
        let mut page: Page<T> = first.read()?;
        let mut elements = page.value;
        for _ in 1..pages {
            let Some(next) = page.next else { return Ok((elements, true)) };
            page = self.page(&request, &next).await?;
            elements.append(&mut page.value);
        }
        Ok((elements, page.next.is_none()))
    }

    /// The elements of a first page and of all that follow it.
    pub(crate) async fn rest<T: DeserializeOwned>(&self, first: Answer) -> Result<Vec<T>, Error> {
        let request = first.request.clone();
        let mut page: Page<T> = first.read()?;
        let mut elements = page.value;
        while let Some(next) = page.next {
            page = self.page(&request, &next).await?;
            elements.append(&mut page.value);
        }
        Ok(elements)
    }

    /// The page behind a link of an answer to `request`.
    async fn page<T: DeserializeOwned>(&self, request: &str, next: &str) -> Result<Page<T>, Error> {
        let link = self.own_link(next).ok_or_else(|| Error::Senseless {
            request: request.to_owned(),
            reason: format!("its next page is not on {}: {next}", self.base),
        })?;
        self.exchange(Request::new(link, Method::Get), None).await?.read()
    }

    /// A link to this very service: a token goes nowhere else.
    fn own_link(&self, link: &str) -> Option<Url> {
        Url::parse(link).ok().filter(|url| url.origin() == self.base.origin())
    }

    async fn exchange(
        &self,
        mut request: Request,
        repeatable: Option<Repeatable>,
    ) -> Result<Answer, Error> {
        request.insert_header(HeaderName::from_static("accept"), "application/json");
        let name = format!("{} {} {}", self.name, request.method(), request.url().path());
        let context = match repeatable {
            Some(repeatable) => Context::new().with_value(repeatable),
            None => Context::new(),
        };
        let options = PipelineSendOptions { skip_checks: true, ..PipelineSendOptions::default() };
        let response = self
            .pipeline
            .send(&context, &mut request, Some(options))
            .await
            .map_err(|error| without_answer(&name, &error))?;
        let status = u16::from(response.status());
        if is_web_page(response.headers()) {
            let reason = format!("a web page with status {status}");
            return Err(Error::Senseless { request: name, reason });
        }
        let request_id = request_id(response.headers());
        let body = response.body().to_vec();
        if (200..300).contains(&status) {
            return Ok(Answer::new(name, body));
        }
        Err(Refusal::new(name, status, &body, request_id).into())
    }
}

fn without_answer(request: &str, error: &azure_core::Error) -> Error {
    match error.kind() {
        ErrorKind::Credential => from_credential(error).into(),
        _ => Error::NoAnswer { request: request.to_owned(), reason: silence(error) },
    }
}
