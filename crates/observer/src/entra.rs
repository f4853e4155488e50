//! What Entra ID knows of the installation: the tenant, the application, its service principal.

use azure::{Application, Identity, PrincipalState, Question, Reader, ServicePrincipal};
use planner::Desired;
use planner::steps::a_application::ADOPTED_TAG;
use spec::{KeyId, OwnerRef, PrincipalId, TenantRef};

use crate::{ObserveError, adoption};

pub(crate) struct Entra {
    pub identity: Identity,
    /// Where the application is deleted, it is here and not in `identity`.
    pub deleted: Option<Application>,
    pub principal: PrincipalState,
    /// The service principal is deleted too, and can be restored.
    pub principal_deleted: bool,
    /// The certificates themselves, of an application that others made: their ids tell nothing.
    pub certificates: Vec<(KeyId, Vec<u8>)>,
    purge_deleted: bool,
}

impl Entra {
    pub(crate) async fn read(reader: &Reader, desired: &Desired) -> Result<Entra, ObserveError> {
        let purge_deleted = desired.application.purge_deleted;
        let mut identity = reader.identity(&question(desired)).await?;
        check_domain(&identity, &desired.tenant)?;
        if let Some(app_id) = desired.application.adopt {
            let found = adoption::find(reader, app_id, &desired.installation, &identity).await?;
            identity.application = Some(found);
        }
        if let Some(application) = &identity.application {
            let mut principal = reader.principal(application.app_id).await?;
            let mut principal_deleted = false;
            if principal.principal.is_none() {
                // A run that was killed while it restored both left it behind.
                principal.principal = reader.deleted_principal(application.app_id).await?;
                principal_deleted = principal.principal.is_some();
            }
            let certificates = read_certificates(reader, application, desired).await?;
            return Ok(Entra {
                identity,
                certificates,
                deleted: None,
                principal,
                principal_deleted,
                purge_deleted,
            });
        }
        let (deleted, principal) = match reader.deleted(desired.installation.as_str()).await? {
            Some((application, principal)) => (Some(application), principal),
            None => (None, None),
        };
        // The principal of an application that is to be purged is of no more use.
        let principal = principal.filter(|_| !purge_deleted);
        let principal_deleted = principal.is_some();
        let principal = PrincipalState { principal, ..PrincipalState::default() };
        let certificates = Vec::new();
        Ok(Entra { identity, deleted, principal, principal_deleted, certificates, purge_deleted })
    }

    /// The application, deleted or not.
    pub(crate) fn application(&self) -> Option<&Application> {
        self.identity.application.as_ref().or(self.deleted.as_ref())
    }

    /// The application whose certificates and requests count: not one that is to be purged.
    pub(crate) fn lasting_application(&self) -> Option<&Application> {
        let deleted = self.deleted.as_ref().filter(|_| !self.purge_deleted);
        self.identity.application.as_ref().or(deleted)
    }

    pub(crate) fn service_principal(&self) -> Option<&ServicePrincipal> {
        self.principal.principal.as_ref()
    }

    pub(crate) fn principal_id(&self) -> Option<PrincipalId> {
        self.service_principal().map(|principal| principal.id)
    }
}

async fn read_certificates(
    reader: &Reader,
    application: &Application,
    desired: &Desired,
) -> Result<Vec<(KeyId, Vec<u8>)>, ObserveError> {
    let is_adopted = desired.application.adopt.is_some()
        || application.tags.iter().any(|tag| tag == ADOPTED_TAG);
    if is_adopted && !application.key_credentials.is_empty() {
        Ok(reader.trusted_certificates(application.id).await?)
    } else {
        Ok(Vec::new())
    }
}

fn question(desired: &Desired) -> Question<'_> {
    Question {
        unique_name: desired.installation.as_str(),
        display_name: &desired.application.display_name,
        users: user_names(desired).collect(),
    }
}

pub(crate) fn user_names(desired: &Desired) -> impl Iterator<Item = &str> {
    desired.application.owners.iter().filter_map(|owner| match owner {
        OwnerRef::UserPrincipalName(name) => Some(name.as_str()),
        OwnerRef::Id(_) => None,
    })
}

/// A login of Azure CLI may be for another tenant than the spec. An id was compared with the token's.
fn check_domain(identity: &Identity, wanted: &TenantRef) -> Result<(), ObserveError> {
    let TenantRef::Domain(domain) = wanted else { return Ok(()) };
    let organization = &identity.organization;
    let mut domains = organization.verified_domains.iter();
    if domains.any(|verified| verified.name.eq_ignore_ascii_case(domain)) {
        return Ok(());
    }
    let actual = format!("{} ({})", organization.display_name, organization.id);
    Err(ObserveError::WrongTenant { wanted: wanted.to_string(), actual })
}
