use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// What the tenant lets the credentials of its applications and service principals be. Disabled, and
/// without restrictions, in a fresh tenant (documented).
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppManagementPolicy {
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) is_enabled: bool,
    pub(crate) application_restrictions: Restrictions,
    pub(crate) service_principal_restrictions: Restrictions,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restrictions {
    pub(crate) password_credentials: Vec<Restriction>,
    pub(crate) key_credentials: Vec<Restriction>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restriction {
    #[serde(rename = "restrictionType")]
    pub(crate) kind: RestrictionType,
    #[serde(default)]
    state: RestrictionState,
    pub(crate) max_lifetime: Option<Lifetime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    restrict_for_apps_created_after_date_time: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum RestrictionType {
    PasswordAddition,
    PasswordLifetime,
    CustomPasswordAddition,
    SymmetricKeyAddition,
    SymmetricKeyLifetime,
    AsymmetricKeyLifetime,
    TrustedCertificateAuthority,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum RestrictionState {
    #[default]
    Enabled,
    Disabled,
}

/// As it was written, in the part of ISO 8601 that `OData` has: `P4DT12H30M5S`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Lifetime {
    text: String,
    pub(crate) length: Duration,
}

impl Default for AppManagementPolicy {
    fn default() -> Self {
        Self {
            display_name: "Default app management tenant policy".to_owned(),
            description: "Restricts the credentials of all applications and service principals \
                          that have no policy of their own."
                .to_owned(),
            is_enabled: false,
            application_restrictions: Restrictions::default(),
            service_principal_restrictions: Restrictions::default(),
        }
    }
}

impl Restriction {
    /// Whether it restricts an object that was created then: on the day it names, or later.
    pub(crate) fn is_about(&self, created: OffsetDateTime) -> bool {
        self.state == RestrictionState::Enabled
            && self.restrict_for_apps_created_after_date_time.is_none_or(|from| created >= from)
    }
}

impl TryFrom<String> for Lifetime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let length = length(&text).ok_or("no duration like P365D")?;
        Ok(Self { text, length })
    }
}

impl From<Lifetime> for String {
    fn from(lifetime: Lifetime) -> Self {
        lifetime.text
    }
}

fn length(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (days, times) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let (days, rest) = counted(days, 'D')?;
    let (hours, times) = counted(times, 'H')?;
    let (minutes, times) = counted(times, 'M')?;
    let (seconds, times) = counted(times, 'S')?;
    let named = days.or(hours).or(minutes).or(seconds);
    let units = [(days, 86_400), (hours, 3600), (minutes, 60), (seconds, 1)];
    let total = units.into_iter().try_fold(0_i64, |total, (count, unit)| {
        total.checked_add(count.unwrap_or(0).checked_mul(unit)?)
    })?;
    (named.is_some() && rest.is_empty() && times.is_empty()).then(|| Duration::seconds(total))
}

/// The number before a unit, if the text begins with one, and what is left.
fn counted(text: &str, unit: char) -> Option<(Option<i64>, &str)> {
    let Some((number, rest)) = text.split_once(unit) else { return Some((None, text)) };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((Some(number.parse().ok()?), rest))
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::length;

    #[test]
    fn durations_are_days_hours_minutes_and_seconds() {
        for (text, seconds) in [
            ("P365D", 365 * 86_400),
            ("P4DT12H30M5S", 4 * 86_400 + 12 * 3600 + 30 * 60 + 5),
            ("PT1M", 60),
        ] {
            assert_eq!(length(text), Some(Duration::seconds(seconds)), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "365D",
            "P1Y",
            "P-1D",
            "PD",
            "P1DT1D",
            "P1H",
            "P99999999999999999D",
            "P1D2",
            "P1DT",
        ] {
            assert_eq!(length(text), None, "{text}");
        }
    }
}
