//! `$batch`: up to 20 requests in one, answered each for itself.

use std::time::Duration;

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::Refusal;
use crate::retry::{PATIENCE, Patience, Repeatable};
use crate::service::{Answer, Call};
use crate::{Error, Reader};

/// Graph admits no more in one request.
const MAX_ITEMS: usize = 20;

/// One request of a batch, its `url` relative to the version of the API.
#[derive(Clone)]
pub(super) struct Item {
    method: Method,
    url: String,
    body: Option<Value>,
}

impl Item {
    pub(super) fn get(url: String) -> Item {
        Item { method: Method::Get, url, body: None }
    }

    pub(super) fn post(url: String, body: Value) -> Item {
        Item { method: Method::Post, url, body: Some(body) }
    }

    fn name(&self) -> String {
        let path = self.url.split('?').next().unwrap_or_default();
        format!("Microsoft Graph {} {path}", self.method)
    }

    fn to_json(&self, id: usize) -> Value {
        let mut item =
            json!({ "id": id.to_string(), "method": self.method.to_string(), "url": self.url });
        if let Some(body) = &self.body {
            item["headers"] = json!({ "Content-Type": "application/json" });
            item["body"] = body.clone();
        }
        item
    }
}

#[derive(Deserialize)]
struct Responses {
    responses: Vec<Response>,
}

#[derive(Deserialize)]
struct Response {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Value,
    #[serde(default)]
    body: Value,
}

impl Response {
    fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers["Retry-After"].as_str()?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    fn outcome(&self, item: &Item) -> Result<Answer, Error> {
        let body =
            if self.body.is_null() { Vec::new() } else { self.body.to_string().into_bytes() };
        if (200..300).contains(&self.status) {
            return Ok(Answer::new(item.name(), body));
        }
        let request_id = self.body["error"]["innerError"]["request-id"].as_str();
        Err(Refusal::new(item.name(), self.status, &body, request_id.map(str::to_owned)).into())
    }
}

impl Reader {
    /// Sends `items` and returns their outcomes in the same order. Items that Graph throttled are
    /// sent again by the same rules as single requests.
    pub(super) async fn batch(
        &self,
        items: Vec<Item>,
    ) -> Result<Vec<Result<Answer, Error>>, Error> {
        let mut outcomes: Vec<Option<Result<Answer, Error>>> = items.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..items.len()).collect();
        let mut patience = Patience::new();
        while !open.is_empty() {
            let mut again = Vec::new();
            let mut asked = None;
            for chunk in open.chunks(MAX_ITEMS) {
                for (index, response) in self.exchange(&items, chunk).await? {
                    let repeatable = Repeatable::of(items[index].method, false);
                    if repeatable.after(response.status) {
                        again.push(index);
                        asked = asked.max(response.retry_after());
                    }
                    outcomes[index] = Some(response.outcome(&items[index]));
                }
            }
            open = if again.is_empty() || !patience.wait(asked, PATIENCE).await {
                Vec::new()
            } else {
                again
            };
        }
        Ok(outcomes.into_iter().map(|outcome| outcome.expect("every item was answered")).collect())
    }

    /// One round trip for the items at `indices`.
    async fn exchange(
        &self,
        items: &[Item],
        indices: &[usize],
    ) -> Result<Vec<(usize, Response)>, Error> {
        let requests: Vec<_> = indices.iter().map(|&index| items[index].to_json(index)).collect();
        let path = "/v1.0/$batch".to_owned();
        let body = json!({ "requests": requests });
        let all_reads = indices.iter().all(|&index| items[index].method == Method::Get);
        let repeatable = all_reads.then_some(Repeatable::Always);
        let call = Call { repeatable, ..Call::write(Method::Post, path, &[], body) };
        let answer = self.graph.send(call).await?;
        let mut responses: Vec<_> = answer
            .read::<Responses>()?
            .responses
            .into_iter()
            .filter_map(|response| Some((response.id.parse().ok()?, response)))
            .filter(|(index, _)| indices.contains(index))
            .collect();
        responses.sort_by_key(|(index, _)| *index);
        responses.dedup_by_key(|(index, _)| *index);
        if responses.len() != indices.len() {
            let request = "Microsoft Graph POST /v1.0/$batch".to_owned();
            let reason = format!("{} of {} items came back", responses.len(), indices.len());
            return Err(Error::Senseless { request, reason });
        }
        Ok(responses)
    }
}
