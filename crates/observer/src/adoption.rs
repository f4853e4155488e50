//! The application that is to be taken over: looked up by the client id that the operator gave.

use std::fmt;

use azure::{Application, Identity, Meant, Reader};
use spec::{AppId, InstallationName, TenantId};
use time::OffsetDateTime;

use crate::ObserveError;

/// Why an id is not that of an application which can be taken over.
#[derive(Debug, thiserror::Error)]
pub enum NotAdoptable {
    #[error(
        "{given} is the object id of application {display_name}: its client id is {app_id}, say \
         --app-id {app_id}"
    )]
    ObjectOfApplication { given: AppId, app_id: AppId, display_name: String },
    #[error(
        "{given} is the object id of the service principal of {display_name}: the client id is \
         {app_id}, say --app-id {app_id}"
    )]
    ObjectOfPrincipal { given: AppId, app_id: AppId, display_name: String },
    #[error(
        "{given} is application {display_name} of {}, which is only used here: it can be adopted there",
        tenant.map_or_else(|| "another tenant".to_owned(), |id| format!("tenant {id}"))
    )]
    OfAnotherTenant { given: AppId, tenant: Option<TenantId>, display_name: String },
    #[error("this tenant knows no application of the client id {given}")]
    Unknown { given: AppId },
    #[error(
        "the name {name} is taken by another application, so {given} cannot have it:\n{}",
        listed(held_by)
    )]
    NameHeld { given: AppId, name: InstallationName, held_by: Vec<Candidate> },
    #[error("which application is meant? --app-id says it:\n{}", listed(.0))]
    NotSaid(Vec<Candidate>),
    #[error("no application is called {0}: say with --app-id which one is meant")]
    NoneCalled(String),
}

/// An application that could be meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub app_id: AppId,
    pub object_id: String,
    pub display_name: String,
    pub created: Option<OffsetDateTime>,
    /// When it last signed in by itself, where that can be read.
    pub last_sign_in: Option<OffsetDateTime>,
    pub is_deleted: bool,
}

fn listed(candidates: &[Candidate]) -> String {
    candidates.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Candidate { app_id, object_id, display_name, created, last_sign_in, is_deleted } = self;
        let day = |at: &Option<OffsetDateTime>| {
            at.map_or_else(|| "not known".to_owned(), |at| at.date().to_string())
        };
        let deleted = if *is_deleted { ", deleted" } else { "" };
        write!(
            f,
            "  {display_name}: client id {app_id}, object id {object_id}, created {}, last sign-in \
             {}{deleted}",
            day(created),
            day(last_sign_in)
        )
    }
}

/// The application of that client id, unless another one has the installation's name.
pub(crate) async fn find(
    reader: &Reader,
    given: AppId,
    name: &InstallationName,
    identity: &Identity,
) -> Result<Application, ObserveError> {
    let found = match reader.client_id(given).await? {
        Meant::Application(found) => *found,
        Meant::ObjectOfApplication { app_id, display_name } => {
            return Err(NotAdoptable::ObjectOfApplication { given, app_id, display_name }.into());
        }
        Meant::ObjectOfPrincipal { app_id, display_name } => {
            return Err(NotAdoptable::ObjectOfPrincipal { given, app_id, display_name }.into());
        }
        Meant::OfAnotherTenant { tenant, display_name } => {
            return Err(NotAdoptable::OfAnotherTenant { given, tenant, display_name }.into());
        }
        Meant::Unknown => return Err(NotAdoptable::Unknown { given }.into()),
    };
    let holder = match &identity.application {
        Some(live) if live.app_id != given => Some((live.clone(), false)),
        Some(_) => None,
        None => reader.deleted(name.as_str()).await?.map(|(deleted, _)| (deleted, true)),
    };
    let Some((holder, is_deleted)) = holder else { return Ok(found) };
    let held_by = vec![
        Candidate::of(&holder, is_deleted, reader).await,
        Candidate::of(&found, false, reader).await,
    ];
    Err(NotAdoptable::NameHeld { given, name: name.clone(), held_by }.into())
}

impl Candidate {
    async fn of(live: &Application, is_deleted: bool, reader: &Reader) -> Candidate {
        Candidate {
            app_id: live.app_id,
            object_id: live.id.to_string(),
            display_name: live.display_name.clone(),
            created: live.created_date_time,
            last_sign_in: reader.last_sign_in(live.app_id).await,
            is_deleted,
        }
    }
}

/// Applications of that display name, for whoever has not said which one is meant.
///
/// # Errors
/// Always: a name is no proof, not even where one application alone has it.
pub async fn ask_which(reader: &Reader, display_name: &str) -> ObserveError {
    let same_name = match reader.applications_called(display_name).await {
        Ok(same_name) => same_name,
        Err(error) => return error.into(),
    };
    let candidates = same_name.iter().map(|live| Candidate::of(live, false, reader));
    let candidates: Vec<_> = futures::future::join_all(candidates).await;
    if candidates.is_empty() {
        NotAdoptable::NoneCalled(display_name.to_owned()).into()
    } else {
        NotAdoptable::NotSaid(candidates).into()
    }
}
