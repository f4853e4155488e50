//! What an id of the directory stands for.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use spec::{AppId, ApplicationId, KeyId, PrincipalId, TenantId};
use time::OffsetDateTime;

use super::batch::Item;
use super::{Application, found, is_called};
use crate::error::unless_missing;
use crate::service::Call;
use crate::{Error, Reader};

/// What an id is that somebody took for the client id of an application of this tenant.
#[derive(Clone, Debug)]
pub enum Meant {
    /// That.
    Application(Box<Application>),
    /// The object id of an application.
    ObjectOfApplication {
        app_id: AppId,
        display_name: String,
    },
    /// The object id of a service principal.
    ObjectOfPrincipal {
        app_id: AppId,
        display_name: String,
    },
    /// The client id of an application that is registered in another tenant, and used here.
    OfAnotherTenant {
        tenant: Option<TenantId>,
        display_name: String,
    },
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    app_id: AppId,
    display_name: String,
    app_owner_organization_id: Option<TenantId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    key_credentials: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Key {
    key_id: KeyId,
    key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    last_sign_in_activity: Option<LastSignIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastSignIn {
    #[serde(default, with = "time::serde::rfc3339::option")]
    last_sign_in_date_time: Option<OffsetDateTime>,
}

impl Reader {
    /// Finds the application of that client id, or tells what else the id is: one request.
    pub async fn client_id(&self, id: AppId) -> Result<Meant, Error> {
        let principal = "$select=appId,displayName,appOwnerOrganizationId";
        let items = vec![
            Item::get(format!("/applications(appId='{id}')")),
            Item::get(format!("/applications/{id}?$select=appId,displayName")),
            Item::get(format!("/servicePrincipals/{id}?{principal}")),
            Item::get(format!("/servicePrincipals(appId='{id}')?{principal}")),
        ];
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let application: Option<Application> = found(next())?;
        let [by_object, principal, by_client] =
            [found::<Named>(next())?, found(next())?, found(next())?];
        Ok(match (application, by_object, principal, by_client) {
            (Some(application), ..) => Meant::Application(Box::new(application)),
            (None, Some(Named { app_id, display_name, .. }), ..) => {
                Meant::ObjectOfApplication { app_id, display_name }
            }
            (None, None, Some(Named { app_id, display_name, .. }), _) => {
                Meant::ObjectOfPrincipal { app_id, display_name }
            }
            (None, None, None, Some(live)) => Meant::OfAnotherTenant {
                tenant: live.app_owner_organization_id,
                display_name: live.display_name,
            },
            (None, None, None, None) => Meant::Unknown,
        })
    }

    /// The certificates that an application trusts, as they were given to Graph: DER, or PEM as Terraform
    /// gives them. Such reads are few per minute (documented), and no part of others.
    pub async fn trusted_certificates(
        &self,
        id: ApplicationId,
    ) -> Result<Vec<(KeyId, Vec<u8>)>, Error> {
        let path = format!("/v1.0/applications/{id}");
        let call = Call::get(path, &[("$select", "keyCredentials")]);
        let Keys { key_credentials } = self.graph.send(call).await?.read()?;
        let decoded = key_credentials.into_iter().filter_map(|credential| {
            // Azure CLI breaks it into lines (observed).
            let key: String = credential.key?.split_whitespace().collect();
            Some((credential.key_id, BASE64_STANDARD.decode(key).ok()?))
        });
        Ok(decoded.collect())
    }

    pub async fn applications_called(&self, name: &str) -> Result<Vec<Application>, Error> {
        let filter = is_called(name);
        let query = [("$filter", filter.as_str())];
        self.graph.list(Call::get("/v1.0/applications".to_owned(), &query)).await
    }

    /// When an application last signed in by itself. Only the beta version tells, and only with a
    /// licence (documented): nothing, where it does not.
    pub async fn last_sign_in(&self, id: AppId) -> Option<OffsetDateTime> {
        let path = "/beta/reports/servicePrincipalSignInActivities".to_owned();
        let filter = format!("appId eq '{id}'");
        let query = [("$filter", filter.as_str())];
        let activities: Vec<Activity> = self.graph.list(Call::get(path, &query)).await.ok()?;
        activities.into_iter().find_map(|one| one.last_sign_in_activity?.last_sign_in_date_time)
    }

    /// Those that the directory does not know: one request for twenty. What it does not tell is not
    /// among them.
    pub async fn vanished(
        &self,
        principals: &BTreeSet<PrincipalId>,
    ) -> Result<BTreeSet<PrincipalId>, Error> {
        if principals.is_empty() {
            return Ok(BTreeSet::new());
        }
        let items = principals.iter();
        let items = items.map(|id| Item::get(format!("/directoryObjects/{id}?$select=id")));
        let answers = self.batch(items.collect()).await?;
        let told = principals.iter().zip(answers);
        let gone = told.filter_map(|(id, answer)| match unless_missing(answer) {
            Ok(None) => Some(*id),
            Ok(Some(_)) | Err(_) => None,
        });
        Ok(gone.collect())
    }
}
