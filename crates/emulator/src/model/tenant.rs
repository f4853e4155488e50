use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Tenant {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    /// All of them verified; the first one is initial and default.
    pub(crate) domains: Vec<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
}

impl Tenant {
    /// Sign-in accepts the id and every verified domain.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        Uuid::try_parse(name).is_ok_and(|id| id == self.id)
            || self.domains.iter().any(|domain| domain.eq_ignore_ascii_case(name))
    }

    pub(crate) fn default_domain(&self) -> &str {
        self.domains.first().map_or("", String::as_str)
    }
}
