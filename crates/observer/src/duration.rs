//! ISO 8601 durations, as Graph writes them.

use time::Duration;

/// `P90D`, `P1Y6M`, `PT12H`. A year is taken as 365 days and a month as 30.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let days =
        sum(date, &[('Y', 365 * 86_400), ('M', 30 * 86_400), ('W', 604_800), ('D', 86_400)])?;
    let seconds = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    days.checked_add(seconds).map(Duration::seconds)
}

fn sum(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0_i64;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let (number, unit) = (rest[..at].parse::<i64>().ok()?, rest[at..].chars().next()?);
        let (_, seconds) = units.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        rest = &rest[at + 1..];
    }
    rest.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_graph_writes_them() {
        for (text, days) in [("P365D", 365), ("P4DT24H", 5), ("P1Y", 365), ("P2W", 14), ("PT0S", 0)]
        {
            assert_eq!(parse(text), Some(Duration::days(days)), "{text}");
        }
        for text in ["", "365", "P1X", "P1", "D", "P99999999999999999999D"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
