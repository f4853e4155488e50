//! Step A.

use azure::{Operator, Owner, PasswordCredential};
use planner::steps::a_application::{Application, Observed, Principal};

/// `owners` are those of the application.
pub(crate) fn observe(
    application: Option<&azure::Application>,
    principal: Option<&azure::ServicePrincipal>,
    owners: &[Owner],
    operator: &Operator,
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
        other_hands: application.map_or_else(Vec::new, |live| other_hands(live, owners, operator)),
    }
}

/// Passwords, and owners but for the operator, whom Entra ID makes the owner of what they make.
fn other_hands(live: &azure::Application, owners: &[Owner], operator: &Operator) -> Vec<String> {
    let strangers = owners.iter().filter(|owner| operator.object_id() != Some(&owner.id));
    let owners = strangers
        .map(|Owner { id, display_name }| format!("owner {}", display_name.as_ref().unwrap_or(id)));
    let passwords = live.password_credentials.iter().map(|PasswordCredential { display_name }| {
        format!("password {}", display_name.as_deref().unwrap_or("without a name"))
    });
    owners.chain(passwords).collect()
}
