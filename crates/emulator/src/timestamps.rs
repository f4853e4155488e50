//! The ways in which the services write the same moment.

use time::OffsetDateTime;

/// Whole seconds, as Microsoft Graph reads: `2026-11-23T22:05:00Z`.
pub(crate) fn seconds(at: OffsetDateTime) -> String {
    format!("{}Z", without_zone(at))
}

/// Seven fractional digits, as Resource Manager and Graph's create replies have:
/// `2026-11-23T22:05:00.1234567Z`.
pub(crate) fn ticks(at: OffsetDateTime) -> String {
    format!("{}.{:07}Z", without_zone(at), at.nanosecond() / 100)
}

/// Milliseconds, as Key Vault's `systemData` has: `2026-11-23T22:05:00.123Z`.
pub(crate) fn milliseconds(at: OffsetDateTime) -> String {
    format!("{}.{:03}Z", without_zone(at), at.millisecond())
}

/// No zone, as in Graph's `innerError`: `2026-11-23T22:05:00`.
pub(crate) fn without_zone(at: OffsetDateTime) -> String {
    format!("{}T{}", date(at), time(at))
}

/// A blank between date and time, as in sign-in errors: `2026-11-23 22:05:00Z`.
pub(crate) fn spaced(at: OffsetDateTime) -> String {
    format!("{} {}Z", date(at), time(at))
}

/// The American form in some error messages: `11/23/2026 10:05:00 PM`.
pub(crate) fn american(at: OffsetDateTime) -> String {
    let (hour, half) = match at.hour() {
        0 => (12, "AM"),
        hour @ 1..=11 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    let (month, day, year) = (u8::from(at.month()), at.day(), at.year());
    format!("{month}/{day}/{year} {hour}:{:02}:{:02} {half}", at.minute(), at.second())
}

fn date(at: OffsetDateTime) -> String {
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

fn time(at: OffsetDateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}
