//! Step A.

use planner::steps::a_application::{Application, Observed, Principal};

pub(crate) fn observe(
    application: Option<&azure::Application>,
    principal: Option<&azure::ServicePrincipal>,
) -> Observed {
    Observed {
        application: application.map(|live| Application {
            id: live.id,
            app_id: live.app_id,
            display_name: live.display_name.clone(),
            sign_in_audience: live.sign_in_audience.clone().unwrap_or_default(),
            tags: live.tags.iter().cloned().collect(),
            created: live.created_date_time,
        }),
        principal: principal.map(|live| Principal {
            id: live.id,
            tags: live.tags.iter().cloned().collect(),
            created: live.created_date_time,
        }),
    }
}
