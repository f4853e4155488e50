//! What it takes to leave: a plan of deletes, of what is ours and nothing else.
//!
//! The order is that of its making backwards: the integration first, so that no scan
//! fails; then what was granted; the application last, so that a run that was cut short finds it again.

use spec::AccessPolicies;

use crate::steps::a_application::{self, ADOPTED_TAG, Action, Application, Standing};
use crate::steps::{
    b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access, f_certificate,
    g_integration,
};
use crate::{ChangeId, Desired, Finding, FindingCode, Observed, Plan, Step};

pub(crate) fn plan(desired: &Desired, observed: &Observed, purge: bool) -> Plan {
    let nothing = desired.of_nothing();
    let mut plan = Plan::default();
    plan.begin(Step::G);
    let integrations = g_integration::plan_removal(desired, observed, &mut plan);
    plan.begin(Step::C);
    c_role_assignments::plan(&nothing, observed, &mut plan);
    plan.begin(Step::D);
    d_custom_role::plan(&nothing, observed, &mut plan);
    plan.begin(Step::E);
    e_key_vault_access::plan(&nothing, observed, &mut plan);
    if desired.application.given.is_none() {
        plan.begin(Step::B);
        b_graph_permissions::plan(&nothing, observed, &mut plan);
        plan.begin(Step::F);
        f_certificate::plan_removal(desired, observed, &mut plan);
        plan.begin(Step::A);
        plan_application(desired, observed, purge, &mut plan);
    }
    plan.put_first(&integrations);
    plan
}

fn plan_application(desired: &Desired, observed: &Observed, purge: bool, plan: &mut Plan) {
    let Some(live) = &observed.application.application else { return };
    let tag = desired.marker.to_string();
    let (id, name) = (live.id, live.display_name.clone());
    let is_marked = live.tags.contains(&tag);
    match live.standing {
        Standing::Deleted if purge && is_marked => {
            plan.push(Action::PurgeApplication { id, name, tag }, &[]);
        }
        Standing::Deleted => {
            plan.find(kept(live, "is deleted already; --purge removes it for good"));
        }
        Standing::Live | Standing::Disabled if !is_marked => {
            plan.find(kept(live, "stays: it does not carry our mark"));
        }
        Standing::Live | Standing::Disabled if live.tags.contains(ADOPTED_TAG) => {
            plan.find(kept(live, "stays: it was there before us. It keeps its uniqueName"));
            let all = plan.ids();
            plan.push(Action::ReleaseApplication { name, tag }, &all);
        }
        Standing::Live | Standing::Disabled if !plan.is_whole() => {
            plan.find(kept(live, "stays until everything that it holds could be read"));
        }
        Standing::Live | Standing::Disabled => {
            warn_of_others(desired, observed, plan);
            let all = plan.ids();
            let deleted = plan
                .push(Action::DeleteApplication { id, name: name.clone(), tag: tag.clone() }, &all);
            if purge {
                plan.push(Action::PurgeApplication { id, name, tag }, &[deleted]);
            }
        }
    }
}

fn kept(live: &Application, why: &str) -> Finding {
    let message = format!("application {} ({}) {why}", live.display_name, live.app_id);
    Finding::note(FindingCode::Kept, message)
}

/// Whoever else uses the application loses it.
fn warn_of_others(desired: &Desired, observed: &Observed, plan: &mut Plan) {
    for hand in a_application::foreign_hands(desired, observed) {
        let message =
            format!("{hand} goes with the application: ask whether somebody else signs in as it");
        plan.find(Finding::warning(FindingCode::ForeignHand, message));
    }
}

impl Desired {
    /// The same installation, of which nothing is wanted.
    pub(crate) fn of_nothing(&self) -> Desired {
        let mut nothing = self.clone();
        nothing.scopes.clear();
        nothing.graph_permissions.permissions.clear();
        nothing.graph_permissions.retired.clear();
        nothing.role_assignments.added.clear();
        nothing.custom_role.cautions.clear();
        nothing.custom_role.privileged.clear();
        nothing.custom_role.defined_at = None;
        nothing.key_vault_access = e_key_vault_access::Desired {
            permissions: e_key_vault_access::Permissions::default(),
            policies: AccessPolicies::None,
            exclude: Vec::new(),
            reads_secret_values: false,
        };
        nothing
    }
}

impl Plan {
    fn ids(&self) -> Vec<ChangeId> {
        self.changes().map(|(id, _)| id).collect()
    }
}
