//! A plan as a script, for somebody who holds the rights and reads what they run.

use planner::{Desired, Observed, Plan};

use crate::arguments::ExportFormat;

#[expect(dead_code, reason = "the renderers come next")]
/// Everything that a script is made of. Nothing in it is secret.
pub(crate) struct Source<'a> {
    pub plan: &'a Plan,
    pub desired: &'a Desired,
    pub observed: &'a Observed,
    /// The certificate to be trusted, in DER, where the source holds one.
    pub certificate: Option<&'a [u8]>,
}

pub(crate) fn script(format: ExportFormat, source: &Source<'_>) -> String {
    let Source { plan, desired: _, observed: _, certificate: _ } = source;
    match format {
        ExportFormat::Az
        | ExportFormat::Powershell
        | ExportFormat::Terraform
        | ExportFormat::Bicep => format!("# {} changes\n", plan.changes().len()),
    }
}
