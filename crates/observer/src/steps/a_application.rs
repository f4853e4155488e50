//! Step A.

use azure::{Application as Live, Owner, Owners, PasswordCredential, ServicePrincipal};
use planner::Desired;
use planner::steps::a_application::{
    Application, LISTED_TAG, LookAlike, Observed, OperatorOwns, Principal, Standing,
};
use spec::PrincipalId;

use crate::entra::{Entra, user_names};

pub(crate) fn observe(entra: &Entra, desired: &Desired) -> Observed {
    let application = entra.application();
    let principal = entra.service_principal();
    let Owners { of_application, of_principal } = &entra.principal.owners;
    let operator = entra.identity.operator.object_id();
    let owns = |owners: &[Owner]| owners.iter().any(|owner| Some(owner.id) == operator);
    let owners = of_application.iter().chain(of_principal);
    let owners = owners.map(|Owner { id, display_name }| {
        (*id, display_name.clone().unwrap_or_else(|| id.to_string()))
    });
    let names = user_names(desired).map(str::to_owned);
    let same_name = entra.identity.same_name.iter();
    let others =
        same_name.filter(|other| application.is_none_or(|ours| ours.app_id != other.app_id));
    Observed {
        application: application.map(|live| self::application(live, entra.deleted.is_some())),
        principal: principal.map(|live| self::principal(live, entra.principal_deleted)),
        owners: owners.collect(),
        operator,
        operator_owns: OperatorOwns {
            application: owns(of_application),
            principal: owns(of_principal),
        },
        users: names.zip(entra.identity.users.iter().copied()).collect(),
        credentials: credentials(application, principal),
        look_alikes: others
            .map(|other| LookAlike {
                app_id: other.app_id,
                display_name: other.display_name.clone(),
            })
            .collect(),
    }
}

/// What is known of a service principal that somebody else takes care of.
pub(crate) fn given(principal: PrincipalId) -> Observed {
    let principal = Principal {
        id: principal,
        tags: [LISTED_TAG.to_owned()].into(),
        created: None,
        standing: Standing::Live,
    };
    Observed { principal: Some(principal), ..Observed::default() }
}

fn application(live: &Live, is_deleted: bool) -> Application {
    Application {
        id: live.id,
        app_id: live.app_id,
        unique_name: live.unique_name.clone(),
        display_name: live.display_name.clone(),
        sign_in_audience: live.sign_in_audience.clone().unwrap_or_default(),
        notes: live.notes.clone(),
        service_management_reference: live.service_management_reference.clone(),
        tags: live.tags.iter().cloned().collect(),
        created: live.created_date_time,
        standing: standing(is_deleted, live.is_disabled()),
    }
}

fn principal(live: &ServicePrincipal, is_deleted: bool) -> Principal {
    Principal {
        id: live.id,
        tags: live.tags.iter().cloned().collect(),
        created: live.created_date_time,
        standing: standing(is_deleted, live.account_enabled == Some(false)),
    }
}

fn standing(is_deleted: bool, is_disabled: bool) -> Standing {
    match (is_deleted, is_disabled) {
        (_, true) => Standing::Disabled,
        (true, false) => Standing::Deleted,
        (false, false) => Standing::Live,
    }
}

/// What else than the application's certificates and federated credentials could sign in as it.
/// Certificates of the service
/// principal itself are never ours.
fn credentials(application: Option<&Live>, principal: Option<&ServicePrincipal>) -> Vec<String> {
    let named =
        |kind: &str, name: Option<&str>| format!("{kind} {}", name.unwrap_or("without a name"));
    let password = |kind: &'static str| {
        move |PasswordCredential { display_name }: &PasswordCredential| {
            named(kind, display_name.as_deref())
        }
    };
    let of_application = application.iter().flat_map(|live| &live.password_credentials);
    let of_principal = principal.iter().flat_map(|live| &live.password_credentials);
    let keys = principal.iter().flat_map(|live| &live.key_credentials);
    of_application
        .map(password("password"))
        .chain(of_principal.map(password("service principal's password")))
        .chain(
            keys.map(|key| named("service principal's certificate", key.display_name.as_deref())),
        )
        .collect()
}
