//! Who changed what in the directory, as its audit log tells.

use std::collections::BTreeMap;

use serde::Deserialize;
use spec::ObjectId;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Item;
use crate::service::Call;
use crate::{Error, Pages, Reader};

/// One thing that was done.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryAudit {
    #[serde(with = "time::serde::rfc3339")]
    pub activity_date_time: OffsetDateTime,
    pub activity_display_name: String,
    /// `success`, `failure` or `timeout`.
    pub result: Option<String>,
    pub initiated_by: Option<Initiator>,
    #[serde(default)]
    pub target_resources: Vec<AuditTarget>,
}

/// A user, or an application. Names may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Initiator {
    user: Option<InitiatingUser>,
    app: Option<InitiatingApp>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InitiatingUser {
    id: Option<String>,
    user_principal_name: Option<String>,
    display_name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InitiatingApp {
    display_name: Option<String>,
    service_principal_id: Option<String>,
    app_id: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditTarget {
    pub id: Option<String>,
    pub display_name: Option<String>,
    #[serde(default)]
    pub modified_properties: Vec<ModifiedProperty>,
}

/// Values are JSON inside of text.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifiedProperty {
    pub display_name: Option<String>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
}

impl Initiator {
    /// The best name that the log has; nothing, where Entra ID did it by itself.
    pub fn name(&self) -> Option<String> {
        let user = self.user.as_ref().and_then(|user| {
            let InitiatingUser { id, user_principal_name, display_name } = user.clone();
            user_principal_name.or(display_name).or(id)
        });
        user.filter(|name| !name.is_empty()).or_else(|| {
            let InitiatingApp { display_name, service_principal_id, app_id } = self.app.clone()?;
            let id = display_name.or(service_principal_id).or(app_id)?;
            Some(format!("{id} (service principal)"))
        })
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target<'a> {
    Id(&'a str),
    Name(&'a str),
}

impl Reader {
    /// Events about an object since then, the newest first, on `pages` pages at most.
    pub async fn directory_audits_of(
        &self,
        id: &str,
        since: OffsetDateTime,
        pages: usize,
    ) -> Result<Pages<DirectoryAudit>, Error> {
        self.directory_audits(&Target::Id(id), since, pages).await
    }

    /// The same by its name, for an object whose id nobody remembers.
    pub async fn directory_audits_named(
        &self,
        name: &str,
        since: OffsetDateTime,
        pages: usize,
    ) -> Result<Pages<DirectoryAudit>, Error> {
        self.directory_audits(&Target::Name(name), since, pages).await
    }

    async fn directory_audits(
        &self,
        target: &Target<'_>,
        since: OffsetDateTime,
        pages: usize,
    ) -> Result<Pages<DirectoryAudit>, Error> {
        let (member, value) = match target {
            Target::Id(id) => ("id", *id),
            Target::Name(name) => ("displayName", *name),
        };
        let filter = format!(
            "activityDateTime ge {} and targetResources/any(t: t/{member} eq '{}')",
            moment(since),
            value.replace('\'', "''")
        );
        let query = [("$filter", filter.as_str()), ("$orderby", "activityDateTime desc")];
        let call = Call::get("/v1.0/auditLogs/directoryAudits".to_owned(), &query);
        let (events, is_whole) = self.graph.list_pages(call, pages).await?;
        Ok(Pages { events, is_whole })
    }

    /// Names of users and service principals by their ids, as far as they can be read: one request
    /// for twenty.
    pub async fn names_of(&self, ids: &[ObjectId]) -> Result<BTreeMap<ObjectId, String>, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Named {
            user_principal_name: Option<String>,
            display_name: Option<String>,
        }
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let items = ids.iter().map(|id| Item::get(format!("/directoryObjects/{id}"))).collect();
        let answers = self.batch(items).await?;
        let names = ids.iter().zip(answers).filter_map(|(id, answer)| {
            let Named { user_principal_name, display_name } = answer.ok()?.read().ok()?;
            let name = user_principal_name
                .or_else(|| Some(format!("{} (service principal)", display_name?)))?;
            Some((*id, name))
        });
        Ok(names.collect())
    }
}

/// Whole seconds, which both logs understand.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC).replace_nanosecond(0).unwrap_or(at);
    at.format(&Rfc3339).unwrap_or_default()
}
