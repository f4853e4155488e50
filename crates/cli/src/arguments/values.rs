//! Values of arguments, checked where they come in.

use std::time::Duration;

use clap::builder::PossibleValuesParser;
use spec::AppId;
use url::Url;

pub(super) fn https(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if url.scheme() == "https" { Ok(url) } else { Err("an https URL is needed".to_owned()) }
}

pub(super) fn operators() -> PossibleValuesParser {
    PossibleValuesParser::new(emulator::operator_names())
}

pub(super) fn parallelism(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=100) => Ok(number),
        Ok(_) | Err(_) => Err("a number from 1 to 100 is needed".to_owned()),
    }
}

pub(super) fn client_id(text: &str) -> Result<AppId, String> {
    text.parse().map_err(|_| "a client id is a GUID".to_owned())
}

/// 40 or 64 hexadecimal digits, as tools print them: with or without colons.
pub(super) fn thumbprint(text: &str) -> Result<String, String> {
    let plain: String = text.chars().filter(|character| !": ".contains(*character)).collect();
    let is_hex = plain.chars().all(|character| character.is_ascii_hexdigit());
    match plain.len() {
        40 | 64 if is_hex => Ok(plain),
        _ => Err("a thumbprint has 40 (SHA-1) or 64 (SHA-256) hexadecimal digits".to_owned()),
    }
}

/// `90s`, `10m`, `1h` or `7d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)].into_iter().find_map(
        |(unit, seconds)| {
            let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
            Some(u64::from(number) * seconds)
        },
    );
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| "a duration such as 90s, 10m, 1h or 7d".to_owned())
}
