//! A plan as a script, for somebody who holds the rights and reads what they run.

mod az;
mod bicep;
mod calls;
#[cfg(test)]
mod hostile;
mod layout;
mod left;
mod names;
mod powershell;
mod requests;
#[cfg(test)]
mod samples;
mod terraform;

use planner::steps::a_application::Action as Application;
use planner::{Action, Desired, Observed, Plan, Product};
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
        ExportFormat::Terraform => terraform::script(source),
        ExportFormat::Powershell => powershell::script(source),
        ExportFormat::Bicep => bicep::script(source),
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

    /// The application that is there before a script in a language that only declares: the live one,
    /// or the deleted one, which somebody has to restore first.
    fn known_application(&self) -> Option<(ApplicationId, AppId)> {
        let restored = self.plan.changes().find_map(|(_, change)| match &change.action {
            Action::Application(Application::RestoreApplication { id, app_id, .. }) => {
                Some((*id, *app_id))
            }
            _ => None,
        });
        restored.or_else(|| self.application())
    }

    /// Its service principal, in the same way.
    fn known_principal(&self) -> Option<PrincipalId> {
        let restored = self.plan.changes().find_map(|(_, change)| match &change.action {
            Action::Application(Application::RestorePrincipal { id, name: _ }) => Some(*id),
            _ => None,
        });
        restored.or_else(|| self.principal())
    }

    /// Whether the application is a new one: then nothing of others can be in it.
    fn is_first(&self) -> bool {
        let is_new = |action: &Action| {
            matches!(action, Action::Application(Application::CreateApplication(_)))
        };
        self.plan.changes().any(|(_, change)| is_new(&change.action))
    }
}
