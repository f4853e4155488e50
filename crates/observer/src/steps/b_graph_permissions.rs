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

#[cfg(test)]
mod tests {
    use azure::AppRole;

    use super::*;

    #[test]
    fn only_enabled_permissions_for_applications_are_offered() {
        let role = |value: &str, kind: &str, is_enabled| AppRole {
            id: spec::AppRoleId::derived(&[value]),
            value: Some(value.to_owned()),
            allowed_member_types: vec![kind.to_owned()],
            is_enabled,
        };
        let graph = ServicePrincipal {
            id: spec::PrincipalId::derived(&["graph"]),
            app_id: spec::AppId::derived(&["graph"]),
            tags: Vec::new(),
            created_date_time: None,
            app_roles: vec![
                role("Domain.Read.All", "Application", true),
                role("Retired.Read.All", "Application", false),
                role("People.Read.All", "User", true),
            ],
        };
        let observed = observe(&graph, None, &PrincipalState::default());
        assert_eq!(observed.offered.into_keys().collect::<Vec<_>>(), ["Domain.Read.All"]);
    }
}
