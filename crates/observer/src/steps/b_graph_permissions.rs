//! Step B.

use azure::{AppRole, Application, PrincipalState, ServicePrincipal};
use planner::steps::b_graph_permissions::Observed;

pub(crate) fn observe(
    graph: &ServicePrincipal,
    application: Option<&Application>,
    principal: &PrincipalState,
) -> Observed {
    // A delegated scope may have the same name, so the kind of member decides too.
    let for_applications = |role: &&AppRole| {
        role.is_enabled && role.allowed_member_types.iter().any(|kind| kind == "Application")
    };
    let offered = graph.app_roles.iter().filter(for_applications);
    Observed {
        graph: graph.id,
        offered: offered.filter_map(|role| Some((role.value.clone()?, role.id))).collect(),
        requested: application.into_iter().flat_map(Application::requested_roles).collect(),
        granted: principal.granted.iter().copied().collect(),
    }
}
