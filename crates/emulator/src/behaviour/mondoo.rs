use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// How Mondoo's platform is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct MondooBehaviour {
    pub(crate) schema: Generation,
    /// From the start of a scan to its end.
    #[serde(with = "humantime_serde")]
    pub(crate) scan_takes: Duration,
}

/// The API as it was in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Generation {
    Of2024,
    Of2025,
    #[default]
    Of2026,
}

impl<'de> Deserialize<'de> for Generation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u16::deserialize(deserializer)? {
            2024 => Ok(Self::Of2024),
            2025 => Ok(Self::Of2025),
            2026 => Ok(Self::Of2026),
            other => {
                let year = de::Unexpected::Unsigned(other.into());
                Err(de::Error::invalid_value(year, &"2024, 2025 or 2026"))
            }
        }
    }
}
