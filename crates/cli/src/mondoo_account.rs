//! What the environment says of who calls Mondoo's platform.

use mondoo::{Credential, Transport};
use url::Url;

use crate::exit::Failure;

/// Who calls; `None` where no variable is set: then nobody does.
#[expect(dead_code, reason = "nobody calls the platform yet")]
pub(crate) fn mondoo_credential() -> Result<Option<Credential>, Failure> {
    Ok(None)
}

/// Where the platform is, if that is said.
#[expect(dead_code, reason = "nobody calls the platform yet")]
pub(crate) fn mondoo_endpoint() -> Result<Option<Url>, Failure> {
    Ok(None)
}

/// The same connections, retries and logs as for Azure.
#[expect(dead_code, reason = "nobody calls the platform yet")]
pub(crate) fn mondoo_transport(transport: &azure::Transport) -> Transport {
    Transport {
        reading: transport.reading(),
        writing: transport.writing(),
        creating: transport.creating(),
    }
}
