use crate::encoding::sha256;

/// A share from 0 to 1 that follows from the seed and from what is drawn for, so that the same
/// requests in the same order meet the same luck.
pub(crate) fn luck(seed: u64, drawn_for: &str) -> f64 {
    let digest = sha256(format!("{seed} {drawn_for}").as_bytes());
    let bits = digest.iter().take(4).fold(0, |bits, byte| (bits << 8) | u32::from(*byte));
    f64::from(bits) / f64::from(u32::MAX)
}
