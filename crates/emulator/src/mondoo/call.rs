use time::OffsetDateTime;

use crate::model::mondoo::{Integration, Mondoo, MondooChange};
use crate::mondoo::caller::Caller;
use crate::mondoo::error::RpcError;
use crate::service::Service;
use crate::store::Views;

/// What an operation works on.
pub(super) struct Call<'a> {
    /// As the operations before it in the same request left it.
    pub(super) mondoo: &'a Mondoo,
    pub(super) service: &'a Service,
    /// The tenant, for scans.
    pub(super) views: &'a Views<'a>,
    pub(super) caller: &'a Caller<'a>,
    pub(super) now: OffsetDateTime,
}

impl<'a> Call<'a> {
    pub(super) fn integration(&self, mrn: &str) -> Result<&'a Integration, RpcError> {
        let integration = self.mondoo.integrations.get(mrn);
        let Some(integration) = integration else {
            // Whoever may see nothing is not told what there is.
            self.caller.is_editor()?;
            return Err(RpcError::not_found("integration"));
        };
        self.caller.space(&integration.space)?;
        Ok(integration)
    }
}

/// What an operation returns, as fields of the schema, and what it changes.
pub(super) struct Outcome {
    pub(super) value: serde_json::Value,
    pub(super) changes: Vec<MondooChange>,
}

impl From<serde_json::Value> for Outcome {
    fn from(value: serde_json::Value) -> Self {
        Self { value, changes: Vec::new() }
    }
}
