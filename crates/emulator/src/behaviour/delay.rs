use std::fmt;
use std::time::Duration;

use humantime_serde::re::humantime::parse_duration;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A length of time that varies as measured ones do: all draws are at least `least`, half of them at
/// most `median`, nine of ten at most `p90`, all at most `most`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Delay {
    least: Duration,
    median: Duration,
    p90: Duration,
    most: Duration,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Figures {
    #[serde(with = "humantime_serde")]
    median: Duration,
    #[serde(with = "humantime_serde")]
    p90: Duration,
    #[serde(with = "humantime_serde")]
    most: Duration,
}

impl Delay {
    pub(crate) const fn new(median: Duration, p90: Duration, most: Duration) -> Self {
        Self { least: Duration::ZERO, median, p90, most }
    }

    /// The delay that a share `luck` (0 to 1) of all draws stay below.
    pub(crate) fn at(&self, luck: f64) -> Duration {
        let between = |from: Duration, to: Duration, share: f64| {
            from + to.saturating_sub(from).mul_f64(share.clamp(0.0, 1.0))
        };
        if luck < 0.5 {
            between(self.least, self.median, luck / 0.5)
        } else if luck < 0.9 {
            between(self.median, self.p90, (luck - 0.5) / 0.4)
        } else {
            between(self.p90, self.most, (luck - 0.9) / 0.1)
        }
    }
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// `200ms`, or the three figures. Not an untagged enum, whose errors have no place.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Delay;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a time like 200ms, or median, p90 and most")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Delay, E> {
        let all = parse_duration(text).map_err(E::custom)?;
        Ok(Delay { least: all, ..Delay::new(all, all, all) })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Delay, A::Error> {
        let figures = Figures::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Delay::new(figures.median, figures.p90, figures.most))
    }
}
