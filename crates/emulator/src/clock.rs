use std::fmt;
use std::sync::Arc;

use time::OffsetDateTime;

/// What time the tenant thinks it is: validity of tokens, secrets and certificates follows it.
///
/// Cheap to clone. TLS does not follow it, because clients judge the server's certificate by their
/// own clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    pub fn system() -> Self {
        Self::from(OffsetDateTime::now_utc)
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.0)().to_offset(time::UtcOffset::UTC)
    }
}

impl<F> From<F> for Clock
where
    F: Fn() -> OffsetDateTime + Send + Sync + 'static,
{
    fn from(now: F) -> Self {
        Self(Arc::new(now))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Clock").field(&self.now()).finish()
    }
}
