//! Which integrations go when the installation does. Policies stay on: spaces are shared.

use super::{ADOPTED_LABEL, Action, INSTALLATION_LABEL, Integration, Observed};
use crate::steps::a_application;
use crate::{ChangeId, Desired, Finding, FindingCode, Observed as All, Plan};

/// The deletes, which everything else waits for: what is scanned shall not fail first.
pub(crate) fn plan_removal(desired: &Desired, observed: &All, plan: &mut Plan) -> Vec<ChangeId> {
    if desired.integration.is_none() {
        return Vec::new();
    }
    let Some(found) = &observed.integration else {
        let message = "without access to Mondoo's API the integration stays, and its scans fail: set \
                       MONDOO_CONFIG_PATH or MONDOO_API_TOKEN (docs/sign-in.md), or delete it in the \
                       Mondoo Console";
        plan.find(Finding::warning(FindingCode::NoMondooAccess, message.to_owned()));
        return Vec::new();
    };
    let mut deletes = Vec::new();
    for live in found.all_ours(desired, observed) {
        if live.goes(found, desired, observed) {
            let (mrn, name) = (live.mrn.clone(), live.name.clone());
            deletes.push(plan.push(Action::Delete { mrn, name }, &[]));
        } else {
            let message = format!(
                "integration {} ({}) stays: it was not made by us; delete it in the Mondoo Console \
                 if it is of no more use",
                live.name, live.mrn
            );
            plan.find(Finding::warning(FindingCode::Kept, message));
        }
    }
    deletes
}

impl Integration {
    /// One with our label, unless it was there before us and so was its application. Without labels,
    /// that of an application that we made.
    fn goes(&self, space: &Observed, desired: &Desired, observed: &All) -> bool {
        let is_of_our_application = a_application::is_made_by_us(desired, observed);
        let label = self.labels.get(INSTALLATION_LABEL).map(String::as_str);
        if !space.has_labels {
            return is_of_our_application;
        }
        let is_adopted = self.labels.contains_key(ADOPTED_LABEL) && !is_of_our_application;
        label == Some(desired.installation.as_str()) && !is_adopted
    }
}
