//! A plan as a script, for somebody who holds the rights and reads what they run.

mod az;
#[cfg(test)]
mod hostile;
mod layout;
mod left;
mod requests;
#[cfg(test)]
mod samples;

use planner::{Desired, Observed, Plan, Product};
use spec::{AppId, ApplicationId, PrincipalId};

use crate::arguments::ExportFormat;

/// Everything that a script is made of. Nothing in it is secret.
pub(crate) struct Source<'a> {
    pub plan: &'a Plan,
    pub desired: &'a Desired,
    pub observed: &'a Observed,
    /// The certificate to be trusted, in DER, where the source holds one.
    pub certificate: Option<&'a [u8]>,
}

pub(crate) fn script(format: ExportFormat, source: &Source<'_>) -> String {
    match format {
        ExportFormat::Az => az::script(source),
        ExportFormat::Powershell | ExportFormat::Terraform | ExportFormat::Bicep => String::new(),
    }
}

impl Source<'_> {
    /// The application that is there already; none, where the plan makes it or it is not looked at.
    fn application(&self) -> Option<(ApplicationId, AppId)> {
        let live = self.observed.application.application.as_ref()?;
        (!self.plan.makes(Product::Application)).then_some((live.id, live.app_id))
    }

    /// Its service principal, in the same way.
    fn principal(&self) -> Option<PrincipalId> {
        let live = self.observed.application.principal.as_ref().map(|live| live.id);
        let known = self.desired.application.given.or(live)?;
        (!self.plan.makes(Product::Principal)).then_some(known)
    }
}
