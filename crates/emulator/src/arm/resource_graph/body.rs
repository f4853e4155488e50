use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::Fault;

/// What is posted. Keys that are not known are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    pub(super) query: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) subscriptions: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) management_groups: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) options: Options,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) facets: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Options {
    #[serde(rename = "$top")]
    top: Option<i64>,
    #[serde(rename = "$skip")]
    skip: Option<i64>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    pub(super) result_format: Option<ResultFormat>,
    pub(super) authorization_scope_filter: AuthorizationScope,
    /// Read so that another type is refused. No tenant here has more subscriptions than the service
    /// takes.
    #[serde(rename = "allowPartialScopes")]
    _allow_partial_scopes: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ResultFormat {
    Table,
    ObjectArray,
}

/// Which assignments and custom roles are shown, seen from the scopes of the query.
#[derive(Clone, Copy, Default, Deserialize)]
pub(super) enum AuthorizationScope {
    #[default]
    #[serde(rename = "AtScopeAndBelow")]
    AndBelow,
    #[serde(rename = "AtScopeAndAbove")]
    AndAbove,
    #[serde(rename = "AtScopeAboveAndBelow")]
    AboveAndBelow,
    #[serde(rename = "AtScopeExact")]
    Exact,
}

/// Null counts as left out.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Which rows of the result are wanted.
pub(super) struct Page {
    pub(super) rows: usize,
    pub(super) skipped: usize,
}

/// What a skip token says (observed).
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SkipToken {
    #[serde(rename = "$id")]
    id: String,
    max_rows: usize,
    rows_to_skip: usize,
    kusto_cluster_url: String,
}

impl Options {
    /// As many rows as the service ever gives, unless it is told otherwise: documentation names 100
    /// and 1000, recorded replies have more than 100. `$top` and `$skip` win over the token
    /// (documented).
    pub(super) fn page(&self) -> Result<Page, Fault> {
        const MOST: usize = 1000;
        let token = self.skip_token.as_deref().map(read_skip_token).transpose()?;
        let number = |value: i64, name, range: std::ops::RangeInclusive<usize>| {
            let number = usize::try_from(value).ok().filter(|number| range.contains(number));
            number.ok_or_else(|| Fault::Option { name, value: value.to_string() })
        };
        let top = self.top.map(|top| number(top, "$top", 1..=MOST)).transpose()?;
        let skip = self.skip.map(|skip| number(skip, "$skip", 0..=usize::MAX)).transpose()?;
        let (rows, skipped) =
            token.map_or((MOST, 0), |token| (token.max_rows.clamp(1, MOST), token.rows_to_skip));
        Ok(Page { rows: top.unwrap_or(rows), skipped: skip.unwrap_or(skipped) })
    }
}

fn read_skip_token(text: &str) -> Result<SkipToken, Fault> {
    let bytes = STANDARD.decode(text).ok();
    let token = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    token.ok_or_else(|| Fault::Option { name: "$skipToken", value: text.to_owned() })
}

pub(super) fn skip_token(page: &Page, url: &str) -> String {
    let token = SkipToken {
        id: "1".to_owned(),
        max_rows: page.rows,
        rows_to_skip: page.skipped.saturating_add(page.rows),
        kusto_cluster_url: url.to_owned(),
    };
    STANDARD.encode(serde_json::to_vec(&token).expect("a token is plain data"))
}
