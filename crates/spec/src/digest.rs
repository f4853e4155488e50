//! Whether two specs mean the same.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Spec;

/// SHA-256 of what a spec means, in lower-case hexadecimal.
///
/// Comments, the order of keys and defaults that are written out do not count; the order in a list
/// does, and so do the rights of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct SpecDigest(String);

impl Spec {
    pub fn digest(&self) -> SpecDigest {
        let meaning = serde_json::to_vec(self).expect("a spec is made of texts and numbers");
        let digest = Sha256::digest(&meaning);
        SpecDigest(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for SpecDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
