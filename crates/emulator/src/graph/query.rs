//! Which objects of a collection a request asks for, and in which order.

use serde_json::{Map, Value};

use crate::graph::collection::Kind;
use crate::graph::error::GraphError;
use crate::graph::filter::Filter;
use crate::http::Request;

pub(super) struct Query {
    filter: Option<Filter>,
    search: Option<Search>,
    order: Option<Order>,
    /// Whether the reply says how many objects there are.
    pub(super) counts: bool,
}

impl Query {
    pub(super) fn of(request: &Request, kind: &Kind) -> Result<Self, GraphError> {
        refuse_unsupported_options(request)?;
        let level = Level::of(request);
        let search = request.query("$search").map(|text| Search::parse(text, kind, &level));
        let filter = request.query("$filter").map(|text| Filter::parse(text, kind, &level));
        let order = request.query("$orderby").map(|text| Order::parse(text, kind, &level));
        Ok(Self {
            search: search.transpose()?,
            filter: filter.transpose()?,
            order: order.transpose()?,
            counts: level.is_advanced(),
        })
    }

    pub(super) fn find(
        &self,
        objects: impl Iterator<Item = Map<String, Value>>,
    ) -> Vec<Map<String, Value>> {
        let wanted = |object: &Map<String, Value>| {
            self.filter.as_ref().is_none_or(|filter| filter.accepts(object))
                && self.search.as_ref().is_none_or(|search| search.accepts(object))
        };
        let mut found: Vec<_> = objects.filter(wanted).collect();
        if let Some(order) = &self.order {
            order.sort(&mut found);
        }
        found
    }
}

/// What a request says that it can live with. Advanced queries are answered from an index, late,
/// and have to ask for a count, too (documented).
pub(super) struct Level {
    pub(super) eventual: bool,
    counted: bool,
}

const ADVICE: &str = "Refer to https://aka.ms/graph-docs/advanced-queries for more information";

impl Level {
    pub(super) fn of(request: &Request) -> Self {
        let says = |text: Option<&str>, wanted| {
            text.is_some_and(|text: &str| text.eq_ignore_ascii_case(wanted))
        };
        Self {
            eventual: says(request.header("consistencylevel"), "eventual"),
            counted: says(request.query("$count"), "true"),
        }
    }

    pub(super) fn is_advanced(&self) -> bool {
        self.eventual && self.counted
    }

    /// The text without the header is observed, the other one documented.
    pub(super) fn allow(&self, operator: &str) -> Result<(), GraphError> {
        let reason = match self {
            Self { eventual: false, .. } => "the 'ConsistencyLevel:eventual' header is missing.",
            Self { counted: false, .. } => {
                "the required parameters might be missing. Try adding $count=true query parameter \
                 and ConsistencyLevel:eventual header."
            }
            Self { eventual: true, counted: true } => return Ok(()),
        };
        Err(GraphError::unsupported_query(format!(
            "Operator '{operator}' is not supported because {reason} {ADVICE}"
        )))
    }

    /// For `/$count` in a path, which is a count itself. Observed.
    pub(super) fn allow_raw_count(&self) -> Result<(), GraphError> {
        if self.eventual {
            return Ok(());
        }
        Err(GraphError::unsupported_query(format!(
            "Raw count (/$count) is not supported because the 'ConsistencyLevel:eventual' header \
             is missing. {ADVICE}"
        )))
    }
}

/// `"property:words"`: objects in which every word begins a word of the property. That words
/// are what stands between blanks and signs is an approximation.
struct Search {
    property: String,
    words: Vec<String>,
}

impl Search {
    fn parse(text: &str, kind: &Kind, level: &Level) -> Result<Self, GraphError> {
        if !level.eventual {
            return Err(GraphError::unsupported_query(
                "Request with $search query parameter only works through MSGraph with a special \
                 request header: 'ConsistencyLevel: eventual'",
            ));
        }
        let clause = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let (property, wanted) =
            clause.and_then(|clause| clause.split_once(':')).ok_or_else(|| {
                // The text is a guess.
                GraphError::malformed(format!("Invalid $search clause '{text}'."))
            })?;
        if !["displayName", "description"].contains(&property) || !kind.has(property) {
            return Err(GraphError::unsupported_property(property, kind.resource));
        }
        Ok(Self { property: property.to_owned(), words: words(wanted) })
    }

    fn accepts(&self, object: &Map<String, Value>) -> bool {
        let there = words(object.get(&self.property).and_then(Value::as_str).unwrap_or_default());
        self.words.iter().all(|word| there.iter().any(|other| other.starts_with(word)))
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// `property`, `property asc` or `property desc`.
struct Order {
    property: String,
    descending: bool,
}

/// Of applications and service principals (documented), in advanced queries only.
const SORTABLE: [&str; 3] = ["createdDateTime", "deletedDateTime", "displayName"];

impl Order {
    fn parse(text: &str, kind: &Kind, level: &Level) -> Result<Self, GraphError> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let (property, descending) = match parts.as_slice() {
            [property] | [property, "asc"] => (*property, false),
            [property, "desc"] => (*property, true),
            _ => return Err(sorting_not_supported()),
        };
        let sortable = SORTABLE.contains(&property) && kind.has(property) && level.is_advanced();
        if !sortable && !kind.ordered.contains(&property) {
            return Err(sorting_not_supported());
        }
        Ok(Self { property: property.to_owned(), descending })
    }

    fn sort(&self, objects: &mut [Map<String, Value>]) {
        objects.sort_by_cached_key(|object| {
            object.get(&self.property).and_then(Value::as_str).unwrap_or_default().to_lowercase()
        });
        if self.descending {
            objects.reverse();
        }
    }
}

/// Observed.
fn sorting_not_supported() -> GraphError {
    GraphError::unsupported_query("Sorting not supported for current query.")
}

/// Better refused than silently left out of account.
fn refuse_unsupported_options(request: &Request) -> Result<(), GraphError> {
    match ["$expand", "$skip"].iter().find(|name| request.query(name).is_some()) {
        Some(name) => Err(GraphError::unsupported_query(format!(
            "The query option '{name}' is not supported here."
        ))),
        None => Ok(()),
    }
}
