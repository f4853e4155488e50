//! Why a change was not applied.

use std::path::PathBuf;

#[derive(Clone, Debug, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Azure(#[from] azure::Error),
    #[error(transparent)]
    Mondoo(#[from] mondoo::Error),
    /// Nothing was tried.
    #[error("there is no access to Mondoo's API")]
    NoMondooAccess,
    #[error("the integration does not say whose tokens the application is to trust")]
    NoFederation,
    /// Not a failure: Azure may need longer, and nothing was given to Mondoo.
    #[error(
        "a sign-in as the application does not show yet what a scan takes, so Mondoo was not told to \
         use it: {lack}"
    )]
    NotProven { lack: String },
    #[error(
        "an application deleted in the last 30 days still holds the name {name}: restore or purge \
         it (Entra ID, App registrations, Deleted applications)"
    )]
    NameHeld { name: String },
    #[error(
        "a role named {name} exists where this sign-in cannot see it, or is a built-in one, and role \
         names are unique in a tenant: set roles.custom.name in the spec"
    )]
    RoleNameTaken { name: String },
    #[error("{what} is not as it was when the plan was made: nothing was done to it")]
    Changed { what: String },
    #[error("Azure refuses the whole role for one of its actions: {reason}")]
    InvalidAction { reason: String },
    #[error(
        "somebody else changed {collection} at the same time; what was lost was put back: look at \
         it and run apply again"
    )]
    Contended { collection: &'static str },
    #[error("the certificate could not be made: {0}")]
    Certificate(String),
    #[error(
        "the new certificate ends on {end}, and would be renewed again at once: certificate.renewBefore \
         is {days}d"
    )]
    ShortLived { end: time::Date, days: i64 },
    #[error("{} could not be written: {reason}", path.display())]
    File { path: PathBuf, reason: String },
}

impl ApplyError {
    /// The operator lacks a right, rather than something being broken.
    pub fn is_not_permitted(&self) -> bool {
        match self {
            ApplyError::Azure(error) => error.is_not_permitted(),
            ApplyError::Mondoo(error) => matches!(
                error,
                mondoo::Error::NotPermitted { .. } | mondoo::Error::NotSignedIn { .. }
            ),
            ApplyError::NoMondooAccess
            | ApplyError::NoFederation
            | ApplyError::NotProven { .. }
            | ApplyError::NameHeld { .. }
            | ApplyError::RoleNameTaken { .. }
            | ApplyError::InvalidAction { .. }
            | ApplyError::Changed { .. }
            | ApplyError::Contended { .. }
            | ApplyError::Certificate(_)
            | ApplyError::ShortLived { .. }
            | ApplyError::File { .. } => false,
        }
    }
}
