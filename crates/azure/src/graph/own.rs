//! What an application finds out about its own grants.

use spec::ObjectId;

use super::batch::Item;
use super::{AppRole, GRAPH_APP_ID, Granted, ServicePrincipal};
use crate::service::{Answer, Call};
use crate::{Error, Reader};

/// Each part may be refused on its own.
#[derive(Debug)]
pub struct OwnGrants {
    /// App roles of Microsoft Graph in this tenant.
    pub offered: Result<Vec<AppRole>, Error>,
    /// App roles that the caller holds, on every API.
    pub granted: Result<Vec<Granted>, Error>,
    /// How the calls went, in their order.
    pub calls: Vec<Result<(), Error>>,
}

impl Reader {
    /// What the caller is granted, and whether Graph answers to `paths`: one request.
    pub async fn own_grants(
        &self,
        principal: ObjectId,
        paths: &[&str],
    ) -> Result<OwnGrants, Error> {
        let mut items = vec![
            Item::get(format!(
                "/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appId,appRoles"
            )),
            Item::get(format!("/servicePrincipals/{principal}/appRoleAssignments?$top=999")),
        ];
        items.extend(paths.iter().map(|path| Item::get((*path).to_owned())));
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let (graph, granted) = (next(), next());
        let offered = graph.and_then(|answer| answer.read::<ServicePrincipal>());
        let granted = match granted {
            Ok(first) => self.graph.rest(first).await,
            Err(error) => Err(error),
        };
        Ok(OwnGrants {
            offered: offered.map(|principal| principal.app_roles),
            granted,
            calls: paths.iter().map(|_| next().map(drop::<Answer>)).collect(),
        })
    }

    /// Whether the beta version of Graph answers to a path.
    pub async fn beta_answers(&self, path: &str) -> Result<(), Error> {
        self.graph.send(Call::get(format!("/beta{path}"), &[])).await.map(drop)
    }
}
