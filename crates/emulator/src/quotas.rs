//! What callers may still send: token buckets, by what they limit and for whom.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;

/// How much fits in, and how much of it comes back each second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quota {
    pub(crate) capacity: u32,
    pub(crate) per_second: f64,
}

#[derive(Default)]
pub(crate) struct Quotas(Mutex<HashMap<String, Bucket>>);

struct Bucket {
    left: f64,
    at: OffsetDateTime,
}

/// A bucket after a request was charged for.
pub(crate) struct Charged {
    /// Whole units that are left.
    pub(crate) left: u32,
    /// How long until there is enough for the request, if there was not.
    pub(crate) wait: Option<Duration>,
}

impl Quotas {
    /// What is not there is not taken.
    pub(crate) fn charge(
        &self,
        whose: &str,
        quota: Quota,
        cost: u32,
        now: OffsetDateTime,
    ) -> Charged {
        let Quota { capacity, per_second } = quota;
        let (capacity, cost) = (f64::from(capacity), f64::from(cost));
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket =
            buckets.entry(whose.to_owned()).or_insert_with(|| Bucket { left: capacity, at: now });
        let passed = (now - bucket.at).as_seconds_f64().max(0.0);
        bucket.left = (bucket.left + passed * per_second).min(capacity);
        bucket.at = now;
        let lacking = cost - bucket.left;
        bucket.left = if lacking > 0.0 { bucket.left } else { bucket.left - cost };
        Charged {
            left: whole(bucket.left),
            wait: (lacking > 0.0).then(|| Duration::from_secs_f64(lacking / per_second)),
        }
    }
}

impl Charged {
    /// In whole seconds, rounded up: what `Retry-After` says.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.wait
            .map(|wait| Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between nothing and a capacity, which is a u32"
)]
fn whole(left: f64) -> u32 {
    left.floor() as u32
}
