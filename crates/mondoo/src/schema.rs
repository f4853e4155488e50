//! What a space's API calls things, which changed several times from 2024 to 2026.

/// Names by introspection. Where the API says nothing, the oldest ones, which all of them understand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    pub(crate) wif: bool,
}

impl Schema {
    /// Whether an integration can sign in as a workload, without certificate or secret.
    pub fn offers_wif(&self) -> bool {
        self.wif
    }
}
