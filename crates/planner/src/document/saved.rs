//! Reading a saved plan: what is not as it was written is refused.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{FORMAT_VERSION, PlanDocument};

/// Why a text is no plan that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("it ends in the midst: it was cut short")]
    CutShort,
    #[error("it is no plan: {0}")]
    NoPlan(String),
    #[error(
        "it is of format {0}, and this version of mondoo-azure knows none beyond {FORMAT_VERSION}"
    )]
    NewerFormat(u64),
    #[error("it was edited after it was written")]
    Edited,
}

/// As much of any format as tells which one it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Format {
    format_version: u64,
}

impl PlanDocument {
    /// JSON Schema (draft 7) of the format.
    pub fn schema() -> &'static Value {
        static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
            let settings = SchemaSettings::draft07();
            settings.into_generator().into_root_schema_for::<PlanDocument>().to_value()
        });
        &SCHEMA
    }

    /// Reads what [`serde_json`] made of a document, in whatever layout.
    pub fn parse(json: &[u8]) -> Result<PlanDocument, Unusable> {
        let Format { format_version } =
            serde_json::from_slice(json).map_err(|error| unusable(&error))?;
        if format_version > u64::from(FORMAT_VERSION) {
            return Err(Unusable::NewerFormat(format_version));
        }
        let read: PlanDocument = serde_json::from_slice(json).map_err(|error| unusable(&error))?;
        let digest = read.digest.clone();
        let document = read.sealed();
        let is_whole = document.digest == digest && document.needs_point_back();
        if is_whole { Ok(document) } else { Err(Unusable::Edited) }
    }

    /// The digest is over the document without it.
    pub(super) fn sealed(self) -> PlanDocument {
        let unsealed = PlanDocument { digest: String::new(), ..self };
        let json = serde_json::to_vec(&unsealed).expect("a document is made of plain data");
        let digest = Sha256::digest(json);
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        PlanDocument { digest, ..unsealed }
    }

    /// Whoever walks along the needs comes to an end.
    fn needs_point_back(&self) -> bool {
        let mut changes = self.changes.iter().enumerate();
        changes.all(|(index, change)| change.needs.iter().all(|need| *need < index))
    }
}

fn unusable(error: &serde_json::Error) -> Unusable {
    if error.is_eof() { Unusable::CutShort } else { Unusable::NoPlan(error.to_string()) }
}
