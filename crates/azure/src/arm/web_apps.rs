//! Web apps, as far as it takes to know whether their settings can be read.

use azure_core::http::Method;
use serde::Deserialize;
use spec::SubscriptionId;

use crate::retry::Repeatable;
use crate::service::Call;
use crate::{Error, Reader};

const VERSION: &str = "2024-04-01";

#[derive(Clone, Debug, Deserialize)]
pub struct WebApp {
    /// Its ARM path.
    pub id: String,
    pub name: String,
}

#[derive(Deserialize)]
struct FirstPage {
    value: Vec<WebApp>,
}

impl Reader {
    /// A web app of a subscription, if it has one.
    pub async fn first_web_app(
        &self,
        subscription: SubscriptionId,
    ) -> Result<Option<WebApp>, Error> {
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.Web/sites");
        let call = Call::get(path, &[("api-version", VERSION)]);
        match self.arm.send(call).await {
            Err(error) if error.has_code("MissingSubscriptionRegistration") => Ok(None),
            Err(error) => Err(error),
            Ok(page) => Ok(page.read::<FirstPage>()?.value.into_iter().next()),
        }
    }

    /// Whether the configuration of a web app can be read.
    pub async fn can_read_configuration(&self, app: &WebApp) -> Result<(), Error> {
        let path = format!("{}/config/web", app.id);
        self.settings.send(Call::get(path, &[("api-version", VERSION)])).await.map(drop)
    }

    /// Whether the settings of a web app can be listed. They may hold secrets: the answer is dropped
    /// unread, and no log keeps it. Azure has it sent by POST, which changes nothing.
    pub async fn can_list_settings(&self, app: &WebApp) -> Result<(), Error> {
        let path = format!("{}/config/appsettings/list", app.id);
        let call = Call {
            method: Method::Post,
            repeatable: Some(Repeatable::Always),
            ..Call::get(path, &[("api-version", VERSION)])
        };
        self.settings.send(call).await.map(drop)
    }
}
