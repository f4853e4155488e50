//! Step B.

use std::collections::BTreeMap;

use azure::{AppRole, Application, PrincipalState, ServicePrincipal};
use planner::steps::b_graph_permissions::Observed;
use spec::PrincipalId;

pub(crate) fn observe(
    graph: &ServicePrincipal,
    application: Option<&Application>,
    principal: &PrincipalState,
) -> Observed {
    let offered = graph.app_roles.iter().filter(|role| is_offered(role));
    let names = graph.app_roles.iter().filter_map(|role| Some((role.id, role.value.clone()?)));
    let (on_graph, elsewhere): (Vec<_>, Vec<_>) =
        principal.granted.iter().partition(|grant| grant.resource_id == graph.id);
    let api =
        |name: &Option<String>, id: PrincipalId| name.clone().unwrap_or_else(|| id.to_string());
    Observed {
        graph: graph.id,
        offered: offered.filter_map(|role| Some((role.value.clone()?, role.id))).collect(),
        names: names.collect(),
        requested: application.into_iter().flat_map(Application::requested_roles).collect(),
        granted: on_graph.iter().map(|grant| (grant.app_role_id, grant.id.clone())).collect(),
        elsewhere: elsewhere
            .iter()
            .map(|grant| api(&grant.resource_display_name, grant.resource_id))
            .collect(),
    }
}

/// Whether applications may be granted it now. A delegated scope may have the same name, so the kind
/// of member decides too.
pub(crate) fn is_offered(role: &AppRole) -> bool {
    role.is_enabled && role.allowed_member_types.iter().any(|kind| kind == "Application")
}

/// Where Microsoft Graph is not asked.
pub(crate) fn nothing() -> Observed {
    Observed {
        graph: PrincipalId::derived(&["not asked"]),
        offered: BTreeMap::new(),
        names: BTreeMap::new(),
        requested: [].into(),
        granted: BTreeMap::new(),
        elsewhere: [].into(),
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
            account_enabled: None,
            key_credentials: Vec::new(),
            password_credentials: Vec::new(),
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
