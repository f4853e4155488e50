//! When a request is repeated.
//!
//! `azure_core` repeats every method alike. A POST that was answered with 503 may have been carried
//! out, so it is not repeated here: only a refusal by throttling says that nothing was done. PUT,
//! DELETE and the keyed upserts of Graph may be repeated at any time.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers, RETRY_AFTER, X_MS_RETRY_AFTER_MS};
use azure_core::http::policies::{Policy, PolicyResult, get_retry_after};
use azure_core::http::{AsyncRawResponse, Context, Method, Request};
use azure_core::time::OffsetDateTime;
use tokio::time::Instant;

use crate::error::Silence;
use crate::transport::{is_web_page, silence};

/// A service that answers is asked for no longer than this: Azure's throttles reset in minutes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);
/// One that does not answer at all, or has a gateway do it: a broken connection mends in seconds, an
/// offline machine not.
const PATIENCE_WITHOUT_ANSWER: Duration = Duration::from_secs(10);
const FIRST_DELAY: Duration = Duration::from_millis(500);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// The policy; the last of those that run once per call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Retry {
    ByMethod,
    /// Of requests that change nothing, such as those for tokens.
    Always,
}

/// Whether carrying a request out twice is the same as once. A value of this type in a request's
/// context says so where the method does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeatable {
    Always,
    /// Only when the service says that it has not begun.
    WhenThrottled,
}

impl Repeatable {
    /// `creates_if_missing` is what makes a PATCH of Graph a keyed upsert.
    pub(crate) fn of(method: Method, creates_if_missing: bool) -> Repeatable {
        match method {
            Method::Get | Method::Head | Method::Put | Method::Delete => Repeatable::Always,
            Method::Patch if creates_if_missing => Repeatable::Always,
            // Post, any other Patch, and whatever `Method` may grow: nothing is assumed.
            _ => Repeatable::WhenThrottled,
        }
    }

    pub(crate) fn after(self, status: u16) -> bool {
        match self {
            Repeatable::Always => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Repeatable::WhenThrottled => status == 429,
        }
    }
}

#[async_trait]
impl Policy for Retry {
    async fn send(
        &self,
        context: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let prefer = request.headers().get_optional_str(&HeaderName::from_static("prefer"));
        let by_method = Repeatable::of(request.method(), prefer == Some("create-if-missing"));
        let repeatable = match self {
            Retry::ByMethod => context.value().copied().unwrap_or(by_method),
            Retry::Always => Repeatable::Always,
        };
        let mut patience = Patience::new();
        loop {
            let result = whole(next[0].send(context, request, &next[1..]).await).await;
            let (asked, limit) = match &result {
                Ok(response) if repeatable.after(response.status().into()) => {
                    let answered = !is_web_page(response.headers());
                    let limit = if answered { PATIENCE } else { PATIENCE_WITHOUT_ANSWER };
                    (retry_after(response.headers()), limit)
                }
                Err(error) if may_repeat(repeatable, error) => (None, PATIENCE_WITHOUT_ANSWER),
                Ok(_) | Err(_) => return result,
            };
            if !patience.wait(asked, limit).await {
                return result;
            }
            request.body_mut().reset().await?;
        }
    }
}

/// Reads the body too, so that a connection that breaks in it counts as broken.
async fn whole(result: PolicyResult) -> PolicyResult {
    let response = result?.try_into_raw_response().await?;
    let (status, headers, body) = response.deconstruct();
    Ok(AsyncRawResponse::from_bytes(status, headers, body))
}

fn may_repeat(repeatable: Repeatable, error: &azure_core::Error) -> bool {
    match error.kind() {
        // Nothing was sent; but trust does not come by waiting.
        ErrorKind::Connection => matches!(silence(error), Silence::Broken(_)),
        ErrorKind::Io => repeatable == Repeatable::Always,
        _ => false,
    }
}

fn retry_after(headers: &Headers) -> Option<Duration> {
    let headers_read = [X_MS_RETRY_AFTER_MS, RETRY_AFTER];
    let delay = get_retry_after(headers, OffsetDateTime::now_utc, &headers_read)?;
    delay.try_into().ok()
}

/// Growing delays until it runs out.
pub(crate) struct Patience {
    begun: Instant,
    delay: Duration,
}

impl Patience {
    pub(crate) fn new() -> Patience {
        Patience { begun: Instant::now(), delay: FIRST_DELAY }
    }

    /// Waits as long as the service asked for, else a little longer each time. False, at once, when
    /// that would be longer than `limit` in all.
    pub(crate) async fn wait(&mut self, asked: Option<Duration>, limit: Duration) -> bool {
        let delay = asked.unwrap_or_default().max(self.delay.mul_f64(jitter()));
        if self.begun.elapsed() + delay > limit {
            return false;
        }
        tracing::warn!("no luck with a request yet: trying again in {:.1} s", delay.as_secs_f64());
        tokio::time::sleep(delay).await;
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
        true
    }
}

/// Between 0.5 and 1, so that requests that were throttled together do not return together.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    0.5 + f64::from(u16::try_from(random & 0xffff).unwrap_or(0)) / f64::from(u16::MAX) / 2.0
}
