//! What was found, in the shape in which it is compared.

use time::OffsetDateTime;

use crate::Directory;
use crate::steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// When it was read.
    pub now: OffsetDateTime,
    pub directory: Directory,
    pub application: a_application::Observed,
    pub graph_permissions: b_graph_permissions::Observed,
    pub role_assignments: c_role_assignments::Observed,
    pub custom_role: d_custom_role::Observed,
    pub key_vault_access: e_key_vault_access::Observed,
    pub certificate: f_certificate::Observed,
    /// None, where it is not managed or Mondoo's API cannot be asked.
    pub integration: Option<g_integration::Observed>,
}

/// Something that may exist and yet not be readable. What is unreadable is never changed, and
/// nothing of its kind is deleted.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen<T> {
    Read(T),
    Unreadable(Reason),
}

/// Why it could not be read, in the service's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(pub String);
