//! Pages of a collection, with an opaque absolute link to the next one.

use url::form_urlencoded;

use crate::encoding::{base64url, from_base64url};
use crate::http::Request;

pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_link: Option<String>,
}

pub(crate) struct UnknownSkipToken;

/// Cuts the page that the request asks for; the link repeats every other parameter of the request.
pub(crate) fn page<T>(
    request: &Request,
    url: &str,
    size: usize,
    items: Vec<T>,
) -> Result<Page<T>, UnknownSkipToken> {
    let first = request.query(SKIP_TOKEN).map_or(Ok(0), position)?;
    let next = first.saturating_add(size);
    let next_link = (next < items.len()).then(|| link(request, url, next));
    let items = items.into_iter().skip(first).take(size).collect();
    Ok(Page { items, next_link })
}

pub(crate) const SKIP_TOKEN: &str = "$skiptoken";

fn position(token: &str) -> Result<usize, UnknownSkipToken> {
    from_base64url(token)
        .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("from ")?.parse().ok())
        .ok_or(UnknownSkipToken)
}

fn link(request: &Request, url: &str, next: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(
        request.query.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(SKIP_TOKEN)),
    );
    query.append_pair(SKIP_TOKEN, &base64url(format!("from {next}").as_bytes()));
    format!("{}?{}", request.address(url), query.finish())
}
