//! What changes make and later changes use.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use certificate::{Certificate, Held, KeyPair};
use planner::steps::a_application::Standing;
use planner::steps::f_certificate::newer_elsewhere;
use planner::steps::g_integration::Federation;
use planner::{Desired, Observed, Plan, Product};
use spec::{AppId, ApplicationId, IntegrationMrn, PrincipalId, RoleDefinitionId};
use time::OffsetDateTime;

use crate::settle::Blame;

/// Ids that exist at the start, and those that are made on the way.
#[derive(Debug, Default)]
pub struct Products {
    application: OnceLock<Application>,
    principal: OnceLock<Principal>,
    certificate: OnceLock<Held>,
    integration: OnceLock<Integration>,
    /// A sign-in as the application has shown that it works.
    proven: OnceLock<()>,
    /// When each definition was last written.
    role_definitions: Mutex<BTreeMap<RoleDefinitionId, OffsetDateTime>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub created: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Principal {
    pub id: PrincipalId,
    pub created: Option<OffsetDateTime>,
}

#[derive(Clone, Debug)]
pub(crate) struct Integration {
    pub mrn: IntegrationMrn,
    /// Keyless, whose tokens the application is to trust.
    pub federation: Option<Federation>,
}

impl Products {
    /// What was found, and the certificate that the source holds, unless `plan` makes another one.
    pub fn found(
        desired: &Desired,
        observed: &Observed,
        plan: &Plan,
        held: Option<Held>,
    ) -> Products {
        let products = Products::default();
        let is_live = |standing| standing != Standing::Deleted;
        let application = observed.application.application.as_ref();
        if let Some(found) = application.filter(|found| is_live(found.standing)) {
            let (id, app_id, created) = (found.id, found.app_id, found.created);
            products.set_application(Application { id, app_id, created });
        }
        let principal = observed.application.principal.as_ref();
        if let Some(found) = principal.filter(|found| is_live(found.standing)) {
            products.set_principal(Principal { id: found.id, created: found.created });
        }
        let is_of_use =
            !plan.makes(Product::Certificate) && newer_elsewhere(desired, observed).is_none();
        if let Some(held) = held.filter(|_| is_of_use) {
            products.set_certificate(held);
        }
        let space = observed.integration.as_ref();
        if let Some(found) = space.and_then(|space| space.ours(desired, observed)) {
            let federation = space.and_then(|space| space.federation(desired, observed)).cloned();
            products.set_integration(Integration { mrn: found.mrn.clone(), federation });
        }
        products.definitions().extend(&observed.custom_role.updated);
        products
    }

    pub(crate) fn application(&self) -> Application {
        *self.application.get().expect(MADE)
    }

    pub(crate) fn principal(&self) -> Principal {
        *self.principal.get().expect(MADE)
    }

    pub(crate) fn certificate(&self) -> &Certificate {
        self.certificate.get().expect(MADE).certificate()
    }

    /// The certificate, where there is one.
    pub(crate) fn held(&self) -> Option<&Held> {
        self.certificate.get()
    }

    /// The same with its key.
    pub fn pair(&self) -> Option<&KeyPair> {
        self.certificate.get().and_then(Held::pair)
    }

    pub(crate) fn integration(&self) -> &Integration {
        self.integration.get().expect(MADE)
    }

    pub(crate) fn is_proven(&self) -> bool {
        self.proven.get().is_some()
    }

    pub(crate) fn set_proven(&self) {
        let _ = self.proven.set(());
    }

    /// The integration, once there is one.
    pub fn integration_mrn(&self) -> Option<IntegrationMrn> {
        self.integration.get().map(|found| found.mrn.clone())
    }

    /// The client id of the application, once there is one.
    pub fn client_id(&self) -> Option<AppId> {
        self.application.get().map(|found| found.app_id)
    }

    // Each product has one maker in a plan, so the first value is the only one.
    pub(crate) fn set_application(&self, made: Application) {
        let _ = self.application.set(made);
    }

    pub(crate) fn set_principal(&self, made: Principal) {
        let _ = self.principal.set(made);
    }

    pub(crate) fn set_certificate(&self, made: Held) {
        let _ = self.certificate.set(made);
    }

    pub(crate) fn set_integration(&self, made: Integration) {
        let _ = self.integration.set(made);
    }

    pub(crate) fn set_role_definition(&self, id: RoleDefinitionId, written: OffsetDateTime) {
        self.definitions().insert(id, written);
    }

    /// When the blamed object was made, where it is known.
    pub(crate) fn created(&self, blame: Blame) -> Option<OffsetDateTime> {
        match blame {
            Blame::Application => self.application.get().and_then(|made| made.created),
            Blame::Principal => self.principal.get().and_then(|made| made.created),
            Blame::RoleDefinition(id) => self.definitions().get(&id).copied(),
        }
    }

    fn definitions(&self) -> std::sync::MutexGuard<'_, BTreeMap<RoleDefinitionId, OffsetDateTime>> {
        self.role_definitions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MADE: &str = "the schedule starts a change after all that it uses is made or was found";
